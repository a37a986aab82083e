//! One request of a log, and why it was refused.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use memchr::memchr_iter;
use memchr::memmem;
use policy::{Policy, UnixTime};

use super::layout::{Column, Layout};
use crate::encoded::Encoded;

/// A line, borrowed.
#[derive(Debug)]
pub(super) struct Record<'l> {
    pub(super) time: UnixTime,
    pub(super) status: u16,
    pub(super) edge: &'l [u8],
    pub(super) path: &'l [u8],
    method: &'l [u8],
    query: &'l [u8],
    cookie: &'l [u8],
    result: &'l [u8],
    detail: &'l [u8],
    content_type: &'l [u8],
    content_length: &'l [u8],
}

/// The day that was read last: it changes once in millions of lines.
#[derive(Debug, Default)]
pub(super) struct Day {
    text: Vec<u8>,
    start: i64,
}

impl Day {
    fn start(&mut self, text: &[u8]) -> Option<i64> {
        if self.text != text {
            let date: Date = core::str::from_utf8(text).ok()?.parse().ok()?;
            self.start = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
            self.text = text.to_vec();
        }
        Some(self.start)
    }
}

impl<'l> Record<'l> {
    pub(super) fn read(line: &'l [u8], layout: &Layout, day: &mut Day) -> Option<Self> {
        let mut fields: [&[u8]; Column::COUNT] = [b"-"; Column::COUNT];
        let mut start = 0;
        let ends = memchr_iter(b'\t', line).chain([line.len()]);
        for (at, end) in ends.enumerate() {
            if let Some(column) = layout.column(at)
                && let Some(field) = fields.get_mut(column.slot())
            {
                *field = line.get(start..end)?;
            }
            start = end + 1;
        }
        let field = |column: Column| fields.get(column.slot()).copied().unwrap_or(b"-");
        let time = match field(Column::Timestamp) {
            b"-" => day.start(field(Column::Date))? + second_of_day(field(Column::Time))?,
            timestamp => number(timestamp.split(|byte| *byte == b'.').next()?)?,
        };
        Some(Self {
            time: UnixTime::from_seconds(time)?,
            status: u16::try_from(number(field(Column::Status))?).ok()?,
            edge: field(Column::Edge),
            path: field(Column::Path),
            method: field(Column::Method),
            query: field(Column::Query),
            cookie: field(Column::Cookie),
            result: field(Column::Result),
            detail: field(Column::Detail),
            content_type: field(Column::ContentType),
            content_length: field(Column::ContentLength),
        })
    }

    /// The path up to its last slash.
    pub(super) fn folder(&self) -> &'l [u8] {
        let end = self.path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        self.path.get(..end).unwrap_or(self.path)
    }

    /// The Key-Pair-Id, from the URL or, where they are logged, the cookies.
    pub(super) fn key_id(&self) -> Option<&'l [u8]> {
        let id = self.parameter(b"Key-Pair-Id=").or_else(|| {
            let at = memmem::find(self.cookie, b"CloudFront-Key-Pair-Id=")?;
            self.cookie.get(at + "CloudFront-Key-Pair-Id=".len()..)
        })?;
        let end = id.iter().position(|byte| !byte.is_ascii_alphanumeric());
        let id = id.get(..end.unwrap_or(id.len()))?;
        (!id.is_empty() && id.len() <= 64).then_some(id)
    }

    /// What follows `NAME=` in the query.
    fn parameter(&self, name: &[u8]) -> Option<&'l [u8]> {
        memmem::find_iter(self.query, name)
            .find(|at| *at == 0 || self.query.get(at - 1) == Some(&b'&'))
            .and_then(|at| self.query.get(at + name.len()..))
    }

    /// When the pass in the URL ends.
    pub(super) fn expires(&self) -> Option<i64> {
        let until_end = |value: &'l [u8]| value.split(|byte| *byte == b'&').next();
        if let Some(expires) = self.parameter(b"Expires=").and_then(until_end) {
            return number(expires);
        }
        let policy = core::str::from_utf8(self.parameter(b"Policy=").and_then(until_end)?).ok()?;
        let policy = Policy::read(&Encoded::read(policy).bytes).ok()?;
        Some(policy.date_less_than().as_seconds())
    }

    /// Whether the pass had not expired, if that can be told.
    pub(super) fn is_unexpired(&self) -> Option<bool> {
        Some(self.time.as_seconds() < self.expires()?)
    }

    /// Why this request, which was answered 403, was.
    pub(super) fn refusal(&self) -> Refusal {
        match self.detail {
            b"ClientGeoBlocked" => return Refusal::GeoRestriction,
            b"InvalidRequestBlocked" => return Refusal::WebAcl,
            b"InvalidRequestMethod" => return Refusal::Method,
            b"InvalidRequestCertificate" => return Refusal::Certificate,
            _ => {}
        }
        let generated = |text: &[u8]| text.ends_with(b"GeneratedResponse");
        if generated(self.result) || generated(self.detail) {
            return Refusal::Function;
        }
        // The documents of CloudFront's signature check: each has its own length. S3 writes
        // application/xml, CloudFront's other pages are HTML.
        match (self.content_type, self.content_length) {
            (b"text/xml", b"146") if self.method == b"OPTIONS" => return Refusal::Preflight,
            (b"text/xml", b"146") => return Refusal::Unsigned,
            (b"text/xml", b"106") => return Refusal::UnknownKey,
            (b"text/xml", b"131") => return Refusal::MalformedSignature,
            (b"text/xml", b"116") => return Refusal::MalformedPolicy,
            (b"application/xml", _) => return Refusal::Bucket,
            (kind, _) if kind.starts_with(b"text/html") && self.detail == b"Error" => {
                return Refusal::Page;
            }
            _ => {}
        }
        if self.is_unexpired() == Some(false) {
            return Refusal::Expired;
        }
        match self.content_type {
            b"text/xml" => Refusal::AccessDenied,
            _ if self.detail.starts_with(b"Origin") || self.result != b"Error" => Refusal::Origin,
            _ => Refusal::Unknown,
        }
    }
}

/// Why a log says a request was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// The signature check: signature, resource, address, hash; the log does not tell which.
    AccessDenied,
    /// S3.
    Bucket,
    /// The host is not the certificate's.
    Certificate,
    /// The pass in the URL had expired.
    Expired,
    /// A function.
    Function,
    /// Geographic restriction.
    GeoRestriction,
    /// The signature check could not read the policy.
    MalformedPolicy,
    /// The signature check could not decode the signature.
    MalformedSignature,
    /// The behaviour does not allow the method.
    Method,
    /// A custom origin.
    Origin,
    /// An HTML page of CloudFront's: WAF, a restriction or a wrong host.
    Page,
    /// A preflight without a pass.
    Preflight,
    /// Nothing says why.
    Unknown,
    /// The signature check does not know the key.
    UnknownKey,
    /// No pass.
    Unsigned,
    /// WAF.
    WebAcl,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::AccessDenied,
        Self::Bucket,
        Self::Certificate,
        Self::Expired,
        Self::Function,
        Self::GeoRestriction,
        Self::MalformedPolicy,
        Self::MalformedSignature,
        Self::Method,
        Self::Origin,
        Self::Page,
        Self::Preflight,
        Self::Unknown,
        Self::UnknownKey,
        Self::Unsigned,
        Self::WebAcl,
    ];

    /// The cause's id where there is one, else a word.
    pub const fn id(self) -> &'static str {
        match self {
            Self::AccessDenied => "signature-check",
            Self::Bucket => "s3",
            Self::Certificate => "certificate",
            Self::Expired => "expired",
            Self::Function => "function",
            Self::GeoRestriction => "geo-restriction",
            Self::MalformedPolicy => "policy-malformed",
            Self::MalformedSignature => "wrong-base64-alphabet",
            Self::Method => "method",
            Self::Origin => "origin-denied",
            Self::Page => "cloudfront-page",
            Self::Preflight => "preflight-without-cookies",
            Self::Unknown => "unknown",
            Self::UnknownKey => "key-not-in-group",
            Self::Unsigned => "unsigned-request",
            Self::WebAcl => "web-acl",
        }
    }

    /// For people.
    pub const fn description(self) -> &'static str {
        match self {
            Self::AccessDenied => {
                "Access denied by the signature check; `edgepass explain URL` tells which check"
            }
            Self::Bucket => "S3 refused CloudFront",
            Self::Certificate => "the host is not the certificate's",
            Self::Expired => "the pass in the URL had expired",
            Self::Function => "a function at the edge refused",
            Self::GeoRestriction => "the viewer's country is shut out",
            Self::MalformedPolicy => "CloudFront could not read the policy",
            Self::MalformedSignature => "CloudFront could not decode the signature",
            Self::Method => "the behaviour does not allow the method",
            Self::Origin => "the origin refused",
            Self::Page => "an HTML page of CloudFront's: WAF, a restriction or a wrong host",
            Self::Preflight => "a CORS preflight, which carries no cookies",
            Self::Unknown => "the log has too few fields to tell",
            Self::UnknownKey => "Unknown Key: it is in no key group of the behaviour",
            Self::Unsigned => "no pass in the request",
            Self::WebAcl => "blocked by WAF",
        }
    }
}

/// `HH:MM:SS`
fn second_of_day(time: &[u8]) -> Option<i64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2] = time else { return None };
    let two = |tens: &u8, ones: &u8| number(&[*tens, *ones]);
    Some(two(h1, h2)? * 3600 + two(m1, m2)? * 60 + two(s1, s2)?)
}

fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0_i64, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
    })
}
