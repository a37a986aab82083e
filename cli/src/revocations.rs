//! `edgepass revocations`: the store of revocations, and the state that edges fetch.

mod delegate;
mod inspect;
mod list;
mod prune;
mod publish;

use clap::{Args, Subcommand};

use crate::outcome::Outcome;

/// List and prune what is revoked; publish it to edges, and inspect what is published.
#[derive(Args)]
pub(crate) struct Revocations {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::List),
    Prune(prune::Prune),
    Publish(publish::Publish),
    Inspect(inspect::Inspect),
    Delegate(delegate::Delegate),
}

impl Revocations {
    pub(crate) fn run(self) -> Outcome {
        match self.command {
            Command::List(list) => list.run(),
            Command::Prune(prune) => prune.run(),
            Command::Publish(publish) => publish.run(),
            Command::Inspect(inspect) => inspect.run(),
            Command::Delegate(delegate) => delegate.run(),
        }
    }
}
