//! Files with evidence: what curl, browsers and the AWS CLI print or keep.

use core::fmt;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use explain::NotEvidence;

use crate::outcome::Failure;
use crate::quoted::quoted_path;

/// The longest file that is read, in bytes. A distribution with all quotas used has under 1 MB, a HAR
/// of a page with all its bodies some tens.
const MAX_BYTES: u32 = 64 << 20;

/// The name of a file, or `-` for standard input.
#[derive(Clone, Debug)]
pub(crate) struct EvidenceFile(PathBuf);

impl EvidenceFile {
    /// The evidence in it.
    pub(crate) fn read<T>(
        &self,
        reader: impl FnOnce(&str) -> Result<T, NotEvidence>,
    ) -> Result<T, Failure> {
        reader(&self.text()?).map_err(|fault| Failure::Usage(format!("{self} {fault}")))
    }

    /// All of it. The body of a response may hold bytes that are no UTF-8.
    pub(crate) fn text(&self) -> Result<String, Failure> {
        let bytes = self.bytes()?;
        match text(&bytes) {
            Some(text) => Ok(text),
            None => Err(Failure::Usage(format!(
                "{self} is not a text; give the output of curl or of the AWS CLI (logs: `--log`)"
            ))),
        }
    }

    /// All of it.
    fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let limit = u64::from(MAX_BYTES);
        let mut bytes = Vec::new();
        let read = if self.is_stdin() {
            io::stdin().lock().take(limit + 1).read_to_end(&mut bytes)
        } else {
            File::open(&self.0).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        };
        read.map_err(|error| unreadable(&self.0, &error))?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            return Err(Failure::Usage(format!(
                "{self} has more than {} MB; no such output is that long, so name another file (logs: `--log`)",
                limit >> 20
            )));
        }
        Ok(bytes)
    }

    fn is_stdin(&self) -> bool {
        self.0.as_os_str() == "-"
    }
}

/// Characters in UTF-8, or in the UTF-16 in which PowerShell redirects. None if they are no text.
fn text(bytes: &[u8]) -> Option<String> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.as_chunks::<2>().0.iter().copied().map(unit).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(utf16(rest, u16::from_be_bytes)),
        _ if bytes.contains(&0) => None,
        _ => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// Why a file could not be opened or read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let name = quoted_path(path);
    match error.kind() {
        ErrorKind::NotFound
        | ErrorKind::NotADirectory
        | ErrorKind::InvalidFilename
        | ErrorKind::InvalidInput => {
            Failure::Usage(format!("{name} does not exist; check the path"))
        }
        ErrorKind::IsADirectory => {
            Failure::Usage(format!("{name} is a folder; name the file in it"))
        }
        _ => Failure::Service(format!("cannot read {name}: {error}")),
    }
}

impl From<OsString> for EvidenceFile {
    fn from(name: OsString) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for EvidenceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_stdin() { f.write_str("standard input") } else { quoted_path(&self.0).fmt(f) }
    }
}
