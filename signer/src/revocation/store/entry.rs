//! An entry of the store: what was revoked, up to when, and by whom.

use core::fmt;
use core::str::FromStr;

use policy::{Thumbprint, UnixTime};

use super::CUT_OFF_MARGIN;

/// The longest id, in bytes: a DynamoDB key has at most 2,048.
const MAX_ID_BYTES: usize = 1024;

/// What is revoked. As text `all`, `key:THUMBPRINT`, `session:ID` or `subject:ID`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scope {
    /// All passes.
    All,
    /// All passes that a key signed.
    Key(Thumbprint),
    /// All passes of a session.
    Session(String),
    /// All passes of a subject: "log out everywhere".
    Subject(String),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Key(thumbprint) => write!(f, "key:{thumbprint}"),
            Self::Session(id) => write!(f, "session:{id}"),
            Self::Subject(id) => write!(f, "subject:{id}"),
        }
    }
}

impl FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        if text == "all" {
            return Ok(Self::All);
        }
        let (name, id) = text.split_once(':').ok_or(NotAScope)?;
        if id.is_empty() || id.len() > MAX_ID_BYTES || id.chars().any(char::is_control) {
            return Err(NotAScope);
        }
        match name {
            "key" => thumbprint(id).map(Self::Key).ok_or(NotAScope),
            "session" => Ok(Self::Session(id.to_owned())),
            "subject" => Ok(Self::Subject(id.to_owned())),
            _ => Err(NotAScope),
        }
    }
}

/// Exactly as `Display` writes it: 64 lower-case hexadecimal digits.
fn thumbprint(hex: &str) -> Option<Thumbprint> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs: &[[u8; 2]; 32] = hex.as_bytes().as_chunks().0.try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(high)? << 4 | digit(low)?;
    }
    (hex.len() == 64).then_some(Thumbprint(bytes))
}

/// Not the text of a scope.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotAScope;

impl fmt::Display for NotAScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "name what is revoked as `all`, `key:` and 64 hexadecimal digits, `session:ID` or `subject:ID`; an id has 1 to {MAX_ID_BYTES} bytes and no control characters"
        )
    }
}

impl core::error::Error for NotAScope {}

/// An entry of the store.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// What is revoked.
    pub scope: Scope,
    /// The cut-off: what was issued up to and including this second is revoked. Of a session or a
    /// key everything is, and this only says when it was ordered.
    pub up_to: UnixTime,
    /// When the order was given.
    pub recorded_at: UnixTime,
    /// Who gave it.
    pub actor: Option<String>,
    /// Why.
    pub note: Option<String>,
}

impl Entry {
    /// Ordered now, with the default cut-off, by nobody in particular.
    pub fn new(scope: Scope, now: UnixTime) -> Self {
        let up_to = now.plus_seconds(CUT_OFF_MARGIN);
        Self { scope, up_to, recorded_at: now, actor: None, note: None }
    }
}
