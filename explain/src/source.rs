//! Who answered the request.

use policy::CloudFrontError;

use crate::evidence::{OriginKind, Response};

/// Who answered the request.
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
    /// CloudFront itself, by the configuration of the distribution.
    CloudFront,
    /// The S3 bucket behind CloudFront.
    S3,
    /// Another origin.
    Origin,
    /// A server that the viewer reached without CloudFront.
    NotCloudFront,
    /// Nobody: the request was let in.
    Nobody,
    /// The evidence does not tell.
    Unknown,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SignatureCheck,
        Self::Function,
        Self::Waf,
        Self::Geo,
        Self::CloudFront,
        Self::S3,
        Self::Origin,
        Self::NotCloudFront,
        Self::Nobody,
        Self::Unknown,
    ];

    /// Its name in `--json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignatureCheck => "signature-check",
            Self::Function => "function",
            Self::Waf => "waf",
            Self::Geo => "geo",
            Self::CloudFront => "cloudfront",
            Self::S3 => "s3",
            Self::Origin => "origin",
            Self::NotCloudFront => "not-cloudfront",
            Self::Nobody => "nobody",
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
            Self::CloudFront => "CloudFront's configuration",
            Self::S3 => "the S3 bucket behind CloudFront",
            Self::Origin => "the origin behind CloudFront",
            Self::NotCloudFront => "a server that is not CloudFront",
            Self::Nobody => "nobody",
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
    /// CloudFront's page for methods that the behaviour does not allow.
    Method,
    /// Another page of CloudFront's, with its sentence.
    Page(&'static str),
    /// A refusal of Edgepass's own edge, with its code.
    Edgepass(String),
    /// A function's answer.
    Generated,
    /// CloudFront's answer in place of a function that failed, with the sentence of its page or the
    /// word in `x-cache` that says so.
    FunctionFailed(String),
    /// S3's error document, with its code.
    S3(String),
    /// The page of a bucket's website endpoint, with its code.
    Website(String),
    /// S3's headers. Its error document was not given.
    S3Headers,
    /// The error of another AWS service, with its type.
    Service(OriginKind, String),
    /// None of these.
    Other,
}

const CLOUDFRONT_ERRORS: [CloudFrontError; 5] = [
    CloudFrontError::AccessDenied,
    CloudFrontError::InvalidKey,
    CloudFrontError::MalformedPolicy,
    CloudFrontError::MalformedSignature,
    CloudFrontError::MissingKey,
];

/// `x-cache` of answers that a function made (AWS: `x-edge-result-type`).
const GENERATED: [&str; 2] = ["LambdaGeneratedResponse", "FunctionGeneratedResponse"];

/// `x-cache` of answers in place of functions that failed (AWS: "Edge function logs").
const FAILED: [&str; 5] = [
    "LambdaExecutionError",
    "LambdaValidationError",
    "LambdaLimitExceeded",
    "FunctionExecutionError",
    "FunctionThrottledError",
];

/// How the sentences begin by which CloudFront's pages blame a function.
const BLAMES: [&str; 2] = ["The Lambda function ", "The CloudFront function "];

/// The longest sentence of a page that is shown, in characters.
const MOST_SHOWN: usize = 200;

/// Sentences of CloudFront's HTML error pages, besides those that have an `Answer` of their own.
const PAGES: [&str; 7] = [
    "CloudFront wasn't able to connect to the origin",
    "CloudFront attempted to establish a connection with the origin",
    "CloudFront wasn't able to resolve the origin domain name",
    "The origin closed the connection",
    "The distribution does not match the certificate",
    "The distribution supports only cachable requests",
    "Bad request",
];

impl Answer {
    pub(crate) fn of(response: &Response) -> Self {
        if let Some(reason) = response.header("x-edgepass-reason") {
            return Self::Edgepass(reason.to_owned());
        }
        let cache = response.header("x-cache").unwrap_or_default();
        if GENERATED.iter().any(|word| cache.contains(word)) {
            return Self::Generated;
        }
        let blame = blame(&response.body);
        if let Some(word) = FAILED.into_iter().find(|word| cache.contains(word)) {
            return Self::FunctionFailed(blame.unwrap_or_else(|| word.to_owned()));
        }
        if let Some(blame) = blame {
            return Self::FunctionFailed(blame);
        }
        if let Some(code) = response.element("Code") {
            return Self::of_document(code, response);
        }
        if let Some(code) = response.list_item("Code") {
            return Self::Website(code.to_owned());
        }
        Self::of_page(&response.body).or_else(|| service(response)).unwrap_or_else(|| {
            if is_s3_without_document(response) { Self::S3Headers } else { Self::Other }
        })
    }

    /// CloudFront writes "Access denied" and no ids, S3 "Access Denied" and two.
    fn of_document(code: &str, response: &Response) -> Self {
        let ids = response.element("RequestId").or(response.element("HostId"));
        let known = |error: &CloudFrontError| error.code() == code;
        match CLOUDFRONT_ERRORS.into_iter().find(known) {
            Some(error) if ids.is_none() && !has_s3_headers(response) => Self::CloudFront(error),
            _ => Self::S3(code.to_owned()),
        }
    }

    fn of_page(body: &str) -> Option<Self> {
        if body.contains("configured to block access from your country") {
            return Some(Self::Country);
        }
        if body.contains("Request blocked.") {
            return Some(Self::Blocked);
        }
        if body.contains("not configured to allow the HTTP request method") {
            return Some(Self::Method);
        }
        PAGES.into_iter().find(|sentence| body.contains(sentence)).map(Self::Page)
    }

    pub(crate) fn source(&self, response: &Response) -> Source {
        match self {
            Self::CloudFront(_) => Source::SignatureCheck,
            Self::Blocked => Source::Waf,
            Self::Country => Source::Geo,
            Self::Method => Source::CloudFront,
            Self::Edgepass(_) | Self::Generated | Self::FunctionFailed(_) => Source::Function,
            Self::S3(_) | Self::Website(_) | Self::S3Headers => Source::S3,
            Self::Service(..) => Source::Origin,
            Self::Page(page) if page.contains("origin") => Source::Origin,
            Self::Page(_) => Source::Unknown,
            Self::Other => match response.header("server") {
                Some("") | None => Source::Unknown,
                // With another body than S3's errors: a page that lies in a bucket.
                Some("AmazonS3") => Source::Unknown,
                Some(server) if server.eq_ignore_ascii_case("CloudFront") => Source::Unknown,
                Some(_) => Source::Origin,
            },
        }
    }

    /// Whether this is the error itself, and not a page in its place.
    pub(crate) fn is_an_error_document(&self) -> bool {
        !matches!(self, Self::S3Headers | Self::Other | Self::Generated)
    }
}

/// S3's answer to a HEAD request, or its headers alone. With another body it is a page that lies in
/// a bucket, of which CloudFront removes S3's ids.
fn is_s3_without_document(response: &Response) -> bool {
    response.header("x-amz-request-id").is_some()
        || response.header("server") == Some("AmazonS3") && response.body.trim().is_empty()
}

fn has_s3_headers(response: &Response) -> bool {
    response.header("server") == Some("AmazonS3") || response.header("x-amz-request-id").is_some()
}

/// The sentence of CloudFront's page that blames a function.
fn blame(body: &str) -> Option<String> {
    let line = body
        .lines()
        .map(str::trim)
        .find(|line| BLAMES.iter().any(|start| line.starts_with(start)))?;
    Some(line.chars().filter(|it| !it.is_control()).take(MOST_SHOWN).collect())
}

/// Lambda function URLs and API Gateway name their errors in a header.
fn service(response: &Response) -> Option<Answer> {
    let error = response.header("x-amzn-errortype").map(|error| {
        // `AccessDeniedException:http://internal.amazon.com/…` is AWS's older form.
        error.split([':', '#']).next().unwrap_or(error).trim().to_owned()
    });
    let api = response.header("x-amz-apigw-id").or(response.header("apigw-requestid"));
    if api.is_some() {
        return Some(Answer::Service(OriginKind::ApiGateway, error.unwrap_or_default()));
    }
    if response.body.contains("lambda/latest/dg/urls-auth") {
        return Some(Answer::Service(OriginKind::FunctionUrl, error.unwrap_or_default()));
    }
    let server = response.header("server").unwrap_or_default();
    if server.starts_with("awselb/") {
        return Some(Answer::Service(OriginKind::LoadBalancer, String::new()));
    }
    // Both services answer with this header; only the origin tells which one it was.
    error.map(|error| Answer::Service(OriginKind::Other, error))
}
