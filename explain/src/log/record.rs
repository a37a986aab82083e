//! One request of a log.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use memchr::memchr_iter;
use memchr::memmem;
use policy::{Policy, UnixTime};

use super::layout::{Column, Layout};
use crate::encoded::Encoded;

/// A line, borrowed.
#[derive(Debug)]
pub(super) struct Record<'l> {
    pub(super) time: UnixTime,
    pub(super) status: u16,
    pub(super) edge: &'l [u8],
    pub(super) path: &'l [u8],
    pub(super) method: &'l [u8],
    query: &'l [u8],
    cookie: &'l [u8],
    pub(super) result: &'l [u8],
    pub(super) detail: &'l [u8],
    pub(super) content_type: &'l [u8],
    pub(super) content_length: &'l [u8],
}

/// The values of the columns that count. A column that the log does not have is empty; a value that
/// a request does not have is `-`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'l>([&'l [u8]; Column::COUNT]);

impl<'l> Fields<'l> {
    pub(super) fn set(&mut self, column: Column, value: &'l [u8]) {
        if let Some(field) = self.0.get_mut(column.slot()) {
            *field = value;
        }
    }

    pub(super) fn get(&self, column: Column) -> &'l [u8] {
        self.0.get(column.slot()).copied().unwrap_or_default()
    }
}

/// The day that was read last: it changes once in millions of lines.
#[derive(Debug, Default)]
pub(super) struct Day {
    text: Vec<u8>,
    start: i64,
}

impl Day {
    fn start(&mut self, text: &[u8]) -> Option<i64> {
        if self.text != text {
            let date: Date = core::str::from_utf8(text).ok()?.parse().ok()?;
            self.start = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
            self.text = text.to_vec();
        }
        Some(self.start)
    }
}

impl<'l> Record<'l> {
    /// The record in a line of a table.
    pub(super) fn of_line(line: &'l [u8], layout: &Layout, day: &mut Day) -> Option<Self> {
        let mut fields = Fields::default();
        let mut start = 0;
        let ends = memchr_iter(layout.delimiter(), line).chain([line.len()]);
        for (at, end) in ends.enumerate() {
            if let Some(column) = layout.column(at) {
                fields.set(column, line.get(start..end)?);
            }
            start = end + 1;
        }
        Self::of_fields(&fields, day)
    }

    /// None if there is no status or no time.
    pub(super) fn of_fields(fields: &Fields<'l>, day: &mut Day) -> Option<Self> {
        let field = |column: Column| fields.get(column);
        let time = match field(Column::Timestamp) {
            b"" | b"-" => day.start(field(Column::Date))? + second_of_day(field(Column::Time))?,
            timestamp => moment(timestamp, day)?,
        };
        Some(Self {
            time: UnixTime::from_seconds(time)?,
            status: u16::try_from(number(field(Column::Status))?).ok()?,
            edge: field(Column::Edge),
            path: field(Column::Path),
            method: field(Column::Method),
            query: field(Column::Query),
            cookie: field(Column::Cookie),
            result: field(Column::Result),
            detail: field(Column::Detail),
            content_type: field(Column::ContentType),
            content_length: field(Column::ContentLength),
        })
    }

    /// The path up to its last slash.
    pub(super) fn folder(&self) -> &'l [u8] {
        let end = self.path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        self.path.get(..end).unwrap_or(self.path)
    }

    /// The Key-Pair-Id, from the URL or, where they are logged, the cookies.
    pub(super) fn key_id(&self) -> Option<&'l [u8]> {
        let id = self.parameter(b"Key-Pair-Id=").or_else(|| {
            let at = memmem::find(self.cookie, b"CloudFront-Key-Pair-Id=")?;
            self.cookie.get(at + "CloudFront-Key-Pair-Id=".len()..)
        })?;
        let end = id.iter().position(|byte| !byte.is_ascii_alphanumeric());
        let id = id.get(..end.unwrap_or(id.len()))?;
        (!id.is_empty() && id.len() <= 64).then_some(id)
    }

    /// What follows `NAME=` in the query.
    fn parameter(&self, name: &[u8]) -> Option<&'l [u8]> {
        memmem::find_iter(self.query, name)
            .find(|at| *at == 0 || self.query.get(at - 1) == Some(&b'&'))
            .and_then(|at| self.query.get(at + name.len()..))
    }

    /// When the pass in the URL ends.
    pub(super) fn expires(&self) -> Option<i64> {
        let until_end = |value: &'l [u8]| value.split(|byte| *byte == b'&').next();
        if let Some(expires) = self.parameter(b"Expires=").and_then(until_end) {
            return number(expires);
        }
        let policy = core::str::from_utf8(self.parameter(b"Policy=").and_then(until_end)?).ok()?;
        let policy = Policy::read(&Encoded::read(policy).bytes).ok()?;
        Some(policy.date_less_than().as_seconds())
    }

    /// Whether the pass had not expired, if that can be told.
    pub(super) fn is_unexpired(&self) -> Option<bool> {
        Some(self.time.as_seconds() < self.expires()?)
    }

    /// Whether a function made the answer.
    pub(super) fn is_generated(&self) -> bool {
        let generated = |text: &[u8]| text.ends_with(b"GeneratedResponse");
        generated(self.result) || generated(self.detail)
    }

    pub(super) fn status(&self) -> Status {
        match self.status {
            ..=399 => Status::LetIn,
            403 => Status::Refused,
            500..=599 => Status::Failed,
            _ => Status::Other,
        }
    }
}

/// What counts of a status.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Status {
    /// Below 400.
    LetIn,
    /// 403
    Refused,
    /// 5xx
    Failed,
    Other,
}

/// Seconds or milliseconds since 1970, or `2026-11-30T21:59:58.123Z` with or without the letters.
fn moment(text: &[u8], day: &mut Day) -> Option<i64> {
    if let Some(number) = text.split(|byte| *byte == b'.').next().and_then(number) {
        // In seconds this would be after the year 5000.
        return Some(if number > 99_999_999_999 { number / 1000 } else { number });
    }
    let (date, rest) = text.split_at_checked(10)?;
    let (_, time) = rest.split_first().filter(|(mark, _)| matches!(mark, b'T' | b' '))?;
    let (time, zone) = time.split_at_checked(8)?;
    let is_utc = !zone.iter().any(|byte| matches!(byte, b'+' | b'-')) || zone.ends_with(b"+00:00");
    is_utc.then_some(())?;
    Some(day.start(date)? + second_of_day(time)?)
}

/// `HH:MM:SS`
fn second_of_day(time: &[u8]) -> Option<i64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2] = time else { return None };
    let two = |tens: &u8, ones: &u8| number(&[*tens, *ones]);
    Some(two(h1, h2)? * 3600 + two(m1, m2)? * 60 + two(s1, s2)?)
}

fn number(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0_i64, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
    })
}
