//! Logs, streamed: plain or gzip, with bounded memory, whatever their size.

use core::cell::Cell;
use core::time::Duration;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use ::explain::log::{LogFault, Tally};
use flate2::bufread::MultiGzDecoder;

use crate::evidence_file::unreadable;
use crate::outcome::Failure;
use crate::quoted::quoted_path;

/// What is read at a time, in bytes.
const BLOCK: usize = 1 << 18;

/// How often a log may be packed: what CloudWatch Logs sends is packed, and Firehose packs it again.
const MAX_LAYERS: usize = 3;

/// Counts all records of a file, or of standard input for `-`.
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
    let counted = Counted { source, done: Rc::clone(&done) };
    let mut progress = Progress { last: Instant::now(), shown: false, done, size };
    let read = unpacked(counted)
        .map_err(Fault::Io)
        .and_then(|mut unpacked| feed(&mut *unpacked, tally, &mut progress));
    progress.clear();
    let ended = tally.end_of_file().map_err(Fault::Content);
    read.and(ended).map_err(|fault| fault.in_file(path))
}

/// The content of all members of a gzip file, or what is read itself.
fn unpacked(source: impl Read + 'static) -> io::Result<Box<dyn BufRead>> {
    let mut content: Box<dyn BufRead> = Box::new(BufReader::with_capacity(BLOCK, source));
    for _ in 0..MAX_LAYERS {
        let is_gzip = content.fill_buf()?.starts_with(&[0x1f, 0x8b]); // RFC 1952, 2.3.1
        if !is_gzip {
            break;
        }
        content = Box::new(BufReader::with_capacity(BLOCK, MultiGzDecoder::new(content)));
    }
    Ok(content)
}

fn feed(
    content: &mut dyn BufRead,
    tally: &mut Tally,
    progress: &mut Progress,
) -> Result<(), Fault> {
    loop {
        progress.show();
        let block = content.fill_buf().map_err(Fault::Io)?;
        if block.is_empty() {
            return Ok(());
        }
        tally.feed(block).map_err(Fault::Content)?;
        let length = block.len();
        content.consume(length);
    }
}

/// Why a file could not be counted to its end.
enum Fault {
    Content(LogFault),
    Io(io::Error),
}

impl Fault {
    fn in_file(self, path: &Path) -> Failure {
        let name =
            if path.as_os_str() == "-" { "standard input".to_owned() } else { quoted_path(path) };
        match self {
            Self::Content(fault) => Failure::Usage(format!("{name} {fault}")),
            Self::Io(error)
                if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData) =>
            {
                Failure::Service(format!("{name} is damaged gzip: {error}; fetch it again"))
            }
            Self::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Failure::Service(format!("{name} ends within its gzip data; fetch it again"))
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
