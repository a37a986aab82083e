//! The folder that a local edge keeps between its runs: its keys, and the demo clip.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use policy::ShortRsa;
use signer::{KeySpec, PrivateKey, public_key_pem};

use crate::outcome::Failure;
use crate::text_file::TextFile;

use super::site::CLIP;
use super::user::User;

/// An open state folder.
pub(super) struct StateFolder {
    pub(super) path: PathBuf,
    pub(super) key: PrivateKey,
}

impl StateFolder {
    /// Opens the folder. When it has no key yet, one is made: on P-256, which takes no time, where
    /// looking for RSA primes would hold up the first start. Any key that CloudFront takes may be
    /// put in its place.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| failed("make the folder", path, &error))?;
        // A private key does not belong in anyone's repository.
        write(&path.join(".gitignore"), b"*\n")?;
        let private = path.join("private.pem");
        let key = if private.exists() { read_key(&private) } else { make_key(&private) }?;
        write(&path.join("public.pem"), public_key_pem(key.public_key()).as_bytes())?;
        Ok(Self { path: path.to_path_buf(), key })
    }

    /// Writes a file, and gives its path.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        write(&path, bytes)?;
        Ok(path)
    }

    /// Writes the demo clip, once for each user, and gives the folder of it.
    pub(super) fn write_demo_clip(&self) -> Result<PathBuf, Failure> {
        let content = self.path.join("content");
        for user in User::ALL {
            let folder = content.join(user.id());
            fs::create_dir_all(&folder)
                .map_err(|error| failed("make the folder", &folder, &error))?;
            for file in &CLIP {
                write(&folder.join(file.name), file.bytes)?;
            }
        }
        fs::canonicalize(&content).map_err(|error| failed("open the folder", &content, &error))
    }
}

fn read_key(path: &Path) -> Result<PrivateKey, Failure> {
    let pem = TextFile::Path(path.to_path_buf()).read()?;
    PrivateKey::from_pem(&pem, None, ShortRsa::Refuse).map_err(|refused| {
        Failure::Usage(format!(
            "`{}`: {refused}; or remove the file, and the next start makes a new key",
            path.display()
        ))
    })
}

fn make_key(path: &Path) -> Result<PrivateKey, Failure> {
    let (key, pem) = PrivateKey::generate(KeySpec::EcdsaP256)
        .map_err(|error| Failure::Service(error.to_string()))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| file.write_all(pem.as_bytes()))
        .map_err(|error| failed("write the key", path, &error))?;
    Ok(key)
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
