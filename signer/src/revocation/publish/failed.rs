//! Why nothing was published.

use core::fmt;

use policy::StateRefused;

use super::DestinationUnavailable;
use crate::SigningFailed;
use crate::revocation::store::StoreUnavailable;

/// Why nothing was published. The state before stays.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PublishFailed {
    /// Other publishers were faster, again and again; or no two answers about the head are the same.
    Contended,
    /// The place of the state did not answer.
    Destination(DestinationUnavailable),
    /// The published head has a later delegation: edges that saw it would refuse this one's heads.
    OlderDelegation {
        /// The serial number of this publisher's.
        serial: u64,
        /// That of the published one.
        published: u64,
    },
    /// The delegation names another state key.
    OtherStateKey,
    /// The state cannot be made.
    Refused(StateRefused),
    /// No number is left after that of the last head.
    Sequence,
    /// The state key did not sign.
    Signing(SigningFailed),
    /// The store did not answer.
    Store(StoreUnavailable),
}

impl fmt::Display for PublishFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contended => {
                f.write_str("the head kept changing; run fewer publishers at a time")
            }
            Self::Destination(unavailable) => unavailable.fmt(f),
            Self::OlderDelegation { serial, published } => write!(
                f,
                "the delegation has the serial number {serial}, and edges have seen {published}; publish with the latest delegation"
            ),
            Self::OtherStateKey => f.write_str(
                "the delegation names another state key; sign one for this key with the root key",
            ),
            Self::Refused(refused) => refused.fmt(f),
            Self::Sequence => f.write_str(
                "no sequence number follows that of the published head; check the clock, and publish to a new place",
            ),
            Self::Signing(failed) => failed.fmt(f),
            Self::Store(unavailable) => unavailable.fmt(f),
        }
    }
}

impl core::error::Error for PublishFailed {}

impl From<DestinationUnavailable> for PublishFailed {
    fn from(unavailable: DestinationUnavailable) -> Self {
        Self::Destination(unavailable)
    }
}

impl From<SigningFailed> for PublishFailed {
    fn from(failed: SigningFailed) -> Self {
        Self::Signing(failed)
    }
}

impl From<StateRefused> for PublishFailed {
    fn from(refused: StateRefused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreUnavailable> for PublishFailed {
    fn from(unavailable: StoreUnavailable) -> Self {
        Self::Store(unavailable)
    }
}
