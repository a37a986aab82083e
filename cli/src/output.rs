//! What is printed: results on standard output, messages for people on standard error.
//!
//! Colours reach terminals only, and none where `NO_COLOR` is set.

use std::io::{ErrorKind, Write};

use clap::builder::Styles;
use serde::Serialize;

use crate::outcome::Failure;

/// Prints a result, which may be styled. A line end is added.
///
/// A reader that has seen enough (`| head`) is no failure: the exit code still holds the answer.
pub(crate) fn print(result: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    // Flushed here: on the way out of the program nobody would see it fail.
    match writeln!(stdout, "{result}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Service(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a result as one line of JSON.
pub(crate) fn print_json(result: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string(result)
        .map_err(|error| Failure::Service(format!("cannot write JSON: {error}")))?;
    print(&json)
}

/// Says something that a person should know although the command goes on.
pub(crate) fn warn(message: &str) {
    let style = Styles::styled();
    let style = style.get_invalid();
    tell(&format!("{style}warning:{style:#} {message}"));
}

/// Says why the command ends without its result.
pub(crate) fn error(message: &str) {
    let style = Styles::styled();
    let style = style.get_error();
    tell(&format!("{style}error:{style:#} {message}"));
}

/// Says something to a person.
pub(crate) fn tell(message: &str) {
    // There is no third place to report to.
    let _ = writeln!(anstream::stderr().lock(), "{message}");
}
