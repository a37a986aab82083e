//! What a file given as evidence turns out to be.

use core::fmt;

use serde_json::Value;

use super::kind::Kind;

/// The answer of a service, as the AWS CLI prints it, or one member of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Document {
    BucketPolicy,
    Distribution,
    KeyGroup,
    PublicAccessBlock,
    PublicKey,
}

impl Document {
    const ALL: [Self; 5] = [
        Self::BucketPolicy,
        Self::Distribution,
        Self::KeyGroup,
        Self::PublicAccessBlock,
        Self::PublicKey,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BucketPolicy => "a bucket policy",
            Self::Distribution => "a distribution",
            Self::KeyGroup => "a key group",
            Self::PublicAccessBlock => "a public access block",
            Self::PublicKey => "a public key",
        }
    }

    pub(super) const fn option(self) -> &'static str {
        match self {
            Self::BucketPolicy => "--bucket-policy",
            Self::Distribution => "--distribution",
            Self::KeyGroup => "--key-group",
            Self::PublicAccessBlock => "--public-access-block",
            Self::PublicKey => "--public-key",
        }
    }

    const fn command(self) -> &'static str {
        match self {
            Self::BucketPolicy => "aws s3api get-bucket-policy",
            Self::Distribution => "aws cloudfront get-distribution",
            Self::KeyGroup => "aws cloudfront get-key-group",
            Self::PublicAccessBlock => "aws s3api get-public-access-block",
            Self::PublicKey => "aws cloudfront get-public-key",
        }
    }

    /// Members of which one must be at the top.
    const fn members(self) -> &'static [&'static str] {
        match self {
            Self::BucketPolicy => &["Policy", "Statement"],
            Self::Distribution => &["Distribution", "DistributionConfig", "DefaultCacheBehavior"],
            Self::KeyGroup => &["KeyGroup", "KeyGroupConfig"],
            Self::PublicAccessBlock => &["PublicAccessBlockConfiguration", "BlockPublicPolicy"],
            Self::PublicKey => &["PublicKey", "PublicKeyConfig", "EncodedKey"],
        }
    }

    fn is(self, value: &Value) -> bool {
        self.members().iter().any(|member| value.get(member).is_some())
    }

    /// The JSON of such a document, and of no other.
    pub(crate) fn read(self, text: &str) -> Result<Value, NotEvidence> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(NotEvidence::Empty { command: self.command() });
        }
        if let Some(code) = cli_error(text) {
            return Err(NotEvidence::CliFailed { code: code.to_owned() });
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            Kind::of(text).map(Kind::refusal).unwrap_or(NotEvidence::NotJson {
                line: error.line(),
                column: error.column(),
                command: self.command(),
            })
        })?;
        if self.is(&value) {
            return Ok(value);
        }
        match Kind::of_json(&value) {
            Some(kind) => Err(kind.refusal()),
            None => Err(NotEvidence::Unknown { wanted: self.name(), command: self.command() }),
        }
    }

    /// The document that a value is.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.is(value))
    }

    /// What of it cannot be read.
    pub(crate) fn unreadable(self, error: &serde_json::Error) -> NotEvidence {
        NotEvidence::Unreadable { wanted: self.name(), problem: error.to_string() }
    }
}

/// The code in `An error occurred (NoSuchBucketPolicy) when calling the …`.
pub(crate) fn cli_error(text: &str) -> Option<&str> {
    let (code, _) = text.split_once("An error occurred (")?.1.split_once(')')?;
    Some(code)
}

/// Why a file is not the evidence that it was given as. Nothing of the file is repeated but names
/// that AWS gave.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NotEvidence {
    /// The AWS CLI's error message was saved instead of a result.
    CliFailed {
        /// AWS's error code.
        code: String,
    },
    /// A command of curl, not what it printed.
    Command,
    /// Nothing in it.
    Empty {
        /// What prints the right content.
        command: &'static str,
    },
    /// Neither the output of curl nor headers nor a body, nor another form of a response.
    NotAResponse,
    /// A request without an answer.
    NotAnswered,
    /// Cookies that cannot be told apart, or none.
    NotCookies,
    /// Not JSON.
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What prints the right content.
        command: &'static str,
    },
    /// The answer of a proxy on the way to CloudFront.
    OfAProxy,
    /// Evidence, but of another kind.
    Other {
        /// What it is.
        found: &'static str,
        /// The option for it.
        option: &'static str,
    },
    /// A private key.
    PrivateKey,
    /// JSON of something else.
    Unknown {
        /// What it should be.
        wanted: &'static str,
        /// What prints the right content.
        command: &'static str,
    },
    /// A URL.
    Url,
    /// The right document, but a member is not as AWS defines it.
    Unreadable {
        /// What it should be.
        wanted: &'static str,
        /// Where and why.
        problem: String,
    },
}

impl fmt::Display for NotEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CliFailed { code } => write!(
                f,
                "holds the error `{}` of the AWS CLI instead of a result; mend that first",
                code.escape_debug()
            ),
            Self::Command => f.write_str(
                "holds a command and not its output; run it with `-sv`, and save what it prints",
            ),
            Self::Url => f.write_str("holds a URL; give that itself, without an option"),
            Self::Empty { command } => {
                write!(f, "is empty; fill it with the output of `{command}`")
            }
            Self::NotAResponse => f.write_str(
                "is not recognised as an HTTP response; save one with `curl -sv URL > response.txt 2>&1`, or copy the response headers of the browser's network panel as raw text, or export its HAR",
            ),
            Self::NotAnswered => f.write_str(
                "holds a request that got no answer; mend the connection first, then save an answer with `curl -sv URL > response.txt 2>&1`",
            ),
            Self::NotCookies => f.write_str(
                "holds no cookies in a form that is read: `NAME=VALUE; NAME=VALUE`, lines of `Cookie` or `Set-Cookie`, JSON, or a cookie jar of curl",
            ),
            Self::NotJson { line, column, command } => write!(
                f,
                "is not JSON (line {line}, column {column}); save the output of `{command}` with `--output json`"
            ),
            Self::OfAProxy => f.write_str(
                "holds the answer of a proxy to `CONNECT`: the request never reached CloudFront; ask whoever runs the proxy, or go around it with `curl --noproxy '*'`",
            ),
            Self::PrivateKey => f.write_str(
                "holds a private key, which is needed for signing only; keep it to yourself",
            ),
            Self::Other { found, option } => {
                write!(f, "holds {found}; give it with `{option}`")
            }
            Self::Unknown { wanted, command } => {
                write!(f, "does not hold {wanted}; save the output of `{command}`")
            }
            Self::Unreadable { wanted, problem } => {
                write!(f, "does not hold {wanted} as AWS prints it: {problem}")
            }
        }
    }
}

impl core::error::Error for NotEvidence {}
