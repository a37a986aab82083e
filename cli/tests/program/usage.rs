//! What all commands share: help, completions, exit codes, streams.

use std::fs::OpenOptions;
use std::io;

use crate::edgepass::{EXPIRES, Run, edgepass, key};

#[test]
fn help_has_examples() {
    for command in [
        &["keygen"][..],
        &["sign", "url"],
        &["sign", "cookies"],
        &["inspect"],
        &["verify"],
        &["revoke"],
        &["revocations", "list"],
        &["revocations", "prune"],
        &["revocations", "publish"],
        &["revocations", "inspect"],
        &["revocations", "delegate"],
        &["completions"],
        &[],
    ] {
        let help = edgepass(&[command, &["--help"]].concat()).result();
        let example = format!("Examples:\n  edgepass {}", command.join(" "));
        assert!(help.contains(example.trim_end()), "{help}");
        assert!(!help.contains('\u{1b}'), "colours in a pipe: {help}");
        assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    }
}

#[test]
fn completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = edgepass(&["completions", shell]).result();
        assert!(script.contains("keygen") && script.contains("danger-allow-short-rsa"), "{shell}");
    }
    edgepass(&["completions", "cmd"]).is_usage_error(&["'cmd' for '<SHELL>'"]);
}

#[test]
fn version() {
    let version = edgepass(&["--version"]).result();
    assert_eq!(version, concat!("edgepass ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn wrong_usage() {
    edgepass::<&str>(&[]).is_usage_error(&["Usage: edgepass"]);
    edgepass(&["sing"]).is_usage_error(&["'sing'", "'sign'"]);
    edgepass(&["sign", "url", "https://h/a"]).is_usage_error(&["--key <PEM>", "--expires <WHEN>"]);
    edgepass(&["keygen", "--algorithm", "rsa-1024", "--out", "x"])
        .is_usage_error(&["'rsa-1024' for '--algorithm <ALGORITHM>'", "rsa-2048, ecdsa-p256"]);
}

fn sign(key: &str) -> Run {
    let url = "https://h.example/a";
    Run::new(&["sign", "url", url, "--key", key, "--key-id", "K1", "--expires", EXPIRES])
}

/// Files and streams that exist but fail.
#[cfg(target_os = "linux")]
#[test]
fn service_failures() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended = sign(&key("rsa.private")).stdout(full).end();
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.starts_with("error: cannot write to standard output: "), "{ended:?}");

    let ended = sign("/proc/self/mem").end();
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{ended:?}");
    assert!(ended.stderr.starts_with("error: cannot read `/proc/self/mem`: "), "{ended:?}");

    let ended = edgepass(&["keygen", "--algorithm", "ecdsa-p256", "--out", "/proc/self/keys"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.starts_with("error: cannot make the folder "), "{ended:?}");
}

/// `edgepass ... | head -0` is nobody's mistake, and the exit code still answers.
#[test]
fn nobody_reads() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let ended = sign(&key("rsa.private")).stdout(writer).end();
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
}
