//! Passes written by hand: no code of the product takes part, so that it cannot agree with itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use policy::Hash;

use crate::keys::TestKey;

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
        match (self.key, self.hash) {
            (TestKey::Rsa | TestKey::RsaOther, Hash::Sha1) => "RSA-SHA1",
            (TestKey::Rsa | TestKey::RsaOther, Hash::Sha256) => "RSA-SHA256",
            (TestKey::P256 | TestKey::P256Other, Hash::Sha1) => "ECDSA-SHA1",
            (TestKey::P256 | TestKey::P256Other, Hash::Sha256) => "ECDSA-SHA256",
        }
    }

    /// A pass with the canned policy for this URL.
    pub fn canned(self, url: &str, expires: i64) -> Pass {
        let text = format!(
            r#"{{"Statement":[{{"Resource":"{url}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}"#
        );
        self.pass((EXPIRES, expires.to_string()), text.as_bytes())
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
