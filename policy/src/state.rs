//! The state that edges share: what is revoked, and which keys are trusted now.
//!
//! It travels as two objects. The *head* is small, signed and fetched at every refresh; the *body*
//! is immutable, named by its digest in the head, and fetched only when that changes.
//!
//! ```text
//! root key (baked into the edge) --signs--> delegation: site, state key, trusted keys
//! state key (in the delegation)  --signs--> head: delegation, sequence, date, digest of the body
//! ```
//!
//! All integers in both objects are little-endian: that is how edges compute. A length that is
//! named before some bytes counts those bytes. No byte may be missing, left over or have a second
//! meaning, so that every state has one encoding (but for the signatures, of which ECDSA has many).

mod body;
mod body_digest;
mod bytes;
mod delegation;
mod head;
mod index;
mod proven_delegation;
mod refused;
pub(crate) mod standing;
mod trust;
mod trusted_keys;
mod unproven;

use alloc::sync::Arc;
use alloc::vec::Vec;

pub use body::{Body, BodyDraft, MAX_BODY_BYTES, Salt};
pub use body_digest::BodyDigest;
pub use delegation::{
    DelegatedKey, Delegation, KeyUse, MAX_DELEGATED_KEYS, MAX_DELEGATION_BYTES, SignedDelegation,
    SiteId,
};
pub use head::{Head, HeadDraft, MAX_HEAD_BYTES};
pub use refused::{MAX_SECONDS_AHEAD, StatePart, StateRefused, StateSigner};
pub use trust::{Minimum, StateTrust};
pub use unproven::UnprovenHead;

use self::standing::{Revocable, Revocation, Standing};

/// A head whose signatures hold, and the body that it names.
///
/// A clone shares the body.
#[derive(Clone, Debug)]
pub struct State {
    head: Head,
    body: Arc<Body>,
}

impl State {
    /// Takes the body that was fetched for `head`, which has to be the one that it names.
    pub fn new(
        head: Head,
        body: Vec<u8>,
        sha256: fn(&[u8]) -> [u8; 32],
    ) -> Result<Self, StateRefused> {
        if !head.names(&body, sha256) {
            return Err(StateRefused::OtherBody { digest: head.body_digest() });
        }
        let body = Arc::new(Body::read(body)?);
        Ok(Self { head, body })
    }

    /// This state under a later head; None if that names another body, which has to be fetched.
    pub fn advanced(&self, head: Head) -> Option<Self> {
        let same = head.body_digest() == self.head.body_digest();
        same.then(|| Self { head, body: Arc::clone(&self.body) })
    }

    /// The head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The body.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Whether a pass is revoked by what this state says, however old it is.
    /// [`crate::RevocationView::check`] checks the age too.
    pub fn standing(&self, pass: &Revocable<'_>) -> Standing {
        let up_to = self.head.revoked_up_to();
        if pass.issued_at <= up_to {
            return Standing::Revoked(Revocation::All { up_to });
        }
        if let Some(key) = pass.keys.iter().find(|key| self.body.has_key(key)) {
            return Standing::Revoked(Revocation::Key { thumbprint: *key });
        }
        match self.body.subject_cut_off(pass.subject) {
            Some(up_to) if pass.issued_at <= up_to => {
                return Standing::Revoked(Revocation::Subject { up_to });
            }
            _ => {}
        }
        if self.body.has_session(pass.session) {
            return Standing::Revoked(Revocation::Session);
        }
        Standing::Good
    }
}
