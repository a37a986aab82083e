//! The body: everything that is revoked, as sorted hashes.

use alloc::vec::Vec;
use core::fmt;

use siphasher::sip::SipHasher13;

use super::bytes::Reader;
use super::index::{Hash, Index};
use super::refused::{StatePart, StateRefused};
use crate::key::Thumbprint;
use crate::time::UnixTime;

/// The longest body, in bytes: a million subjects, or 1.5 million sessions. An edge holds two while
/// it replaces one by the next, and a Lambda@Edge function at viewer-request has 128 MB (AWS: "Quotas
/// on Lambda@Edge"), of which Node.js takes half. With two bodies of this size it takes 94 to 103 MB.
pub const MAX_BODY_BYTES: usize = 12 * 1024 * 1024;

/// The domain tag, which ends with the version of the format.
const TAG: &[u8; 16] = b"edgepass-body-1\n";

/// The cut-off that stands for all of time.
const ALL_TIME: u32 = u32::MAX;

/// The key of the hashes: not secret, and the same in all states of a site, so that one state's
/// hashes are found again in the next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Salt(pub [u8; 16]);

impl Salt {
    /// SipHash-1-3 (Aumasson and Bernstein, 2012), whose key is the salt. More rounds would protect
    /// a secret key from an attacker who sees many hashes; the salt is no secret, since everybody
    /// may read the state.
    ///
    /// Ids with the same hash are revoked together: while a million entries are revoked, one pass in
    /// 2^44 that is not revoked is refused by collision. No revoked pass is missed.
    fn hash(self, id: &[u8]) -> u64 {
        SipHasher13::new_with_key(&self.0).hash(id)
    }
}

/// Everything that is revoked, ready for look-ups.
///
/// | offset | bytes | |
/// | ---: | ---: | --- |
/// | 0 | 16 | `edgepass-body-1` and a line feed |
/// | 16 | 16 | salt |
/// | 32 | 4 | s, the number of sessions |
/// | 36 | 4 | k, the number of keys |
/// | 40 | 4 | u, the number of subjects |
/// | 44 | 8 s | hashes of the sessions |
/// | … | 8 k | hashes of the keys |
/// | … | 8 u | hashes of the subjects |
/// | … | 4 u | their cut-offs, in the same order |
///
/// A hash is the SipHash-1-3, keyed with the salt, of the session id or the subject in UTF-8, or of
/// the 32 bytes of a key's thumbprint. The hashes of each section ascend, and none is there twice.
/// A cut-off is the last second revoked, in seconds since 1970; `ffffffff` (the year 2106) stands
/// for all of time.
///
/// Nothing is unpacked: a body keeps the bytes that were read, and for each section an index that is
/// a fourteenth as long.
pub struct Body {
    bytes: Vec<u8>,
    sessions: Index,
    keys: Index,
    subjects: Index,
}

/// The sections of a body, borrowed from its bytes.
struct Sections<'b> {
    salt: Salt,
    sessions: &'b [Hash],
    keys: &'b [Hash],
    subjects: &'b [Hash],
    cut_offs: &'b [[u8; 4]],
}

impl Body {
    /// Reads a body. [`super::State::new`] checks that it is the one that a head names.
    pub fn read(bytes: Vec<u8>) -> Result<Self, StateRefused> {
        check_size(bytes.len())?;
        let part = StatePart::Body;
        if !bytes.starts_with(TAG) {
            return Err(StateRefused::OtherFormat { part });
        }
        let sections = sections(&bytes).ok_or(StateRefused::Malformed {
            part,
            problem: "it is not as long as its counts say",
        })?;
        let indexed = [sections.sessions, sections.keys, sections.subjects].map(Index::of);
        let [Some(sessions), Some(keys), Some(subjects)] = indexed else {
            return Err(StateRefused::Malformed { part, problem: "its hashes do not ascend" });
        };
        Ok(Self { bytes, sessions, keys, subjects })
    }

    /// Whether this session is revoked.
    pub fn has_session(&self, session: &str) -> bool {
        // `read` has found the sections. If they were missing, every session would be revoked.
        self.sections().is_none_or(|sections| {
            sections.find(sections.sessions, &self.sessions, session.as_bytes()).is_some()
        })
    }

    /// Whether this key is revoked.
    pub fn has_key(&self, key: &Thumbprint) -> bool {
        self.sections()
            .is_none_or(|sections| sections.find(sections.keys, &self.keys, &key.0).is_some())
    }

    /// The cut-off of this subject: its passes issued up to and including that second are revoked.
    pub fn subject_cut_off(&self, subject: &str) -> Option<UnixTime> {
        let Some(sections) = self.sections() else { return Some(UnixTime::MAX) };
        let index = sections.find(sections.subjects, &self.subjects, subject.as_bytes())?;
        let cut_off = sections.cut_offs.get(index)?;
        Some(match u32::from_le_bytes(*cut_off) {
            ALL_TIME => UnixTime::MAX,
            seconds => UnixTime::EPOCH.plus_seconds(seconds),
        })
    }

    /// How many sessions, keys and subjects there are.
    pub fn counts(&self) -> [usize; 3] {
        self.sections().map_or([0; 3], |sections| {
            [sections.sessions.len(), sections.keys.len(), sections.subjects.len()]
        })
    }

    /// The bytes that were read.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn sections(&self) -> Option<Sections<'_>> {
        sections(&self.bytes)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [sessions, keys, subjects] = self.counts();
        write!(f, "Body({sessions} sessions, {keys} keys, {subjects} subjects)")
    }
}

fn check_size(bytes: usize) -> Result<(), StateRefused> {
    if bytes > MAX_BODY_BYTES {
        let part = StatePart::Body;
        return Err(StateRefused::TooLarge { part, bytes, limit: MAX_BODY_BYTES });
    }
    Ok(())
}

impl Sections<'_> {
    /// The position of a name's hash, if it is there. An empty section, which is common, needs no
    /// hashing.
    fn find(&self, hashes: &[Hash], index: &Index, name: &[u8]) -> Option<usize> {
        if hashes.is_empty() {
            return None;
        }
        index.position(hashes, self.salt.hash(name))
    }
}

/// None unless the counts account for every byte.
fn sections(bytes: &[u8]) -> Option<Sections<'_>> {
    let mut reader = Reader::new(bytes.strip_prefix(TAG)?);
    let salt = Salt(reader.array()?);
    let [sessions, keys, subjects] = [reader.u32()?, reader.u32()?, reader.u32()?];
    let sections = Sections {
        salt,
        sessions: reader.chunks(sessions)?,
        keys: reader.chunks(keys)?,
        subjects: reader.chunks(subjects)?,
        cut_offs: reader.chunks(subjects)?,
    };
    reader.is_empty().then_some(sections)
}

/// What a new body is to revoke.
pub struct BodyDraft {
    salt: Salt,
    sessions: Vec<u64>,
    keys: Vec<u64>,
    subjects: Vec<(u64, u32)>,
}

impl BodyDraft {
    /// Revokes nothing yet.
    pub const fn new(salt: Salt) -> Self {
        Self { salt, sessions: Vec::new(), keys: Vec::new(), subjects: Vec::new() }
    }

    /// Revokes a session.
    pub fn revoke_session(&mut self, session: &str) {
        self.sessions.push(self.salt.hash(session.as_bytes()));
    }

    /// Revokes a key.
    pub fn revoke_key(&mut self, key: &Thumbprint) {
        self.keys.push(self.salt.hash(&key.0));
    }

    /// Revokes the passes that a subject was issued up to and including a second. The latest of
    /// several cut-offs counts.
    pub fn revoke_subject(&mut self, subject: &str, up_to: UnixTime) {
        let up_to = u32::try_from(up_to.as_seconds()).unwrap_or(ALL_TIME);
        self.subjects.push((self.salt.hash(subject.as_bytes()), up_to));
    }

    /// The bytes of the body. The same entries give the same bytes, whatever their order.
    pub fn encode(mut self) -> Result<Vec<u8>, StateRefused> {
        self.sessions.sort_unstable();
        self.sessions.dedup();
        self.keys.sort_unstable();
        self.keys.dedup();
        // The later cut-off of a subject comes first, and stays.
        self.subjects.sort_unstable_by_key(|(hash, up_to)| (*hash, u32::MAX - up_to));
        self.subjects.dedup_by_key(|(hash, _)| *hash);

        let Self { salt, sessions, keys, subjects } = self;
        let hashes = sessions.len().saturating_add(keys.len()).saturating_add(subjects.len());
        let bytes = 44_usize
            .saturating_add(hashes.saturating_mul(8))
            .saturating_add(subjects.len().saturating_mul(4));
        check_size(bytes)?;

        let mut body = Vec::with_capacity(bytes);
        body.extend_from_slice(TAG);
        body.extend_from_slice(&salt.0);
        for count in [sessions.len(), keys.len(), subjects.len()] {
            // `check_size` has refused any count that does not fit a u32.
            body.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
        }
        let subject_hashes = subjects.iter().map(|(hash, _)| hash);
        for hash in sessions.iter().chain(&keys).chain(subject_hashes) {
            body.extend_from_slice(&hash.to_le_bytes());
        }
        for (_, up_to) in &subjects {
            body.extend_from_slice(&up_to.to_le_bytes());
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As CPython has it, whose own hash this is since 3.11:
    /// `PYTHONHASHSEED=0 python3 -c 'print(hash(b"edgepass"))'`.
    #[test]
    fn the_hash_is_siphash_1_3() {
        let hash = Salt([0; 16]).hash(b"edgepass");
        assert_eq!(hash.cast_signed(), -6_682_331_654_457_569_827);
    }

    /// The key and the message of appendix A of the paper, with fewer rounds.
    #[test]
    fn the_salt_is_its_key() {
        let salt = Salt(core::array::from_fn(|at| u8::try_from(at).unwrap_or_default()));
        let message = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
        assert_eq!(salt.hash(&message), 0xd320_d86d_2a51_9956);
    }
}
