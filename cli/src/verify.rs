//! `edgepass verify`: what the edge would decide about a request.

mod claims_options;
mod verdict;

use core::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use companion::KeyValueStore;
use edge_validator::{
    Checked, Enforcement, Passed, Settings, StateSource, Validator, ViewerRequest,
};
use policy::{Deployment, Request, ShortRsa, UnixTime};

use self::claims_options::{ClaimsOptions, Revoked};
use self::verdict::Verdict;
use crate::bundle::read_config;
use crate::cookie_argument::{self, CookieArgument};
use crate::credential::Outline;
use crate::hash::HashName;
use crate::network::address;
use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json, warn};
use crate::state_file;
use crate::trust::{self, Trust};
use crate::url_argument::UrlArgument;
use crate::when::{When, system_clock};

/// Decide about a request as the edge would, and say why
#[derive(Args)]
#[command(after_help = "\
ALG is RSA-SHA1, RSA-SHA256, ECDSA-SHA1 or ECDSA-SHA256. Without a list both hashes are allowed.
An empty ID (`=public.pem`) is a key that answers for any Key-Pair-Id.

--state needs claims, and --state-root unless --config has the root key. It is believed for 300
seconds by its own date, or as long as the configuration says.

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
    /// The viewer's cookies: lines of Cookie or Set-Cookie, JSON, or a file with these or with curl's
    /// cookie jar
    #[arg(long = "cookie", value_name = "NAME=VALUE; ...|FILE")]
    cookies: Vec<CookieArgument>,
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
        conflicts_with_all = ["trust", "claims", "claims_trust", "state_root", "danger_allow_short_rsa"],
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

impl Verify {
    pub(crate) fn run(self) -> Outcome {
        let clock = system_clock()?;
        let now = self.now.map_or(clock, |when| when.from(clock));
        let judge = self.judge(now)?;
        let verdict = self.verdict(&judge, now)?;
        if self.json {
            print_json(&verdict.to_json())?
        } else {
            print(&verdict.to_text(now))?
        }
        Ok(if verdict.decision.is_ok() { Ended::Done } else { Ended::Denied })
    }

    fn judge(&self, now: UnixTime) -> Result<Judge, Failure> {
        if let Some(config) = &self.config {
            let (settings, validator) = read_config(config)?;
            if companion::is_meant(&settings) {
                companion::Function::new(&settings).map_err(|refused| {
                    Failure::Usage(format!("the configuration `{}`: {refused}", config.display()))
                })?;
                let store = self.function_store(&settings, config)?;
                return Ok(Judge::Function(Box::new((settings, validator, store))));
            }
            self.hand_in_state(&validator, config, now)?;
            return Ok(Judge::Edge(Box::new(validator)));
        }
        let short_rsa =
            if self.danger_allow_short_rsa { ShortRsa::DangerAllow } else { ShortRsa::Refuse };
        let keys = trust::load(&self.trust, short_rsa)?;
        let revocation = self.claims.revocation(now)?;
        let trust = policy::Trust::new(Deployment::Standalone, keys, self.claims.trust()?)
            .map_err(|refused| Failure::Usage(format!("`--claims-trust`: {refused}")))?;
        Ok(Judge::Keys(trust, revocation))
    }

    /// The state that the configuration names, or the one that stands for it.
    fn hand_in_state(&self, edge: &Validator, config: &Path, now: UnixTime) -> Result<(), Failure> {
        match (edge.state_source(), &self.claims.state) {
            (None, None) => {}
            (None, Some(_)) => {
                return Err(Failure::Usage(format!(
                    "the configuration `{}` has no `[revocation]`, so its edge takes no state; leave out `--state`, or add it there",
                    config.display()
                )));
            }
            (Some(_), Some(head)) => state_file::hand_in(edge, head, now),
            (Some(StateSource::File(file)), None) => {
                let folder = config.parent().unwrap_or(Path::new(""));
                state_file::hand_in(edge, &folder.join(file), now);
            }
            (Some(StateSource::Url(url)), None) => {
                warn(&format!("the state is not fetched from `{url}`; name a copy with `--state`"))
            }
        }
        Ok(())
    }

    /// The store that a function would read: the file that stands for it.
    fn function_store(
        &self,
        settings: &Settings,
        config: &Path,
    ) -> Result<Option<KeyValueStore>, Failure> {
        match (settings.key_value_store, &self.claims.state) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(Failure::Usage(format!(
                "the configuration `{}` has no `[key_value_store]`, so its function reads none; leave out `--state`, or add it there",
                config.display()
            ))),
            (Some(_), None) => {
                warn(
                    "the KeyValueStore is not fetched; name a copy, such as kvs.json of the bundle, with `--state`",
                );
                Ok(None)
            }
            (Some(_), Some(file)) => {
                let unfit = |problem: &dyn core::fmt::Display| {
                    Failure::Usage(format!("the store `{}`: {problem}", file.display()))
                };
                let text = std::fs::read_to_string(file).map_err(|error| unfit(&error))?;
                KeyValueStore::from_import(&text).map(Some).map_err(|fault| unfit(&fault))
            }
        }
    }

    fn verdict(&self, judge: &Judge, now: UnixTime) -> Result<Verdict, Failure> {
        let url = match self.url.requested()? {
            Ok(url) => url,
            Err(fault) => return Ok(Verdict { decision: Err(fault.into()), credential: None }),
        };
        let cookies = cookie_argument::read(&self.cookies, Some(self.url.as_str()))?;
        let cookies: Vec<&str> = cookies.lines.iter().map(String::as_str).collect();
        let [origin, referer] = self.claims.source();
        let request = Request {
            cookies: &cookies,
            address: self.ip,
            method: self.claims.method.as_deref().unwrap_or("GET"),
            origin: origin.as_deref(),
            referer: referer.as_deref(),
            ..Request::get(url)
        };
        let Checked { outline, result } = match judge {
            Judge::Keys(trust, revocation) => {
                let revocation = revocation.as_ref().map(Revoked::view);
                let policy::Verdict { outline, result } =
                    policy::verify(&request, trust, revocation, now);
                let result = result.map(|admitted| Passed::Admitted(Box::new(admitted)));
                Checked { outline, result }
            }
            Judge::Edge(validator) => self.ask(validator, &request, |viewer| {
                let Checked { outline, result } = validator.check(viewer, now);
                Checked { outline: outline.map(policy::Outline::into_owned), result }
            }),
            Judge::Function(function) => {
                let (settings, validator, store) = &**function;
                self.ask(validator, &request, |viewer| {
                    let outline = policy::outline(&request).map(policy::Outline::into_owned);
                    let result = companion::decide(settings, store.as_ref(), viewer, now);
                    Checked { outline, result }
                })
            }
        };
        let credential = match &result {
            // The edge has not looked for one.
            Ok(Passed::Preflight(_) | Passed::Public) => policy::outline(&request),
            Ok(Passed::Admitted(_)) | Err(_) => outline,
        };
        let credential = credential.map(Outline::from);
        if let Judge::Keys(..) = judge {
            self.warn_of_sha1(credential.as_ref());
        }
        Ok(Verdict { decision: result, credential })
    }

    /// What the edge would say, whether it would act on it or not.
    fn ask(
        &self,
        edge: &Validator,
        request: &Request<'_>,
        check: impl FnOnce(&ViewerRequest<'_>) -> Checked<'static>,
    ) -> Checked<'static> {
        let Request { url, method, cookies, origin, referer, .. } = *request;
        if url.scheme() != edge.scheme() {
            warn(&format!(
                "the edge takes every request for {}, by the `scheme` of its configuration",
                edge.scheme()
            ));
        }
        let address = self.ip.map(|address| address.to_string()).unwrap_or_default();
        let viewer = ViewerRequest {
            method,
            path: url.path(),
            query: url.query().unwrap_or_default(),
            host: url.host(),
            address: &address,
            cookies,
            origin,
            referer,
            ..ViewerRequest::default()
        };
        let checked = check(&viewer);
        if checked.result.is_err() && edge.enforcement() != Enforcement::Enforce {
            warn(&format!(
                "the edge would let the request through all the same: its `enforcement` is `{}`",
                edge.enforcement().name()
            ));
        }
        checked
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
    /// A CloudFront Function: its settings, what of them is an edge's, and what it reads.
    Function(Box<(Settings, Validator, Option<KeyValueStore>)>),
    /// The walk, with these keys.
    Keys(policy::Trust, Option<Revoked>),
}
