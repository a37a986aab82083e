//! The Node.js process in which the function runs, kept running and spoken to in lines of JSON.

use core::time::Duration;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Stdio;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{interval, timeout};

use crate::outcome::Failure;
use crate::output::tell;

use super::event::Event;

/// How long a function may take (AWS: "Quotas on Lambda@Edge").
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the process may take until the function is loaded.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// How long every request is refused after the process went down.
const PAUSE: Duration = Duration::from_millis(500);

/// The requests that may wait to be handed over; others wait to wait.
const QUEUE: usize = 256;

/// The oldest major version of Node.js that the bundle is tested in.
const MIN_NODE: u32 = 20;

const INSTALL: &str = "install Node.js 20 or later, or leave `--edge lambda` out";

/// Hands events to the process.
pub(super) struct Caller {
    calls: mpsc::Sender<Call>,
}

struct Call {
    id: u64,
    line: String,
    reply: oneshot::Sender<Reply>,
}

/// A line that the process writes.
#[derive(Deserialize)]
struct Reply {
    id: u64,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    threw: bool,
}

/// The function gave no result, which CloudFront answers with a 503.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoResult {
    /// Its process is down, or went down over it.
    Down,
    /// It threw.
    Threw,
}

impl Caller {
    /// The result of the function for an event. `id` is of this call alone.
    pub(super) async fn call(&self, id: u64, event: &Event<'_>) -> Result<Value, NoResult> {
        #[derive(Serialize)]
        struct Sent<'e> {
            id: u64,
            event: &'e Event<'e>,
        }

        let mut line = serde_json::to_string(&Sent { id, event }).map_err(|_| NoResult::Down)?;
        line.push('\n');
        let (reply, answered) = oneshot::channel();
        self.calls.send(Call { id, line, reply }).await.map_err(|_| NoResult::Down)?;
        match answered.await {
            Ok(Reply { threw: true, .. }) => Err(NoResult::Threw),
            Ok(Reply { result, .. }) => Ok(result),
            Err(_) => Err(NoResult::Down),
        }
    }
}

/// A process that is still to be started. Calls wait for it.
pub(crate) struct Unstarted {
    driver: PathBuf,
    calls: mpsc::Receiver<Call>,
}

impl Unstarted {
    pub(super) fn new(driver: PathBuf) -> (Caller, Self) {
        let (sender, calls) = mpsc::channel(QUEUE);
        (Caller { calls: sender }, Self { driver, calls })
    }

    /// Starts it, and waits until the function is loaded, which by then has fetched the state.
    pub(crate) async fn start(self) -> Result<Process, Failure> {
        let Self { driver, calls } = self;
        Ok(Process { node: Node::start(&driver).await?, driver, calls })
    }
}

/// The process, and what it takes to start another.
pub(crate) struct Process {
    node: Node,
    driver: PathBuf,
    calls: mpsc::Receiver<Call>,
}

impl Process {
    /// The version of Node.js and the id of the process, for people.
    pub(crate) fn description(&self) -> String {
        self.node.description()
    }

    /// Keeps it running, without end.
    pub(crate) async fn run(&mut self) {
        loop {
            let mut waiting = HashMap::new();
            let down = self.node.serve(&mut self.calls, &mut waiting).await;
            let why = self.node.end(down).await;
            tell(&format!("the function is down: {why}; requests are refused until it is back"));
            // Their refusals are logged after the reason.
            drop(waiting);
            self.node = self.restarted().await;
            tell(&format!("the function is back, in {}", self.node.description()));
        }
    }

    /// Ends it, and waits until it is gone.
    pub(crate) async fn end(mut self) {
        let _ = self.node.child.kill().await;
    }

    async fn restarted(&mut self) -> Node {
        loop {
            let calls = &mut self.calls;
            // Who drops a call refuses it.
            let _ = timeout(PAUSE, async {
                while calls.recv().await.is_some() {}
                core::future::pending::<()>().await;
            })
            .await;
            match Node::start(&self.driver).await {
                Ok(node) => return node,
                Err(Failure::Usage(message) | Failure::Service(message)) => tell(&message),
            }
        }
    }
}

/// One run of Node.js.
struct Node {
    child: Child,
    events: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
    version: String,
}

/// Why a run is over.
#[derive(Clone, Copy)]
enum Down {
    Ended,
    Garbled,
    Overdue,
}

struct Waiting {
    since: Instant,
    reply: oneshot::Sender<Reply>,
}

impl Node {
    async fn start(driver: &Path) -> Result<Self, Failure> {
        let mut child = Command::new("node")
            .arg("--")
            .arg(driver)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| not_started(&error))?;
        let (Some(events), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(not_ready());
        };
        let mut replies = BufReader::new(output).lines();
        let Ok(Ok(Some(line))) = timeout(START_TIMEOUT, replies.next_line()).await else {
            return Err(not_ready());
        };
        let version = supported_version(&line)?;
        Ok(Self { child, events, replies, version })
    }

    fn description(&self) -> String {
        let id = self.child.id().unwrap_or_default();
        format!("Node.js {}, process {id}", self.version)
    }

    /// Hands over calls and passes replies on until that is no longer possible. Calls without a
    /// reply are left `waiting`.
    async fn serve(
        &mut self,
        calls: &mut mpsc::Receiver<Call>,
        waiting: &mut HashMap<u64, Waiting>,
    ) -> Down {
        let (lines, queued) = mpsc::unbounded_channel();
        // Beside the reading: each side may have to wait until the other has read.
        let mut writing = pin!(write(&mut self.events, queued));
        let mut clock = interval(Duration::from_secs(1));
        loop {
            select! {
                Some(Call { id, line, reply }) = calls.recv() => {
                    waiting.insert(id, Waiting { since: Instant::now(), reply });
                    if lines.send(line).is_err() {
                        return Down::Ended;
                    }
                }
                line = self.replies.next_line() => {
                    let Ok(Some(line)) = line else {
                        return Down::Ended;
                    };
                    let Ok(reply) = serde_json::from_str::<Reply>(&line) else {
                        return Down::Garbled;
                    };
                    if let Some(call) = waiting.remove(&reply.id) {
                        // A viewer that went away waits for nothing.
                        let _ = call.reply.send(reply);
                    }
                }
                () = &mut writing => return Down::Ended,
                _ = clock.tick() => {
                    if waiting.values().any(|call| call.since.elapsed() > FUNCTION_TIMEOUT) {
                        return Down::Overdue;
                    }
                }
            }
        }
    }

    /// Ends it, if it has not ended by itself, and says why.
    async fn end(&mut self, down: Down) -> String {
        let _ = self.child.start_kill();
        let status = self.child.wait().await;
        match down {
            Down::Ended => match status {
                Ok(status) => format!("Node.js ended ({status})"),
                Err(error) => format!("Node.js ended ({error})"),
            },
            Down::Garbled => "what came back is no result".to_owned(),
            Down::Overdue => format!("it gave no result in {} s", FUNCTION_TIMEOUT.as_secs()),
        }
    }
}

async fn write(events: &mut ChildStdin, mut lines: mpsc::UnboundedReceiver<String>) {
    while let Some(line) = lines.recv().await {
        if events.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Reads the first line of the driver.
fn supported_version(line: &str) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Ready {
        node: String,
    }

    let Ready { node: version } = serde_json::from_str(line).map_err(|_| not_ready())?;
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < MIN_NODE) {
        return Err(Failure::Usage(format!("`node` is version `{version}`; {INSTALL}")));
    }
    Ok(version)
}

fn not_started(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::Usage(format!("there is no program `node` in the PATH; {INSTALL}"))
        }
        _ => Failure::Service(format!("cannot start `node`: {error}; {INSTALL}")),
    }
}

fn not_ready() -> Failure {
    Failure::Service(format!(
        "`node` did not load the function, and any reason that it gave stands above; {INSTALL}"
    ))
}
