//! `edgepass`: sign, verify and explain private content on CloudFront.

mod dev;
mod outcome;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use outcome::Outcome;

#[derive(Parser)]
#[command(name = "edgepass", version, about)]
struct Edgepass {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Dev(dev::Dev),
}

fn main() -> ExitCode {
    let outcome: Outcome = match Edgepass::parse().command {
        Command::Dev(dev) => dev.run(),
    };
    outcome::report(outcome)
}
