//! Why a state is not taken.

use core::fmt;

use super::body_digest::BodyDigest;
use crate::key::KeyRefused;
use crate::time::UnixTime;
use crate::trusted_key::TrustRefused;

/// How far ahead of the edge's clock a state may be dated, in seconds: the clocks of publishers and
/// edges differ.
pub const MAX_SECONDS_AHEAD: u32 = 60;

/// A part of the state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StatePart {
    /// What is revoked.
    Body,
    /// What the root key signs.
    Delegation,
    /// What the state key signs.
    Head,
}

impl fmt::Display for StatePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Body => "body",
            Self::Delegation => "delegation",
            Self::Head => "head",
        })
    }
}

/// Whose signature it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StateSigner {
    /// The root key's, over the delegation.
    Root,
    /// The state key's, over the head.
    State,
}

/// Why a state, or a part of it, is not taken. The state before it stays in use.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StateRefused {
    /// Dated more than [`MAX_SECONDS_AHEAD`] ahead.
    Ahead {
        /// When it was made, by its own account.
        generated_at: UnixTime,
        /// Now.
        now: UnixTime,
    },
    /// Another head with the sequence number of the one in use.
    Forked {
        /// The number.
        sequence: u64,
    },
    /// A key that CloudFront would not take.
    Key(KeyRefused),
    /// A part that does not follow its format.
    Malformed {
        /// The part.
        part: StatePart,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A sequence number below one that was seen, or below the minimum of this edge.
    Older {
        /// The number.
        sequence: u64,
        /// What it must reach.
        least: u64,
    },
    /// A delegation older than one that was seen, or older than the minimum of this edge.
    OlderDelegation {
        /// Its serial number.
        serial: u64,
        /// What it must reach.
        least: u64,
    },
    /// Not the body that the head names.
    OtherBody {
        /// The one that it names.
        digest: BodyDigest,
    },
    /// Another kind of file, or another version of the format.
    OtherFormat {
        /// What it was to be.
        part: StatePart,
    },
    /// The state of another site.
    OtherSite,
    /// Neither one root key nor two.
    RootKeys,
    /// A signature that does not hold.
    Signature(StateSigner),
    /// Not the id of a site.
    SiteId,
    /// A part beyond its limit.
    TooLarge {
        /// The part.
        part: StatePart,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A key of the list that could not be trusted.
    Trust(TrustRefused),
}

impl fmt::Display for StateRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ahead { generated_at, now } => write!(
                f,
                "the state is dated {generated_at}, more than {MAX_SECONDS_AHEAD} s ahead of {now}; compare the clocks of the publisher and of this machine"
            ),
            Self::Forked { sequence } => write!(
                f,
                "two heads have the sequence number {sequence}; let only one publisher write to this place, and publish again"
            ),
            Self::Key(refused) => write!(f, "a key in the state: {refused}"),
            Self::Malformed { part, problem } => {
                write!(f, "the {part} of the state is malformed: {problem}; publish it again")
            }
            Self::Older { sequence, least } => write!(
                f,
                "the state has the sequence number {sequence}, older than {least}, which was seen or is required; publish it again"
            ),
            Self::OlderDelegation { serial, least } => write!(
                f,
                "the list of trusted keys has the serial number {serial}, older than {least}, which was seen or is required; publish with the latest list"
            ),
            Self::OtherBody { digest } => write!(
                f,
                "not the body `{digest}` that the head names; fetch that one, or publish again"
            ),
            Self::OtherFormat { part } => write!(
                f,
                "not a {part} of a state in a version that is known here; check its address, or update this edge"
            ),
            Self::OtherSite => {
                f.write_str("the state is that of another site; check its address and the root key")
            }
            Self::RootKeys => {
                f.write_str("a state is trusted by one root key, or by two while they change")
            }
            Self::Signature(StateSigner::Root) => f.write_str(
                "the list of trusted keys was not signed by a root key of this edge; check its address, or deploy the edge with the new root key",
            ),
            Self::Signature(StateSigner::State) => f.write_str(
                "the head was not signed by the state key that the root key names; check which key the publisher signs with",
            ),
            Self::SiteId => f.write_str(
                "the id of a site has 1 to 255 visible ASCII characters, such as `https://media.example.com`",
            ),
            Self::TooLarge { part, bytes, limit } => {
                write!(f, "the {part} of the state has {bytes} bytes; at most {limit} are taken")
            }
            Self::Trust(refused) => write!(f, "a key in the state: {refused}"),
        }
    }
}

impl core::error::Error for StateRefused {}

impl From<KeyRefused> for StateRefused {
    fn from(refused: KeyRefused) -> Self {
        Self::Key(refused)
    }
}

impl From<TrustRefused> for StateRefused {
    fn from(refused: TrustRefused) -> Self {
        Self::Trust(refused)
    }
}
