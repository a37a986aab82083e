//! `edgepass dev`: a local edge in one process, with a private clip behind it.

mod api;
mod content;
mod demo;
mod edge;
mod server;
mod session;
mod site;
mod state;
mod user;
mod validator;

use core::net::{Ipv4Addr, SocketAddr};
use std::fs;
use std::io;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use crate::outcome::{Ended, Failure, Outcome};
use crate::output::print;

use self::demo::Demo;
use self::edge::{Behaviour, Edge};
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
  edgepass dev --root ./videos          ./videos/a/b.mp4 is served as /media/a/b.mp4")]
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
        let ended = runtime.block_on(serve(state, &content, self.port));
        // Not waiting for reads of files that nobody will receive.
        runtime.shutdown_background();
        ended
    }
}

async fn serve(state: StateFolder, content: &Path, port: u16) -> Outcome {
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
    let signer = Arc::new(Signer::new(state.key, clock));
    let demo = Demo::new(Arc::clone(&signer), Arc::clone(&validator));
    let behaviours = vec![
        Behaviour::public("/edgepass/*", session::origin(signer)),
        Behaviour::public("/demo/*", demo::origin(demo)),
        Behaviour::signed("/media/*", content::origin("/media", content)),
    ];
    let edge = Edge::new(behaviours, site::origin(), validator, address.port());

    announce(&edge, address, content, &state.path)?;
    server::serve(listener, Arc::new(edge), stop).await;
    Ok(Ended::Done)
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

fn announce(edge: &Edge, address: SocketAddr, content: &Path, state: &Path) -> Result<(), Failure> {
    let private_key = state.join("private.pem");
    let text = format!(
        "\
A local edge that plays CloudFront is running.

  open       http://{address}/
  protected  {}, by signed URLs and cookies of the key `{KEY_ID}`
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
