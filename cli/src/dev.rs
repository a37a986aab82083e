//! `edgepass dev`: a local edge in one process, with a private clip behind it.

mod api;
mod check;
mod content;
mod cookie;
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
use core::net::{Ipv4Addr, SocketAddr};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use signer::{FileStore, FolderDestination, Store};
use tokio::net::TcpListener;
use tokio::select;

use crate::outcome::{Ended, Failure, Outcome};
use crate::output::print;

use self::check::Check;
use self::demo::Demo;
use self::edge::{Behaviour, Edge, hosts};
use self::grants::LocalGrants;
use self::lambda::{Function, Process};
use self::native::Native;
use self::publishing::Publishing;
use self::signing::Signer;
use self::state::{CLAIMS_KEY_ID, KEY_ID, StateFolder};
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
    let published = FolderDestination::new(state.published());
    let head = state.published().join("head");
    let validator = Arc::new(Validator::new(settings.clone(), head, Arc::clone(&clock))?);
    let (check, mut process) = match edge {
        CheckedBy::Native => (Check::Native(Native::new(Arc::clone(&validator))), None),
        CheckedBy::Lambda => {
            let (function, process) = Function::start(&state, &settings).await?;
            (Check::Lambda(function), Some(process))
        }
    };
    let checked_by = match &process {
        None => "the validator in this process".to_owned(),
        Some(process) => format!("the Lambda@Edge bundle in {}", process.description()),
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
    let keys = keys.into_ring();
    let signer = Arc::new(Signer::new(grants, &keys, &store, publishing.changes(), &clock));
    let demo = Demo { signer: Arc::clone(&signer), keys, validator };
    let behaviours = vec![
        Behaviour::public("/edgepass/state/*", published::origin(published)),
        Behaviour::public("/edgepass/*", signing::origin(signer)),
        Behaviour::public("/demo/*", demo::origin(demo)),
        Behaviour::signed("/media/*", content::origin("/media", content)),
    ];
    let edge = Edge::new(behaviours, site::origin(), check, hosts);

    announce(&edge, address, content, &path, &checked_by)?;
    select! {
        () = server::serve(listener, Arc::new(edge), stop) => {}
        () = kept_running(process.as_mut()) => {}
        () = publishing.run() => {}
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
    let in_state = |name| state.join(name).display().to_string();
    let (key, claims_key) = (in_state("private.pem"), in_state("claims-private.pem"));
    let (secret, store) = (in_state("site-secret"), in_state("revocations.json"));
    let text = format!(
        "\
A local edge that plays CloudFront is running.

  open       http://{address}/
  protected  {}, by signed URLs and cookies of the key `{KEY_ID}`
             with a claims token of the key `{CLAIMS_KEY_ID}`
  checked    by {checked_by}
  public     {}
  content    {}
  state      {} (all keys, the secret of the pseudonyms, what is revoked)
  sign       echo '{{\"sub\":\"me\",\"jti\":\"shell\"}}' | \\
               edgepass sign url http://{address}/media/alice/index.m3u8 --expires +1h \\
               --key {key} --key-id {KEY_ID} \\
               --claims - --claims-key {claims_key} --claims-key-id {CLAIMS_KEY_ID}
  revoke     edgepass revoke subject --identity alice --before +0s \\
               --site-secret {secret} --store file:{store}
  stop       Ctrl-C

Refusals follow, each with its reason.",
        edge.protected().join(" "),
        edge.public().join(" "),
        content.display(),
        state.display(),
    );
    print(&text)
}
