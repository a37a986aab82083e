//! URLs given on the command line.

use core::fmt;

use policy::{SignableUrl, Url, UrlFault};

use crate::outcome::Failure;
use crate::quoted::is_secretive;

/// A URL as it was typed. It is read by the commands and not by the parser of the command line,
/// whose messages would repeat it whole: its query may hold a signature.
#[derive(Clone)]
pub(crate) struct UrlArgument(String);

impl UrlArgument {
    /// The URL of a request. A text that is no absolute URL is wrong usage; one that no request
    /// may have is the inner error, which is a denial.
    pub(crate) fn requested(&self) -> Result<Result<Url<'_>, UrlFault>, Failure> {
        match Url::parse(&self.0) {
            Err(fault @ UrlFault::NotAbsolute) => Err(Failure::Usage(format!("`{self}`: {fault}"))),
            result => Ok(result),
        }
    }

    /// As it was typed.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL to sign.
    pub(crate) fn signable(&self) -> Result<SignableUrl, Failure> {
        self.0.parse().map_err(|fault| Failure::Usage(format!("cannot sign `{self}`: {fault}")))
    }
}

impl From<String> for UrlArgument {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Without the query, and without all of it where it is something else than a URL.
impl fmt::Display for UrlArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_once('?') {
            Some((start, _)) if !is_secretive(start) => write!(f, "{}?…", start.escape_debug()),
            None if !is_secretive(&self.0) => self.0.escape_debug().fmt(f),
            _ => f.write_str("…"),
        }
    }
}
