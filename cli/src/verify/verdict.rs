//! What `verify` answers.

use clap::builder::Styles;
use edge_validator::Passed;
use policy::{Admitted, Claims, Denied, Policy, UnixTime};
use serde::Serialize;
use serde_json::Value;

use crate::credential::Outline;
use crate::reason::{Explained, Reason};
use crate::when::Shown;

/// A decision, and the credential that it is about.
pub(super) struct Verdict {
    pub(super) decision: Result<Passed, Denied>,
    pub(super) credential: Option<Outline>,
}

/// **fixed**: its members are a contract.
#[derive(Serialize)]
pub(super) struct VerdictJson<'v> {
    decision: &'static str,
    #[serde(flatten)]
    reason: Reason,
    credential: Option<&'v Outline>,
    /// What an admitted request's token says, as it was signed.
    claims: Option<Value>,
}

impl Verdict {
    pub(super) fn to_json(&self) -> VerdictJson<'_> {
        let (decision, reason) = match &self.decision {
            Ok(_) => ("allow", Reason::default()),
            Err(denied) => ("deny", Reason::from(denied)),
        };
        let claims = self.claims().and_then(|claims| serde_json::from_str(&claims.to_json()).ok());
        VerdictJson { decision, reason, credential: self.credential.as_ref(), claims }
    }

    fn claims(&self) -> Option<&Claims> {
        match &self.decision {
            Ok(Passed::Admitted(admitted)) => admitted.claims(),
            _ => None,
        }
    }

    pub(super) fn to_text(&self, now: UnixTime) -> String {
        let styles = Styles::styled();
        let (good, bad) = (styles.get_valid(), styles.get_error());
        let mut text = match &self.decision {
            Ok(passed) => {
                let why = match passed {
                    Passed::Admitted(admitted) => admitted_by(admitted, now),
                    Passed::Preflight(_) => "preflight   answered at the edge".to_owned(),
                    Passed::Public => "public      the path needs no pass".to_owned(),
                };
                format!("{good}allow{good:#}\n  {why}")
            }
            Err(denied) => {
                format!("{bad}deny{bad:#} {}\n{}", denied.code(), Explained(denied))
            }
        };
        if let Some(credential) = &self.credential {
            text.push_str(&format!("\n  credential  {credential}"));
        }
        text
    }
}

/// The policy and the claims that admit a request.
fn admitted_by(admitted: &Admitted, now: UnixTime) -> String {
    let shown = |time| Shown { time, now };
    let mut lines = match admitted.policy().map(Policy::date_less_than) {
        Some(expires) => format!("expires     {}", shown(expires)),
        None => "CloudFront  has to admit it too: no credential is visible here".to_owned(),
    };
    if let Some(claims) = admitted.claims() {
        lines.push_str(&format!(
            "\n  subject     {}\n  session     {}\n  claims      expire {}",
            claims.subject,
            claims.session,
            shown(claims.expires)
        ));
    }
    lines
}
