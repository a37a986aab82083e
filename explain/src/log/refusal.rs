//! Why a request was answered 403.

use super::record::Record;

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
    /// An HTML page: CloudFront's for WAF, a restriction or a wrong host; or an origin's.
    Page,
    /// A preflight without a pass.
    Preflight,
    /// All fields are there, and none says why.
    Unclear,
    /// The log lacks the fields that say why.
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
    pub const ALL: [Self; 17] = [
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
        Self::Unclear,
        Self::Unknown,
        Self::UnknownKey,
        Self::Unsigned,
        Self::WebAcl,
    ];

    /// By the fields of a record whose status is 403.
    pub(super) fn of(record: &Record<'_>) -> Self {
        match record.detail {
            b"ClientGeoBlocked" => return Self::GeoRestriction,
            b"InvalidRequestBlocked" => return Self::WebAcl,
            b"InvalidRequestMethod" => return Self::Method,
            b"InvalidRequestCertificate" => return Self::Certificate,
            _ => {}
        }
        if record.is_generated() {
            return Self::Function;
        }
        // The documents of CloudFront's signature check: each has its own length. S3 writes
        // application/xml, CloudFront's other pages are HTML.
        match (record.content_type, record.content_length) {
            (b"text/xml", b"146") if record.method == b"OPTIONS" => return Self::Preflight,
            (b"text/xml", b"146") => return Self::Unsigned,
            (b"text/xml", b"106") => return Self::UnknownKey,
            (b"text/xml", b"131") => return Self::MalformedSignature,
            (b"text/xml", b"116") => return Self::MalformedPolicy,
            (b"application/xml", _) => return Self::Bucket,
            (kind, _) if kind.starts_with(b"text/html") && record.detail == b"Error" => {
                return Self::Page;
            }
            _ => {}
        }
        if record.is_unexpired() == Some(false) {
            return Self::Expired;
        }
        match record.content_type {
            b"text/xml" => Self::AccessDenied,
            _ if record.detail.starts_with(b"Origin") => Self::Origin,
            b"" | b"-" if matches!(record.result, b"" | b"Error") => {
                let has_all = !record.content_type.is_empty() && !record.detail.is_empty();
                if has_all { Self::Unclear } else { Self::Unknown }
            }
            // CloudFront writes XML and HTML only: another type is an origin's.
            _ => Self::Origin,
        }
    }

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
            Self::Unclear => "unclear",
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
            Self::Page => {
                "an HTML page, of CloudFront (WAF, a restriction, a wrong host) or of the origin"
            }
            Self::Preflight => "a CORS preflight, which carries no cookies",
            Self::Unclear => "no field tells who refused; save such a response with `curl -sv URL`",
            Self::Unknown => {
                "the log has too few fields to tell; log x-edge-detailed-result-type, sc-content-type and sc-content-len too"
            }
            Self::UnknownKey => "Unknown Key: it is in no key group of the behaviour",
            Self::Unsigned => "no pass in the request",
            Self::WebAcl => "blocked by WAF",
        }
    }
}
