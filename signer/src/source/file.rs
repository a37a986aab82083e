//! Secrets in files.

use core::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// The longest file that is read, in bytes: as much as Secrets Manager holds in one secret.
const MAX_BYTES: usize = 65_536;

/// The text of a file, which is wiped from memory when it is dropped.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, FileUnreadable> {
    let bytes = read_bytes(path).map_err(|error| FileUnreadable::new(&error))?;
    if bytes.len() > MAX_BYTES {
        return Err(FileUnreadable::TooLong);
    }
    match core::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(FileUnreadable::NotText),
    }
}

/// Not tokio's way, which leaves the text in a buffer of its own.
fn read_bytes(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    // With room for all of it, so that no outgrown copy of a key stays behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 64));
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts a text in the place of a file, in one step.
#[cfg(feature = "aws")]
pub(super) async fn replace(path: &Path, text: &str) -> Result<(), ErrorKind> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    tokio::fs::write(&beside, text).await.map_err(|error| error.kind())?;
    tokio::fs::rename(&beside, path).await.map_err(|error| error.kind())
}

/// Why the file of a secret was not read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileUnreadable {
    /// The operating system's reason.
    Io(ErrorKind),
    /// There is none.
    Missing,
    /// Not UTF-8.
    NotText,
    /// Longer than any secret.
    TooLong,
}

impl FileUnreadable {
    fn new(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            kind => Self::Io(kind),
        }
    }
}

impl fmt::Display for FileUnreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(kind) => write!(f, "the file cannot be read: {kind}"),
            Self::Missing => f.write_str("the file does not exist; check the path"),
            Self::NotText => f.write_str("the file is not a text"),
            Self::TooLong => write!(f, "the file has more than {MAX_BYTES} bytes; no secret has"),
        }
    }
}

impl core::error::Error for FileUnreadable {}
