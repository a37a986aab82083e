//! In which form a file holds its records, by how it begins.

use core::fmt;

use super::layout::Layout;
use crate::evidence::NotEvidence;

/// How many bytes may come before the end of the first line.
pub(super) const MAX_FIRST_LINE: usize = 1 << 16;

/// How records follow each other.
#[derive(Clone, Debug)]
pub(super) enum Format {
    /// One in each line, its values in columns. None until `#Fields:` names them.
    Table(Option<Layout>),
    /// One in each line, comma-separated with quotes, as consoles and queries export them.
    Csv(Layout),
    /// JSON objects: one in each line, in an array, or inside what CloudWatch Logs puts around them.
    Json,
}

impl Format {
    /// The form of a file of which these are the first bytes. None if that is not enough.
    pub(super) fn of(start: &[u8]) -> Result<Option<Self>, LogFault> {
        if let Some(packed) = Packed::of(start) {
            return Err(LogFault::Packed(packed));
        }
        let start = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(start).trim_ascii_start();
        match start.first() {
            None => Ok(None),
            Some(b'{' | b'[') => Ok(Some(Self::Json)),
            Some(b'#') => Ok(Some(Self::Table(None))),
            Some(_) => {
                let Some(end) = memchr::memchr(b'\n', start) else {
                    return if start.len() < MAX_FIRST_LINE {
                        Ok(None)
                    } else {
                        Err(LogFault::Line)
                    };
                };
                Self::of_line(start.get(..end).unwrap_or(start)).map(Some)
            }
        }
    }

    /// Of a file whose first line is no comment and no JSON.
    pub(super) fn of_line(line: &[u8]) -> Result<Self, LogFault> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match Layout::of_record(line) {
            Ok(layout) => return Ok(Self::Table(Some(layout))),
            // Tabs separate nothing but the columns of logs.
            Err(fault @ LogFault::UnknownFields { .. }) => return Err(fault),
            Err(_) => {}
        }
        if let Some(layout) = Layout::of_csv_header(line) {
            return Ok(Self::Csv(layout));
        }
        // `2026-11-30T21:59:58.000Z {"date":…}`: `aws logs tail`, and exports to S3.
        let is_dated = line.first().is_some_and(u8::is_ascii_digit);
        if is_dated && line.contains(&b'{') { Ok(Self::Json) } else { Err(LogFault::Line) }
    }
}

/// What a file is packed as; none of them but gzip, which is unpacked before, is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Packed {
    /// Apache Parquet.
    Parquet,
    /// Apache ORC.
    Orc,
    /// A ZIP archive.
    Zip,
    /// Zstandard (RFC 8878).
    Zstandard,
    /// bzip2.
    Bzip2,
}

impl Packed {
    /// By the bytes with which such files begin.
    fn of(start: &[u8]) -> Option<Self> {
        const MARKS: [(&[u8], Packed); 5] = [
            (b"PAR1", Packed::Parquet),
            (b"ORC", Packed::Orc),
            (b"PK\x03\x04", Packed::Zip),
            (b"\x28\xb5\x2f\xfd", Packed::Zstandard),
            (b"BZh", Packed::Bzip2),
        ];
        MARKS.into_iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, packed)| packed)
    }
}

/// Why a file is no log of CloudFront's, or cannot be counted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LogFault {
    /// Nothing in it.
    Empty,
    /// It begins like no log.
    Line,
    /// JSON, but no record of a request in it.
    NoRecord,
    /// A line or a JSON object that is too long for a record.
    Length {
        /// How many bytes a record may have.
        most: usize,
    },
    /// Another kind of file.
    Other(NotEvidence),
    /// Packed in a form that is not read.
    Packed(Packed),
    /// Columns without names, and not all of AWS's in AWS's order.
    UnknownFields {
        /// How many columns it has.
        columns: usize,
    },
    /// No `sc-status` among the fields.
    WithoutStatus,
    /// Neither `date` and `time` nor a timestamp among the fields.
    WithoutTime,
}

impl fmt::Display for LogFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty; CloudFront delivers logs some minutes to an hour after the requests"),
            Self::Line => f.write_str(
                "is no log of CloudFront's that is recognised; give a standard log (W3C, plain or JSON), a real-time log, or what CloudWatch Logs exports of them, each as it is or in gzip",
            ),
            Self::NoRecord => f.write_str(
                "is JSON without any record of a request: none of its objects has `sc-status` and a time",
            ),
            Self::Length { most } => write!(
                f,
                "has a record of more than {most} bytes, which is longer than any of CloudFront's"
            ),
            Self::Other(other) => other.fmt(f),
            Self::Packed(Packed::Parquet) => f.write_str(
                "is Parquet, which is not read here; query it with Athena, or export it as JSON, such as with `duckdb -c \"COPY (FROM 'log.parquet') TO 'log.json'\"`",
            ),
            Self::Packed(Packed::Orc) => f.write_str(
                "is ORC, which is not read here; query it with Athena, or export it as JSON",
            ),
            Self::Packed(Packed::Zip) => {
                f.write_str("is a ZIP archive; unpack it, and give the files in it")
            }
            Self::Packed(Packed::Zstandard) => {
                f.write_str("is packed with Zstandard; unpack it with `zstd -d` first")
            }
            Self::Packed(Packed::Bzip2) => {
                f.write_str("is packed with bzip2; unpack it with `bunzip2` first")
            }
            Self::UnknownFields { columns } => write!(
                f,
                "has {columns} columns without names; name them with `--log-fields`, in the order in which `aws cloudfront get-realtime-log-config` or `aws logs describe-deliveries` lists them"
            ),
            Self::WithoutStatus => f.write_str("has no field `sc-status`; log that field too"),
            Self::WithoutTime => f.write_str(
                "has no fields `date` and `time`, nor `timestamp` or `timestamp(ms)`; log them too",
            ),
        }
    }
}

impl core::error::Error for LogFault {}
