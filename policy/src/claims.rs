//! The claims token: what CloudFront's policy cannot say.
//!
//! Who the pass is for, which session, and restrictions that CloudFront has no words for. The token
//! travels beside CloudFront's own values and is bound to them, so that it can be neither detached
//! nor swapped.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::base64::{from_base64url, to_base64url};
use crate::json::{self, JsonFault, Members, Object, Value};
use crate::jws::{self, MakeToken};
use crate::network::{Network, NetworkFault};
use crate::request::is_origin;
use crate::resource::{PatternFault, ResourcePattern};
use crate::shown::{Shown, shortened};
use crate::time::UnixTime;

/// The longest claims token, in bytes: what a cookie can carry.
pub const MAX_CLAIMS_BYTES: usize = 4096;

/// The longest `ctx`, in bytes.
pub const MAX_CONTEXT_BYTES: usize = 1024;

/// The longest `sub` and `jti`, in bytes.
pub const MAX_SUBJECT_BYTES: usize = 128;

/// How many entries a list claim may have.
pub const MAX_LIST_ENTRIES: usize = 32;

/// A claim set. It is closed: an edge refuses a claim that it does not know, so that an old edge
/// never ignores a new restriction. An empty list means that the claim is absent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claims {
    /// `sub`: a pseudonym of whom the pass is for, up to [`MAX_SUBJECT_BYTES`] of visible ASCII.
    pub subject: String,
    /// `jti`: the session, likewise.
    pub session: String,
    /// `iat`
    pub issued_at: UnixTime,
    /// `exp`: refused from this second on.
    pub expires: UnixTime,
    /// `nbf`: refused before this second.
    pub not_before: Option<UnixTime>,
    /// `pol`: SHA-256 of the text of the policy that the token belongs to.
    pub policy: Option<[u8; 32]>,
    /// `res`: the URL is one of these.
    pub resources: Vec<ResourcePattern>,
    /// `net`: the viewer's address is in one of these.
    pub networks: Vec<Network>,
    /// `mth`: the method is one of these.
    pub methods: Vec<String>,
    /// `org`: the `Origin`, else the origin of the `Referer`, is one of these.
    pub origins: Vec<String>,
    /// `ctx`: opaque, handed to the origin when the request is admitted, up to
    /// [`MAX_CONTEXT_BYTES`] of visible ASCII.
    pub context: Option<String>,
}

impl Claims {
    /// Reads a claim set. Every claim must be known and well-formed.
    pub fn read(payload: &[u8]) -> Result<Self, ClaimsFault> {
        members(payload).and_then(Self::of)
    }

    /// Reads a claim set that is yet to be signed, by the same rules. `iat` and `exp` may be left
    /// out, and are then the times given.
    pub fn read_draft(
        text: &[u8],
        issued_at: UnixTime,
        expires: UnixTime,
    ) -> Result<Self, ClaimsFault> {
        let mut claims = members(text)?;
        claims.or_put("iat", Value::Integer(issued_at.as_seconds()));
        claims.or_put("exp", Value::Integer(expires.as_seconds()));
        Self::of(claims)
    }

    fn of(mut claims: Object<'_>) -> Result<Self, ClaimsFault> {
        let read = Self {
            subject: string(required(&mut claims, "sub")?, "sub")?.into_owned(),
            session: string(required(&mut claims, "jti")?, "jti")?.into_owned(),
            issued_at: time(required(&mut claims, "iat")?, "iat")?,
            expires: time(required(&mut claims, "exp")?, "exp")?,
            not_before: claims.take("nbf").map(|value| time(value, "nbf")).transpose()?,
            policy: claims.take("pol").map(digest).transpose()?,
            resources: list(&mut claims, "res", resource)?,
            networks: list(&mut claims, "net", network)?,
            methods: list(&mut claims, "mth", as_it_is)?,
            origins: list(&mut claims, "org", as_it_is)?,
            context: match claims.take("ctx") {
                Some(value) => Some(string(value, "ctx")?.into_owned()),
                None => None,
            },
        };
        read.check_contents()?;
        match claims.rest() {
            Some(claim) => Err(ClaimsFault::Unknown { claim: shortened(&claim) }),
            None => Ok(read),
        }
    }

    /// The rules that the types do not enforce, for claim sets that are read and for those that are
    /// to be signed.
    fn check_contents(&self) -> Result<(), ClaimsFault> {
        for (claim, text) in [("sub", &self.subject), ("jti", &self.session)] {
            if !is_visible(text, MAX_SUBJECT_BYTES) {
                return Err(ClaimsFault::Identifier { claim });
            }
        }
        if self.expires <= self.issued_at {
            return Err(ClaimsFault::EndsBeforeStart);
        }
        for (claim, count) in [
            ("res", self.resources.len()),
            ("net", self.networks.len()),
            ("mth", self.methods.len()),
            ("org", self.origins.len()),
        ] {
            if count > MAX_LIST_ENTRIES {
                return Err(ClaimsFault::Entries { claim, count });
            }
        }
        if !self.methods.iter().all(|method| is_method(method)) {
            return Err(ClaimsFault::Method);
        }
        if !self.origins.iter().all(|origin| is_origin(origin)) {
            return Err(ClaimsFault::Origin);
        }
        match &self.context {
            Some(context) if !is_visible(context, MAX_CONTEXT_BYTES) => Err(ClaimsFault::Context),
            _ => Ok(()),
        }
    }

    /// The claim set as it is signed: members in the order of [`Claims`], no white space.
    pub fn to_json(&self) -> String {
        json::object(|claims| {
            claims.string("sub", &self.subject).string("jti", &self.session);
            claims.integer("iat", self.issued_at.as_seconds());
            claims.integer("exp", self.expires.as_seconds());
            if let Some(time) = self.not_before {
                claims.integer("nbf", time.as_seconds());
            }
            if let Some(digest) = &self.policy {
                claims.string("pol", &to_base64url(digest));
            }
            let networks: Vec<String> = self.networks.iter().map(Network::to_string).collect();
            put_list(claims, "res", &self.resources, ResourcePattern::as_str);
            put_list(claims, "net", &networks, String::as_str);
            put_list(claims, "mth", &self.methods, String::as_str);
            put_list(claims, "org", &self.origins, String::as_str);
            if let Some(context) = &self.context {
                claims.string("ctx", context);
            }
        })
    }

    /// The signed token: a compact JWS (RFC 7515, 7.1). What a verifier would refuse is not signed.
    pub fn sign<K: MakeToken>(&self, key: &K) -> Result<String, ClaimsRefused<K::Error>> {
        self.check_contents().map_err(ClaimsRefused::Claims)?;
        let json = self.to_json();
        let header = jws::issued_header(key.algorithm(), key.id());
        let signed = [&header, ".", &to_base64url(json.as_bytes())].concat();
        let signature = key.sign(signed.as_bytes()).map_err(ClaimsRefused::Key)?;
        let token = [&signed, ".", &to_base64url(&signature)].concat();
        let bytes = token.len();
        if bytes > MAX_CLAIMS_BYTES {
            return Err(ClaimsRefused::Claims(ClaimsFault::TooLong { bytes }));
        }
        Ok(token)
    }
}

fn members(text: &[u8]) -> Result<Object<'_>, ClaimsFault> {
    match json::read(text)? {
        Value::Object(members) => Ok(members),
        _ => Err(ClaimsFault::Type { claim: "the claim set", expected: "an object" }),
    }
}

fn required<'t>(claims: &mut Object<'t>, claim: &'static str) -> Result<Value<'t>, ClaimsFault> {
    claims.take(claim).ok_or(ClaimsFault::Missing { claim })
}

fn string<'t>(value: Value<'t>, claim: &'static str) -> Result<Cow<'t, str>, ClaimsFault> {
    match value {
        Value::String(string) => Ok(string),
        _ => Err(ClaimsFault::Type { claim, expected: "a string" }),
    }
}

/// Whether a text has 1 to `most` visible ASCII characters.
fn is_visible(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A token of RFC 9110, 5.6.2.
fn is_method(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (1..=32).contains(&text.len()) && text.bytes().all(plain)
}

fn time(value: Value<'_>, claim: &'static str) -> Result<UnixTime, ClaimsFault> {
    match value {
        Value::Integer(seconds) => UnixTime::from_seconds(seconds),
        _ => None,
    }
    .ok_or(ClaimsFault::Type { claim, expected: "a whole number of seconds" })
}

fn digest(value: Value<'_>) -> Result<[u8; 32], ClaimsFault> {
    let expected = "the base64url of 32 bytes";
    from_base64url(&string(value, "pol")?)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(ClaimsFault::Type { claim: "pol", expected })
}

fn resource(entry: &str) -> Result<ResourcePattern, ClaimsFault> {
    entry.parse().map_err(ClaimsFault::Resource)
}

fn network(entry: &str) -> Result<Network, ClaimsFault> {
    entry.parse().map_err(ClaimsFault::Network)
}

/// Checked by [`Claims::check_contents`].
fn as_it_is(entry: &str) -> Result<String, ClaimsFault> {
    Ok(entry.to_owned())
}

/// A list of texts; empty if the claim is absent. (A function pointer and a loop, since the edge
/// module has to be small: the compiler would instantiate a closure and `collect` for each claim.)
fn list<T>(
    claims: &mut Object<'_>,
    claim: &'static str,
    read: fn(&str) -> Result<T, ClaimsFault>,
) -> Result<Vec<T>, ClaimsFault> {
    let entries = entries(claims, claim)?;
    let mut list = Vec::with_capacity(entries.len());
    for entry in entries {
        list.push(read(&string(entry, claim)?)?);
    }
    Ok(list)
}

fn entries<'t>(
    claims: &mut Object<'t>,
    claim: &'static str,
) -> Result<Vec<Value<'t>>, ClaimsFault> {
    match claims.take(claim) {
        None => Ok(Vec::new()),
        Some(Value::Array(entries)) => match entries.len() {
            1..=MAX_LIST_ENTRIES => Ok(entries),
            count => Err(ClaimsFault::Entries { claim, count }),
        },
        Some(_) => Err(ClaimsFault::Type { claim, expected: "an array" }),
    }
}

fn put_list<T>(claims: &mut Members<'_>, claim: &str, entries: &[T], text: fn(&T) -> &str) {
    if !entries.is_empty() {
        claims.strings(claim, entries.iter().map(text));
    }
}

/// Why a text is not a claims token that we understand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClaimsFault {
    /// `ctx`.
    Context,
    /// `exp` is not after `iat`.
    EndsBeforeStart,
    /// A list without entries or with more than [`MAX_LIST_ENTRIES`].
    Entries {
        /// Which.
        claim: &'static str,
        /// How many it has.
        count: usize,
    },
    /// The name of the parameter is percent-encoded.
    EscapedName,
    /// `sub` or `jti`.
    Identifier {
        /// Which.
        claim: &'static str,
    },
    /// `exp - iat` is more than the site allows.
    Lifetime {
        /// What the token has, in seconds.
        seconds: i64,
        /// What is allowed, in seconds.
        most: u32,
    },
    /// An entry of `mth`.
    Method,
    /// A required claim is missing.
    Missing {
        /// Which.
        claim: &'static str,
    },
    /// An entry of `net`.
    Network(NetworkFault),
    /// The claim set is not JSON, or JSON on which readers disagree.
    NotJson(JsonFault),
    /// Not three parts of base64url.
    NotJws,
    /// An entry of `org`.
    Origin,
    /// It travels in the query, the credential in cookies.
    OtherCarrier,
    /// It is there more than once.
    Repeated,
    /// An entry of `res`.
    Resource(PatternFault),
    /// Longer than [`MAX_CLAIMS_BYTES`].
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Another type than the one expected.
    Type {
        /// What has it.
        claim: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A claim that we do not define.
    Unknown {
        /// Its name, shortened.
        claim: String,
    },
}

impl fmt::Display for ClaimsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Context => {
                write!(f, "`ctx` is not 1 to {MAX_CONTEXT_BYTES} visible ASCII characters")
            }
            Self::EndsBeforeStart => f.write_str("`exp` is not after `iat`"),
            Self::Entries { claim, count } => {
                write!(f, "`{claim}` has {count} entries; from 1 to {MAX_LIST_ENTRIES} are allowed")
            }
            Self::EscapedName => f.write_str("the name of the parameter is percent-encoded"),
            Self::Identifier { claim } => {
                write!(f, "`{claim}` is not 1 to {MAX_SUBJECT_BYTES} visible ASCII characters")
            }
            Self::Lifetime { seconds, most } => {
                write!(f, "it is valid for {seconds} seconds; the site allows {most}")
            }
            Self::Method => f.write_str("`mth` has an entry that is no method"),
            Self::Missing { claim } => write!(f, "the claim set has no `{claim}`"),
            Self::Network(problem) => write!(f, "an entry of `net` {problem}"),
            Self::NotJson(problem) => write!(f, "the claim set is not strict JSON: {problem}"),
            Self::NotJws => f.write_str("it is not three parts of base64url, separated by `.`"),
            Self::Origin => f.write_str(
                "`org` has an entry that is no origin; write it as `https://www.example.com`",
            ),
            Self::OtherCarrier => {
                f.write_str("it travels in the query, and the signing values in cookies")
            }
            Self::Repeated => f.write_str("it is there more than once"),
            Self::Resource(problem) => write!(f, "an entry of `res` {problem}"),
            Self::TooLong { bytes } => {
                write!(f, "it has {bytes} bytes; at most {MAX_CLAIMS_BYTES} are read")
            }
            Self::Type { claim, expected } => write!(f, "`{claim}` is not {expected}"),
            Self::Unknown { claim } => write!(f, "the claim `{}` is unknown", Shown(claim)),
        }
    }
}

impl core::error::Error for ClaimsFault {}

impl From<JsonFault> for ClaimsFault {
    fn from(problem: JsonFault) -> Self {
        Self::NotJson(problem)
    }
}

/// Why claims are not signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ClaimsRefused<E> {
    /// A verifier would refuse them.
    Claims(ClaimsFault),
    /// The key made no signature.
    Key(E),
}

impl<E: fmt::Display> fmt::Display for ClaimsRefused<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claims(fault) => write!(f, "the claims cannot be signed: {fault}"),
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl<E: core::error::Error> core::error::Error for ClaimsRefused<E> {}

#[cfg(test)]
mod tests;
