//! `edgepass dev`: a local edge in one process, with a private clip behind it.

mod announcement;
mod api;
mod check;
mod content;
mod cookie;
mod decision;
mod demo;
mod edge;
mod grants;
mod lambda;
mod native;
mod published;
mod publishing;
mod rules;
mod server;
mod sign_in;
mod signing;
mod site;
mod state;
mod user;
mod validator;
mod viewer;

use core::future::pending;
use core::net::Ipv4Addr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use signer::{FileStore, FolderDestination, Store, public_key_pem};
use tokio::net::TcpListener;
use tokio::select;

use crate::edge_claims::edge_claims;
use crate::outcome::{Ended, Failure, Outcome};

use self::announcement::announce;
use self::check::Check;
use self::demo::Demo;
use self::edge::{Behaviour, Edge, hosts};
use self::grants::LocalGrants;
use self::lambda::{Function, Process};
use self::native::Native;
use self::publishing::Publishing;
use self::signing::Signer;
use self::state::StateFolder;
use self::validator::{Validator, system_clock};

/// Run a local edge: CloudFront's part played by one process, with a demo site behind it.
///
/// Nothing needs to be set up and nothing leaves this machine. The first run makes the keys.
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

    /// Folder that keeps the keys and what is revoked; it is made when missing
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
    let hosts = hosts(address.port());
    let grants = LocalGrants::new(&hosts)?;
    let max_lifetime = grants.max_lifetime();
    let [host, _] = &hosts;
    let root = &state.mandate.mandate.root;
    let settings = rules::settings(&state.keys, root, published::head_url(host), max_lifetime);
    let claims = edge_claims(&settings);
    let published = FolderDestination::new(state.published());
    let head = state.published().join("head");
    let validator = Arc::new(Validator::new(settings.clone(), head, Arc::clone(&clock))?);
    let (check, unstarted) = match edge {
        CheckedBy::Native => (Check::Native(Native::new(Arc::clone(&validator))), None),
        CheckedBy::Lambda => {
            let (function, unstarted) = Function::new(&state, &settings)?;
            (Check::Lambda(function), Some(unstarted))
        }
    };
    let store: Arc<dyn Store> = Arc::new(FileStore::new(state.revocations()));
    let StateFolder { path, keys, state_key, mandate } = state;
    let publishing = Publishing::new(
        mandate,
        state_key,
        max_lifetime,
        Arc::clone(&store),
        published.clone(),
        Arc::clone(&clock),
    )?;
    // Edges let nobody in without a state.
    publishing.publish().await.map_err(|failed| Failure::Service(failed.to_string()))?;
    validator.refresh().await;
    let public_key = public_key_pem(keys.policy_key.public_key());
    let keys = keys.into_ring();
    let signer = Signer::new(grants, &keys, &store, publishing.changes(), &clock, claims)?;
    let signer = Arc::new(signer);
    let demo = Demo { signer: Arc::clone(&signer), keys, public_key, validator };
    let behaviours = vec![
        Behaviour::public("/edgepass/state/*", published::origin(published)),
        Behaviour::public("/edgepass/*", signing::origin(signer)),
        Behaviour::public("/demo/*", demo::origin(demo)),
        Behaviour::signed("/media/*", content::origin("/media", content)),
    ];
    let edge = Arc::new(Edge::new(behaviours, site::origin(), check, hosts));

    let mut process = None;
    let running = async {
        if let Some(unstarted) = unstarted {
            process = Some(unstarted.start().await?);
        }
        announce(&edge, address, content, &path, claims, process.as_ref())?;
        kept_running(process.as_mut()).await;
        Ok(Ended::Done)
    };
    let ended = select! {
        // First of all: the function fetches the state while it starts.
        () = server::serve(listener, Arc::clone(&edge), stop) => Ok(Ended::Done),
        ended = running => ended,
        () = publishing.run() => Ok(Ended::Done),
    };
    if let Some(process) = process {
        process.end().await;
    }
    ended
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
