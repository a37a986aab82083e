//! The summary of a log as JSON (`docs/explain.schema.json`).

use ::explain::log::{Bin, Change, Summary};
use policy::UnixTime;
use serde::Serialize;

use crate::when::rfc3339;

#[derive(Serialize)]
pub(super) struct SummaryJson<'s> {
    requests: u64,
    denied: u64,
    failed: u64,
    unreadable_lines: u64,
    from: Option<String>,
    to: Option<String>,
    causes: Vec<Counted<'s>>,
    failures: Vec<FailureJson>,
    paths: Vec<Counted<'s>>,
    folders: Vec<Counted<'s>>,
    edge_locations: Vec<Counted<'s>>,
    keys: Vec<KeyJson<'s>>,
    key_changes: Vec<KeyChangeJson<'s>>,
    spike: Option<SpikeJson>,
    bin_seconds: u64,
    timeline: Vec<BinJson>,
}

#[derive(Serialize)]
struct Counted<'s> {
    name: &'s str,
    denied: u64,
}

#[derive(Serialize)]
struct FailureJson {
    name: &'static str,
    failed: u64,
}

#[derive(Serialize)]
struct SpikeJson {
    from: Option<String>,
    until: Option<String>,
    denied: u64,
    usual: u64,
}

#[derive(Serialize)]
struct KeyJson<'s> {
    key_id: &'s str,
    accepted: u64,
    denied: u64,
}

#[derive(Serialize)]
struct KeyChangeJson<'s> {
    key_id: &'s str,
    change: &'static str,
    last_accepted: Option<String>,
    since: Option<String>,
    until: Option<String>,
    denied: u64,
    replaced_by: Option<&'s str>,
    at_spike: bool,
}

#[derive(Serialize)]
struct BinJson {
    start: Option<String>,
    requests: u64,
    denied: u64,
}

impl<'s> From<&'s Summary> for SummaryJson<'s> {
    fn from(summary: &'s Summary) -> Self {
        let counted = |list: &'s [(String, u64)]| {
            list.iter().map(|(name, denied)| Counted { name, denied: *denied }).collect()
        };
        let causes = summary
            .refusals
            .iter()
            .map(|(refusal, denied)| Counted { name: refusal.id(), denied: *denied });
        let keys = summary.keys.iter().map(|(key_id, key)| KeyJson {
            key_id,
            accepted: key.accepted,
            denied: key.denied,
        });
        let changes = summary.key_changes.iter().map(|change| KeyChangeJson {
            key_id: &change.key,
            change: match change.change {
                Change::Removed => "removed",
                Change::NeverTrusted => "never-trusted",
            },
            last_accepted: change.last_accepted.and_then(rfc3339),
            since: rfc3339(change.since),
            until: rfc3339(change.until),
            denied: change.denied,
            replaced_by: change.replaced_by.as_deref(),
            at_spike: summary
                .spike
                .is_some_and(|spike| spike.begins_at(change.since, summary.bin_seconds)),
        });
        let failures = summary.failures.iter();
        let failures =
            failures.map(|(failure, failed)| FailureJson { name: failure.id(), failed: *failed });
        let spike = summary.spike.map(|spike| SpikeJson {
            from: rfc3339(spike.from),
            until: rfc3339(spike.until),
            denied: spike.denied,
            usual: spike.usual,
        });
        Self {
            requests: summary.requests,
            denied: summary.denied,
            failed: summary.failed,
            unreadable_lines: summary.unreadable,
            from: summary.from.and_then(rfc3339),
            to: summary.to.and_then(rfc3339),
            causes: causes.collect(),
            failures: failures.collect(),
            paths: counted(&summary.paths),
            folders: counted(&summary.folders),
            edge_locations: counted(&summary.edges),
            keys: keys.collect(),
            key_changes: changes.collect(),
            spike,
            bin_seconds: summary.bin_seconds,
            timeline: summary.timeline.iter().map(BinJson::from).collect(),
        }
    }
}

impl From<&Bin> for BinJson {
    fn from(bin: &Bin) -> Self {
        let start = UnixTime::from_seconds(bin.start).and_then(rfc3339);
        Self { start, requests: bin.requests, denied: bin.denied }
    }
}
