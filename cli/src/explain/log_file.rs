//! Logs, streamed: plain or gzip, with bounded memory, whatever their size.

use core::cell::Cell;
use core::time::Duration;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use ::explain::log::{NotALog, Tally};
use flate2::bufread::MultiGzDecoder;
use memchr::memchr;

use super::evidence_file::unreadable;
use crate::outcome::Failure;

/// What is read at a time, in bytes.
const BLOCK: usize = 1 << 18;

/// A line that is longer is none of CloudFront's, whose URLs end at 8 KB and headers at 32 KB.
const MAX_LINE_BYTES: usize = 1 << 20;

/// Counts all lines of a file, or of standard input for `-`.
pub(super) fn read(path: &Path, tally: &mut Tally) -> Result<(), Failure> {
    let (source, size): (Box<dyn Read>, u64) = if path.as_os_str() == "-" {
        (Box::new(io::stdin().lock()), 0)
    } else {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let metadata = file.metadata().map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            return Err(unreadable(path, &ErrorKind::IsADirectory.into()));
        }
        (Box::new(file), metadata.len())
    };
    let done = Rc::new(Cell::new(0));
    let mut packed = BufReader::with_capacity(BLOCK, Counted { source, done: Rc::clone(&done) });
    let start = packed.fill_buf().map_err(|error| unreadable(path, &error))?;
    let is_gzip = start.starts_with(&[0x1f, 0x8b]); // RFC 1952, 2.3.1
    let mut lines: Box<dyn BufRead> = if is_gzip {
        Box::new(BufReader::with_capacity(BLOCK, MultiGzDecoder::new(packed)))
    } else {
        Box::new(packed)
    };
    let mut progress = Progress { last: Instant::now(), shown: false, done, size };
    let counted = count(&mut *lines, tally, &mut progress);
    progress.clear();
    tally.end_of_file();
    counted.map_err(|fault| fault.in_file(path))
}

/// One block after the other; a line that spans two is put together in `open`.
fn count(lines: &mut dyn BufRead, tally: &mut Tally, progress: &mut Progress) -> Result<(), Fault> {
    let mut open: Vec<u8> = Vec::new();
    loop {
        progress.show();
        let block = lines.fill_buf().map_err(Fault::Io)?;
        if block.is_empty() {
            return tally.line(&open).map_err(Fault::Content);
        }
        let mut rest = block;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = after.get(1..).unwrap_or_default();
            if open.is_empty() {
                tally.line(line).map_err(Fault::Content)?;
            } else {
                open.extend_from_slice(line);
                tally.line(&open).map_err(Fault::Content)?;
                open.clear();
            }
        }
        open.extend_from_slice(rest);
        if open.len() > MAX_LINE_BYTES {
            return Err(Fault::Line);
        }
        let length = block.len();
        lines.consume(length);
    }
}

/// Why a file could not be counted to its end.
enum Fault {
    Content(NotALog),
    Io(io::Error),
    Line,
}

impl Fault {
    fn in_file(self, path: &Path) -> Failure {
        let name = path.display();
        match self {
            Self::Content(fault) => Failure::Usage(format!("`{name}` {fault}")),
            Self::Line => Failure::Usage(format!(
                "`{name}` has a line of more than {MAX_LINE_BYTES} bytes, so it is no log of CloudFront's"
            )),
            Self::Io(error)
                if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData) =>
            {
                Failure::Service(format!("`{name}` is damaged gzip: {error}; fetch it again"))
            }
            Self::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Failure::Service(format!("`{name}` ends within its gzip data; fetch it again"))
            }
            Self::Io(error) => unreadable(path, &error),
        }
    }
}

/// Counts what is read from the file itself, before any unpacking.
struct Counted {
    source: Box<dyn Read>,
    done: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.done.set(self.done.get() + u64::try_from(count).unwrap_or(0));
        Ok(count)
    }
}

/// A line on standard error, where that is a terminal.
struct Progress {
    last: Instant,
    shown: bool,
    done: Rc<Cell<u64>>,
    size: u64,
}

impl Progress {
    fn show(&mut self) {
        const EVERY: Duration = Duration::from_millis(200);
        if self.last.elapsed() < EVERY || !io::stderr().is_terminal() {
            return;
        }
        self.last = Instant::now();
        self.shown = true;
        let done = self.done.get();
        let megabytes = done >> 20;
        // Nobody minds if it cannot be shown.
        let _ = match (done * 100).checked_div(self.size) {
            Some(percent) => write!(io::stderr(), "\r{percent:3} %  {megabytes} MB"),
            None => write!(io::stderr(), "\r{megabytes} MB"),
        };
    }

    fn clear(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r{:24}\r", "");
        }
    }
}
