//! What a pass travels in, and the names that its values have there.

use core::fmt;

use crate::url::MAX_URL_BYTES;

/// The longest encoded policy, in bytes: what a URL can carry. (A browser's cookie carries less.)
pub const MAX_POLICY_BYTES: usize = MAX_URL_BYTES;

/// The longest encoded signature, in bytes: RSA-4096 needs 684.
pub const MAX_SIGNATURE_BYTES: usize = 1024;

/// The longest Key-Pair-Id, in bytes. CloudFront's have 14.
pub const MAX_KEY_ID_BYTES: usize = 64;

/// The longest `Cookie` header, all lines together, in bytes (AWS: "Quotas", "Maximum length of a
/// request, including headers and query strings").
pub const MAX_COOKIE_BYTES: usize = 32_768;

/// The name of the cookie and of the query parameter that carry the claims token.
pub const CLAIMS_NAME: &str = "Edgepass-Claims";

/// Where a credential travels.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Carrier {
    /// Cookies whose names begin with `CloudFront-`.
    Cookie,
    /// Query parameters.
    Url,
}

impl Carrier {
    /// `cookie` or `url`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Url => "url",
        }
    }
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The five values of a credential, in the order in which CloudFront documents them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// The expiry of a canned policy, epoch seconds.
    Expires,
    /// A custom policy, in CloudFront's base64.
    Policy,
    /// In CloudFront's base64.
    Signature,
    /// Which public key the signature is to be checked with.
    KeyPairId,
    /// `SHA1` or `SHA256`.
    HashAlgorithm,
}

impl Field {
    /// All five.
    pub const ALL: [Self; 5] =
        [Self::Expires, Self::Policy, Self::Signature, Self::KeyPairId, Self::HashAlgorithm];

    /// The name of the parameter or cookie.
    pub const fn name(self, carrier: Carrier) -> &'static str {
        match (carrier, self) {
            (Carrier::Url, Self::Expires) => "Expires",
            (Carrier::Url, Self::Policy) => "Policy",
            (Carrier::Url, Self::Signature) => "Signature",
            (Carrier::Url, Self::KeyPairId) => "Key-Pair-Id",
            (Carrier::Url, Self::HashAlgorithm) => "Hash-Algorithm",
            (Carrier::Cookie, Self::Expires) => "CloudFront-Expires",
            (Carrier::Cookie, Self::Policy) => "CloudFront-Policy",
            (Carrier::Cookie, Self::Signature) => "CloudFront-Signature",
            (Carrier::Cookie, Self::KeyPairId) => "CloudFront-Key-Pair-Id",
            (Carrier::Cookie, Self::HashAlgorithm) => "CloudFront-Hash-Algorithm",
        }
    }

    /// The field of this name. Case matters, as AWS documents.
    pub fn named(carrier: Carrier, name: &str) -> Option<Self> {
        // The five names differ in length.
        let parameter = match carrier {
            Carrier::Url => name,
            Carrier::Cookie => name.strip_prefix("CloudFront-")?,
        };
        let field = match parameter.len() {
            6 => Self::Policy,
            7 => Self::Expires,
            9 => Self::Signature,
            11 => Self::KeyPairId,
            14 => Self::HashAlgorithm,
            _ => return None,
        };
        (field.name(Carrier::Url) == parameter).then_some(field)
    }
}
