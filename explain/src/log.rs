//! CloudFront's logs: which requests were refused, when, why, and by whom.
//!
//! A log is read line by line and only counts are kept, so memory is bounded whatever its size.

mod frequent;
mod keys;
mod layout;
mod record;
mod timeline;

use policy::UnixTime;

use self::frequent::Frequent;
use self::keys::Keys;
pub use self::keys::{KeyChange, KeyUse};
use self::layout::Layout;
pub use self::layout::NotALog;
use self::record::Record;
pub use self::record::Refusal;
pub use self::timeline::Bin;
use self::timeline::Timeline;

/// Counts the lines of logs, of several files if need be.
#[derive(Debug, Default)]
pub struct Tally {
    layout: Option<Layout>,
    fields: Option<Layout>,
    day: record::Day,
    requests: u64,
    denied: u64,
    unreadable: u64,
    refusals: [u64; Refusal::ALL.len()],
    paths: Frequent,
    folders: Frequent,
    edges: Frequent,
    keys: Keys,
    timeline: Timeline,
    from: Option<UnixTime>,
    to: Option<UnixTime>,
}

impl Tally {
    /// `fields` names the columns of a real-time log whose configuration does not have all fields
    /// in AWS's order: such logs have no header.
    pub fn new(fields: Option<&str>) -> Result<Self, NotALog> {
        let fields = fields.map(Layout::of_fields).transpose()?;
        Ok(Self { fields, ..Self::default() })
    }

    /// Counts one line, without its end. The first line of a file that is no log is an error;
    /// later ones that cannot be read are counted.
    pub fn line(&mut self, line: &[u8]) -> Result<(), NotALog> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Ok(());
        }
        if let Some(comment) = line.strip_prefix(b"#") {
            if let Some(fields) = comment.strip_prefix(b"Fields:") {
                self.layout = Some(Layout::of_fields(&String::from_utf8_lossy(fields))?);
            }
            return Ok(());
        }
        let layout = match self.fields.or(self.layout) {
            Some(layout) => layout,
            None => *self.layout.insert(Layout::of_realtime(line)?),
        };
        match Record::read(line, &layout, &mut self.day) {
            Some(record) => self.count(&record),
            None if self.requests == 0 => return Err(NotALog::Line),
            None => self.unreadable += 1,
        }
        Ok(())
    }

    /// Between two files: the next one brings its own header, if any.
    pub fn end_of_file(&mut self) {
        self.layout = None;
    }

    fn count(&mut self, record: &Record<'_>) {
        self.requests += 1;
        let time = record.time;
        self.from = Some(self.from.map_or(time, |from| from.min(time)));
        self.to = Some(self.to.map_or(time, |to| to.max(time)));
        let refused = record.status == 403;
        self.timeline.add(time, refused);
        let refusal = refused.then(|| record.refusal());
        if let Some(id) = record.key_id() {
            self.keys.add(id, record, refusal);
        }
        let Some(refusal) = refusal else { return };
        self.denied += 1;
        if let Some(count) = Refusal::ALL
            .into_iter()
            .position(|other| other == refusal)
            .and_then(|at| self.refusals.get_mut(at))
        {
            *count += 1;
        }
        self.paths.add(record.path);
        self.folders.add(record.folder());
        self.edges.add(record.edge);
    }

    /// What was counted.
    pub fn finish(self) -> Summary {
        let mut refusals: Vec<(Refusal, u64)> =
            Refusal::ALL.into_iter().zip(self.refusals).filter(|(_, count)| *count > 0).collect();
        refusals.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
        Summary {
            requests: self.requests,
            denied: self.denied,
            unreadable: self.unreadable,
            from: self.from,
            to: self.to,
            refusals,
            paths: self.paths.most(10),
            folders: self.folders.most(10),
            edges: self.edges.most(10),
            key_changes: self.keys.changes(),
            keys: self.keys.most(10),
            bin_seconds: self.timeline.seconds(),
            timeline: self.timeline.bins(),
        }
    }
}

/// The 403s of a log.
#[derive(Debug)]
pub struct Summary {
    /// All requests.
    pub requests: u64,
    /// Those answered 403.
    pub denied: u64,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// The first request.
    pub from: Option<UnixTime>,
    /// The last request.
    pub to: Option<UnixTime>,
    /// Why, the most frequent first.
    pub refusals: Vec<(Refusal, u64)>,
    /// The paths with the most 403s. Counts may be a little low where a log has very many paths.
    pub paths: Vec<(String, u64)>,
    /// The folders of paths with the most 403s: a film's segments are one folder.
    pub folders: Vec<(String, u64)>,
    /// The edge locations with the most 403s.
    pub edges: Vec<(String, u64)>,
    /// Keys named in URLs, those with the most 403s first.
    pub keys: Vec<(String, KeyUse)>,
    /// Keys that stopped being accepted while their passes were still good.
    pub key_changes: Vec<KeyChange>,
    /// The width of a bin of the timeline.
    pub bin_seconds: u64,
    /// Requests over time, without gaps.
    pub timeline: Vec<Bin>,
}
