//! `edgepass explain`: why is this a 403?

mod curl;
#[cfg(feature = "aws")]
mod live;
mod log_file;
mod log_json;
mod log_screen;
mod public_key;
mod screen;

use core::net::IpAddr;
use std::path::PathBuf;

use ::explain::log::Tally;
use ::explain::{
    BucketPolicy, Clock, Distribution, Evidence, Explanation, KeyGroup, PublicAccessBlock,
    Response, explain,
};
use clap::{Args, ValueHint};
use serde::Serialize;

use self::public_key::PublicKeyArgument;
use crate::cookie_argument::{self, CookieArgument};
use crate::evidence_file::EvidenceFile;
use crate::network::address;
use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json};
use crate::when::{When, system_clock};

/// Say why a request was answered 403, from whatever is known of it
#[derive(Args)]
#[command(after_help = "\
Give what you have: the answer asks for what is missing by the exact command. Nothing is sent
anywhere without --live or --curl. Every cause has a page in docs/why-403.

Exit codes: 0 a cause was found or a log was read, 1 nothing given explains a 403,
2 wrong usage or a file of the wrong kind, 3 a file that cannot be read.

Examples:
  edgepass explain 'https://media.example.com/film.mp4?Expires=...&Signature=...&Key-Pair-Id=...'
  edgepass explain 'https://...' --public-key K2JCJMDEHXQW5F=public.pem --response response.txt \\
      --distribution distribution.json --key-group key-group.json
  edgepass explain https://media.example.com/film/1.ts \\
      --cookie 'CloudFront-Policy=...; CloudFront-Signature=...; CloudFront-Key-Pair-Id=...'
  edgepass explain 'https://media.example.com/film/720p/1.ts?Expires=...' \
      --signed-url 'https://media.example.com/film/master.m3u8?Expires=...'
  edgepass explain 'https://...' --live --curl
  edgepass explain --log E2EXAMPLE.2026-11-22-01.abcd1234.gz")]
pub(crate) struct Explain {
    /// The URL as the viewer requested it, signing parameters included
    url: Option<String>,
    /// The URL that was signed, if the viewer requested another one: the playlist's, for a segment
    #[arg(long, value_name = "URL", requires = "url")]
    signed_url: Option<String>,
    /// The viewer's cookies: lines of Cookie or Set-Cookie, JSON, or a file with these or with curl's
    /// cookie jar
    #[arg(long = "cookie", value_name = "NAME=VALUE; ...|FILE")]
    cookies: Vec<CookieArgument>,
    /// The request's method [default: as curl shows it, else GET]
    #[arg(long, value_name = "M")]
    method: Option<String>,
    /// A public key that may have signed: PEM, or the output of aws cloudfront get-public-key
    #[arg(long = "public-key", value_name = "ID=PEM", value_hint = ValueHint::FilePath)]
    public_keys: Vec<PublicKeyArgument>,
    /// Output of aws cloudfront get-distribution, or get-distribution-config
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    distribution: Option<EvidenceFile>,
    /// Output of aws cloudfront get-key-group; may be repeated
    #[arg(long = "key-group", value_name = "FILE", value_hint = ValueHint::FilePath)]
    key_groups: Vec<EvidenceFile>,
    /// Output of aws s3api get-bucket-policy
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    bucket_policy: Option<EvidenceFile>,
    /// Output of aws s3api get-public-access-block
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    public_access_block: Option<EvidenceFile>,
    /// The 403 itself: output of curl -sv or -i, wget -S, HTTPie; headers from the browser's tools, a
    /// HAR; or the body
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    response: Option<EvidenceFile>,
    /// Ask AWS for the distribution, its keys and its bucket: read-only, with the credentials of the
    /// AWS CLI
    #[arg(
        long,
        requires = "url",
        conflicts_with_all = ["distribution", "key_groups", "bucket_policy", "public_access_block"]
    )]
    live: bool,
    /// Request the URL now, by the program curl, and explain the answer
    #[arg(long, requires = "url", conflicts_with = "response")]
    curl: bool,
    /// A standard or real-time log of CloudFront, or what CloudWatch Logs exports of one: W3C, JSON or
    /// plain, as it is or in gzip; may be repeated
    #[arg(
        long = "log",
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["url", "cookies", "response", "live", "curl"]
    )]
    logs: Vec<PathBuf>,
    /// The fields of a log that does not name them and has not all of them, in its order
    #[arg(long, value_name = "FIELD,FIELD", requires = "logs")]
    log_fields: Option<String>,
    /// When the request was made: RFC 3339, epoch seconds, or from now as +90m
    /// [default: the response's Date, else now]
    #[arg(long, value_name = "WHEN")]
    now: Option<When>,
    /// The viewer's address
    #[arg(long, value_name = "ADDR", value_parser = address)]
    ip: Option<IpAddr>,
    /// Show evidence and fixes of all causes, and what was ruled out
    #[arg(long, conflicts_with = "json")]
    details: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(self) -> Outcome {
        if !self.logs.is_empty() {
            return self.read_logs();
        }
        let mut evidence = self.evidence()?;
        let mut missing = self.ask_aws(&mut evidence)?;
        let mut explanation = explain(&evidence);
        // Those of AWS say more than the same commands alone.
        explanation.missing.retain(|line| !missing.iter().any(|it| call(it) == call(line)));
        missing.append(&mut explanation.missing);
        explanation.missing = missing;
        if self.json {
            print_json(&ExplanationJson::from(&explanation))?
        } else {
            print(&screen::text(&explanation, self.details))?
        }
        Ok(if explanation.causes.is_empty() { Ended::Denied } else { Ended::Done })
    }

    /// Adds what AWS knows. The commands for what it keeps to itself, with the reason.
    #[cfg(feature = "aws")]
    fn ask_aws(&self, evidence: &mut Evidence) -> Result<Vec<String>, Failure> {
        match &self.url {
            Some(url) if self.live => crate::store::wait(live::collect(url, evidence)),
            _ => Ok(Vec::new()),
        }
    }

    #[cfg(not(feature = "aws"))]
    fn ask_aws(&self, _: &mut Evidence) -> Result<Vec<String>, Failure> {
        if !self.live {
            return Ok(Vec::new());
        }
        Err(Failure::Usage(
            "this program was built without the AWS SDK; build it with `--features aws`, or leave `--live` out: what is missing is then asked for by its command".to_owned(),
        ))
    }

    fn read_logs(&self) -> Outcome {
        let mut tally = Tally::new(self.log_fields.as_deref())
            .map_err(|fault| Failure::Usage(format!("`--log-fields` {fault}")))?;
        for path in &self.logs {
            log_file::read(path, &mut tally)?;
        }
        let summary = tally.finish();
        if self.json {
            print_json(&log_json::SummaryJson::from(&summary))?
        } else {
            print(&log_screen::text(&summary))?
        }
        Ok(Ended::Done)
    }

    fn evidence(&self) -> Result<Evidence, Failure> {
        let clock = system_clock()?;
        let (now, whose) = match self.now {
            Some(when) => (when.from(clock), Clock::Given),
            None => (clock, Clock::Machine),
        };
        for (name, url) in [("the URL", &self.url), ("`--signed-url`", &self.signed_url)] {
            if let Some(url) = url
                && !["http://", "https://"].iter().any(|start| url.trim().starts_with(start))
            {
                return Err(Failure::Usage(format!(
                    "{name} does not begin with `https://` or `http://`; give the whole URL, in quotes"
                )));
            }
        }
        let cookies = cookie_argument::read(&self.cookies, self.url.as_deref())?;
        let evidence = Evidence {
            url: self.url.clone(),
            signed_url: self.signed_url.clone(),
            response: self.response(&cookies.lines)?,
            cookies: cookies.lines,
            set_cookies: cookies.set,
            method: self.method.clone(),
            address: self.ip,
            keys: self.public_keys.iter().map(PublicKeyArgument::load).collect::<Result<_, _>>()?,
            distribution: read(self.distribution.as_ref(), Distribution::read)?,
            key_groups: self
                .key_groups
                .iter()
                .map(|file| file.read(KeyGroup::read))
                .collect::<Result<_, _>>()?,
            bucket_policy: read(self.bucket_policy.as_ref(), BucketPolicy::read)?,
            public_access_block: read(self.public_access_block.as_ref(), PublicAccessBlock::read)?,
            ..Evidence::at(now, whose)
        };
        let nothing = evidence.url.is_none()
            && evidence.cookies.is_empty()
            && evidence.response.is_none()
            && evidence.distribution.is_none();
        if nothing {
            return Err(Failure::Usage(
                "there is nothing to explain; give at least the URL, `--cookie`, `--response`, `--distribution` or `--log`".to_owned(),
            ));
        }
        Ok(evidence)
    }

    fn response(&self, cookies: &[String]) -> Result<Option<Response>, Failure> {
        match &self.url {
            Some(url) if self.curl => {
                let exchange = curl::exchange(url, cookies, self.method.as_deref())?;
                let response = Response::read(&exchange);
                response
                    .map(Some)
                    .map_err(|fault| Failure::Service(format!("curl's output {fault}")))
            }
            url => {
                let reader = |text: &str| Response::read_for(text, url.as_deref());
                self.response.as_ref().map(|file| file.read(reader)).transpose()
            }
        }
    }
}

/// A command without what is done with its output.
fn call(command: &str) -> &str {
    command.split(['>', '#']).next().unwrap_or(command).trim()
}

fn read<T>(
    file: Option<&EvidenceFile>,
    reader: fn(&str) -> Result<T, ::explain::NotEvidence>,
) -> Result<Option<T>, Failure> {
    file.map(|file| file.read(reader)).transpose()
}

/// **fixed**: its members are a contract (`docs/explain.schema.json`).
#[derive(Serialize)]
struct ExplanationJson<'e> {
    source: &'static str,
    causes: Vec<CauseJson<'e>>,
    notes: Vec<NoteJson<'e>>,
    missing: &'e [String],
}

#[derive(Serialize)]
struct CauseJson<'e> {
    id: &'static str,
    certainty: &'static str,
    evidence: &'e [String],
    fix: &'e [String],
}

#[derive(Serialize)]
struct NoteJson<'e> {
    id: &'static str,
    evidence: &'e [String],
    fix: &'e [String],
}

impl<'e> From<&'e Explanation> for ExplanationJson<'e> {
    fn from(explanation: &'e Explanation) -> Self {
        let causes = explanation.causes.iter().map(|explained| CauseJson {
            id: explained.cause.id,
            certainty: explained.certainty.name(),
            evidence: &explained.evidence,
            fix: &explained.fix,
        });
        let notes = explanation.notes.iter().map(|noted| NoteJson {
            id: noted.cause.id,
            evidence: &noted.evidence,
            fix: &noted.fix,
        });
        Self {
            source: explanation.source.name(),
            causes: causes.collect(),
            notes: notes.collect(),
            missing: &explanation.missing,
        }
    }
}
