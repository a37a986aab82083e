//! Where a 403 came from.

use policy::CloudFrontError;

use crate::evidence::Response;

/// Who refused the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// CloudFront's own check of signed URLs and cookies.
    SignatureCheck,
    /// A CloudFront Function or Lambda@Edge function.
    Function,
    /// AWS WAF.
    Waf,
    /// CloudFront's geographic restriction.
    Geo,
    /// The S3 bucket behind CloudFront.
    S3,
    /// Another origin.
    Origin,
    /// Not to be told from what is known.
    Unknown,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::SignatureCheck,
        Self::Function,
        Self::Waf,
        Self::Geo,
        Self::S3,
        Self::Origin,
        Self::Unknown,
    ];

    /// Its name in `--json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignatureCheck => "signature-check",
            Self::Function => "function",
            Self::Waf => "waf",
            Self::Geo => "geo",
            Self::S3 => "s3",
            Self::Origin => "origin",
            Self::Unknown => "unknown",
        }
    }

    /// For people.
    pub const fn description(self) -> &'static str {
        match self {
            Self::SignatureCheck => "CloudFront's signature check",
            Self::Function => "a function at the edge",
            Self::Waf => "AWS WAF",
            Self::Geo => "CloudFront's geographic restriction",
            Self::S3 => "the S3 bucket behind CloudFront",
            Self::Origin => "the origin behind CloudFront",
            Self::Unknown => "an unknown place",
        }
    }
}

/// What the answer itself says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// One of the errors of CloudFront's signature check.
    CloudFront(CloudFrontError),
    /// CloudFront's page for requests that WAF blocked.
    Blocked,
    /// CloudFront's page for countries that are shut out.
    Country,
    /// Another page of CloudFront's, with its sentence.
    Page(&'static str),
    /// A refusal of Edgepass's own edge, with its code.
    Edgepass(String),
    /// A function's answer.
    Generated,
    /// S3's error document, with its code.
    S3(String),
    /// The page of a bucket's website endpoint, with its code.
    Website(String),
    /// Something else's.
    Other,
}

const CLOUDFRONT_ERRORS: [CloudFrontError; 5] = [
    CloudFrontError::AccessDenied,
    CloudFrontError::InvalidKey,
    CloudFrontError::MalformedPolicy,
    CloudFrontError::MalformedSignature,
    CloudFrontError::MissingKey,
];

/// Sentences of CloudFront's HTML error pages, besides those of WAF and geographic restriction.
const PAGES: [&str; 4] = [
    "This distribution is not configured to allow the HTTP request method",
    "Bad request",
    "The distribution does not match the certificate",
    "The distribution supports only cachable requests",
];

impl Answer {
    pub(crate) fn of(response: &Response) -> Self {
        if let Some(reason) = response.header("x-edgepass-reason") {
            return Self::Edgepass(reason.to_owned());
        }
        let generated = ["LambdaGeneratedResponse", "FunctionGeneratedResponse"];
        if response.header("x-cache").is_some_and(|it| generated.iter().any(|g| it.contains(g))) {
            return Self::Generated;
        }
        let body = &response.body;
        let from_s3 = response.header("server").is_some_and(|server| server == "AmazonS3")
            || response.header("x-amz-request-id").is_some()
            || response.element("HostId").is_some();
        if let Some(code) = response.element("Code") {
            // CloudFront writes "Access denied" and no ids, S3 "Access Denied" and two.
            let bare = !from_s3 && response.element("RequestId").is_none();
            let known = |error: &CloudFrontError| error.code() == code;
            return match CLOUDFRONT_ERRORS.into_iter().find(known) {
                Some(error) if bare => Self::CloudFront(error),
                _ => Self::S3(code.to_owned()),
            };
        }
        if let Some(code) = response.list_item("Code") {
            return Self::Website(code.to_owned());
        }
        if body.contains("configured to block access from your country") {
            return Self::Country;
        }
        if body.contains("Request blocked.") {
            return Self::Blocked;
        }
        if let Some(page) = PAGES.into_iter().find(|page| body.contains(page)) {
            return Self::Page(page);
        }
        if from_s3 { Self::S3("AccessDenied".to_owned()) } else { Self::Other }
    }

    pub(crate) fn source(&self, response: &Response) -> Source {
        match self {
            Self::CloudFront(_) => Source::SignatureCheck,
            Self::Blocked => Source::Waf,
            Self::Country => Source::Geo,
            Self::Edgepass(_) | Self::Generated => Source::Function,
            Self::S3(_) | Self::Website(_) => Source::S3,
            Self::Page(_) => Source::Unknown,
            Self::Other => match response.header("server") {
                Some(server) if server.eq_ignore_ascii_case("CloudFront") => Source::Unknown,
                Some(_) => Source::Origin,
                None => Source::Unknown,
            },
        }
    }
}
