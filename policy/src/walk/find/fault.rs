//! What can be wrong with a value of a credential.

use core::fmt;

use crate::base64::Base64Fault;

/// What is wrong with a value of a credential.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FieldFault {
    /// Not CloudFront's base64.
    Base64(Base64Fault),
    /// Characters that the value cannot have.
    Characters,
    /// The parameter's name is percent-encoded.
    EscapedName,
    /// Not the decimal digits of a number of seconds.
    NotSeconds,
    /// It is there more than once.
    Repeated,
    /// Neither `SHA1` nor `SHA256`.
    UnknownHash,
    /// A custom policy and a canned one's expiry.
    WithExpires,
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base64(problem) => return problem.fmt(f),
            Self::Characters => "has characters that it cannot have",
            Self::EscapedName => "has a percent-encoded name",
            Self::NotSeconds => "is not a whole number of seconds",
            Self::Repeated => "is there more than once",
            Self::UnknownHash => "is neither `SHA1` nor `SHA256`",
            Self::WithExpires => {
                "came together with an expiry; a policy is either canned or custom"
            }
        })
    }
}
