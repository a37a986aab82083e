//! `edgepass inspect`: what a credential says, whether or not it is true.

use core::fmt;

use clap::{ArgGroup, Args};
use policy::{
    CLAIMS_NAME, Carrier, Claims, ClaimsFault, Credential, Denied, Policy, Request, UnixTime,
    UnprovenToken, Url,
};
use serde::Serialize;
use serde_json::Value;

use crate::credential::Outline;
use crate::outcome::{Ended, Failure, Outcome};
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
    /// The cookies, as in a Cookie header
    #[arg(long = "cookie", group = "pass", value_name = "NAME=VALUE; ...")]
    cookies: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(crate) fn run(self) -> Outcome {
        let now = system_clock()?;
        let findings = self.findings()?;
        if self.json {
            print_json(&findings.to_json())?
        } else {
            print(&findings.to_text(now))?
        }
        Ok(if findings.denied.is_none() { Ended::Done } else { Ended::Denied })
    }

    fn findings(&self) -> Result<Findings, Failure> {
        let url = match &self.url {
            Some(url) => url.requested()?,
            // Stands in for the URL that the cookies were made for, which is not known.
            None => Url::parse("https://unknown.invalid/"),
        };
        let cookies: Vec<&str> = self.cookies.iter().map(String::as_str).collect();
        let found = match url {
            Ok(url) => Credential::find(&Request { cookies: &cookies, ..Request::get(url) }),
            Err(fault) => Err(fault.into()),
        };
        Ok(match found {
            Ok(credential) => match credential.unproven() {
                Ok((text, signature_bytes)) => Findings::of(&credential, &text, signature_bytes),
                Err(denied) => Findings { credential: None, denied: Some(denied) },
            },
            Err(denied) => Findings { credential: None, denied: Some(denied) },
        })
    }
}

/// What a credential says, as far as it can be read, and why it could not be read further.
struct Findings {
    credential: Option<Unproven>,
    denied: Option<Denied>,
}

struct Unproven {
    outline: Outline,
    signature_bytes: usize,
    /// None in a canned cookie, whose text contains the URL.
    text: Option<String>,
    policy: Option<Policy>,
    token: Option<UnprovenToken>,
    claims: Option<Claims>,
}

impl Findings {
    fn of(credential: &Credential<'_>, text: &[u8], signature_bytes: usize) -> Self {
        let read = Policy::read(text);
        let token = credential.unproven_claims();
        let claims = match &token {
            Ok(Some(UnprovenToken { payload: Some(payload), .. })) => {
                Claims::read(payload).map(Some)
            }
            Ok(Some(_)) => Err(ClaimsFault::NotJws),
            Ok(None) => Ok(None),
            Err(fault) => Err(fault.clone()),
        };
        let knows_url = !(credential.is_canned() && credential.carrier() == Carrier::Cookie);
        let unproven = Unproven {
            outline: credential.into(),
            signature_bytes,
            text: knows_url.then(|| without_signature(&String::from_utf8_lossy(text))),
            policy: read.as_ref().ok().cloned(),
            token: token.ok().flatten(),
            claims: claims.as_ref().ok().cloned().flatten(),
        };
        let denied = read.err().map(Denied::from).or(claims.err().map(Denied::from));
        Self { credential: Some(unproven), denied }
    }

    fn to_json(&self) -> FindingsJson<'_> {
        FindingsJson {
            verified: false,
            credential: self.credential.as_ref().map(Unproven::to_json),
            policy: self.credential.as_ref().map(Unproven::policy_json),
            claims: self.credential.as_ref().and_then(Unproven::claims_json),
            reason: self.denied.as_ref().map(Reason::from).unwrap_or_default(),
        }
    }

    fn to_text(&self, now: UnixTime) -> String {
        let mut text = String::from("not verified: anyone can have written this");
        if let Some(unproven) = &self.credential {
            text.push_str(&unproven.lines(now));
        }
        if let Some(denied) = &self.denied {
            text.push_str(&format!("\n{}\n{}", denied.code(), Explained(denied)));
        }
        text
    }
}

impl Unproven {
    /// The resource, unless it is the URL that stands in for an unknown one.
    fn resource(&self) -> Option<String> {
        self.text.as_ref().and(self.policy.as_ref()).map(Policy::resource).map(without_signature)
    }

    fn lines(&self, now: UnixTime) -> String {
        let mut lines = String::new();
        let mut line = |name: &str, value: &dyn fmt::Display| {
            lines.push_str(&format!("\n  {name:<10}  {value}"));
        };
        line("credential", &self.outline);
        line("signature", &format_args!("{} bytes", self.signature_bytes));
        match self.resource() {
            Some(resource) => line("resource", &resource),
            None if self.text.is_none() => line(
                "resource",
                &"not known: cookies with a canned policy are for one URL and do not say which; `verify` takes it",
            ),
            None => {}
        }
        if let Some(policy) = &self.policy {
            let shown = |time| format!("{time}, {}", Shown { time, now });
            if let Some(starts) = policy.date_greater_than() {
                line("starts", &shown(starts));
            }
            line("expires", &shown(policy.date_less_than()));
            if let Some(network) = policy.source_ip() {
                line("address", &network);
            }
        }
        if let Some(text) = &self.text {
            line("policy", &printable(text));
        }
        if let Some(claims) = &self.claims {
            let shown = |time| format!("{time}, {}", Shown { time, now });
            line("subject", &claims.subject);
            line("session", &claims.session);
            line("issued", &shown(claims.issued_at));
            line("claims end", &shown(claims.expires));
        }
        if let Some(token) = &self.token {
            for (name, bytes) in [("header", &token.header), ("claims", &token.payload)] {
                if let Some(bytes) = bytes {
                    line(name, &printable(&String::from_utf8_lossy(bytes)));
                }
            }
        }
        lines
    }

    fn to_json(&self) -> CredentialJson<'_> {
        CredentialJson { outline: &self.outline, signature_bytes: self.signature_bytes }
    }

    fn claims_json(&self) -> Option<ClaimsJson> {
        let UnprovenToken { header, payload, signature_bytes } = self.token.as_ref()?;
        let payload = payload.as_deref();
        Some(ClaimsJson {
            header: header.as_deref().and_then(strict_json),
            claims: payload.and_then(strict_json),
            text: payload.map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
            signature_bytes: *signature_bytes,
        })
    }

    fn policy_json(&self) -> PolicyJson<'_> {
        let policy = self.policy.as_ref();
        let time = |time: UnixTime| TimeJson { seconds: time.as_seconds(), rfc3339: rfc3339(time) };
        PolicyJson {
            text: self.text.as_deref(),
            resource: self.resource(),
            expires: policy.map(Policy::date_less_than).map(time),
            starts: policy.and_then(Policy::date_greater_than).map(time),
            address: policy.and_then(Policy::source_ip).map(|network| network.to_string()),
        }
    }
}

/// A resource or a policy's text. A claims token that stands in it, so that CloudFront's signature
/// covers it, loses its own signature.
fn without_signature(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, value)) = rest.split_once(CLAIMS_NAME) {
        let end = value.find(['&', '"']).unwrap_or(value.len());
        let (token, after) = value.split_at_checked(end).unwrap_or((value, ""));
        let parts: Vec<&str> = token.splitn(3, '.').collect();
        let token = match parts.as_slice() {
            [header, payload, _] => format!("{header}.{payload}.…"),
            _ => token.to_owned(),
        };
        shown.push_str(&format!("{before}{CLAIMS_NAME}{token}"));
        rest = after;
    }
    shown + rest
}

/// Strict JSON, as an edge would read it.
fn strict_json(bytes: &[u8]) -> Option<Value> {
    policy::json::read(bytes).ok()?;
    serde_json::from_slice(bytes).ok()
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
    credential: Option<CredentialJson<'f>>,
    policy: Option<PolicyJson<'f>>,
    claims: Option<ClaimsJson>,
    #[serde(flatten)]
    reason: Reason,
}

#[derive(Serialize)]
struct CredentialJson<'f> {
    #[serde(flatten)]
    outline: &'f Outline,
    signature_bytes: usize,
}

#[derive(Serialize)]
struct PolicyJson<'f> {
    text: Option<&'f str>,
    resource: Option<String>,
    expires: Option<TimeJson>,
    starts: Option<TimeJson>,
    address: Option<String>,
}

#[derive(Serialize)]
struct TimeJson {
    seconds: i64,
    rfc3339: Option<String>,
}

/// The claims token. Header and claims are null where they are not strict JSON.
#[derive(Serialize)]
struct ClaimsJson {
    header: Option<Value>,
    claims: Option<Value>,
    text: Option<String>,
    signature_bytes: Option<usize>,
}
