//! CloudFront's logs: which requests were refused, when, why, and by whom.
//!
//! A log is read record by record and only counts are kept, so memory is bounded whatever its size.

mod csv;
mod failure;
mod format;
mod frequent;
mod json_objects;
mod json_record;
mod keys;
mod layout;
mod reader;
mod record;
mod refusal;
mod spike;
mod timeline;

use policy::UnixTime;

pub use self::failure::Failure;
use self::format::Format;
pub use self::format::{LogFault, Packed};
use self::frequent::Frequent;
use self::keys::Keys;
pub use self::keys::{Change, KeyChange, KeyUse};
use self::layout::Layout;
use self::reader::Reader;
use self::record::{Record, Status};
pub use self::refusal::Refusal;
pub use self::spike::Spike;
pub use self::timeline::Bin;
use self::timeline::Timeline;

/// Counts the records of logs, of several files if need be.
#[derive(Debug, Default)]
pub struct Tally {
    reader: Reader,
    counts: Counts,
}

impl Tally {
    /// `fields` names the columns of logs that do not name them and have not all fields in AWS's
    /// order, as `aws cloudfront get-realtime-log-config` or `aws logs describe-deliveries` prints
    /// them.
    pub fn new(fields: Option<&str>) -> Result<Self, LogFault> {
        let fields = fields.map(Layout::of_fields).transpose()?;
        Ok(Self { reader: Reader::new(fields), ..Self::default() })
    }

    /// Counts the next bytes of a file, unpacked. A file that is no log is an error; records that
    /// cannot be read, after one that could, are counted.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), LogFault> {
        self.reader.feed(bytes, &mut self.counts)
    }

    /// Ends a file; the next one brings its own form.
    pub fn end_of_file(&mut self) -> Result<(), LogFault> {
        self.reader.end_of_file(&mut self.counts)
    }

    /// What was counted.
    pub fn finish(self) -> Summary {
        self.counts.finish()
    }
}

/// What is kept of the records.
#[derive(Debug, Default)]
struct Counts {
    requests: u64,
    denied: u64,
    failed: u64,
    unreadable: u64,
    refusals: [u64; Refusal::ALL.len()],
    failures: [u64; Failure::ALL.len()],
    paths: Frequent,
    folders: Frequent,
    edges: Frequent,
    keys: Keys,
    timeline: Timeline,
    from: Option<UnixTime>,
    to: Option<UnixTime>,
}

impl Counts {
    fn count(&mut self, record: &Record<'_>) {
        self.requests += 1;
        let time = record.time;
        self.from = Some(self.from.map_or(time, |from| from.min(time)));
        self.to = Some(self.to.map_or(time, |to| to.max(time)));
        let status = record.status();
        self.timeline.add(time, status == Status::Refused);
        let refusal = (status == Status::Refused).then(|| Refusal::of(record));
        if let Some(id) = record.key_id() {
            self.keys.add(id, record, refusal);
        }
        if status == Status::Failed {
            self.failed += 1;
            add(&mut self.failures, &Failure::ALL, Failure::of(record));
        }
        let Some(refusal) = refusal else { return };
        self.denied += 1;
        add(&mut self.refusals, &Refusal::ALL, refusal);
        self.paths.add(record.path);
        self.folders.add(record.folder());
        self.edges.add(record.edge);
    }

    fn finish(self) -> Summary {
        let timeline = self.timeline.bins();
        let spike = Spike::of(&timeline.bins, timeline.seconds);
        Summary {
            requests: self.requests,
            denied: self.denied,
            failed: self.failed,
            unreadable: self.unreadable,
            from: self.from,
            to: self.to,
            refusals: most_first(&Refusal::ALL, &self.refusals),
            failures: most_first(&Failure::ALL, &self.failures),
            paths: self.paths.most(10),
            folders: self.folders.most(10),
            edges: self.edges.most(10),
            key_changes: self.keys.changes(self.from),
            keys: self.keys.most(10),
            spike,
            bin_seconds: timeline.seconds,
            timeline: timeline.bins,
        }
    }
}

fn add<T: PartialEq>(counts: &mut [u64], all: &[T], one: T) {
    let at = all.iter().position(|other| *other == one);
    if let Some(count) = at.and_then(|at| counts.get_mut(at)) {
        *count += 1;
    }
}

fn most_first<T: Copy>(all: &[T], counts: &[u64]) -> Vec<(T, u64)> {
    let counted = all.iter().copied().zip(counts.iter().copied());
    let mut counted: Vec<(T, u64)> = counted.filter(|(_, count)| *count > 0).collect();
    counted.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
    counted
}

/// The 403s of a log, and the 5xx beside them.
#[derive(Debug)]
pub struct Summary {
    /// All requests.
    pub requests: u64,
    /// Those answered 403.
    pub denied: u64,
    /// Those answered 5xx.
    pub failed: u64,
    /// Records that could not be read.
    pub unreadable: u64,
    /// The first request.
    pub from: Option<UnixTime>,
    /// The last request.
    pub to: Option<UnixTime>,
    /// Why 403, the most frequent first.
    pub refusals: Vec<(Refusal, u64)>,
    /// What failed, the most frequent first.
    pub failures: Vec<(Failure, u64)>,
    /// The paths with the most 403s. Counts may be a little low where a log has very many paths.
    pub paths: Vec<(String, u64)>,
    /// The folders of paths with the most 403s: a film's segments are one folder.
    pub folders: Vec<(String, u64)>,
    /// The edge locations with the most 403s.
    pub edges: Vec<(String, u64)>,
    /// Keys named in URLs, those with the most 403s first.
    pub keys: Vec<(String, KeyUse)>,
    /// Keys whose passes began to be refused, although they had not expired.
    pub key_changes: Vec<KeyChange>,
    /// Where the 403s rose far above what they were before.
    pub spike: Option<Spike>,
    /// The width of a bin of the timeline.
    pub bin_seconds: u64,
    /// Requests over time, without gaps.
    pub timeline: Vec<Bin>,
}

/// Whether a text is a log, by its first line.
pub(crate) fn is_log(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    if let Ok(value) = serde_json::from_str(first) {
        return is_record(&value);
    }
    first.starts_with("#Version:")
        || first.starts_with("#Fields:")
        || matches!(Format::of(text.as_bytes()), Ok(Some(Format::Table(Some(_)))))
}

/// Whether a JSON value is a record, or a list of them.
pub(crate) fn is_record(value: &serde_json::Value) -> bool {
    let value = value.get(0).unwrap_or(value);
    ["sc-status", "sc_status"].iter().any(|name| value.get(name).is_some())
}
