//! The peers that run in a process of their own and keep the time themselves.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

pub struct Peers {
    pub botocore: RefCell<Peer>,
    pub node: RefCell<Peer>,
}

impl Peers {
    pub fn start(folder: &Path) -> Self {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers");
        let python = peers.join(".venv/bin/python");
        Self {
            botocore: Peer::start(&python, &peers.join("botocore_bench.py"), folder),
            node: Peer::start(Path::new("node"), &peers.join("node_bench.mjs"), folder),
        }
    }
}

pub struct Peer {
    process: Child,
    /// None once it is to end.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(interpreter: &Path, script: &Path, folder: &Path) -> RefCell<Self> {
        let mut process = Command::new(interpreter)
            .args([script, folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peers are installed: tests/peers/install");
        let orders = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("piped"));
        RefCell::new(Self { process, orders, answers })
    }

    /// Does `what`, such as `sign RSA-SHA1`, so many times.
    pub fn run(&mut self, what: &str, times: u32) -> Duration {
        let orders = self.orders.as_mut().expect("not dropped");
        writeln!(orders, "{what} {times}").expect("the peer runs");
        let mut nanoseconds = String::new();
        self.answers.read_line(&mut nanoseconds).expect("the peer runs");
        Duration::from_nanos(nanoseconds.trim().parse().expect("the peer says how long it took"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.orders = None;
        let _status = self.process.wait();
    }
}
