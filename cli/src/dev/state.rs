//! The folder that a local edge keeps between its runs: its keys, what is revoked, and the demo
//! clip.

mod keys;
mod mandate;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use signer::PrivateKey;

use crate::outcome::Failure;
use crate::when;

use super::site::CLIP;
use super::user::{SHARED_FOLDER, User};

use self::keys::key_pair;
pub(crate) use self::keys::{CLAIMS_KEY_ID, KEY_ID, Keys};
pub(crate) use self::mandate::SiteMandate;

/// An open state folder.
pub(super) struct StateFolder {
    pub(super) path: PathBuf,
    pub(super) keys: Keys,
    /// Signs the state, by the mandate.
    pub(super) state_key: PrivateKey,
    pub(super) mandate: SiteMandate,
}

impl StateFolder {
    /// Opens the folder, with the keys in it.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| failed("make the folder", path, &error))?;
        // A private key does not belong in anyone's repository.
        write(&path.join(".gitignore"), b"*\n")?;
        let keys = Keys::open(path)?;
        let state_key = key_pair(path, "state-private.pem", "state-public.pem")?;
        let mandate = SiteMandate::open(path, &keys, &state_key, when::system_clock()?)?;
        Ok(Self { path: path.to_path_buf(), keys, state_key, mandate })
    }

    /// The file of the store of revocations.
    pub(super) fn revocations(&self) -> PathBuf {
        self.path.join("revocations.json")
    }

    /// The folder of the published state.
    pub(super) fn published(&self) -> PathBuf {
        self.path.join("published")
    }

    /// Writes a file, and gives its path.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        write(&path, bytes)?;
        Ok(path)
    }

    /// Writes the demo clip, once for each user and once for the group, and gives the folder of it.
    pub(super) fn write_demo_clip(&self) -> Result<PathBuf, Failure> {
        let content = self.path.join("content");
        for name in User::VIEWERS.map(User::id).into_iter().chain([SHARED_FOLDER]) {
            let folder = content.join(name);
            fs::create_dir_all(&folder)
                .map_err(|error| failed("make the folder", &folder, &error))?;
            for file in &CLIP {
                write(&folder.join(file.name), file.bytes)?;
            }
        }
        fs::canonicalize(&content).map_err(|error| failed("open the folder", &content, &error))
    }
}

/// Leaves a file alone that is already as it should be, and with it the time of its last change,
/// which browsers revalidate by.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|existing| existing == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| failed("write", path, &error))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::Service(format!(
        "cannot {what} `{}`: {error}; choose another place with `--state`",
        path.display()
    ))
}
