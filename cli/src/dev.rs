//! `edgepass dev`: a local edge in one process, with a private clip behind it.

mod api;
mod check;
mod content;
mod demo;
mod edge;
mod lambda;
mod native;
mod server;
mod session;
mod site;
mod state;
mod user;
mod validator;
mod viewer;

use core::future::pending;
use core::net::{Ipv4Addr, SocketAddr};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio::select;

use crate::outcome::{Ended, Failure, Outcome};
use crate::output::print;

use self::check::Check;
use self::demo::Demo;
use self::edge::{Behaviour, Edge};
use self::lambda::{Function, Process};
use self::native::Native;
use self::session::Signer;
use self::state::StateFolder;
use self::validator::{KEY_ID, Validator, system_clock};

/// Run a local edge: CloudFront's part played by one process, with a demo site behind it.
///
/// Nothing needs to be set up and nothing leaves this machine. The first run makes a key pair.
#[derive(Args)]
#[command(after_help = "\
Examples:
  edgepass dev
  edgepass dev --port 0                 on any free port
  edgepass dev --root ./videos          ./videos/a/b.mp4 is served as /media/a/b.mp4
  edgepass dev --edge lambda            what `edgepass bundle lambda-edge` deploys decides")]
pub(crate) struct Dev {
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8787)]
    port: u16,

    /// Folder to serve under protection, instead of the demo clip
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// Folder that keeps the keys; it is made when missing
    #[arg(long, value_name = "DIR", default_value = ".edgepass")]
    state: PathBuf,

    /// What checks the requests for protected paths
    #[arg(long, value_enum, default_value_t = CheckedBy::Native)]
    edge: CheckedBy,
}

#[derive(Clone, Copy, ValueEnum)]
enum CheckedBy {
    /// The validator in this process, refusing as CloudFront does
    Native,
    /// The Lambda@Edge bundle in Node.js, refusing as it does when deployed
    Lambda,
}

impl Dev {
    pub(crate) fn run(self) -> Outcome {
        let state = StateFolder::open(&self.state)?;
        let content = match self.root {
            Some(root) => existing_folder(&root)?,
            None => state.write_demo_clip()?,
        };
        // Each viewer takes a socket and, while a file is sent, another descriptor: the 256 of
        // macOS are too few. Where it cannot be raised, viewers wait for each other.
        let _ = rlimit::increase_nofile_limit(16_384);

        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Service(format!("cannot start threads: {error}")))?;
        let ended = runtime.block_on(serve(state, &content, self.port, self.edge));
        // Not waiting for reads of files that nobody will receive.
        runtime.shutdown_background();
        ended
    }
}

async fn serve(state: StateFolder, content: &Path, port: u16, edge: CheckedBy) -> Outcome {
    let stop = server::stop_signal()
        .map_err(|error| Failure::Service(format!("cannot listen for Ctrl-C: {error}")))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| cannot_listen(port, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Service(format!("cannot tell the port taken: {error}")))?;

    let clock = system_clock();
    let validator = Arc::new(Validator::new(state.key.public_key(), Arc::clone(&clock))?);
    let (check, mut process) = match edge {
        CheckedBy::Native => (Check::Native(Native::new(Arc::clone(&validator))), None),
        CheckedBy::Lambda => {
            let (function, process) = Function::start(&state).await?;
            (Check::Lambda(function), Some(process))
        }
    };
    let checked_by = match &process {
        None => "the validator in this process".to_owned(),
        Some(process) => format!("the Lambda@Edge bundle in {}", process.description()),
    };
    let signer = Arc::new(Signer::new(state.key, clock));
    let demo = Demo::new(Arc::clone(&signer), Arc::clone(&validator));
    let behaviours = vec![
        Behaviour::public("/edgepass/*", session::origin(signer)),
        Behaviour::public("/demo/*", demo::origin(demo)),
        Behaviour::signed("/media/*", content::origin("/media", content)),
    ];
    let edge = Edge::new(behaviours, site::origin(), check, address.port());

    announce(&edge, address, content, &state.path, &checked_by)?;
    select! {
        () = server::serve(listener, Arc::new(edge), stop) => {}
        () = kept_running(process.as_mut()) => {}
    }
    if let Some(process) = process {
        process.end().await;
    }
    Ok(Ended::Done)
}

/// Never done.
async fn kept_running(process: Option<&mut Process>) {
    match process {
        Some(process) => process.run().await,
        None => pending().await,
    }
}

fn existing_folder(root: &Path) -> Result<PathBuf, Failure> {
    let wrong = |why: &str| {
        Failure::Usage(format!(
            "`--root {}` {why}; name a folder whose files are to be served",
            root.display()
        ))
    };
    let folder = fs::canonicalize(root).map_err(|_| wrong("does not exist"))?;
    if folder.is_dir() { Ok(folder) } else { Err(wrong("is not a folder")) }
}

fn cannot_listen(port: u16, error: &io::Error) -> Failure {
    Failure::Service(match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "port `{port}` on 127.0.0.1 is in use; stop what uses it, or choose another with `--port` (0 takes any free one)"
        ),
        io::ErrorKind::PermissionDenied => {
            format!("port `{port}` is not for everyone; choose one above 1023 with `--port`")
        }
        _ => format!("cannot listen on port `{port}` of 127.0.0.1: {error}"),
    })
}

fn announce(
    edge: &Edge,
    address: SocketAddr,
    content: &Path,
    state: &Path,
    checked_by: &str,
) -> Result<(), Failure> {
    let private_key = state.join("private.pem");
    let text = format!(
        "\
A local edge that plays CloudFront is running.

  open       http://{address}/
  protected  {}, by signed URLs and cookies of the key `{KEY_ID}`
  checked    by {checked_by}
  public     {}
  content    {}
  state      {} (the keys: private.pem, public.pem)
  sign       edgepass sign url http://{address}/media/alice/index.m3u8 \\
               --key {} --key-id {KEY_ID} --expires +1h
  stop       Ctrl-C

Refusals follow, each with its reason.",
        edge.protected().join(" "),
        edge.public().join(" "),
        content.display(),
        state.display(),
        private_key.display(),
    );
    print(&text)
}
