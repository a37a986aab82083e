//! Options of the command line that a later version will take.

use core::convert::Infallible;

/// Parses no value: the usage error names the option and says that it is for later. An
/// `Option<Infallible>` can only be None, so no code has to ask.
pub(crate) fn not_yet(_: &str) -> Result<Infallible, &'static str> {
    Err("not supported yet; leave the option out")
}
