//! How a command ends, and the exit code that says so.

use std::process::ExitCode;

use crate::output;

/// What every command returns.
pub(crate) type Outcome = Result<Ended, Failure>;

/// A command that did its work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ended {
    /// Done, or allowed: exit code 0.
    Done,
    /// The answer is no: exit code 1.
    Denied,
}

/// A command that did not. The text names the offending value and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Failure {
    /// Wrong usage or configuration: exit code 2.
    Usage(String),
    /// A file, the network or a service failed: exit code 3.
    Service(String),
}

/// Prints a failure to standard error and gives the exit code.
pub(crate) fn report(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Denied) => ExitCode::from(1),
        Err(Failure::Usage(message)) => failed(&message, 2),
        Err(Failure::Service(message)) => failed(&message, 3),
    }
}

fn failed(message: &str, code: u8) -> ExitCode {
    output::error(message);
    ExitCode::from(code)
}
