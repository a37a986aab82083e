//! How it starts, what it leaves behind, and how it ends.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::local_edge::{LocalEdge, PROGRAM, empty_folder};
use crate::viewer::Viewer;

/// Runs it where it cannot start.
fn failed(arguments: &[&str]) -> Output {
    let output = Command::new(PROGRAM).arg("dev").args(arguments).output().unwrap();
    assert!(output.stdout.is_empty());
    output
}

#[tokio::test]
async fn it_says_what_to_open_and_what_is_protected() {
    let edge = LocalEdge::start();
    let said = &edge.announced;
    assert!(said.contains(&format!("http://{}/\n", edge.address)), "{said}");
    assert!(said.contains("protected  /media/*"), "{said}");
    assert!(said.contains("public     /edgepass/state/* /edgepass/* /demo/* *"), "{said}");
    assert!(said.contains("KEDGEPASSLOCAL") && said.contains("Ctrl-C"), "{said}");
    assert!(said.contains(edge.state.to_str().unwrap()), "{said}");
    assert!(edge.address.ip().is_loopback());
}

#[tokio::test]
async fn a_second_start_finds_the_same_keys() {
    let state = empty_folder();
    let edge = LocalEdge::start_with(&state, &[]);
    let read = |name: &str| fs::read_to_string(state.join(name)).unwrap();
    let files = [
        "private.pem",
        "claims-private.pem",
        "root-private.pem",
        "state-private.pem",
        "site-secret",
        "public.pem",
        "claims-public.pem",
        "root-public.pem",
        "state-public.pem",
        "delegation.pem",
    ];
    let texts = files.map(read);
    for name in &files[..5] {
        let mode = fs::metadata(state.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(texts[5..9].iter().all(|text| text.starts_with("-----BEGIN PUBLIC KEY-----")));
    let different: BTreeSet<_> = texts.iter().collect();
    assert_eq!(different.len(), texts.len());
    assert_eq!(read(".gitignore"), "*\n");
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    let etag = viewer.get("/media/alice/init.mp4").await.header("etag").to_owned();
    let status = viewer.get("/edgepass/session").await.json();
    let cookies = viewer.cookies.clone();
    drop(viewer);
    edge.stop();

    let edge = LocalEdge::start_with(&state, &[]);
    assert_eq!(files.map(read), texts);
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    assert_eq!(viewer.get("/media/alice/init.mp4").await.header("etag"), etag);
    // Whoever signed in before is still the same, in the same session.
    viewer.cookies = cookies;
    assert_eq!(viewer.get("/edgepass/session").await.json()["session"], status["session"]);
}

#[tokio::test]
async fn keys_of_ones_own_are_used() {
    let state = empty_folder();
    let (_, pem) = signer::PrivateKey::generate(signer::KeySpec::Rsa2048).unwrap();
    fs::write(state.join("private.pem"), pem.as_bytes()).unwrap();
    let (_, pem) = signer::PrivateKey::generate(signer::KeySpec::Rsa2048).unwrap();
    fs::write(state.join("claims-private.pem"), pem.as_bytes()).unwrap();
    let edge = LocalEdge::start_with(&state, &[]);
    let mut viewer = Viewer::signed_in(&edge, "alice").await;
    assert_eq!(viewer.get("/media/alice/init.mp4").await.status, 200);
}

#[tokio::test]
async fn a_signal_ends_it_while_viewers_are_connected() {
    for signal in ["INT", "TERM"] {
        let edge = LocalEdge::start();
        let mut idle = Viewer::signed_in(&edge, "alice").await;
        let silent = TcpStream::connect(edge.address).await.unwrap();
        let mut halfway = TcpStream::connect(edge.address).await.unwrap();
        halfway.write_all(b"GET / HT").await.unwrap();
        assert_eq!(idle.get("/demo/me").await.status, 200);
        edge.signal(signal);
        let address = edge.address;
        let (status, log) = edge.ended();
        assert_eq!(status.code(), Some(0), "{signal}: {log}");
        assert!(TcpStream::connect(address).await.is_err());
        drop((idle, silent, halfway));
    }
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let state = empty_folder();
    let output = failed(&["--port", &port, "--state", state.to_str().unwrap()]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.contains(&format!("`{port}`")) && message.contains("`--port`"), "{message}");
}

#[test]
fn folders_and_keys_that_will_not_do_are_named() {
    let folder = empty_folder();
    let state = folder.join("state");
    fs::create_dir(&state).unwrap();
    let file = folder.join("file");
    fs::write(&file, "").unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let missing = text(&folder.join("missing"));
    let (state_text, file) = (text(&state), text(&file));
    for (arguments, code, named) in [
        (["--root", &missing, "--state", &state_text], 2, &missing),
        (["--root", &file, "--state", &state_text], 2, &file),
        (["--port", "0", "--state", &file], 3, &file),
    ] {
        let output = failed(&arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{message}");
        assert!(message.contains(named.as_str()), "{message}");
    }

    for name in [
        "private.pem",
        "claims-private.pem",
        "root-private.pem",
        "state-private.pem",
        "site-secret",
    ] {
        let key = state.join(name);
        // Too short even for a secret.
        fs::write(&key, "-----BEGIN AAAA-----").unwrap();
        let output = failed(&["--port", "0", "--state", &state_text]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(&text(&key)) && !message.contains("AAAA"), "{message}");
        fs::remove_file(&key).unwrap();
    }

    for (name, named) in [("published", "published"), ("revocations.json", "is damaged")] {
        fs::write(state.join(name), "x").unwrap();
        let output = failed(&["--port", "0", "--state", &state_text]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{message}");
        assert!(message.contains(named), "{message}");
        fs::remove_file(state.join(name)).unwrap();
    }

    // One key for both would let whoever signs policies sign claims.
    let pem = signer::PrivateKey::generate(signer::KeySpec::EcdsaP256).unwrap().1;
    for name in ["private.pem", "claims-private.pem"] {
        fs::write(state.join(name), pem.as_bytes()).unwrap();
    }
    let output = failed(&["--port", "0", "--state", &state_text]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("claims-private.pem`: it is the key"), "{message}");
}
