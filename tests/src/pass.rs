//! Passes written by hand: no code of the product takes part, so that it cannot agree with itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;
use policy::Hash;

use crate::keys::TestKey;
use crate::state::sha256;

/// `Expires`
pub const EXPIRES: &str = "Expires";
/// `Policy`
pub const POLICY: &str = "Policy";
/// `Signature`
pub const SIGNATURE: &str = "Signature";
/// `Key-Pair-Id`
pub const KEY_PAIR_ID: &str = "Key-Pair-Id";
/// `Hash-Algorithm`
pub const HASH_ALGORITHM: &str = "Hash-Algorithm";

/// Who signs, and over which digest.
#[derive(Clone, Copy, Debug)]
pub struct Signer {
    /// The key pair.
    pub key: TestKey,
    /// The digest.
    pub hash: Hash,
}

/// `RSA-SHA1`, what every SDK makes by default.
pub const RSA_SHA1: Signer = Signer { key: TestKey::Rsa, hash: Hash::Sha1 };
/// `RSA-SHA256`, what the corpus uses where the algorithm does not matter.
pub const RSA_SHA256: Signer = Signer { key: TestKey::Rsa, hash: Hash::Sha256 };
/// `ECDSA-SHA1`
pub const ECDSA_SHA1: Signer = Signer { key: TestKey::P256, hash: Hash::Sha1 };
/// `ECDSA-SHA256`
pub const ECDSA_SHA256: Signer = Signer { key: TestKey::P256, hash: Hash::Sha256 };

impl Signer {
    /// The name of the algorithm.
    pub fn algorithm(self) -> &'static str {
        let is_rsa = !matches!(self.key, TestKey::P256 | TestKey::P256Other);
        match (is_rsa, self.hash) {
            (true, Hash::Sha1) => "RSA-SHA1",
            (true, Hash::Sha256) => "RSA-SHA256",
            (false, Hash::Sha1) => "ECDSA-SHA1",
            (false, Hash::Sha256) => "ECDSA-SHA256",
        }
    }

    /// A pass with the canned policy for this URL.
    pub fn canned(self, url: &str, expires: i64) -> Pass {
        let text = canned_text(url, expires);
        self.pass((EXPIRES, expires.to_string()), text.as_bytes())
    }

    /// The same with a signature that anybody can compute.
    pub fn forged(self, url: &str, expires: i64, forge: fn(&[u8]) -> Vec<u8>) -> Pass {
        let text = canned_text(url, expires);
        self.canned(url, expires).with_signature(|_| forge(text.as_bytes()))
    }

    /// A pass with this text, whatever it is, as its custom policy.
    pub fn custom(self, policy: impl AsRef<[u8]>) -> Pass {
        let policy = policy.as_ref();
        self.pass((POLICY, cloudfront_base64(policy)), policy)
    }

    fn pass(self, what: (&'static str, String), text: &[u8]) -> Pass {
        let signature = cloudfront_base64(&self.key.sign(self.hash, text));
        let mut values =
            vec![what, (SIGNATURE, signature), (KEY_PAIR_ID, self.key.id().to_owned())];
        if self.hash == Hash::Sha256 {
            values.push((HASH_ALGORITHM, "SHA256".to_owned()));
        }
        Pass { values }
    }
}

fn canned_text(url: &str, expires: i64) -> String {
    format!(
        r#"{{"Statement":[{{"Resource":"{url}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}"#
    )
}

/// The values of a credential, to be bent and then attached to a request.
#[derive(Clone, Debug)]
pub struct Pass {
    values: Vec<(&'static str, String)>,
}

impl Pass {
    /// With another value, in its place if there is one already.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        match self.values.iter_mut().find(|(field, _)| *field == name) {
            Some((_, old)) => *old = value,
            None => self.values.push((name, value)),
        }
        self
    }

    /// With one value less.
    pub fn without(mut self, name: &str) -> Self {
        self.values.retain(|(field, _)| *field != name);
        self
    }

    /// With the raw bytes of its signature changed.
    pub fn with_signature(self, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Self {
        let bytes = STANDARD.decode(plain_base64(self.value(SIGNATURE))).unwrap();
        self.with(SIGNATURE, cloudfront_base64(&change(bytes)))
    }

    /// A value.
    pub fn value(&self, name: &str) -> &str {
        &self.values.iter().find(|(field, _)| *field == name).unwrap().1
    }

    /// As query parameters.
    pub fn query(&self) -> String {
        let parameters: Vec<String> =
            self.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        parameters.join("&")
    }

    /// Appended to a URL.
    pub fn on(&self, url: &str) -> String {
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{}", self.query())
    }

    /// As cookies, `NAME=VALUE` each.
    pub fn cookies(&self) -> Vec<String> {
        self.values.iter().map(|(name, value)| format!("CloudFront-{name}={value}")).collect()
    }

    /// As one `Cookie` header.
    pub fn cookie(&self) -> String {
        self.cookies().join("; ")
    }
}

/// `openssl base64 -A | tr -- '+=/' '-_~'`, as AWS's pages have it.
pub fn cloudfront_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('+', "-").replace('=', "_").replace('/', "~")
}

/// The other way.
pub fn plain_base64(text: &str) -> String {
    text.replace('-', "+").replace('_', "=").replace('~', "/")
}

/// What an RSA signature of 2048 bits by SHA-256 is a power of (RFC 8017, 9.2): with the exponent 1,
/// the signature itself.
pub fn encoded_message(message: &[u8]) -> Vec<u8> {
    let end = end_of_encoded_message(message);
    [&[0, 1][..], &vec![0xff; 256 - 2 - end.len()], &end].concat()
}

/// A number whose cube begins as the encoded message does, with the least padding, and goes on with
/// whatever comes: what Bleichenbacher forged with in 2006 where the exponent is 3.
pub fn cube_root_forgery(message: &[u8]) -> Vec<u8> {
    let mut start = [&[0, 1][..], &[0xff; 8], &end_of_encoded_message(message)].concat();
    start.resize(256, 0);
    let root = (BigUint::from_bytes_be(&start).cbrt() + 1_u8).to_bytes_be();
    [vec![0; 256 - root.len()], root].concat()
}

/// A zero and the DigestInfo.
fn end_of_encoded_message(message: &[u8]) -> Vec<u8> {
    let info = b"\x00\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    [&info[..], &sha256(message)].concat()
}
