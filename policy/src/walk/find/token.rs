//! The claims token of a request, as it was found. Nothing in it is proven.

use crate::claims::ClaimsFault;

/// A claims token as it was found.
#[derive(Clone, Default, Eq, PartialEq)]
pub(crate) enum Token<'r> {
    #[default]
    Absent,
    Faulty(ClaimsFault),
    Found(&'r str),
}

impl<'r> Token<'r> {
    /// Adds a value of the token's name. A second one makes both worthless.
    pub(super) fn put(&mut self, value: &'r str) {
        *self = match self {
            Self::Absent => Self::Found(value),
            _ => Self::Faulty(ClaimsFault::Repeated),
        };
    }
}
