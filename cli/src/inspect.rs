//! `edgepass inspect`: what a credential says, whether or not it is true.

use core::fmt;

use clap::{ArgGroup, Args};
use policy::{Denied, Inspection, UnixTime, UnprovenToken, inspect};
use serde::Serialize;
use serde_json::Value;

use crate::cookie_argument::{self, CookieArgument};
use crate::credential::Outline;
use crate::outcome::{Ended, Outcome};
use crate::output::{print, print_json};
use crate::reason::{Explained, Reason};
use crate::url_argument::UrlArgument;
use crate::when::{Shown, rfc3339, system_clock};

/// Decode a signed URL or signed cookies; verifies nothing
#[derive(Args)]
#[command(group = ArgGroup::new("pass").required(true))]
#[command(after_help = "\
Nothing is verified: anyone can have written what is shown, the claims included. Signatures are
never printed.

Examples:
  edgepass inspect 'https://media.example.com/film.mp4?Expires=...&Signature=...&Key-Pair-Id=...'
  edgepass inspect --cookie 'CloudFront-Policy=...; CloudFront-Signature=...; ...' --json")]
pub(crate) struct Inspect {
    /// The signed URL
    #[arg(group = "pass")]
    url: Option<UrlArgument>,
    /// The cookies: lines of Cookie or Set-Cookie, JSON, or a file with these or with curl's cookie jar
    #[arg(long = "cookie", group = "pass", value_name = "NAME=VALUE; ...|FILE")]
    cookies: Vec<CookieArgument>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(crate) fn run(self) -> Outcome {
        let now = system_clock()?;
        let cookies = cookie_argument::read(&self.cookies, None)?;
        let cookies: Vec<&str> = cookies.lines.iter().map(String::as_str).collect();
        let url = self.url.as_ref().map(UrlArgument::requested).transpose()?.transpose();
        let findings = Findings(match url {
            Ok(url) => inspect(url, &cookies),
            Err(fault) => Err(fault.into()),
        });
        if self.json {
            print_json(&findings.to_json())?
        } else {
            print(&findings.to_text(now))?
        }
        Ok(if findings.denied().is_none() { Ended::Done } else { Ended::Denied })
    }
}

/// What a pass says, or why it cannot be decoded.
struct Findings<'r>(Result<Inspection<'r>, Denied>);

impl Findings<'_> {
    fn denied(&self) -> Option<&Denied> {
        match &self.0 {
            Ok(inspection) => inspection.fault.as_ref(),
            Err(denied) => Some(denied),
        }
    }

    fn to_json(&self) -> FindingsJson<'_> {
        let inspection = self.0.as_ref().ok();
        FindingsJson {
            verified: false,
            credential: inspection.map(CredentialJson::from),
            policy: inspection.map(PolicyJson::from),
            claims: inspection.and_then(|found| found.token.as_ref()).map(ClaimsJson::from),
            reason: self.denied().map(Reason::from).unwrap_or_default(),
        }
    }

    fn to_text(&self, now: UnixTime) -> String {
        let mut text = String::from("not verified: anyone can have written this");
        if let Ok(inspection) = &self.0 {
            text.push_str(&lines(inspection, now));
        }
        if let Some(denied) = self.denied() {
            text.push_str(&format!("\n{}\n{}", denied.code(), Explained(denied)));
        }
        text
    }
}

fn lines(inspection: &Inspection<'_>, now: UnixTime) -> String {
    let Inspection { outline, signature_bytes, policy, token, claims, .. } = inspection;
    let mut lines = String::new();
    let mut line = |name: &str, value: &dyn fmt::Display| {
        lines.push_str(&format!("\n  {name:<10}  {value}"));
    };
    let shown = |time| format!("{time}, {}", Shown { time, now });
    line("credential", &Outline::from(outline.clone()));
    line("signature", &format_args!("{signature_bytes} bytes"));
    match &policy.resource {
        Some(resource) => line("resource", resource),
        None if policy.text.is_none() => line(
            "resource",
            &"not known: cookies with a canned policy are for one URL and do not say which; `verify` takes it",
        ),
        None => {}
    }
    if let Some(starts) = policy.starts {
        line("starts", &shown(starts));
    }
    if let Some(expires) = policy.expires {
        line("expires", &shown(expires));
    }
    if let Some(network) = policy.network {
        line("address", &network);
    }
    if let Some(text) = &policy.text {
        line("policy", &printable(text));
    }
    if let Some(claims) = claims {
        line("subject", &claims.subject);
        line("session", &claims.session);
        line("issued", &shown(claims.issued_at));
        line("claims end", &shown(claims.expires));
    }
    if let Some(token) = token {
        for (name, bytes) in [("header", &token.header), ("claims", &token.payload)] {
            if let Some(bytes) = bytes {
                line(name, &printable(&String::from_utf8_lossy(bytes)));
            }
        }
    }
    lines
}

/// A stranger's text, without what a terminal would obey.
fn printable(text: &str) -> String {
    let shown = |character: char| match character {
        character if character.is_control() => character.escape_default().collect(),
        character => String::from(character),
    };
    text.chars().map(shown).collect()
}

#[derive(Serialize)]
struct FindingsJson<'f> {
    verified: bool,
    credential: Option<CredentialJson>,
    policy: Option<PolicyJson<'f>>,
    claims: Option<ClaimsJson>,
    #[serde(flatten)]
    reason: Reason,
}

#[derive(Serialize)]
struct CredentialJson {
    #[serde(flatten)]
    outline: Outline,
    signature_bytes: usize,
}

impl From<&Inspection<'_>> for CredentialJson {
    fn from(found: &Inspection<'_>) -> Self {
        Self { outline: found.outline.clone().into(), signature_bytes: found.signature_bytes }
    }
}

#[derive(Serialize)]
struct PolicyJson<'f> {
    text: Option<&'f str>,
    resource: Option<&'f str>,
    expires: Option<TimeJson>,
    starts: Option<TimeJson>,
    address: Option<String>,
}

impl<'f> From<&'f Inspection<'_>> for PolicyJson<'f> {
    fn from(found: &'f Inspection<'_>) -> Self {
        let policy = &found.policy;
        Self {
            text: policy.text.as_deref(),
            resource: policy.resource.as_deref(),
            expires: policy.expires.map(TimeJson::from),
            starts: policy.starts.map(TimeJson::from),
            address: policy.network.map(|network| network.to_string()),
        }
    }
}

#[derive(Serialize)]
struct TimeJson {
    seconds: i64,
    rfc3339: Option<String>,
}

impl From<UnixTime> for TimeJson {
    fn from(time: UnixTime) -> Self {
        Self { seconds: time.as_seconds(), rfc3339: rfc3339(time) }
    }
}

/// The claims token. Header and claims are null where they are not strict JSON.
#[derive(Serialize)]
struct ClaimsJson {
    header: Option<Value>,
    claims: Option<Value>,
    text: Option<String>,
    signature_bytes: Option<usize>,
}

impl From<&UnprovenToken> for ClaimsJson {
    fn from(token: &UnprovenToken) -> Self {
        let value = |json: &str| serde_json::from_str(json).ok();
        Self {
            header: token.header_json().and_then(value),
            claims: token.payload_json().and_then(value),
            text: token.payload.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
            signature_bytes: token.signature_bytes,
        }
    }
}
