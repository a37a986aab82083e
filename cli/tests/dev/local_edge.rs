//! A running `edgepass dev`.

use core::net::SocketAddr;
use core::ops::Deref;
use core::sync::atomic::{AtomicU32, Ordering};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::UNIX_EPOCH;

use aws_lc::sha256;
use policy::{Claims, Grant, Hash, ShortRsa, Signed, Target};
use signer::{NamedTokenKey, PrivateKey, TokenKey};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_edgepass");

/// Ended, if need be by force, when it is dropped.
pub(crate) struct LocalEdge {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it printed up to the address.
    pub(crate) announced: String,
    pub(crate) state: PathBuf,
    log: Option<JoinHandle<String>>,
    /// Held until the end if it is its own.
    folder: Option<Folder>,
}

impl LocalEdge {
    /// Starts one with a state folder of its own.
    pub(crate) fn start() -> Self {
        Self::start_alone(&[])
    }

    /// Starts one with a state folder of its own, and the Lambda@Edge bundle as its check.
    pub(crate) fn start_lambda() -> Self {
        Self::start_alone(&["--edge", "lambda"])
    }

    fn start_alone(arguments: &[&str]) -> Self {
        let folder = empty_folder();
        let mut edge = Self::start_with(&folder, arguments);
        edge.folder = Some(folder);
        edge
    }

    pub(crate) fn start_with(state: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["dev", "--port", "0", "--state"]).arg(state).args(arguments);
        Self::run(command, state)
    }

    /// Runs a command that starts one with this state folder.
    pub(crate) fn run(mut command: Command, state: &Path) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = String::new();
            errors.read_to_string(&mut log).unwrap();
            log
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut announced = String::new();
        let address = loop {
            let Some(line) = lines.next() else {
                panic!("it named no address: {announced} {}", log.join().unwrap());
            };
            let line = line.unwrap();
            announced.push_str(&line);
            announced.push('\n');
            if let Some((_, rest)) = line.split_once("http://") {
                break rest.trim_end_matches('/').parse().unwrap();
            }
        };
        // What follows is printed at once; reading on keeps it from meeting a closed pipe.
        for line in lines.by_ref().map_while(Result::ok) {
            announced.push_str(&line);
            announced.push('\n');
            if line.starts_with("Refusals") {
                break;
            }
        }
        Self { child, address, announced, state: state.to_path_buf(), log: Some(log), folder: None }
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// A pass signed with its keys, for five minutes and any method.
    pub(crate) fn sign(&self, target: Target) -> Signed {
        let read = |name: &str| fs::read_to_string(self.state.join(name)).unwrap();
        let key = PrivateKey::from_pem(&read("private.pem"), None, ShortRsa::Refuse).unwrap();
        let claims_key = TokenKey::read(read("claims-private.pem").as_bytes(), None).unwrap();
        let claims_key = NamedTokenKey { id: "claims-local".to_owned(), key: claims_key };
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        let claims = format!(r#"{{"sub":"s","jti":"j","iat":{now},"exp":{}}}"#, now + 300);
        let claims = Claims::read(claims.as_bytes()).unwrap();
        let grant = Grant { target, expires: claims.expires, starts: None, network: None };
        let unsigned =
            grant.unsigned_with_claims(claims, &claims_key, sha256, "KEDGEPASSLOCAL", Hash::Sha256);
        unsigned.unwrap().sign(&key).unwrap()
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        signal(name, self.child.id());
    }

    /// Waits for the end: how it ended, and what it logged.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.log.take().unwrap().join().unwrap())
    }

    /// Ends it as Ctrl-C does, and gives what it logged.
    pub(crate) fn stop(self) -> String {
        self.signal("INT");
        let (status, log) = self.ended();
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }
}

impl Drop for LocalEdge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal by name.
pub(crate) fn signal(name: &str, process: u32) {
    let id = process.to_string();
    assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
}

/// A new folder for one test, removed when it is dropped.
pub(crate) struct Folder(PathBuf);

pub(crate) fn empty_folder() -> Folder {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("dev-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&path).unwrap();
    Folder(path)
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
