//! States written by hand, byte by byte as the `policy` crate documents them: no code of the
//! product takes part, so that it cannot agree with itself.

use core::hash::Hasher;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use policy::Hash;
use siphasher::sip::SipHasher13;

use crate::keys::TestKey;
use crate::pass::RSA_SHA256;
use crate::token::{ES256, TokenKey};

/// Baked into the edge of the corpus.
pub const ROOT: TestKey = TestKey::P256;

/// Signs heads in the name of [`ROOT`].
const STATE_KEY: TestKey = TestKey::RsaOther;

const SITE: &str = "https://media.example.com";
const SALT: &[u8; 16] = b"salt of the site";

/// What is revoked, and what else a head says.
#[derive(Clone, Copy, Debug)]
pub struct State<'s> {
    /// When it was made.
    pub generated_at: i64,
    /// The longest that a pass may be valid, in seconds.
    pub maximum_lifetime: u32,
    /// Everything issued up to this second is.
    pub up_to: i64,
    /// Sessions that are.
    pub sessions: &'s [&'s str],
    /// SHA-256 of the keys that are.
    pub keys: &'s [[u8; 32]],
    /// Subjects, and up to when theirs are.
    pub subjects: &'s [(&'s str, u32)],
}

impl State<'_> {
    /// The body.
    pub fn body(&self) -> Vec<u8> {
        let mut sessions: Vec<u64> = self.sessions.iter().map(|id| hash(id.as_bytes())).collect();
        let mut keys: Vec<u64> = self.keys.iter().map(|key| hash(key)).collect();
        let mut subjects: Vec<(u64, u32)> =
            self.subjects.iter().map(|(id, up_to)| (hash(id.as_bytes()), *up_to)).collect();
        sessions.sort_unstable();
        keys.sort_unstable();
        subjects.sort_unstable();

        let mut body = b"edgepass-body-1\n".to_vec();
        body.extend(SALT);
        for count in [sessions.len(), keys.len(), subjects.len()] {
            body.extend(u32::try_from(count).unwrap().to_le_bytes());
        }
        for hash in sessions.iter().chain(&keys).chain(subjects.iter().map(|(hash, _)| hash)) {
            body.extend(hash.to_le_bytes());
        }
        for (_, up_to) in subjects {
            body.extend(up_to.to_le_bytes());
        }
        body
    }

    /// The head, by the key that [`ROOT`] delegated to.
    pub fn head(&self) -> Vec<u8> {
        self.head_by(STATE_KEY)
    }

    /// The head, signed by this key, whoever was delegated to.
    pub fn head_by(&self, key: TestKey) -> Vec<u8> {
        self.head_of(&delegation(&trusted_by_most()), key)
    }

    /// The head, where other keys are trusted.
    pub fn head_listing(&self, keys: &[Listed]) -> Vec<u8> {
        self.head_of(&delegation(keys), STATE_KEY)
    }

    fn head_of(&self, delegation: &[u8], key: TestKey) -> Vec<u8> {
        let body = self.body();
        let mut head = b"edgepass-head-1\n".to_vec();
        head.extend(long(delegation));
        head.extend(long(&ROOT.sign(Hash::Sha256, delegation)));
        head.extend((self.generated_at * 1000).to_le_bytes()); // the sequence number
        head.extend(self.generated_at.to_le_bytes());
        head.extend(self.maximum_lifetime.to_le_bytes());
        head.extend(self.up_to.to_le_bytes());
        head.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
        head.extend(sha256(&body));
        let signature = key.sign(Hash::Sha256, &head);
        head.extend(long(&signature));
        head
    }
}

/// A key that a delegation lists.
#[derive(Clone, Debug)]
pub struct Listed {
    /// 1 for CloudFront, 2 for claims.
    key_use: u8,
    /// 2 for RSA-SHA256, 8 for ECDSA-SHA256.
    algorithms: u8,
    id: &'static str,
    spki: Vec<u8>,
}

impl Listed {
    /// A key for CloudFront's credentials, by RSA-SHA256.
    pub fn cloudfront(key: TestKey) -> Self {
        Self { key_use: 1, algorithms: 2, id: key.id(), spki: spki(key) }
    }

    /// A key pair for claims tokens.
    pub fn claims(key: TokenKey) -> Self {
        let TokenKey::Pair(pair) = key else { panic!("no delegation lists secrets") };
        let algorithms = if key.algorithm() == "ES256" { 8 } else { 2 };
        Self { key_use: 2, algorithms, id: key.id(), spki: spki(pair) }
    }

    /// An RSA key of 2048 bits and exponent 65537, with the exponent 1 in its place.
    pub fn with_exponent_1(mut self) -> Self {
        assert!(self.spki.ends_with(&[0x02, 0x03, 0x01, 0x00, 0x01]));
        self.spki.truncate(self.spki.len() - 5);
        self.spki.extend([0x02, 0x01, 0x01]);
        // The low bytes of the lengths of all that the exponent is in.
        for at in [3, 22, 27] {
            self.spki[at] -= 2;
        }
        self
    }
}

/// The keys that most cases trust.
pub fn trusted_by_most() -> [Listed; 2] {
    [Listed::cloudfront(RSA_SHA256.key), Listed::claims(ES256)]
}

fn delegation(keys: &[Listed]) -> Vec<u8> {
    let mut bytes = b"edgepass-keys-1\n".to_vec();
    bytes.extend(short(SITE.as_bytes()));
    bytes.extend(1_u64.to_le_bytes()); // the serial number
    bytes.extend(long(&spki(STATE_KEY)));
    bytes.push(u8::try_from(keys.len()).unwrap());
    for Listed { key_use, algorithms, id, spki } in keys {
        bytes.extend([key_use, algorithms]);
        bytes.extend(short(id.as_bytes()));
        bytes.extend(long(spki));
    }
    bytes
}

/// What a key is revoked by: SHA-256 of its SubjectPublicKeyInfo.
pub fn thumbprint(key: TestKey) -> [u8; 32] {
    sha256(&spki(key))
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap()
}

/// The name of a body.
pub fn name(body: &[u8]) -> String {
    sha256(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn spki(key: TestKey) -> Vec<u8> {
    let text: String = key.public_pem().lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(text).unwrap()
}

fn hash(id: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new_with_key(SALT);
    hasher.write(id);
    hasher.finish()
}

fn short(bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

fn long(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_le_bytes(), bytes].concat()
}
