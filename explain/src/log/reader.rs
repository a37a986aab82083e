//! One file after another: the form of each, and the record that is still open.

use memchr::memchr;

use super::Counts;
use super::csv;
use super::format::{Format, LogFault};
use super::json_objects::JsonObjects;
use super::json_record::JsonRecord;
use super::layout::{Column, Layout};
use super::record::{Day, Fields, Record};
use crate::evidence::Kind;

/// A line that is longer is none of CloudFront's, whose URLs end at 8 KB and headers at 32 KB.
const MAX_LINE: usize = 1 << 20;

/// Reads records out of blocks of bytes.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The names of columns that the user gave.
    fields: Option<Layout>,
    framing: Framing,
    rows: Rows,
}

/// Where one record ends and the next one begins.
#[derive(Debug)]
enum Framing {
    /// Not known yet: the beginning of the file.
    Unknown(Vec<u8>),
    /// Lines, and what was read of the last one.
    Lines(Format, Vec<u8>),
    Json(JsonObjects),
}

impl Default for Framing {
    fn default() -> Self {
        Self::Unknown(Vec::new())
    }
}

impl Reader {
    pub(super) fn new(fields: Option<Layout>) -> Self {
        Self { fields, ..Self::default() }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], counts: &mut Counts) -> Result<(), LogFault> {
        let Self { fields, framing, rows } = self;
        let start = match framing {
            Framing::Lines(format, open) => {
                return lines(bytes, open, &mut |line| rows.line(line, format, counts));
            }
            Framing::Json(objects) => {
                return objects.feed(bytes, &mut |object| rows.object(object, counts));
            }
            Framing::Unknown(start) => start,
        };
        start.extend_from_slice(bytes);
        let Some(format) = format(start, *fields)? else { return Ok(()) };
        let start = core::mem::take(start);
        *framing = match format {
            Format::Json => Framing::Json(JsonObjects::default()),
            lines => Framing::Lines(lines, Vec::new()),
        };
        self.feed(start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&start), counts)
    }

    pub(super) fn end_of_file(&mut self, counts: &mut Counts) -> Result<(), LogFault> {
        if let Framing::Unknown(start) = &self.framing
            && start.trim_ascii().is_empty()
        {
            return Err(LogFault::Empty);
        }
        // The last line may have no end.
        self.feed(b"\n", counts)?;
        let Self { fields, framing, rows } = core::mem::take(self);
        let found = match framing {
            Framing::Unknown(_) => Err(LogFault::Line),
            Framing::Json(_) if !rows.has_record => Err(LogFault::NoRecord),
            // A log of a time without requests is a header alone.
            Framing::Json(_) | Framing::Lines(..) => Ok(()),
        };
        *self = Self::new(fields);
        found
    }
}

const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// The form of a file that begins so; None if more of it is needed.
fn format(start: &[u8], fields: Option<Layout>) -> Result<Option<Format>, LogFault> {
    let format = Format::of(start);
    if let (Some(_), Ok(Some(Format::Table(_) | Format::Csv(_))))
    | (Some(_), Err(LogFault::UnknownFields { .. } | LogFault::Line)) = (fields, &format)
    {
        return Ok(Some(Format::Table(fields)));
    }
    let may_be_other = matches!(
        format,
        Ok(Some(Format::Json)) | Err(LogFault::Line | LogFault::UnknownFields { .. })
    );
    if !may_be_other {
        return format;
    }
    match core::str::from_utf8(start).ok().and_then(Kind::of) {
        None | Some(Kind::Log) => format,
        Some(other) => Err(LogFault::Other(other.refusal())),
    }
}

/// One line after the other; one that spans two blocks is put together in `open`.
fn lines(
    block: &[u8],
    open: &mut Vec<u8>,
    each: &mut dyn FnMut(&[u8]) -> Result<(), LogFault>,
) -> Result<(), LogFault> {
    let mut rest = block;
    while let Some(end) = memchr(b'\n', rest) {
        let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        rest = after.get(1..).unwrap_or_default();
        if open.is_empty() {
            each(line)?;
        } else {
            open.extend_from_slice(line);
            each(open)?;
            open.clear();
        }
    }
    open.extend_from_slice(rest);
    if open.len() > MAX_LINE { Err(LogFault::Length { most: MAX_LINE }) } else { Ok(()) }
}

/// What reading a row takes, beside the row.
#[derive(Debug, Default)]
struct Rows {
    has_record: bool,
    day: Day,
    /// The columns of the lines that CloudWatch Logs keeps as messages.
    of_messages: Option<Layout>,
}

impl Rows {
    fn line(
        &mut self,
        line: &[u8],
        format: &mut Format,
        counts: &mut Counts,
    ) -> Result<(), LogFault> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match format {
            _ if line.is_empty() => Ok(()),
            Format::Table(layout) => self.row(line, layout, counts),
            Format::Csv(layout) => {
                let values = csv::values(line);
                if Layout::of_csv_header(line).is_none() {
                    self.values(&values, layout, counts);
                }
                Ok(())
            }
            Format::Json => Ok(()),
        }
    }

    fn row(
        &mut self,
        line: &[u8],
        layout: &mut Option<Layout>,
        counts: &mut Counts,
    ) -> Result<(), LogFault> {
        if let Some(comment) = line.strip_prefix(b"#") {
            if let Some(names) = comment.strip_prefix(b"Fields:") {
                *layout = Some(Layout::of_fields(&String::from_utf8_lossy(names))?);
            }
            return Ok(());
        }
        let layout = match layout {
            Some(layout) => layout,
            // A comment came first, and no names.
            None => layout.insert(Layout::of_record(line)?),
        };
        layout.find_delimiter(line);
        match Record::of_line(layout.record(line), layout, &mut self.day) {
            Some(record) => self.count(&record, counts),
            None if !self.has_record => return Err(LogFault::Line),
            None => counts.unreadable += 1,
        }
        Ok(())
    }

    fn values(
        &mut self,
        values: &[std::borrow::Cow<'_, [u8]>],
        layout: &Layout,
        counts: &mut Counts,
    ) {
        let mut fields = Fields::default();
        for (at, value) in values.iter().enumerate() {
            if let Some(column) = layout.column(at) {
                fields.set(column, value);
            }
        }
        self.fields(&fields, counts);
    }

    fn object(&mut self, object: &[u8], counts: &mut Counts) {
        match JsonRecord::read(object) {
            Some(record) => self.fields(&record.fields(), counts),
            None => counts.unreadable += 1,
        }
    }

    /// Counts the record that is in these fields, or in the message that is one of them. Objects and
    /// rows without either belong to what is around the records.
    fn fields(&mut self, fields: &Fields<'_>, counts: &mut Counts) {
        let message = fields.get(Column::Message);
        if !fields.get(Column::Status).is_empty() {
            match Record::of_fields(fields, &mut self.day) {
                Some(record) => self.count(&record, counts),
                None => counts.unreadable += 1,
            }
        } else if message.trim_ascii_start().starts_with(b"{") {
            if let Some(record) = JsonRecord::read(message)
                && record.get(Column::Message).is_none()
            {
                self.fields(&record.fields(), counts);
            }
        } else if !message.is_empty() {
            self.message(message, counts);
        }
    }

    /// A message that is a line of a table.
    fn message(&mut self, line: &[u8], counts: &mut Counts) {
        if self.of_messages.is_none() {
            self.of_messages = Layout::of_record(line).ok();
        }
        let Some(layout) = self.of_messages else { return };
        match Record::of_line(layout.record(line), &layout, &mut self.day) {
            Some(record) => self.count(&record, counts),
            None => counts.unreadable += 1,
        }
    }

    fn count(&mut self, record: &Record<'_>, counts: &mut Counts) {
        self.has_record = true;
        counts.count(record);
    }
}
