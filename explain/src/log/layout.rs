//! Which column of a log is which.

use memchr::memchr_iter;

use super::csv;
use super::format::LogFault;

/// The columns that count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Column {
    Date,
    Time,
    Timestamp,
    Edge,
    Method,
    Path,
    Status,
    Query,
    Cookie,
    Result,
    Detail,
    ContentType,
    ContentLength,
    /// A whole record, as CloudWatch Logs keeps it.
    Message,
}

impl Column {
    pub(super) const COUNT: usize = Self::ALL.len();

    pub(super) const ALL: [Self; 14] = [
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::Edge,
        Self::Method,
        Self::Path,
        Self::Status,
        Self::Query,
        Self::Cookie,
        Self::Result,
        Self::Detail,
        Self::ContentType,
        Self::ContentLength,
        Self::Message,
    ];

    /// By the name in standard logs, in real-time logs, or in CloudWatch Logs. Databases write `_`
    /// for `-`.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"date" => Self::Date,
            b"time" => Self::Time,
            b"timestamp" | b"timestamp(ms)" | b"timestamp_ms" | b"@timestamp" => Self::Timestamp,
            b"x-edge-location" | b"x_edge_location" => Self::Edge,
            b"cs-method" | b"cs_method" => Self::Method,
            b"cs-uri-stem" | b"cs_uri_stem" => Self::Path,
            b"sc-status" | b"sc_status" => Self::Status,
            b"cs-uri-query" | b"cs_uri_query" => Self::Query,
            b"cs(Cookie)" | b"cs-cookie" | b"cs_cookie" => Self::Cookie,
            b"x-edge-result-type" | b"x_edge_result_type" => Self::Result,
            b"x-edge-detailed-result-type" | b"x_edge_detailed_result_type" => Self::Detail,
            b"sc-content-type" | b"sc_content_type" => Self::ContentType,
            b"sc-content-len" | b"sc_content_len" => Self::ContentLength,
            b"message" | b"@message" => Self::Message,
            _ => return None,
        })
    }

    pub(super) const fn slot(self) -> usize {
        match self {
            Self::Date => 0,
            Self::Time => 1,
            Self::Timestamp => 2,
            Self::Edge => 3,
            Self::Method => 4,
            Self::Path => 5,
            Self::Status => 6,
            Self::Query => 7,
            Self::Cookie => 8,
            Self::Result => 9,
            Self::Detail => 10,
            Self::ContentType => 11,
            Self::ContentLength => 12,
            Self::Message => 13,
        }
    }
}

/// More columns than this no log has: 39 standard, 65 real-time with CMCD.
const MOST: usize = 96;

/// What each column is, by its number, and what separates them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    columns: [Option<Column>; MOST],
    count: usize,
    /// Known from the first line on.
    delimiter: Option<u8>,
    /// Whether CloudWatch Logs put a time, and what else, in front of each line.
    is_prefixed: bool,
}

impl Layout {
    /// From `#Fields:`, or from the fields of a log's configuration.
    pub(super) fn of_fields(fields: &str) -> Result<Self, LogFault> {
        let between = |symbol: char| {
            symbol.is_whitespace() || matches!(symbol, ',' | ';' | '|' | '"' | '[' | ']')
        };
        let layout = Self::of_names(fields.split(between).filter(|name| !name.is_empty()));
        let has = |column| layout.columns.contains(&Some(column));
        if !has(Column::Status) {
            return Err(LogFault::WithoutStatus);
        }
        let has_time = has(Column::Timestamp) || has(Column::Date) && has(Column::Time);
        if !has_time {
            return Err(LogFault::WithoutTime);
        }
        Ok(layout)
    }

    fn of_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut layout =
            Self { columns: [None; MOST], count: 0, delimiter: None, is_prefixed: false };
        for name in names {
            if let Some(column) = layout.columns.get_mut(layout.count) {
                *column = Column::named(name.as_bytes());
            }
            layout.count += 1;
        }
        layout
    }

    /// From the first line of a log without names: standard and real-time logs with all fields in
    /// AWS's order are known by the number and the form of their values. Fields were added at the
    /// end over the years.
    pub(super) fn of_record(line: &[u8]) -> Result<Self, LogFault> {
        for delimiter in [b'\t', b' '] {
            let mut values: Vec<&[u8]> = line.split(|byte| *byte == delimiter).collect();
            let mut is_prefixed = false;
            if delimiter == b'\t'
                && let Some(first) = values.first_mut()
                && let Some(blank) = memchr::memrchr(b' ', first)
            {
                *first = first.get(blank + 1..).unwrap_or_default();
                is_prefixed = true;
            }
            let names = if is_standard(&values) {
                STANDARD
            } else if is_realtime(&values) {
                REALTIME
            } else if delimiter == b'\t' && values.len() > 1 {
                return Err(LogFault::UnknownFields { columns: values.len() });
            } else {
                continue;
            };
            let layout = Self::of_names(names.split(' ').take(values.len()));
            return Ok(Self { delimiter: Some(delimiter), is_prefixed, ..layout });
        }
        Err(LogFault::Line)
    }

    /// From the header of a CSV file. None if the line is none of a log.
    pub(super) fn of_csv_header(line: &[u8]) -> Option<Self> {
        let names: Vec<String> =
            csv::values(line).iter().map(|it| String::from_utf8_lossy(it).into()).collect();
        let layout = Self::of_names(names.iter().map(String::as_str));
        let has = |column| layout.columns.contains(&Some(column));
        let has_time = has(Column::Timestamp) || has(Column::Date) && has(Column::Time);
        (has(Column::Message) || has(Column::Status) && has_time).then_some(layout)
    }

    pub(super) fn column(&self, at: usize) -> Option<Column> {
        self.columns.get(at).copied().flatten()
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter.unwrap_or(b'\t')
    }

    /// Sees from the first line which symbol separates as many values as there are names.
    pub(super) fn find_delimiter(&mut self, line: &[u8]) {
        if self.delimiter.is_none() {
            let fits = |delimiter: &u8| memchr_iter(*delimiter, line).count() + 1 == self.count;
            self.delimiter =
                Some([b'\t', b' ', b',', b';', b'|'].into_iter().find(fits).unwrap_or(b'\t'));
        }
    }

    /// A line without what CloudWatch Logs put in front of it.
    pub(super) fn record<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        if !self.is_prefixed {
            return line;
        }
        let end = memchr::memchr(self.delimiter(), line).unwrap_or(line.len());
        let blank = line.get(..end).and_then(|first| memchr::memrchr(b' ', first));
        blank.and_then(|blank| line.get(blank + 1..)).unwrap_or(line)
    }
}

/// The fields of standard logs in AWS's order ("Standard logging reference").
const STANDARD: &str = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end";

/// How many fields standard logs had at first.
const STANDARD_2010: usize = 12;

/// The fields of real-time logs in AWS's order ("Understanding real-time log configurations");
/// those about CMCD, which follow, do not matter here.
const REALTIME: &str = "timestamp c-ip time-to-first-byte sc-status sc-bytes cs-method cs-protocol cs-host cs-uri-stem cs-bytes x-edge-location x-edge-request-id x-host-header time-taken cs-protocol-version c-ip-version cs-user-agent cs-referer cs-cookie cs-uri-query x-edge-response-result-type x-forwarded-for ssl-protocol ssl-cipher x-edge-result-type fle-encrypted-fields fle-status sc-content-type sc-content-len sc-range-start sc-range-end c-port x-edge-detailed-result-type c-country cs-accept-encoding cs-accept cache-behavior-path-pattern cs-headers cs-header-names cs-headers-count origin-fbl origin-lbl asn";

/// How many fields real-time logs had at first.
const REALTIME_2020: usize = 40;

fn is_standard(values: &[&[u8]]) -> bool {
    let [date, time, edge, _, _, method, _, path, status, ..] = values else { return false };
    let digits = |text: &[u8]| text.iter().filter(|byte| byte.is_ascii_digit()).count();
    values.len() >= STANDARD_2010
        && date.len() == 10
        && digits(date) == 8
        && time.len() == 8
        && digits(time) == 6
        && edge.first().is_some_and(u8::is_ascii_uppercase)
        && is_method(method)
        && (path.starts_with(b"/") || *path == b"-")
        && is_status(status)
}

fn is_realtime(values: &[&[u8]]) -> bool {
    let [timestamp, _, _, status, _, method, _, _, path, ..] = values else { return false };
    let is_timestamp = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    values.len() >= REALTIME_2020
        && !timestamp.is_empty()
        && timestamp.iter().all(is_timestamp)
        && is_status(status)
        && is_method(method)
        && path.starts_with(b"/")
}

fn is_status(text: &[u8]) -> bool {
    text.len() == 3 && text.iter().all(u8::is_ascii_digit)
}

fn is_method(text: &[u8]) -> bool {
    text == b"-" || !text.is_empty() && text.iter().all(u8::is_ascii_uppercase)
}
