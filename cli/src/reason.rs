//! Why a request is denied, as `verify` and `inspect` say it.

use core::fmt;

use policy::Denied;
use serde::Serialize;

/// The members of `--json` that say why. All null where nothing is denied.
#[derive(Default, Serialize)]
pub(crate) struct Reason {
    stage: Option<&'static str>,
    code: Option<&'static str>,
    message: Option<String>,
    hint: Option<&'static str>,
    cloudfront: Option<&'static str>,
}

impl From<&Denied> for Reason {
    fn from(denied: &Denied) -> Self {
        Self {
            stage: Some(denied.stage().name()),
            code: Some(denied.code().as_str()),
            message: Some(denied.to_string()),
            hint: Some(denied.hint()),
            cloudfront: denied.cloudfront().map(|error| error.code()),
        }
    }
}

/// The same for people, below a line that names the code.
pub(crate) struct Explained<'d>(pub(crate) &'d Denied);

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(denied) = self;
        writeln!(f, "  stage       {}", denied.stage())?;
        writeln!(f, "  fact        {denied}")?;
        writeln!(f, "  hint        {}", denied.hint())?;
        match denied.cloudfront() {
            Some(error) => write!(f, "  CloudFront  {error}: {}", error.message()),
            None => f.write_str("  CloudFront  has no such check"),
        }
    }
}
