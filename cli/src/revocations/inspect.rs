//! `edgepass revocations inspect`: what a published state says, true or not.

use core::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc::{AwsLc, public_key_from_text, sha256, thumbprint};
use clap::{Args, ValueHint};
use policy::{
    Body, Delegation, HeadDraft, KeyUse, Minimum, PublicKey, ShortRsa, State, StateRefused,
    StateTrust, UnixTime, UnprovenHead,
};
use serde::Serialize;

use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json};
use crate::text_file::TextFile;
use crate::when::{Shown, system_clock};

const BODY_TAG: &[u8] = b"edgepass-body-";

/// Decode a head or a body of the published state; verifies with --root only
#[derive(Args)]
#[command(after_help = "\
Without --root nothing is verified: anyone can have written what is shown. The body of a head is
looked for beside it, as body/DIGEST. What is revoked are hashes, so that a body shows numbers only.

Exit code 1: malformed, or not what the root key vouches for.

Examples:
  edgepass revocations inspect state/head
  edgepass revocations inspect state/head --root root/public.pem --json
  curl -s https://media.example.com/edgepass/state/head -o head && edgepass revocations inspect head")]
pub(super) struct Inspect {
    /// The file of a head or a body
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The body that the head names
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    body: Option<PathBuf>,
    /// The public root key of the site; a second one during its roll-over
    #[arg(long, value_name = "PEM")]
    root: Vec<TextFile>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Inspect {
    pub(super) fn run(self) -> Outcome {
        let now = system_clock()?;
        let bytes = read(&self.file)?.ok_or_else(|| missing(&self.file))?;
        let is_body = bytes.starts_with(BODY_TAG);
        if is_body && !self.root.is_empty() {
            return Err(Failure::Usage(
                "a body is vouched for by the head that names it; name the head, and this file with `--body`".to_owned(),
            ));
        }
        let findings = if is_body { Findings::of_body(bytes) } else { self.findings(&bytes, now)? };
        if self.json {
            print_json(&findings)?
        } else {
            print(&Text { findings: &findings, now }.to_string())?
        }
        Ok(if findings.refused.is_none() { Ended::Done } else { Ended::Denied })
    }

    fn findings(&self, bytes: &[u8], now: UnixTime) -> Result<Findings, Failure> {
        let unproven = match UnprovenHead::read(bytes) {
            Ok(unproven) => unproven,
            Err(refused) => return Ok(Findings::refused(&refused)),
        };
        let body = self.body(&unproven.fields)?;
        let mut findings = Findings { head: Some((&unproven).into()), ..Findings::default() };
        let read = if self.root.is_empty() {
            body.map(Body::read).transpose().map(|body| body.map(BodyJson::from))
        } else {
            let proven = self.prove(&unproven.delegation, bytes, body, now)?;
            findings.verified = proven.is_ok();
            proven
        };
        match read {
            Ok(body) => findings.body = body,
            Err(refused) => findings.refused = Some(refused.to_string()),
        }
        Ok(findings)
    }

    /// The site is the head's own word: it is shown, and for who knows the site to compare.
    fn prove(
        &self,
        delegation: &Delegation,
        head: &[u8],
        body: Option<Vec<u8>>,
        now: UnixTime,
    ) -> Result<Result<Option<BodyJson>, StateRefused>, Failure> {
        let roots = self.root.iter().map(root).collect::<Result<Vec<PublicKey>, Failure>>()?;
        let site = Some(delegation.site.clone());
        let trust = StateTrust::new(site, &roots, Minimum::default(), Arc::new(AwsLc))
            .map_err(|refused| Failure::Usage(format!("`--root`: {refused}")))?;
        Ok(trust.head(head, None, now).and_then(|head| match body {
            Some(body) => Ok(Some(State::new(head, body, sha256)?.body().into())),
            None => Ok(None),
        }))
    }

    /// None if none was named and none is where it would be.
    fn body(&self, head: &HeadDraft) -> Result<Option<Vec<u8>>, Failure> {
        if let Some(file) = &self.body {
            return Ok(Some(read(file)?.ok_or_else(|| missing(file))?));
        }
        let folder = self.file.parent().unwrap_or(Path::new("")).join("body");
        read(&folder.join(head.body_digest.to_string()))
    }
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Failure::Service(format!("cannot read `{}`: {error}", file.display()))),
    }
}

fn missing(file: &Path) -> Failure {
    Failure::Usage(format!("`{}` does not exist; check the path", file.display()))
}

fn root(file: &TextFile) -> Result<PublicKey, Failure> {
    public_key_from_text(&file.read()?, ShortRsa::Refuse)
        .map_err(|refused| Failure::Usage(format!("{file}: {refused}")))
}

/// What the files say, and why they are not to be believed.
#[derive(Default, Serialize)]
struct Findings {
    verified: bool,
    head: Option<HeadJson>,
    body: Option<BodyJson>,
    refused: Option<String>,
}

impl Findings {
    fn of_body(bytes: Vec<u8>) -> Self {
        match Body::read(bytes) {
            Ok(body) => Self { body: Some((&body).into()), ..Self::default() },
            Err(refused) => Self::refused(&refused),
        }
    }

    fn refused(refused: &StateRefused) -> Self {
        Self { refused: Some(refused.to_string()), ..Self::default() }
    }
}

#[derive(Serialize)]
struct HeadJson {
    site: String,
    sequence: u64,
    generated_at: i64,
    maximum_lifetime: u32,
    revoked_up_to: i64,
    body: String,
    body_bytes: u32,
    serial: u64,
    state_key: String,
    keys: Vec<KeyJson>,
    #[serde(skip)]
    fields: HeadDraft,
}

#[derive(Serialize)]
struct KeyJson {
    r#use: &'static str,
    id: Option<String>,
    algorithms: Vec<&'static str>,
    thumbprint: String,
}

#[derive(Serialize)]
struct BodyJson {
    sessions: usize,
    keys: usize,
    subjects: usize,
    bytes: usize,
}

impl From<&UnprovenHead> for HeadJson {
    fn from(head: &UnprovenHead) -> Self {
        let UnprovenHead { delegation, fields } = head;
        let keys = delegation.keys.iter().map(|listed| KeyJson {
            r#use: match listed.key_use {
                KeyUse::Claims => "claims",
                KeyUse::CloudFront => "cloudfront",
            },
            id: listed.id.clone(),
            algorithms: listed.algorithms.iter().map(|algorithm| algorithm.name()).collect(),
            thumbprint: thumbprint(&listed.key).to_string(),
        });
        Self {
            site: delegation.site.to_string(),
            sequence: fields.sequence,
            generated_at: fields.generated_at.as_seconds(),
            maximum_lifetime: fields.maximum_lifetime,
            revoked_up_to: fields.revoked_up_to.as_seconds(),
            body: fields.body_digest.to_string(),
            body_bytes: fields.body_bytes,
            serial: delegation.serial,
            state_key: thumbprint(&delegation.state_key).to_string(),
            keys: keys.collect(),
            fields: *fields,
        }
    }
}

impl From<&Body> for BodyJson {
    fn from(body: &Body) -> Self {
        let [sessions, keys, subjects] = body.counts();
        Self { sessions, keys, subjects, bytes: body.as_bytes().len() }
    }
}

impl From<Body> for BodyJson {
    fn from(body: Body) -> Self {
        (&body).into()
    }
}

/// The same for people.
struct Text<'f> {
    findings: &'f Findings,
    now: UnixTime,
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { findings: Findings { verified, head, body, refused }, now } = self;
        f.write_str(match (verified, refused) {
            (_, Some(_)) => "refused",
            (true, None) => "verified: the root key vouches for this",
            (false, None) => "NOT VERIFIED: anyone can have written this",
        })?;
        if let Some(refused) = refused {
            write!(f, "\n  why           {refused}")?;
        }
        if let Some(head) = head {
            let shown = |time| Shown { time, now: *now };
            write!(f, "\n  site          {}", head.site)?;
            write!(f, "\n  sequence      {}", head.sequence)?;
            write!(f, "\n  generated     {}", shown(head.fields.generated_at))?;
            write!(f, "\n  lifetime      {} s at most", head.maximum_lifetime)?;
            if head.fields.revoked_up_to > UnixTime::EPOCH {
                write!(f, "\n  all revoked   issued up to {}", shown(head.fields.revoked_up_to))?;
            }
            write!(f, "\n  body          {}, {} bytes", head.body, head.body_bytes)?;
            write!(f, "\n  state key     {} (delegation {})", head.state_key, head.serial)?;
            for key in &head.keys {
                let (id, algorithms) =
                    (key.id.as_deref().unwrap_or("any"), key.algorithms.join(","));
                write!(f, "\n  key           {} {id} {algorithms} {}", key.r#use, key.thumbprint)?;
            }
        }
        match body {
            Some(BodyJson { sessions, keys, subjects, .. }) => {
                write!(f, "\n  revoked       {sessions} sessions, {keys} keys, {subjects} subjects")
            }
            None if head.is_some() && refused.is_none() => {
                f.write_str("\n  revoked       unknown: the body is not here")
            }
            None => Ok(()),
        }
    }
}
