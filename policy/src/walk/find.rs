//! Finding a credential in a request. Nothing in it is proven yet.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::claims::ClaimsFault;
use crate::denied::Denied;
use crate::encoding::{NotCloudFrontBase64, from_cloudfront_base64, percent_decoded};
use crate::forwarding::CLAIMS_NAME;
use crate::pieces::{pieces, split_once};
use crate::policy::{Policy, canned_text};
use crate::request::Request;
use crate::signature::Hash;
use crate::time::UnixTime;
use crate::url::{MAX_URL_BYTES, Url};
use crate::walk::claims::Token;

/// The longest encoded policy, in bytes: what a URL can carry. (A browser's cookie carries less.)
pub const MAX_POLICY_BYTES: usize = MAX_URL_BYTES;

/// The longest encoded signature, in bytes: RSA-4096 needs 684.
pub const MAX_SIGNATURE_BYTES: usize = 1024;

/// The longest Key-Pair-Id, in bytes. CloudFront's have 14.
pub const MAX_KEY_ID_BYTES: usize = 64;

/// The longest `Cookie` header, all lines together, in bytes (AWS: "Quotas", "Maximum length of a
/// request, including headers and query strings").
pub const MAX_COOKIE_BYTES: usize = 32_768;

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
        // By the length first, which tells the five apart.
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

/// The credential of a request, cut out but not verified: anyone can have written it.
///
/// Any signing parameter in the URL means that cookies are ignored, as CloudFront does. One value
/// twice, or a policy together with an expiry, is refused: CloudFront does not say which it takes.
pub struct Credential<'r> {
    pub(crate) carrier: Carrier,
    pub(crate) key_id: Cow<'r, str>,
    pub(crate) hash: Hash,
    /// In CloudFront's base64.
    pub(crate) signature: Cow<'r, str>,
    pub(crate) text: SignedText<'r>,
    pub(crate) token: Token<'r>,
}

/// What the signature must be over.
pub(crate) enum SignedText<'r> {
    /// CloudFront's exact text, rebuilt from the request and `Expires`.
    Canned { policy: Policy, text: String },
    /// The policy as received, in CloudFront's base64. It is not looked into before its signature
    /// holds.
    Custom(Cow<'r, str>),
}

impl SignedText<'_> {
    /// As it travels: a canned text begins with a brace, which no base64 has.
    pub(crate) fn as_received(&self) -> &[u8] {
        match self {
            Self::Canned { text, .. } => text.as_bytes(),
            Self::Custom(text) => text.as_bytes(),
        }
    }
}

/// The raw bytes of a credential.
pub(crate) struct Decoded {
    /// What must be signed.
    pub(crate) text: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'r> Credential<'r> {
    /// Finds the credential in the URL, else in the cookies.
    pub fn find(request: &Request<'r>) -> Result<Self, Denied> {
        let parameters = Fields::of_url(request.url.query().unwrap_or(""))?;
        let (carrier, mut fields) = if parameters.any() {
            (Carrier::Url, parameters)
        } else {
            let mut cookies = Fields::of_cookies(request.cookies)?;
            if parameters.token != Token::Absent {
                cookies.token = Token::Faulty(ClaimsFault::OtherCarrier);
            }
            (Carrier::Cookie, cookies)
        };
        if !fields.any() {
            return Err(Denied::CredentialMissing);
        }
        let incomplete = |field| Denied::CredentialIncomplete { carrier, field };
        let malformed = |field, problem| Denied::CredentialMalformed { carrier, field, problem };
        for (field, limit) in LIMITS {
            if let Some(value) = fields.value(field)
                && value.len() > limit
            {
                return Err(Denied::CredentialTooLarge {
                    name: field.name(carrier),
                    bytes: value.len(),
                    limit,
                });
            }
        }

        if fields.policy.is_some() && fields.expires.is_some() {
            return Err(malformed(Field::Policy, Malformation::WithExpires));
        }
        // Empty is as good as missing: so CloudFront ("missing or empty").
        let filled = |value: Option<Cow<'r, str>>| value.filter(|value| !value.is_empty());
        let token = core::mem::take(&mut fields.token);
        let Fields { expires, policy, signature, key_id, hash, .. } = fields;
        let key_id = filled(key_id).ok_or_else(|| incomplete(Field::KeyPairId))?;
        let signature = filled(signature).ok_or_else(|| incomplete(Field::Signature))?;
        if !key_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Err(malformed(Field::KeyPairId, Malformation::Characters));
        }
        let hash = match hash {
            Some(marker) => Hash::from_marker(&marker)
                .ok_or_else(|| malformed(Field::HashAlgorithm, Malformation::UnknownHash))?,
            None => Hash::default(),
        };
        let text = match (filled(policy), filled(expires)) {
            (Some(policy), _) => SignedText::Custom(policy),
            (None, Some(expires)) => {
                let expires = UnixTime::from_digits(&expires)
                    .ok_or_else(|| malformed(Field::Expires, Malformation::NotSeconds))?;
                let url = signed_url(&request.url);
                let text = canned_text(&url, expires);
                SignedText::Canned { text, policy: Policy::canned(url, expires) }
            }
            (None, None) => return Err(incomplete(Field::Policy)),
        };
        Ok(Self { carrier, key_id, hash, signature, text, token })
    }

    /// The bytes behind the base64.
    pub(crate) fn decoded(&self) -> Result<Decoded, Denied> {
        let base64 = |field, text: &str| {
            from_cloudfront_base64(text).map_err(|problem| Denied::CredentialMalformed {
                carrier: self.carrier,
                field,
                problem: Malformation::Base64(problem),
            })
        };
        let text = match &self.text {
            SignedText::Canned { text, .. } => text.as_bytes().to_vec(),
            SignedText::Custom(text) => base64(Field::Policy, text)?,
        };
        Ok(Decoded { text, signature: base64(Field::Signature, &self.signature)? })
    }

    /// Where it was found.
    pub fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// The key that it names. Nobody signs this.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The hash that it names, SHA-1 if it names none.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Whether its policy is the canned one.
    pub fn is_canned(&self) -> bool {
        matches!(self.text, SignedText::Canned { .. })
    }

    /// The bytes that the signature must be over, **unproven**, and the length of the signature in
    /// bytes: for inspection only.
    pub fn unproven(&self) -> Result<(Vec<u8>, usize), Denied> {
        self.decoded().map(|Decoded { text, signature }| (text, signature.len()))
    }
}

/// Leaves out the policy and the signature: they are the credential.
impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("carrier", &self.carrier)
            .field("key_id", &self.key_id)
            .field("hash", &self.hash)
            .field("canned", &self.is_canned())
            .finish_non_exhaustive()
    }
}

/// The URL that a canned policy is for: the request's, less the signing parameters, every other
/// byte as it came (AWS: "base URL including your query strings, if any").
fn signed_url(url: &Url<'_>) -> String {
    let mut text = String::with_capacity(MAX_URL_BYTES.min(256));
    text.push_str(url.scheme().name());
    text.push_str("://");
    text.push_str(url.host());
    text.push_str(url.path());
    if let Some(query) = signed_query(url) {
        text.push('?');
        text.push_str(&query);
    }
    text
}

/// The query without the signing parameters; None if nothing is left of it.
pub(crate) fn signed_query(url: &Url<'_>) -> Option<String> {
    let query = url.query()?;
    let own = |part: &&str| !is_signing_parameter(part);
    let parts: Vec<&str> = pieces(query, b'&').filter(own).collect();
    (!parts.is_empty()).then(|| parts.join("&"))
}

fn is_signing_parameter(component: &str) -> bool {
    let name = split_once(component, b'=').map_or(component, |(name, _)| name);
    Field::named(Carrier::Url, name).is_some()
}

const LIMITS: [(Field, usize); 3] = [
    (Field::Policy, MAX_POLICY_BYTES),
    (Field::Signature, MAX_SIGNATURE_BYTES),
    (Field::KeyPairId, MAX_KEY_ID_BYTES),
];

/// The values of one carrier, as they were found.
#[derive(Default)]
pub(crate) struct Fields<'r> {
    expires: Option<Cow<'r, str>>,
    policy: Option<Cow<'r, str>>,
    signature: Option<Cow<'r, str>>,
    key_id: Option<Cow<'r, str>>,
    hash: Option<Cow<'r, str>>,
    pub(crate) token: Token<'r>,
}

impl<'r> Fields<'r> {
    pub(crate) fn of_url(query: &'r str) -> Result<Self, Denied> {
        let carrier = Carrier::Url;
        let mut fields = Self::default();
        for component in pieces(query, b'&') {
            let (name, value) = split_once(component, b'=').unwrap_or((component, ""));
            let Some(field) = Field::named(carrier, name) else {
                if name == CLAIMS_NAME {
                    fields.token.put(value);
                } else if name.as_bytes().contains(&b'%') {
                    fields.take_escaped_name(name)?;
                }
                continue;
            };
            let value = percent_decoded(value).ok_or(Denied::CredentialMalformed {
                carrier,
                field,
                problem: Malformation::Characters,
            })?;
            fields.put(carrier, field, value)?;
        }
        Ok(fields)
    }

    pub(crate) fn of_cookies(lines: &[&'r str]) -> Result<Self, Denied> {
        let carrier = Carrier::Cookie;
        let bytes = lines.iter().map(|line| line.len()).fold(0, usize::saturating_add);
        if bytes > MAX_COOKIE_BYTES {
            let limit = MAX_COOKIE_BYTES;
            return Err(Denied::CredentialTooLarge { name: "Cookie", bytes, limit });
        }
        let mut fields = Self::default();
        for line in lines {
            for cookie in pieces(line, b';') {
                let (name, value) = split_once(cookie, b'=').unwrap_or((cookie, ""));
                // The white space that RFC 6265, 5.2, has removed: no other.
                let trim = |text: &'r str| text.trim_matches([' ', '\t']);
                let name = trim(name);
                if let Some(field) = Field::named(carrier, name) {
                    fields.put(carrier, field, Cow::Borrowed(trim(value)))?;
                } else if name == CLAIMS_NAME {
                    fields.token.put(trim(value));
                }
            }
        }
        Ok(fields)
    }

    /// A parameter of ours whose name is percent-encoded is one for some readers and none for
    /// others.
    fn take_escaped_name(&mut self, name: &str) -> Result<(), Denied> {
        let Some(name) = percent_decoded(name) else { return Ok(()) };
        if name == CLAIMS_NAME {
            self.token = Token::Faulty(ClaimsFault::EscapedName);
        }
        match Field::named(Carrier::Url, &name) {
            Some(field) => Err(Denied::CredentialMalformed {
                carrier: Carrier::Url,
                field,
                problem: Malformation::EscapedName,
            }),
            None => Ok(()),
        }
    }

    fn put(&mut self, carrier: Carrier, field: Field, value: Cow<'r, str>) -> Result<(), Denied> {
        let place = match field {
            Field::Expires => &mut self.expires,
            Field::Policy => &mut self.policy,
            Field::Signature => &mut self.signature,
            Field::KeyPairId => &mut self.key_id,
            Field::HashAlgorithm => &mut self.hash,
        };
        if place.is_some() {
            let problem = Malformation::Repeated;
            return Err(Denied::CredentialMalformed { carrier, field, problem });
        }
        *place = Some(value);
        Ok(())
    }

    fn value(&self, field: Field) -> Option<&str> {
        match field {
            Field::Expires => self.expires.as_deref(),
            Field::Policy => self.policy.as_deref(),
            Field::Signature => self.signature.as_deref(),
            Field::KeyPairId => self.key_id.as_deref(),
            Field::HashAlgorithm => self.hash.as_deref(),
        }
    }

    pub(crate) fn any(&self) -> bool {
        Field::ALL.into_iter().any(|field| self.value(field).is_some())
    }
}

/// What is wrong with a value of a credential.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Malformation {
    /// Not CloudFront's base64.
    Base64(NotCloudFrontBase64),
    /// Characters that the value cannot have.
    Characters,
    /// The parameter's name is percent-encoded.
    EscapedName,
    /// Not the decimal digits of a number of seconds.
    NotSeconds,
    /// It is there more than once.
    Repeated,
    /// Neither `SHA1` nor `SHA256`.
    UnknownHash,
    /// A custom policy and a canned one's expiry.
    WithExpires,
}

impl fmt::Display for Malformation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base64(problem) => return problem.fmt(f),
            Self::Characters => "has characters that it cannot have",
            Self::EscapedName => "has a percent-encoded name",
            Self::NotSeconds => "is not a whole number of seconds",
            Self::Repeated => "is there more than once",
            Self::UnknownHash => "is neither `SHA1` nor `SHA256`",
            Self::WithExpires => {
                "came together with an expiry; a policy is either canned or custom"
            }
        })
    }
}
