//! The signing direction: from what is to be granted to a signed URL or signed cookies.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::base64::to_cloudfront_base64;
use crate::carrier::{CLAIMS_NAME, Carrier, Field};
use crate::network::Ipv4Network;
use crate::policy::{Policy, PolicyFault, Resource, check_for_cookies};
use crate::resource::{ResourcePattern, Section};
use crate::signable::{SignableFault, SignableUrl};
use crate::signature::{Hash, MakeSignature};
use crate::time::UnixTime;
use crate::trusted_key::{TrustRefused, check_key_id};
use crate::url::{MAX_URL_BYTES, Url, UrlFault};

/// The longest cookie that is signed, name and value, in bytes. Browsers keep 4096 for a cookie
/// with its attributes (RFC 6265, 6.1); what they drop they drop silently.
pub const MAX_SIGNED_COOKIE_BYTES: usize = 3584;

/// The longest set of cookies that is signed, in bytes: they travel with every request.
pub const MAX_SIGNED_COOKIES_BYTES: usize = 4096;

/// What a pass is to allow.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Which URLs.
    pub target: Target,
    /// Refused from this second on.
    pub expires: UnixTime,
    /// Refused up to and including this second.
    pub starts: Option<UnixTime>,
    /// Only for viewers of this network.
    pub network: Option<Ipv4Network>,
}

/// Which URLs a pass is for, and how it travels.
#[derive(Clone, Debug)]
pub enum Target {
    /// One URL, which will carry the credential. With a pattern, the credential is good for the
    /// other URLs of the pattern too.
    Url(SignableUrl, Option<ResourcePattern>),
    /// All URLs of a pattern, by cookies.
    Cookies(ResourcePattern),
    /// All URLs of a pattern, by cookies with a custom policy; the URL has to be one of them.
    CookiesFor(SignableUrl, ResourcePattern),
}

impl Grant {
    /// The policy of the grant: canned for one URL with nothing but an expiry, else custom.
    pub fn policy(&self) -> Result<Policy, GrantRefused> {
        let Self { target, expires, starts, network } = self;
        for time in [Some(*expires), *starts].into_iter().flatten() {
            if time >= UnixTime::MILLISECONDS_SUSPECTED {
                return Err(GrantRefused::Milliseconds { time });
            }
        }
        if let Some(starts) = *starts
            && starts >= *expires
        {
            return Err(GrantRefused::EndsBeforeStart { starts, expires: *expires });
        }
        let only_expiry = starts.is_none() && network.is_none();
        let policy = match target {
            Target::Url(url, None) if only_expiry => {
                Policy::canned(url.as_str().to_string(), *expires)
            }
            Target::Url(url, None) => {
                self.custom(url.as_str().parse().map_err(PolicyFault::Resource)?)
            }
            Target::Url(url, Some(pattern)) => {
                check_covers(pattern, url)?;
                self.custom(pattern.clone())
            }
            Target::CookiesFor(url, pattern) => {
                check_covers(pattern, url)?;
                let policy = self.custom(pattern.clone());
                check_for_cookies(&policy)?;
                policy
            }
            Target::Cookies(pattern) => {
                check_pattern(pattern)?;
                let policy = if only_expiry && !pattern.has_wildcard() {
                    let url: SignableUrl = pattern.as_str().parse()?;
                    Policy::canned(url.as_str().to_string(), *expires)
                } else {
                    self.custom(pattern.clone())
                };
                check_for_cookies(&policy)?;
                policy
            }
        };
        Ok(policy)
    }

    fn custom(&self, pattern: ResourcePattern) -> Policy {
        Policy {
            resource: Resource::Pattern(pattern),
            date_less_than: self.expires,
            date_greater_than: self.starts,
            source_ip: self.network,
        }
    }

    /// How the credential will travel.
    pub fn carrier(&self) -> Carrier {
        match self.target {
            Target::Url(..) => Carrier::Url,
            Target::Cookies(_) | Target::CookiesFor(..) => Carrier::Cookie,
        }
    }

    /// The text to be signed. A key that answers over the network signs [`Unsigned::text`] and
    /// hands the signature to [`Unsigned::signed`]; one at hand does both in [`Unsigned::sign`].
    pub fn unsigned(self, key_id: &str, hash: Hash) -> Result<Unsigned, GrantRefused> {
        check_key_id(key_id).map_err(GrantRefused::KeyId)?;
        let policy = self.policy()?;
        let text = policy.text();
        let key_id = key_id.to_string();
        Ok(Unsigned { target: self.target, policy, text, key_id, hash, token: None })
    }
}

/// Checks that the pattern can be signed, and that it covers the URL.
fn check_covers(pattern: &ResourcePattern, url: &SignableUrl) -> Result<(), GrantRefused> {
    check_pattern(pattern)?;
    let url = Url::parse(url.as_str())?;
    pattern.matches(&url, url.query()).map_err(|section| GrantRefused::OutsidePattern { section })
}

/// Refuses a pattern that may not mean what its author expects: with a `?` wildcard, which AWS
/// leaves ambiguous, or with something in the path for which every request is refused.
fn check_pattern(pattern: &ResourcePattern) -> Result<(), GrantRefused> {
    for section in [Section::Domain, Section::Query] {
        if pattern.section(section).contains('?') {
            return Err(GrantRefused::SingleWildcard { section });
        }
    }
    let host = pattern.section(Section::Domain);
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(GrantRefused::Url(SignableFault::UpperCaseHost));
    }
    // With a letter in place of each wildcard: `/a/*` is checked as `/a/x`.
    let sample = pattern.section(Section::Path).replace('*', "x");
    let root = if sample.starts_with('/') { "https://h" } else { "https://h/" };
    [root, &sample].concat().parse::<SignableUrl>()?;
    let query = pattern.section(Section::Query).replace('*', "x");
    if !query.is_empty() {
        ["https://h/?", &query].concat().parse::<SignableUrl>()?;
    }
    Ok(())
}

/// Why a grant is not signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GrantRefused {
    /// A cookie longer than [`MAX_SIGNED_COOKIE_BYTES`].
    CookieTooLong {
        /// The cookie.
        name: &'static str,
        /// Name and value.
        bytes: usize,
    },
    /// The URL of a pass that travels in cookies.
    CookiesHaveNoUrl,
    /// All cookies together longer than [`MAX_SIGNED_COOKIES_BYTES`].
    CookiesTooLong {
        /// Names and values.
        bytes: usize,
    },
    /// It would never be valid.
    EndsBeforeStart {
        /// The start.
        starts: UnixTime,
        /// The expiry.
        expires: UnixTime,
    },
    /// The Key-Pair-Id.
    KeyId(TrustRefused),
    /// A time in milliseconds.
    Milliseconds {
        /// As given.
        time: UnixTime,
    },
    /// The URL is not one of the pattern's: it would be refused itself.
    OutsidePattern {
        /// Where it departs.
        section: Section,
    },
    /// The policy.
    Policy(PolicyFault),
    /// A `?` wildcard.
    SingleWildcard {
        /// Where.
        section: Section,
    },
    /// The URL.
    Url(SignableFault),
}

impl fmt::Display for GrantRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CookieTooLong { name, bytes } => write!(
                f,
                "the cookie `{name}` has {bytes} bytes; at most {MAX_SIGNED_COOKIE_BYTES} are safe from being dropped by browsers; shorten the {}",
                if *name == CLAIMS_NAME { "claims" } else { "pattern" }
            ),
            Self::CookiesHaveNoUrl => {
                f.write_str("the pass travels in cookies, so that there is no signed URL")
            }
            Self::CookiesTooLong { bytes } => write!(
                f,
                "the cookies have {bytes} bytes together; at most {MAX_SIGNED_COOKIES_BYTES} are signed; shorten the pattern or the claims"
            ),
            Self::EndsBeforeStart { starts, expires } => {
                write!(f, "it starts at {starts}, which is not before it expires at {expires}")
            }
            Self::KeyId(refused) => refused.fmt(f),
            Self::Milliseconds { time } => write!(
                f,
                "the time `{time}` looks like milliseconds; CloudFront counts seconds: `{}`",
                time.as_seconds() / 1000
            ),
            Self::OutsidePattern { section } => write!(
                f,
                "the {section} of the URL does not match the pattern, so the signed URL would be refused"
            ),
            Self::Policy(fault) => fault.fmt(f),
            Self::SingleWildcard { section } => write!(
                f,
                "the {section} of the pattern has a `?` wildcard, whose meaning AWS leaves open; use `*`"
            ),
            Self::Url(fault) => fault.fmt(f),
        }
    }
}

impl core::error::Error for GrantRefused {}

impl From<PolicyFault> for GrantRefused {
    fn from(fault: PolicyFault) -> Self {
        Self::Policy(fault)
    }
}

impl From<SignableFault> for GrantRefused {
    fn from(fault: SignableFault) -> Self {
        Self::Url(fault)
    }
}

impl From<UrlFault> for GrantRefused {
    fn from(fault: UrlFault) -> Self {
        Self::Url(SignableFault::Url(fault))
    }
}

/// A pass that only lacks its signature.
#[derive(Clone)]
pub struct Unsigned {
    target: Target,
    policy: Policy,
    text: String,
    key_id: String,
    hash: Hash,
    /// A claims token that travels beside the signed text, not in it.
    token: Option<String>,
}

impl Unsigned {
    /// With a claims token that is bound to the text.
    pub(crate) fn beside(mut self, token: String) -> Result<Self, GrantRefused> {
        if let Target::Url(url, Some(pattern)) = &self.target {
            check_covers(pattern, &url.with_claims(&token))?;
        }
        self.token = Some(token);
        Ok(self)
    }

    /// With a claims token in the URL and in the resource that is signed. Both were checked
    /// without it.
    pub(crate) fn holding(mut self, token: &str) -> Self {
        if let Target::Url(url, _) = &mut self.target {
            *url = url.with_claims(token);
            self.policy.resource = match self.policy.resource {
                Resource::Exact(_) => Resource::Exact(url.as_str().to_string()),
                Resource::Pattern(pattern) => Resource::Pattern(pattern.with_claims(token)),
            };
            self.text = self.policy.text();
        }
        self
    }

    /// The exact bytes to sign.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Signs with a key at hand.
    pub fn sign<K: MakeSignature>(self, key: &K) -> Result<Signed, K::Error> {
        let signature = key.sign(self.hash, self.text.as_bytes())?;
        Ok(self.signed(&signature))
    }

    /// Takes the signature over [`Unsigned::text`], raw bytes (ECDSA: DER).
    pub fn signed(self, signature: &[u8]) -> Signed {
        Signed { signature: to_cloudfront_base64(signature), unsigned: self }
    }
}

/// Leaves out the text and the claims token, which is signed already.
impl fmt::Debug for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsigned").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// A pass, ready to be handed to a viewer.
pub struct Signed {
    unsigned: Unsigned,
    signature: String,
}

impl Signed {
    /// The signed URL: the URL of the grant, byte for byte, and the parameters in CloudFront's
    /// order. For cookies, an error.
    pub fn url(&self) -> Result<String, GrantRefused> {
        let Target::Url(url, _) = &self.unsigned.target else {
            return Err(GrantRefused::CookiesHaveNoUrl);
        };
        let url = match &self.unsigned.token {
            Some(token) => &url.with_claims(token),
            None => url,
        };
        let parameters: Vec<String> = self
            .values()
            .map(|(field, value)| format!("{}={value}", field.name(Carrier::Url)))
            .collect();
        let url = url.with_parameters(&parameters.join("&"));
        if url.len() > MAX_URL_BYTES {
            return Err(UrlFault::TooLong { bytes: url.len() }.into());
        }
        Ok(url)
    }

    /// The cookies, names and values, in CloudFront's order, the claims token last.
    pub fn cookies(&self) -> Result<Vec<(&'static str, String)>, GrantRefused> {
        let token = self.unsigned.token.iter().map(|token| (CLAIMS_NAME, token.clone()));
        let cookies: Vec<(&'static str, String)> = self
            .values()
            .map(|(field, value)| (field.name(Carrier::Cookie), value))
            .chain(token)
            .collect();
        let length = |(name, value): &(&str, String)| name.len().saturating_add(value.len());
        if let Some(cookie) = cookies.iter().find(|cookie| length(cookie) > MAX_SIGNED_COOKIE_BYTES)
        {
            return Err(GrantRefused::CookieTooLong { name: cookie.0, bytes: length(cookie) });
        }
        let bytes = cookies.iter().map(length).fold(0, usize::saturating_add);
        if bytes > MAX_SIGNED_COOKIES_BYTES {
            return Err(GrantRefused::CookiesTooLong { bytes });
        }
        Ok(cookies)
    }

    /// `Expires` or `Policy`, `Signature`, `Key-Pair-Id`, and `Hash-Algorithm` unless it is SHA-1,
    /// which is what its absence means.
    fn values(&self) -> impl Iterator<Item = (Field, String)> {
        let Unsigned { policy, text, key_id, hash, .. } = &self.unsigned;
        let what = if policy.is_canned() {
            (Field::Expires, policy.date_less_than().to_string())
        } else {
            (Field::Policy, to_cloudfront_base64(text.as_bytes()))
        };
        let marker = match hash {
            Hash::Sha1 => None,
            Hash::Sha256 => Some((Field::HashAlgorithm, hash.marker().to_string())),
        };
        [what, (Field::Signature, self.signature.clone()), (Field::KeyPairId, key_id.clone())]
            .into_iter()
            .chain(marker)
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.unsigned.policy
    }

    /// The exact text that was signed.
    pub fn text(&self) -> &str {
        &self.unsigned.text
    }

    /// The signature in CloudFront's base64.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The Key-Pair-Id.
    pub fn key_id(&self) -> &str {
        &self.unsigned.key_id
    }

    /// The hash.
    pub fn hash(&self) -> Hash {
        self.unsigned.hash
    }
}

/// Leaves out the signature: it is the pass.
impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("key_id", &self.key_id()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use alloc::vec;

    use super::*;

    /// The names of all five, an expiry of ten digits, `SHA256`, and `K`.
    const REST: usize = 18 + 10 + 20 + 22 + 1 + 25 + 6 + 15;

    /// Cookies of a canned policy, with a token and a signature of so many characters.
    fn cookies(token: usize, signature: usize) -> Result<usize, GrantRefused> {
        let grant = Grant {
            target: Target::Cookies("https://media.example.com/a.mp4".parse().unwrap()),
            expires: UnixTime::from_seconds(1_767_225_600).unwrap(),
            starts: None,
            network: None,
        };
        let unsigned = grant.unsigned("K", Hash::Sha256)?.beside("x".repeat(token))?;
        let cookies = unsigned.signed(&vec![0; signature / 4 * 3]).cookies()?;
        Ok(cookies.iter().map(|(name, value)| name.len() + value.len()).sum())
    }

    #[test]
    fn a_cookie_has_3584_bytes_at_most() {
        let longest = 3584 - CLAIMS_NAME.len();
        assert_eq!(cookies(longest, 4), Ok(REST + longest + 4));
        let refused = GrantRefused::CookieTooLong { name: CLAIMS_NAME, bytes: 3585 };
        assert_eq!(cookies(longest + 1, 4), Err(refused));
        let name = "CloudFront-Signature";
        let refused = GrantRefused::CookieTooLong { name, bytes: name.len() + 3568 };
        assert_eq!(cookies(0, 3568), Err(refused));
    }

    #[test]
    fn all_cookies_have_4096_bytes_at_most() {
        let longest = 4096 - REST - 684;
        assert_eq!(cookies(longest, 684), Ok(4096));
        let refused = GrantRefused::CookiesTooLong { bytes: 4097 };
        assert_eq!(cookies(longest + 1, 684), Err(refused));
    }
}
