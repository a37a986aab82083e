//! The peers that run beside the tests, each a process that is asked line by line.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::test_runner::TestCaseError;
use serde::Deserialize;

use crate::keys;
use crate::order::Order;
use crate::pass::Pass;

pub(crate) struct Peer {
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Cookies(BTreeMap<String, String>),
    Error(String),
    Url(String),
}

impl Peer {
    pub(crate) fn botocore() -> Self {
        Self::start(folder().join(".venv/bin/python"), "botocore_peer.py")
    }

    pub(crate) fn js_sdk() -> Self {
        Self::start("node", "js_sdk_peer.mjs")
    }

    fn start(interpreter: impl AsRef<OsStr>, script: &str) -> Self {
        let installed = Command::new(folder().join("install")).arg("--check").status().unwrap();
        assert!(installed.success(), "run tests/peers/install");
        let mut process = Command::new(interpreter)
            .arg(folder().join(script))
            .arg(keys::folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{script} does not start: {error}"));
        let orders = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self { process, orders, answers }
    }

    /// The pass that it signs, or why it does not.
    pub(crate) fn sign(&mut self, order: &Order) -> Result<Pass, Refused> {
        let order_line = serde_json::to_string(order).unwrap();
        writeln!(self.orders.as_mut().unwrap(), "{order_line}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        match serde_json::from_str(&line).expect("one answer for one order") {
            Answer::Cookies(cookies) => Ok(Pass::cookies(order, cookies)),
            Answer::Error(message) => Err(Refused(message)),
            Answer::Url(url) => Ok(Pass::signed_url(url)),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.orders = None;
        let _status = self.process.wait();
    }
}

/// What a peer says instead of signing.
#[derive(Debug)]
pub(crate) struct Refused(String);

impl From<Refused> for TestCaseError {
    fn from(Refused(message): Refused) -> Self {
        Self::fail(format!("the peer refuses: {message}"))
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}
