//! `edgepass rotate`: another CloudFront key, without refusing a viewer.

#[cfg(feature = "aws")]
mod overview;
#[cfg(feature = "aws")]
mod run;
mod site;

use clap::{Args, Subcommand};

use self::site::SiteOptions;
use crate::outcome::Outcome;

/// Rotate the CloudFront key without refusing a viewer
#[derive(Args)]
#[command(after_help = "\
  plan    says whether a rotation may begin, and what it would do; changes nothing
  start   makes a key pair and has everybody who checks passes trust it
  status  says what is there, and what comes next; changes nothing
  switch  checks the new key and signs with it from then on
  finish  removes the old key once the last of its passes has ended
  abort   gives the new key up, before the switch

Every command goes as far as it gets, says what it waits for, and may be repeated at any time: what
is there is looked at, nothing else is remembered. Stopped anywhere, a rotation refuses nobody. It
may be mixed with the Lambda function of the same site.

Exit codes:
  0  done
  1  not yet: repeat it later, or wait with --wait
  2  refused, or wrong usage
  3  a service failed: repeat it

Examples:
  edgepass rotate plan --secret media-signing --key-group ID --grants grants.toml --state none
  edgepass rotate start --wait --secret media-signing --key-group ID --grants grants.toml \\
      --state s3:BUCKET/edgepass/state --delegation secretsmanager:media-delegation \\
      --root-key file:root/private.pem
  edgepass rotate switch --secret media-signing ...")]
pub(crate) struct Rotate {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say whether a rotation may begin, and what it would do
    Plan(Options),
    /// Make a key pair, and have everybody who checks passes trust it
    Start(Options),
    /// Say what is there, and what comes next
    Status(Options),
    /// Check the new key, and sign with it from then on
    Switch(Options),
    /// Remove the old key once the last of its passes has ended
    Finish(Options),
    /// Give the new key up, before the switch
    Abort(Options),
}

#[derive(Args)]
struct Options {
    #[command(flatten)]
    site: SiteOptions,
    /// Repeat until it is done
    #[arg(long)]
    wait: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Rotate {
    #[cfg(feature = "aws")]
    pub(crate) fn run(self) -> Outcome {
        use signer::rotation::Goal;
        match &self.command {
            Command::Plan(options) => options.plan(),
            Command::Status(options) => options.status(),
            Command::Start(options) => options.go(&[Goal::Created, Goal::Trusted]),
            Command::Switch(options) => options.go(&[Goal::Switched]),
            Command::Finish(options) => options.go(&[Goal::Finished]),
            Command::Abort(options) => options.go(&[Goal::Aborted]),
        }
    }

    #[cfg(not(feature = "aws"))]
    pub(crate) fn run(self) -> Outcome {
        let (Command::Plan(_)
        | Command::Start(_)
        | Command::Status(_)
        | Command::Switch(_)
        | Command::Finish(_)
        | Command::Abort(_)) = self.command;
        Err(crate::outcome::Failure::Usage(
            "this program was built without the services of AWS; build it with `--features aws`"
                .to_owned(),
        ))
    }
}
