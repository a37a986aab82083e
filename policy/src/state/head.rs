//! The head: the small signed part of the state, fetched at every refresh.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::body::MAX_BODY_BYTES;
use super::body_digest::BodyDigest;
use super::bytes::{Reader, put_long};
use super::delegation::{Delegation, MAX_DELEGATION_BYTES, MAX_SIGNATURE_BYTES, SignedDelegation};
use super::proven_delegation::ProvenDelegation;
use super::refused::{StatePart, StateRefused};
use crate::time::UnixTime;

/// The longest head, in bytes. A usual one has about 1,000.
pub const MAX_HEAD_BYTES: usize = MAX_DELEGATION_BYTES + 1024;

/// The domain tag, which ends with the version of the format.
const TAG: &[u8; 16] = b"edgepass-head-1\n";

/// What a head says beside its delegation.
///
/// | bytes | |
/// | ---: | --- |
/// | 16 | `edgepass-head-1` and a line feed |
/// | n | the [`SignedDelegation`] |
/// | 8 | sequence number |
/// | 8 | generated at, seconds since 1970 |
/// | 4 | the site's maximum lifetime, seconds |
/// | 8 | everything issued up to this second is revoked |
/// | 4 | length of the body |
/// | 32 | SHA-256 of the body |
/// | 2 + n | length and bytes of the state key's signature over all bytes before it |
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HeadDraft {
    /// Greater with every head: the greater of the last one's plus 1 and Unix milliseconds.
    pub sequence: u64,
    /// When it was made.
    pub generated_at: UnixTime,
    /// The longest lifetime that any pass was issued with, in seconds. It only grows. Entries leave
    /// the body after that time, so a pass with a longer lifetime is refused.
    pub maximum_lifetime: u32,
    /// The cut-off of all passes; the epoch if there is none.
    pub revoked_up_to: UnixTime,
    /// The length of the body, in bytes.
    pub body_bytes: u32,
    /// The name of the body.
    pub body_digest: BodyDigest,
}

impl HeadDraft {
    /// The exact bytes for the state key to sign.
    pub fn unsigned(&self, delegation: &SignedDelegation) -> Vec<u8> {
        let mut bytes = TAG.to_vec();
        bytes.extend_from_slice(delegation.as_bytes());
        bytes.extend_from_slice(&self.sequence.to_le_bytes());
        bytes.extend_from_slice(&self.generated_at.as_seconds().to_le_bytes());
        bytes.extend_from_slice(&self.maximum_lifetime.to_le_bytes());
        bytes.extend_from_slice(&self.revoked_up_to.as_seconds().to_le_bytes());
        bytes.extend_from_slice(&self.body_bytes.to_le_bytes());
        bytes.extend_from_slice(&self.body_digest.0);
        bytes
    }

    /// The head: those bytes and the state key's signature over them.
    pub fn signed(mut unsigned: Vec<u8>, signature: &[u8]) -> Result<Vec<u8>, StateRefused> {
        let signed = put_long(&mut unsigned, signature).ok_or_else(long_signature);
        signed.map(|()| unsigned)
    }

    fn take(reader: &mut Reader<'_>) -> Result<Self, StateRefused> {
        let short = || malformed("it ends too early");
        let draft = Self {
            sequence: reader.u64().ok_or_else(short)?,
            generated_at: time(reader)?,
            maximum_lifetime: reader.u32().ok_or_else(short)?,
            revoked_up_to: time(reader)?,
            body_bytes: reader.u32().ok_or_else(short)?,
            body_digest: BodyDigest(reader.array().ok_or_else(short)?),
        };
        let bytes = usize::try_from(draft.body_bytes).unwrap_or(usize::MAX);
        if bytes > MAX_BODY_BYTES {
            let part = StatePart::Body;
            return Err(StateRefused::TooLarge { part, bytes, limit: MAX_BODY_BYTES });
        }
        Ok(draft)
    }
}

fn time(reader: &mut Reader<'_>) -> Result<UnixTime, StateRefused> {
    let seconds = reader.array().map(i64::from_le_bytes);
    let seconds = seconds.ok_or_else(|| malformed("it ends too early"))?;
    UnixTime::from_seconds(seconds).ok_or_else(|| malformed("a time is before 1970"))
}

fn long_signature() -> StateRefused {
    malformed("its signature is too long")
}

fn malformed(problem: &'static str) -> StateRefused {
    StateRefused::Malformed { part: StatePart::Head, problem }
}

/// A head that was split into its parts. No signature is checked yet.
pub(super) struct Unproven<'b> {
    pub(super) delegation: SignedDelegation,
    /// Its fields, still to be read.
    fields: &'b [u8],
    /// All that the state key signs.
    pub(super) signed: &'b [u8],
    pub(super) signature: &'b [u8],
}

impl<'b> Unproven<'b> {
    pub(super) fn split(bytes: &'b [u8]) -> Result<Self, StateRefused> {
        let part = StatePart::Head;
        if bytes.len() > MAX_HEAD_BYTES {
            let limit = MAX_HEAD_BYTES;
            return Err(StateRefused::TooLarge { part, bytes: bytes.len(), limit });
        }
        let rest = bytes.strip_prefix(TAG).ok_or(StateRefused::OtherFormat { part })?;
        let mut reader = Reader::new(rest);
        let delegation = SignedDelegation::take(&mut reader)?;
        let short = || malformed("it ends too early");
        let fields = reader.take(FIELD_BYTES).ok_or_else(short)?;
        let signed = bytes.len().checked_sub(reader.left()).and_then(|count| bytes.get(..count));
        let signed = signed.ok_or_else(short)?;
        let signature = reader.long().ok_or_else(short)?;
        if signature.len() > MAX_SIGNATURE_BYTES {
            return Err(long_signature());
        }
        if !reader.is_empty() {
            return Err(malformed("bytes are left over"));
        }
        Ok(Self { delegation, fields, signed, signature })
    }

    /// The head. The caller has checked both signatures.
    pub(super) fn proven(self, delegated: Arc<ProvenDelegation>) -> Result<Head, StateRefused> {
        Ok(Head { delegated, draft: self.draft()? })
    }

    pub(super) fn draft(&self) -> Result<HeadDraft, StateRefused> {
        HeadDraft::take(&mut Reader::new(self.fields))
    }
}

/// From the sequence number to the digest.
const FIELD_BYTES: usize = 8 + 8 + 4 + 8 + 4 + 32;

/// A head whose two signatures hold, of this site, neither older than one seen nor from the
/// future. Only [`super::StateTrust::head`] makes one.
#[derive(Clone)]
pub struct Head {
    pub(super) delegated: Arc<ProvenDelegation>,
    pub(super) draft: HeadDraft,
}

impl Head {
    /// The keys trusted now. A head with the same [`Delegation::serial`] has the same.
    pub fn delegation(&self) -> &Delegation {
        &self.delegated.delegation
    }

    /// What it says beside that.
    pub fn fields(&self) -> &HeadDraft {
        &self.draft
    }

    /// Greater than that of every head before.
    pub fn sequence(&self) -> u64 {
        self.draft.sequence
    }

    /// When it was made.
    pub fn generated_at(&self) -> UnixTime {
        self.draft.generated_at
    }

    /// The longest lifetime that a pass may have, in seconds: one with a longer lifetime could
    /// outlive its revocation.
    pub fn maximum_lifetime(&self) -> u32 {
        self.draft.maximum_lifetime
    }

    /// Everything issued up to this second is revoked.
    pub fn revoked_up_to(&self) -> UnixTime {
        self.draft.revoked_up_to
    }

    /// The name of the body.
    pub fn body_digest(&self) -> BodyDigest {
        self.draft.body_digest
    }

    /// The length of the body, in bytes: an answer that is longer need not be read to its end.
    pub fn body_bytes(&self) -> u32 {
        self.draft.body_bytes
    }

    /// The name of the body, as it is published: its digest in hexadecimal.
    pub fn body_name(&self) -> String {
        self.draft.body_digest.to_string()
    }

    pub(super) fn names(&self, body: &[u8], sha256: fn(&[u8]) -> [u8; 32]) -> bool {
        u32::try_from(body.len()) == Ok(self.draft.body_bytes)
            && BodyDigest(sha256(body)) == self.draft.body_digest
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("site", &self.delegation().site)
            .field("sequence", &self.draft.sequence)
            .field("generated_at", &self.draft.generated_at)
            .finish_non_exhaustive()
    }
}
