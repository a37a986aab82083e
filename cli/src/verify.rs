//! `edgepass verify`: what the edge would decide about a request.

use core::convert::Infallible;
use core::net::IpAddr;
use std::path::PathBuf;

use clap::builder::Styles;
use clap::{Args, ValueEnum, ValueHint};
use edge_validator::{Enforcement, Passed, Validator, ViewerRequest, sha256};
use policy::{
    Admitted, Claims, ClaimsKey, ClaimsNeed, ClaimsRules, Credential, Denied, Deployment, Policy,
    Request, ShortRsa, UnixTime,
};
use serde::Serialize;
use serde_json::Value;

use crate::bundle::read_config;
use crate::claims_trust::ClaimsTrust;
use crate::credential::Outline;
use crate::hash::HashName;
use crate::network::address;
use crate::not_yet::not_yet;
use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json, warn};
use crate::reason::{Explained, Reason};
use crate::trust::{self, Trust};
use crate::url_argument::UrlArgument;
use crate::when::{Shown, When, system_clock};

/// Decide about a request as the edge would, and say why
#[derive(Args)]
#[command(after_help = "\
ALG is RSA-SHA1, RSA-SHA256, ECDSA-SHA1 or ECDSA-SHA256. Without a list both hashes are allowed.
An empty ID (`=public.pem`) is a key that answers for any Key-Pair-Id.

--claims-trust names a key that signs claims tokens: a public key, for ES256 or RS256, or a file
with the secret of HS256. Once one is given, every request needs a token, unless --claims says less.

Examples:
  edgepass verify --url 'https://media.example.com/film.mp4?Expires=...' \\
      --trust K2JCJMDEHXQW5F=keys/public.pem:RSA-SHA256
  edgepass verify --url 'https://media.example.com/film.mp4?Expires=...' --config edge.toml
  edgepass verify --url https://media.example.com/film/1.ts \\
      --cookie 'CloudFront-Policy=...; CloudFront-Signature=...; CloudFront-...' \\
      --trust =keys/public.pem --ip 192.0.2.7 --now 2027-01-31T18:00:00Z --json
  edgepass verify --url 'https://media.example.com/film.mp4?Edgepass-Claims=...' \\
      --trust K2JCJMDEHXQW5F=keys/public.pem:RSA-SHA256 \\
      --claims-trust claims-2026-11=claims-public.pem:ES256 --method GET")]
pub(crate) struct Verify {
    /// The URL as the viewer requests it, signing parameters included
    #[arg(long)]
    url: UrlArgument,
    /// The viewer's cookies, as in a Cookie header
    #[arg(long = "cookie", value_name = "NAME=VALUE; ...")]
    cookies: Vec<String>,
    /// A public key to trust; may be repeated
    #[arg(
        long,
        required_unless_present = "config",
        value_name = "ID=PEM[:ALG,ALG]",
        value_hint = ValueHint::FilePath
    )]
    trust: Vec<Trust>,
    /// Take keys and rules from the configuration of an edge, and decide exactly as it would
    #[arg(
        long,
        conflicts_with_all = ["trust", "claims", "claims_trust", "danger_allow_short_rsa"],
        value_name = "edge.toml",
        value_hint = ValueHint::FilePath
    )]
    config: Option<PathBuf>,
    /// The viewer's address
    #[arg(long, value_name = "ADDR", value_parser = address)]
    ip: Option<IpAddr>,
    /// When the request is made: RFC 3339, epoch seconds, or from now as +90m, +12h, +7d
    /// [default: now]
    #[arg(long, value_name = "WHEN")]
    now: Option<When>,
    /// Trust RSA keys from 1024 bits on; only for published test vectors
    #[arg(long)]
    danger_allow_short_rsa: bool,
    #[command(flatten)]
    claims: ClaimsOptions,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct ClaimsOptions {
    /// Whether a claims token is demanded [default: required with --claims-trust, else optional]
    #[arg(long)]
    claims: Option<Need>,
    /// The method of the request
    #[arg(long, value_name = "M")]
    method: Option<String>,
    /// The Origin of the request
    #[arg(long, value_name = "O")]
    origin: Option<String>,
    /// A key to trust for claims tokens; may be repeated
    #[arg(long, value_name = "ID=FILE[:ALG]", value_hint = ValueHint::FilePath)]
    claims_trust: Vec<ClaimsTrust>,
    /// Revocation state; not supported yet
    #[arg(long, value_name = "HEAD_FILE", value_parser = not_yet)]
    state: Option<Infallible>,
}

#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
enum Need {
    Required,
    Optional,
    Off,
}

impl Verify {
    pub(crate) fn run(self) -> Outcome {
        let clock = system_clock()?;
        let now = self.now.map_or(clock, |when| when.from(clock));
        let judge = self.judge()?;
        let verdict = self.verdict(&judge, now)?;
        if self.json {
            print_json(&verdict.to_json())?
        } else {
            print(&verdict.to_text(now))?
        }
        Ok(if verdict.decision.is_ok() { Ended::Done } else { Ended::Denied })
    }

    fn judge(&self) -> Result<Judge, Failure> {
        if let Some(config) = &self.config {
            let (_, validator) = read_config(config)?;
            return Ok(Judge::Edge(Box::new(validator)));
        }
        let short_rsa =
            if self.danger_allow_short_rsa { ShortRsa::DangerAllow } else { ShortRsa::Refuse };
        let keys = trust::load(&self.trust, short_rsa)?;
        policy::Trust::new(Deployment::Standalone, keys, self.claims.trust()?)
            .map(Judge::Keys)
            .map_err(|refused| Failure::Usage(format!("`--claims-trust`: {refused}")))
    }

    fn verdict(&self, judge: &Judge, now: UnixTime) -> Result<Verdict, Failure> {
        let url = match self.url.requested()? {
            Ok(url) => url,
            Err(fault) => return Ok(Verdict { decision: Err(fault.into()), credential: None }),
        };
        let cookies: Vec<&str> = self.cookies.iter().map(String::as_str).collect();
        let request = Request {
            cookies: &cookies,
            address: self.ip,
            method: self.claims.method.as_deref().unwrap_or("GET"),
            origin: self.claims.origin.as_deref(),
            ..Request::get(url)
        };
        let credential = Credential::find(&request).ok().as_ref().map(Outline::from);
        let decision = match judge {
            Judge::Keys(trust) => {
                self.warn_of_sha1(credential.as_ref());
                policy::verify(&request, trust, None, now)
                    .map(|admitted| Passed::Admitted(Box::new(admitted)))
            }
            Judge::Edge(validator) => self.ask(validator, &request, now),
        };
        Ok(Verdict { decision, credential })
    }

    /// What the edge would say, whether it would act on it or not.
    fn ask(
        &self,
        edge: &Validator,
        request: &Request<'_>,
        now: UnixTime,
    ) -> Result<Passed, Denied> {
        let url = request.url;
        if url.scheme() != edge.scheme() {
            warn(&format!(
                "the edge takes every request for {}, by the `scheme` of its configuration",
                edge.scheme()
            ));
        }
        let address = self.ip.map(|address| address.to_string()).unwrap_or_default();
        let viewer = ViewerRequest {
            method: self.claims.method.as_deref().unwrap_or("GET"),
            path: url.path(),
            query: url.query().unwrap_or_default(),
            host: url.host(),
            address: &address,
            cookies: request.cookies,
            origin: self.claims.origin.as_deref(),
            ..ViewerRequest::default()
        };
        let decision = edge.check(&viewer, now).map_err(|refusal| refusal.denied);
        if decision.is_err() && edge.enforcement() != Enforcement::Enforce {
            warn(&format!(
                "the edge would let the request through all the same: its `enforcement` is `{}`",
                edge.enforcement().name()
            ));
        }
        decision
    }

    fn warn_of_sha1(&self, credential: Option<&Outline>) {
        let sha1 = |outline: &&Outline| outline.hash == HashName::Sha1;
        if let Some(outline) = credential.filter(sha1)
            && self.trust.iter().any(|trust| trust.allows_sha1_tacitly(outline.key_id()))
        {
            warn(
                "the credential is signed with SHA-1; sign with SHA-256, or name the algorithms that are allowed, as in `--trust ID=PEM:RSA-SHA256`",
            );
        }
    }
}

/// Who decides.
enum Judge {
    /// A whole edge.
    Edge(Box<Validator>),
    /// The walk, with these keys.
    Keys(policy::Trust),
}

impl ClaimsOptions {
    /// What is asked of claims tokens.
    fn trust(&self) -> Result<policy::ClaimsTrust, Failure> {
        let need = match (self.claims, self.claims_trust.is_empty()) {
            (Some(Need::Off), _) => return Ok(policy::ClaimsTrust::Off),
            (Some(Need::Required), true) => {
                return Err(Failure::Usage(
                    "`--claims required` needs a key that tokens are signed with; name it with `--claims-trust ID=FILE`"
                        .to_owned(),
                ));
            }
            (Some(Need::Optional) | None, true) => {
                warn(
                    "claims and revocation were not checked; `--claims off` says that this is meant",
                );
                return Ok(policy::ClaimsTrust::Off);
            }
            (Some(Need::Optional), false) => ClaimsNeed::Optional,
            (Some(Need::Required) | None, false) => ClaimsNeed::Required,
        };
        let keys: Result<Vec<ClaimsKey>, Failure> =
            self.claims_trust.iter().map(ClaimsTrust::load).collect();
        // The longest lifetime is a rule of a site, which `--config` has.
        let rules = ClaimsRules { need, keys: keys?, max_lifetime: None, sha256 };
        Ok(policy::ClaimsTrust::Checked(rules))
    }
}

struct Verdict {
    decision: Result<Passed, Denied>,
    credential: Option<Outline>,
}

/// **fixed**: its members are a contract.
#[derive(Serialize)]
struct VerdictJson<'v> {
    decision: &'static str,
    #[serde(flatten)]
    reason: Reason,
    credential: Option<&'v Outline>,
    /// What an admitted request's token says, as it was signed.
    claims: Option<Value>,
}

impl Verdict {
    fn to_json(&self) -> VerdictJson<'_> {
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

    fn to_text(&self, now: UnixTime) -> String {
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
