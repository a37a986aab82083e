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
    print(&escaped(&json))
}

/// JSON with its control characters escaped: `serde_json` leaves DEL and those beyond ASCII as they
/// are, of which a terminal would obey some and `print` drops others.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_control() {
            text.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            text.push(character);
        }
    }
    text
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn json_keeps_every_character_and_prints_none_that_a_terminal_obeys() {
        let every: String = ('\0'..='\u{17f}').collect();
        let json = escaped(&serde_json::to_string(&every).unwrap());
        assert!(!json.contains(char::is_control), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), every);
    }
}
