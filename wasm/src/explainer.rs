//! `edgepass explain` for JavaScript: evidence as JSON in, the explanation as JSON out.

use core::fmt;

use explain::{
    BucketPolicy, Certainty, Clock, Distribution, Evidence, Explained, Explanation, KeyGroup,
    KnownKey, NotEvidence, Noted, PublicAccessBlock, PublicKeyFile, Response, SetCookie,
};
use policy::{PublicKey, ShortRsa};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::clock;
use crate::crypto::PureKey;

/// Explains a 403. `now` is in seconds, and `given` unless it is only this machine's clock. Throws
/// which evidence is not what it should be.
#[wasm_bindgen]
pub fn explain(evidence: &str, now: f64, given: bool) -> Result<String, JsError> {
    let clock = if given { Clock::Given } else { Clock::Machine };
    explained(evidence, now, clock).map_err(|fault| JsError::new(&fault))
}

fn explained(evidence: &str, now: f64, clock: Clock) -> Result<String, String> {
    let evidence: EvidenceJson =
        serde_json::from_str(evidence).map_err(|error| error.to_string())?;
    let now = clock::time(now).ok_or("`now` is not a time; give a `Date` or seconds since 1970")?;
    let nothing = Evidence::at(now, clock);
    let explanation = ::explain::explain(&evidence.read(nothing)?);
    serde_json::to_string(&ExplanationJson::from(&explanation)).map_err(|error| error.to_string())
}

/// What is known, the documents as texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct EvidenceJson {
    url: Option<String>,
    signed_url: Option<String>,
    #[serde(default)]
    cookies: Vec<String>,
    method: Option<String>,
    ip: Option<String>,
    #[serde(default)]
    public_keys: Vec<PublicKeyJson>,
    distribution: Option<String>,
    #[serde(default)]
    key_groups: Vec<String>,
    bucket_policy: Option<String>,
    public_access_block: Option<String>,
    response: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicKeyJson {
    id: Option<String>,
    /// A PEM, or the output of `aws cloudfront get-public-key`.
    pem: String,
}

impl EvidenceJson {
    fn read(self, nothing: Evidence) -> Result<Evidence, String> {
        let address = self.ip.map(|ip| {
            ip.parse().map_err(|_| format!("`ip`: `{ip}` is not an address, such as `192.0.2.7`"))
        });
        let key_groups = self.key_groups.iter().enumerate().map(|(index, text)| {
            KeyGroup::read(text).map_err(|fault| format!("`keyGroups[{index}]` {fault}"))
        });
        let keys = self.public_keys.into_iter().enumerate().map(|(index, key)| {
            key.read().map_err(|fault| format!("`publicKeys[{index}]`: {fault}"))
        });
        Ok(Evidence {
            url: self.url,
            signed_url: self.signed_url,
            set_cookies: self.cookies.iter().filter_map(|line| SetCookie::read(line)).collect(),
            cookies: self.cookies,
            method: self.method,
            address: address.transpose()?,
            keys: keys.collect::<Result<_, _>>()?,
            distribution: read("distribution", self.distribution, Distribution::read)?,
            key_groups: key_groups.collect::<Result<_, _>>()?,
            bucket_policy: read("bucketPolicy", self.bucket_policy, BucketPolicy::read)?,
            public_access_block: read(
                "publicAccessBlock",
                self.public_access_block,
                PublicAccessBlock::read,
            )?,
            response: read("response", self.response, Response::read)?,
            ..nothing
        })
    }
}

impl PublicKeyJson {
    fn read(self) -> Result<KnownKey, String> {
        let shown = |fault: &dyn fmt::Display| fault.to_string();
        let (own_id, pem) = if self.pem.trim_start().starts_with('{') {
            let file = PublicKeyFile::read(&self.pem).map_err(|fault| shown(&fault))?;
            (file.id().map(str::to_owned), file.pem().to_owned())
        } else {
            (None, self.pem)
        };
        // AWS's oldest keys have 1024 bits: whether they made a signature is still to be told.
        let stored = key_encoding::public_key(pem.as_bytes()).map_err(|fault| shown(&fault))?;
        let key = PublicKey::from_spki_der(&stored.der, ShortRsa::DangerAllow)
            .map_err(|refused| shown(&refused))?;
        let ready = PureKey::new(&key).map_err(|refused| shown(&refused))?;
        Ok(KnownKey::new(self.id.or(own_id).as_deref(), &key, Box::new(ready)))
    }
}

fn read<T>(
    member: &str,
    text: Option<String>,
    reader: fn(&str) -> Result<T, NotEvidence>,
) -> Result<Option<T>, String> {
    text.map(|text| reader(&text).map_err(|fault| format!("`{member}` {fault}"))).transpose()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExplanationJson<'e> {
    source: &'static str,
    source_description: &'static str,
    heading: &'e str,
    answer: Option<&'e str>,
    causes: Vec<CauseJson<'e>>,
    notes: Vec<NoteJson<'e>>,
    missing: &'e [String],
    ruled_out: Vec<RuledOutJson<'e>>,
}

#[derive(Serialize)]
struct CauseJson<'e> {
    id: &'static str,
    title: &'static str,
    meaning: &'static str,
    certainty: &'static str,
    evidence: &'e [String],
    fix: &'e [String],
}

#[derive(Serialize)]
struct NoteJson<'e> {
    id: &'static str,
    title: &'static str,
    evidence: &'e [String],
    fix: &'e [String],
}

#[derive(Serialize)]
struct RuledOutJson<'e> {
    id: &'static str,
    why: &'e str,
}

impl<'e> From<&'e Explanation> for ExplanationJson<'e> {
    fn from(explanation: &'e Explanation) -> Self {
        let ruled_out = explanation.ruled_out.iter();
        Self {
            source: explanation.source.name(),
            source_description: explanation.source.description(),
            heading: &explanation.heading,
            answer: explanation.answer.as_deref(),
            causes: explanation.causes.iter().map(CauseJson::from).collect(),
            notes: explanation.notes.iter().map(NoteJson::from).collect(),
            missing: &explanation.missing,
            ruled_out: ruled_out.map(|(cause, why)| RuledOutJson { id: cause.id, why }).collect(),
        }
    }
}

impl<'e> From<&'e Noted> for NoteJson<'e> {
    fn from(Noted { cause, evidence, fix }: &'e Noted) -> Self {
        Self { id: cause.id, title: cause.title, evidence, fix }
    }
}

impl<'e> From<&'e Explained> for CauseJson<'e> {
    fn from(Explained { cause, certainty, evidence, fix }: &'e Explained) -> Self {
        let certainty: &Certainty = certainty;
        Self {
            id: cause.id,
            title: cause.title,
            meaning: cause.meaning,
            certainty: certainty.name(),
            evidence,
            fix,
        }
    }
}
