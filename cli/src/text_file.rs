//! Text files named on the command line, standard input among them.

use core::fmt;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::outcome::Failure;
use crate::quoted::quoted_path;

/// The longest file that is read, in bytes. Keys and claims have under 4 KB: a longer file is a wrong one.
const MAX_BYTES: u16 = 65_535;

/// The name of a file, or `-` for standard input.
#[derive(Clone, Debug)]
pub(crate) enum TextFile {
    Path(PathBuf),
    Stdin,
}

impl TextFile {
    /// The text, which is wiped from memory when it is dropped: it may be a secret.
    pub(crate) fn read(&self) -> Result<Zeroizing<String>, Failure> {
        match core::str::from_utf8(&self.bytes()?) {
            Ok(text) => Ok(Zeroizing::new(text.to_owned())),
            Err(_) => Err(Failure::Usage(format!(
                "{self} is not a text, and what is read here is one; check the path"
            ))),
        }
    }

    /// The bytes, which are wiped from memory when they are dropped: they may be a private key.
    pub(crate) fn bytes(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let bytes = match self {
            Self::Path(path) if path.to_string_lossy().contains("-----BEGIN") => {
                // The message must not repeat what may be a private key.
                return Err(Failure::Usage(
                    "the text of a PEM stands where the name of its file belongs; name the file, or `-` to read standard input".to_owned(),
                ));
            }
            Self::Path(path) => File::open(path).and_then(read),
            Self::Stdin => read(io::stdin().lock()),
        };
        let bytes = bytes.map_err(|error| self.unreadable(&error))?;
        if bytes.len() > usize::from(MAX_BYTES) {
            return Err(Failure::Usage(format!(
                "{self} has more than {MAX_BYTES} bytes, and what is read here has few; check the path"
            )));
        }
        Ok(bytes)
    }

    fn unreadable(&self, error: &io::Error) -> Failure {
        match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput => {
                Failure::Usage(format!("{self} does not exist; check the path"))
            }
            ErrorKind::IsADirectory => {
                Failure::Usage(format!("{self} is a folder; name the file in it"))
            }
            _ => Failure::Service(format!("cannot read {self}: {error}")),
        }
    }
}

fn read(source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // With room for all of it, so that no outgrown copy of a key stays behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::from(MAX_BYTES) + 64));
    source.take(u64::from(MAX_BYTES) + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl From<OsString> for TextFile {
    fn from(name: OsString) -> Self {
        if name == "-" { Self::Stdin } else { Self::Path(name.into()) }
    }
}

impl fmt::Display for TextFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => quoted_path(path).fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}
