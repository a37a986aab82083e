//! The policy: its text, written exactly and read strictly.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

use crate::json::{self, JsonFault, Object, Value};
use crate::network::{Ipv4Network, Ipv4NetworkFault};
use crate::resource::{PatternFault, ResourcePattern};
use crate::shown::{Shown, shortened};
use crate::time::UnixTime;

/// A CloudFront policy: its one statement.
///
/// `Display` writes the text that is signed, byte for byte as AWS specifies it: no white space,
/// members in the order `Resource`, `Condition`; `DateLessThan`, `DateGreaterThan`, `IpAddress`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(crate) resource: Resource,
    pub(crate) date_less_than: UnixTime,
    pub(crate) date_greater_than: Option<UnixTime>,
    pub(crate) source_ip: Option<Ipv4Network>,
}

/// What a policy is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Resource {
    /// The one URL of a canned policy. A `*` in it is no wildcard.
    Exact(String),
    /// The pattern of a custom policy.
    Pattern(ResourcePattern),
}

impl Policy {
    /// The canned policy: one URL until an expiry. The URL has no `"`, `\` or control character;
    /// a [`crate::Url`] and a [`crate::SignableUrl`] never do.
    pub(crate) fn canned(url: String, expires: UnixTime) -> Self {
        Self {
            resource: Resource::Exact(url),
            date_less_than: expires,
            date_greater_than: None,
            source_ip: None,
        }
    }

    /// Reads the text of a custom policy. Everything in it must be known and understood: a member
    /// that we do not know may be a restriction.
    pub fn read(text: &[u8]) -> Result<Self, PolicyFault> {
        let mut root = object(json::read(text)?, "the policy")?;
        let statements = take(&mut root, "Statement", "the policy")?;
        nothing_else(root, "the policy")?;
        let Value::Array(statements) = statements else {
            return Err(PolicyFault::Type { place: "`Statement`", expected: "an array" });
        };
        let [statement] = <[Value<'_>; 1]>::try_from(statements)
            .map_err(|statements| PolicyFault::Statements { count: statements.len() })?;
        let mut statement = object(statement, "the statement")?;
        let resource = take(&mut statement, "Resource", "the statement")?;
        let condition = take(&mut statement, "Condition", "the statement")?;
        nothing_else(statement, "the statement")?;

        let resource = string(resource, "`Resource`")?.parse().map_err(PolicyFault::Resource)?;
        let mut condition = object(condition, "`Condition`")?;
        let date_less_than =
            time(take(&mut condition, "DateLessThan", "`Condition`")?, "`DateLessThan`")?;
        let date_greater_than = match condition.take("DateGreaterThan") {
            Some(value) => Some(time(value, "`DateGreaterThan`")?),
            None => None,
        };
        let source_ip = match condition.take("IpAddress") {
            Some(value) => Some(network(value)?),
            None => None,
        };
        unsupported_else(condition)?;
        let resource = Resource::Pattern(resource);
        Ok(Self { resource, date_less_than, date_greater_than, source_ip })
    }

    /// The resource: a pattern, or the URL of a canned policy.
    pub fn resource(&self) -> &str {
        match &self.resource {
            Resource::Exact(url) => url,
            Resource::Pattern(pattern) => pattern.as_str(),
        }
    }

    /// Refused from this second on.
    pub fn date_less_than(&self) -> UnixTime {
        self.date_less_than
    }

    /// Refused up to and including this second.
    pub fn date_greater_than(&self) -> Option<UnixTime> {
        self.date_greater_than
    }

    /// Where the viewer's address must lie.
    pub fn source_ip(&self) -> Option<Ipv4Network> {
        self.source_ip
    }

    /// The text that is signed.
    pub(crate) fn text(&self) -> String {
        let Self { resource, date_less_than, date_greater_than, source_ip } = self;
        let pattern = match resource {
            Resource::Exact(url) => return canned_text(url, *date_less_than),
            Resource::Pattern(pattern) => pattern.as_str(),
        };
        let starts = date_greater_than
            .map(|time| format!(r#","DateGreaterThan":{{"AWS:EpochTime":{time}}}"#));
        let address =
            source_ip.map(|network| format!(r#","IpAddress":{{"AWS:SourceIp":"{network}"}}"#));
        [
            r#"{"Statement":[{"Resource":""#,
            pattern,
            r#"","Condition":{"DateLessThan":{"AWS:EpochTime":"#,
            &date_less_than.to_string(),
            "}",
            &starts.unwrap_or_default(),
            &address.unwrap_or_default(),
            "}}]}",
        ]
        .concat()
    }

    /// Whether it is a canned policy.
    pub fn is_canned(&self) -> bool {
        matches!(self.resource, Resource::Exact(_))
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// CloudFront's exact text for one URL and an expiry. (Without `format!`, which nothing else in the
/// edge module uses: it is large, and slow for a text that is rebuilt for every request.)
pub(crate) fn canned_text(url: &str, expires: UnixTime) -> String {
    let seconds = expires.as_seconds().to_string();
    [
        r#"{"Statement":[{"Resource":""#,
        url,
        r#"","Condition":{"DateLessThan":{"AWS:EpochTime":"#,
        &seconds,
        "}}}]}",
    ]
    .concat()
}

/// A policy whose text was signed, with the digest that claims tokens are bound to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SignedPolicy {
    pub(crate) policy: Policy,
    /// SHA-256 of the signed text, where claims are checked.
    pub(crate) digest: Option<[u8; 32]>,
}

/// AWS's page on cookies, unlike the one on URLs, lets a resource begin with `http://` or
/// `https://` only.
pub(crate) fn check_for_cookies(policy: &Policy) -> Result<(), PolicyFault> {
    let resource = policy.resource();
    if resource.starts_with("https://") || resource.starts_with("http://") {
        Ok(())
    } else {
        Err(PolicyFault::AnyProtocolInCookie)
    }
}

fn take<'t>(
    object: &mut Object<'t>,
    key: &'static str,
    place: &'static str,
) -> Result<Value<'t>, PolicyFault> {
    object.take(key).ok_or(PolicyFault::Missing { key, place })
}

fn nothing_else(object: Object<'_>, place: &'static str) -> Result<(), PolicyFault> {
    match object.rest() {
        Some(key) => Err(PolicyFault::Unknown { key: shortened(&key), place }),
        None => Ok(()),
    }
}

fn unsupported_else(object: Object<'_>) -> Result<(), PolicyFault> {
    match object.rest() {
        Some(key) => Err(PolicyFault::Unsupported { name: shortened(&key) }),
        None => Ok(()),
    }
}

fn object<'t>(value: Value<'t>, place: &'static str) -> Result<Object<'t>, PolicyFault> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(PolicyFault::Type { place, expected: "an object" }),
    }
}

fn string<'t>(value: Value<'t>, place: &'static str) -> Result<Cow<'t, str>, PolicyFault> {
    match value {
        Value::String(string) => Ok(string),
        _ => Err(PolicyFault::Type { place, expected: "a string" }),
    }
}

/// `{"AWS:EpochTime":n}`
fn time(value: Value<'_>, place: &'static str) -> Result<UnixTime, PolicyFault> {
    let mut condition = object(value, place)?;
    let time = take(&mut condition, "AWS:EpochTime", place)?;
    unsupported_else(condition)?;
    match time {
        Value::Integer(seconds) => UnixTime::from_seconds(seconds),
        _ => None,
    }
    .ok_or(PolicyFault::Type { place, expected: "a whole number of seconds" })
}

/// `{"AWS:SourceIp":"a.b.c.d/n"}`
fn network(value: Value<'_>) -> Result<Ipv4Network, PolicyFault> {
    let mut condition = object(value, "`IpAddress`")?;
    let text = string(take(&mut condition, "AWS:SourceIp", "`IpAddress`")?, "`AWS:SourceIp`")?;
    unsupported_else(condition)?;
    Ipv4Network::from_str(&text).map_err(PolicyFault::Network)
}

/// Why the signed text is not a policy that we understand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PolicyFault {
    /// A cookie whose resource names no protocol.
    AnyProtocolInCookie,
    /// A member is missing.
    Missing {
        /// Its key.
        key: &'static str,
        /// The object that lacks it.
        place: &'static str,
    },
    /// The address condition.
    Network(Ipv4NetworkFault),
    /// Not JSON, or JSON on which readers disagree.
    NotJson(JsonFault),
    /// The resource.
    Resource(PatternFault),
    /// Not one statement.
    Statements {
        /// How many.
        count: usize,
    },
    /// Another type than the one expected.
    Type {
        /// What has it.
        place: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A member that CloudFront does not define.
    Unknown {
        /// Its key, shortened.
        key: String,
        /// The object that has it.
        place: &'static str,
    },
    /// A condition that CloudFront does not define.
    Unsupported {
        /// Its name, shortened.
        name: String,
    },
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyProtocolInCookie => {
                f.write_str("the resource of a cookie does not begin with `https://` or `http://`")
            }
            Self::Missing { key, place } => write!(f, "{place} has no `{key}`"),
            Self::Network(problem) => write!(f, "`AWS:SourceIp` {problem}"),
            Self::NotJson(problem) => write!(f, "the text is not strict JSON: {problem}"),
            Self::Resource(problem) => write!(f, "`Resource` {problem}"),
            Self::Statements { count } => {
                write!(f, "`Statement` holds {count} statements; CloudFront allows one")
            }
            Self::Type { place, expected } => write!(f, "{place} is not {expected}"),
            Self::Unknown { key, place } => {
                write!(f, "{place} has an unknown member `{}`", Shown(key))
            }
            Self::Unsupported { name } => {
                write!(f, "the condition `{}` is not supported", Shown(name))
            }
        }
    }
}

impl core::error::Error for PolicyFault {}

impl From<JsonFault> for PolicyFault {
    fn from(problem: JsonFault) -> Self {
        Self::NotJson(problem)
    }
}
