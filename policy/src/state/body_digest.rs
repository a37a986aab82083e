//! The name of a body.

use core::fmt;

/// The SHA-256 of a body, which is the name that it is published under.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct BodyDigest(pub [u8; 32]);

impl fmt::Display for BodyDigest {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BodyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyDigest({self})")
    }
}
