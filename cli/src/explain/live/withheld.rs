//! Evidence that AWS has and did not give.

use core::error::Error;
use core::fmt;

use aws_sdk_cloudfront::error::{ProvideErrorMetadata, SdkError};

use crate::outcome::Failure;

/// Codes by which AWS says that it does not know who is asking: no other call will do better.
const UNKNOWN_CALLER: [&str; 9] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidToken",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// A call that brought nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Withheld {
    /// The call as a command of the AWS CLI; after a `#` what to do with its output.
    pub(super) command: String,
    pub(super) why: String,
}

/// One of the lines that say what is missing. They are pasted into shells, and not to every one is
/// a `#` the end: nothing after it may mean anything to a shell.
impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.command.split_once('#') {
            Some((command, then)) => write!(f, "{command}# {},{then}", self.why),
            None => write!(f, "{}    # {}", self.command, self.why),
        }
    }
}

/// Why a call brought nothing.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// Nor will any other call.
    Failed(Failure),
    /// Others may.
    Withheld(Withheld),
}

impl Unanswered {
    /// `command` is the call as the AWS CLI makes it, `permission` the one that it takes.
    pub(super) fn new<E, R>(command: String, permission: &str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: fmt::Debug + 'static,
    {
        let why = match error.code() {
            Some("AccessDenied") => format!("{permission} is not allowed to you"),
            Some(code) if UNKNOWN_CALLER.contains(&code) => {
                return Self::Failed(Failure::Service(format!(
                    "AWS does not accept the credentials (`{code}`); sign in again, as for the AWS CLI"
                )));
            }
            Some(code) => format!("{permission} failed with {code}"),
            None => return Self::Failed(Failure::Service(unreachable(error))),
        };
        Self::Withheld(Withheld { command, why })
    }
}

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What was answered, if it was; what was withheld is noted.
pub(super) fn noted<T>(
    answer: Result<T, Unanswered>,
    withheld: &mut Vec<Withheld>,
) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Unanswered::Withheld(it)) => {
            withheld.push(it);
            Ok(None)
        }
        Err(Unanswered::Failed(failure)) => Err(failure),
    }
}

/// Why AWS cannot be asked, and what to do.
fn unreachable(error: &(dyn Error + 'static)) -> String {
    // The end of the chain says what happened, what is before it where.
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    let what = text.lines().next().unwrap_or_default().split(". ").next().unwrap_or_default();
    let then = if what.contains("credential") {
        "sign in, and hand over what the AWS CLI has: `eval \"$(aws configure export-credentials --format env)\"`"
    } else {
        "try again, or leave `--live` out"
    };
    format!("cannot ask AWS: {what}; {then}")
}
