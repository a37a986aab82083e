//! Which column of a log is which.

use core::fmt;

use memchr::memchr_iter;

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
}

impl Column {
    pub(super) const COUNT: usize = 13;

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "date" => Self::Date,
            "time" => Self::Time,
            "timestamp" => Self::Timestamp,
            "x-edge-location" => Self::Edge,
            "cs-method" => Self::Method,
            "cs-uri-stem" => Self::Path,
            "sc-status" => Self::Status,
            "cs-uri-query" => Self::Query,
            "cs(Cookie)" | "cs-cookie" => Self::Cookie,
            "x-edge-result-type" => Self::Result,
            "x-edge-detailed-result-type" => Self::Detail,
            "sc-content-type" => Self::ContentType,
            "sc-content-len" => Self::ContentLength,
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
        }
    }
}

/// More columns than this no log has: 33 standard, 61 real-time with CMCD.
const MOST: usize = 96;

/// What each column is, by its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    columns: [Option<Column>; MOST],
    count: usize,
}

impl Layout {
    /// From `#Fields:`, or from the fields of a real-time log configuration.
    pub(super) fn of_fields(fields: &str) -> Result<Self, NotALog> {
        let names = fields.split([' ', ',', '\t', '\n']).filter(|name| !name.is_empty());
        let mut layout = Self { columns: [None; MOST], count: 0 };
        for name in names {
            if let Some(column) = layout.columns.get_mut(layout.count) {
                *column = Column::named(name);
            }
            layout.count += 1;
        }
        let has = |column| layout.columns.contains(&Some(column));
        if !has(Column::Status) {
            return Err(NotALog::WithoutStatus);
        }
        let has_time = has(Column::Timestamp) || has(Column::Date) && has(Column::Time);
        if !has_time {
            return Err(NotALog::WithoutTime);
        }
        Ok(layout)
    }

    /// Of a real-time log, which has no header: by the number of its columns.
    pub(super) fn of_realtime(line: &[u8]) -> Result<Self, NotALog> {
        let columns = memchr_iter(b'\t', line).count() + 1;
        let first = line.split(|byte| *byte == b'\t').next().unwrap_or_default();
        let timestamp = first.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        if columns < 2 || !timestamp || first.is_empty() {
            return Err(NotALog::Line);
        }
        let all: Vec<&str> = REALTIME.split(' ').collect();
        // Fields were added at the end over the years.
        if (REALTIME_2020..=all.len()).contains(&columns) {
            Self::of_fields(&all.get(..columns).unwrap_or(&all).join(" "))
        } else {
            Err(NotALog::UnknownFields { columns })
        }
    }

    pub(super) fn column(&self, at: usize) -> Option<Column> {
        self.columns.get(at).copied().flatten()
    }
}

/// The fields of real-time logs in AWS's order ("Understanding real-time log configurations");
/// those about CMCD, which follow, do not matter here.
const REALTIME: &str = "timestamp c-ip time-to-first-byte sc-status sc-bytes cs-method cs-protocol cs-host cs-uri-stem cs-bytes x-edge-location x-edge-request-id x-host-header time-taken cs-protocol-version c-ip-version cs-user-agent cs-referer cs-cookie cs-uri-query x-edge-response-result-type x-forwarded-for ssl-protocol ssl-cipher x-edge-result-type fle-encrypted-fields fle-status sc-content-type sc-content-len sc-range-start sc-range-end c-port x-edge-detailed-result-type c-country cs-accept-encoding cs-accept cache-behavior-path-pattern cs-headers cs-header-names cs-headers-count origin-fbl origin-lbl asn";

/// How many fields there were at first.
const REALTIME_2020: usize = 40;

/// Why a file is no log of CloudFront's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotALog {
    /// The first line is neither a header nor a record.
    Line,
    /// A real-time log of some fields only.
    UnknownFields {
        /// How many columns it has.
        columns: usize,
    },
    /// No `sc-status` among the fields.
    WithoutStatus,
    /// Neither `date` and `time` nor `timestamp` among the fields.
    WithoutTime,
}

impl fmt::Display for NotALog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line => f.write_str(
                "is no log of CloudFront's: neither `#Fields:` nor a real-time record stands first; name a standard (W3C) or real-time log, plain or gzip",
            ),
            Self::UnknownFields { columns } => write!(
                f,
                "is a real-time log of {columns} fields; name them with `--log-fields`, as `aws cloudfront get-realtime-log-config` lists them"
            ),
            Self::WithoutStatus => f.write_str("has no field `sc-status`; log that field too"),
            Self::WithoutTime => {
                f.write_str("has no fields `date` and `time`, nor `timestamp`; log them too")
            }
        }
    }
}

impl core::error::Error for NotALog {}
