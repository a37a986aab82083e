//! `edgepass`: sign, verify and explain private content on CloudFront.

mod bundle;
mod claims_trust;
mod completions;
mod cookie_argument;
mod credential;
mod dev;
mod edge_claims;
mod evidence_file;
mod explain;
mod hash;
mod init;
mod inspect;
mod keygen;
mod network;
mod new_files;
mod outcome;
mod output;
mod private_key;
mod quoted;
mod reason;
mod revocations;
mod revoke;
mod rotate;
mod sign;
mod state_file;
mod store;
mod text_file;
mod trust;
mod url_argument;
mod verify;
mod when;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};

use self::explain::Explain;
use bundle::Bundle;
use completions::Completions;
use dev::Dev;
use init::Init;
use inspect::Inspect;
use keygen::Keygen;
use revocations::Revocations;
use revoke::Revoke;
use rotate::Rotate;
use sign::Sign;
use verify::Verify;

/// Sign, verify and explain private content on CloudFront.
#[derive(Parser)]
#[command(name = "edgepass", version, after_help = AFTER_HELP)]
struct Edgepass {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Keygen(Keygen),
    Sign(Sign),
    Inspect(Inspect),
    Verify(Verify),
    Explain(Explain),
    Revoke(Revoke),
    Revocations(Revocations),
    Init(Init),
    Rotate(Rotate),
    Bundle(Bundle),
    Dev(Dev),
    Completions(Completions),
}

const AFTER_HELP: &str = "\
Exit codes:
  0  allowed, or done
  1  denied
  2  wrong usage or configuration
  3  a file, the network or a service failed

Examples:
  edgepass dev
  edgepass keygen --algorithm rsa-2048 --out keys
  edgepass sign url https://media.example.com/film.mp4 \\
      --key keys/private.pem --key-id K2JCJMDEHXQW5F --expires +12h
  edgepass verify --url 'https://media.example.com/film.mp4?Expires=...' \\
      --trust K2JCJMDEHXQW5F=keys/public.pem:RSA-SHA256

`edgepass COMMAND --help` has more of each.";

fn main() -> ExitCode {
    let outcome = match parsed().command {
        Command::Keygen(keygen) => keygen.run(),
        Command::Sign(sign) => sign.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Verify(verify) => verify.run(),
        Command::Explain(explain) => explain.run(),
        Command::Revoke(revoke) => revoke.run(),
        Command::Revocations(revocations) => revocations.run(),
        Command::Init(init) => init.run(),
        Command::Rotate(rotate) => rotate.run(),
        Command::Bundle(bundle) => bundle.run(),
        Command::Dev(dev) => dev.run(),
        Command::Completions(completions) => completions.run(),
    };
    outcome::report(outcome)
}

/// The command line. A message about it does not repeat what may be a secret.
fn parsed() -> Edgepass {
    Edgepass::try_parse().unwrap_or_else(|mut error| {
        const REPEATED: [ContextKind; 3] =
            [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue];
        for kind in REPEATED {
            if let Some(ContextValue::String(text)) = error.get(kind)
                && quoted::is_secretive(text)
            {
                error.insert(kind, ContextValue::String("…".to_owned()));
            }
        }
        error.exit()
    })
}
