//! Runs of the program.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// In the far future (2096), so that passes signed here are still good.
pub(crate) const EXPIRES: &str = "4000000000";
/// A second at which they are.
pub(crate) const NOW: &str = "3999999999";

/// A key of the corpus: `key("rsa.private")`.
pub(crate) fn key(name: &str) -> String {
    format!("{}/../tests/vectors/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"))
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Standard output, of a run that ended with 0.
    pub(crate) fn result(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }

    /// Standard output as the one JSON object that it must be.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// Asserts wrong usage, with a message that has these words, and no result.
    pub(crate) fn is_usage_error(&self, words: &[&str]) {
        assert_eq!((self.code, self.stdout.as_str()), (2, ""), "{self:?}");
        for words in words {
            assert!(self.stderr.contains(words), "no `{words}` in {}", self.stderr);
        }
    }
}

pub(crate) fn edgepass<S: AsRef<str>>(arguments: &[S]) -> Ended {
    Run::new(arguments).end()
}

/// A run with more than arguments.
pub(crate) struct Run {
    command: Command,
    stdin: String,
}

impl Run {
    pub(crate) fn new<S: AsRef<str>>(arguments: &[S]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgepass"));
        command.args(arguments.iter().map(AsRef::as_ref));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { command, stdin: String::new() }
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.command.stdin(Stdio::piped());
        text.clone_into(&mut self.stdin);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.command.stdout(stdout);
        self
    }

    /// To be ended by the test.
    pub(crate) fn spawn(mut self) -> Child {
        self.command.spawn().unwrap()
    }

    /// Without a panic, whatever was typed.
    pub(crate) fn end(mut self) -> Ended {
        let mut child = self.command.spawn().unwrap();
        if let Some(mut stdin) = child.stdin.take() {
            // A program that has read enough does not read the rest.
            match stdin.write_all(self.stdin.as_bytes()) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                result => result.unwrap(),
            }
        }
        let output = child.wait_with_output().unwrap();
        let ended = Ended {
            code: output.status.code().expect("no signal ends it"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ended.stderr.contains("panicked"), "{ended:?}");
        ended
    }
}

/// An empty folder for one test.
pub(crate) fn folder(test: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("program-{test}"));
    let _ = fs::remove_dir_all(&path); // of an earlier run
    fs::create_dir_all(&path).unwrap();
    path
}

/// Runs `openssl`, which must be installed.
pub(crate) fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output();
    let output = output.expect("the program `openssl` must be installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
