//! Files with evidence: the output of curl and of the AWS CLI.

use core::fmt;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;

use ::explain::NotEvidence;

use crate::outcome::Failure;

/// The longest file that is read, in bytes. A distribution with all quotas used has under 1 MB.
const MAX_BYTES: u32 = 4 << 20;

/// The name of a file, or `-` for standard input.
#[derive(Clone, Debug)]
pub(super) struct EvidenceFile(PathBuf);

impl EvidenceFile {
    /// The evidence in it.
    pub(super) fn read<T>(&self, reader: fn(&str) -> Result<T, NotEvidence>) -> Result<T, Failure> {
        reader(&self.text()?).map_err(|fault| Failure::Usage(format!("{self} {fault}")))
    }

    /// All of it. The body of a response may hold bytes that are no UTF-8.
    pub(super) fn text(&self) -> Result<String, Failure> {
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
        if bytes.contains(&0) {
            return Err(Failure::Usage(format!(
                "{self} is not a text; name the output of curl or of the AWS CLI (logs: `--log`)"
            )));
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn is_stdin(&self) -> bool {
        self.0.as_os_str() == "-"
    }
}

/// Why a file could not be opened or read.
pub(super) fn unreadable(path: &std::path::Path, error: &io::Error) -> Failure {
    let name = path.display();
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Failure::Usage(format!("`{name}` does not exist; check the path"))
        }
        ErrorKind::IsADirectory => {
            Failure::Usage(format!("`{name}` is a folder; name the file in it"))
        }
        _ => Failure::Service(format!("cannot read `{name}`: {error}")),
    }
}

impl From<OsString> for EvidenceFile {
    fn from(name: OsString) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for EvidenceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_stdin() {
            f.write_str("standard input")
        } else {
            write!(f, "`{}`", self.0.display())
        }
    }
}
