//! `edgepass keygen`: a new key pair in two files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum, ValueHint};
use signer::{KeySpec, PrivateKey, public_key_pem};

use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, tell};

/// Make a key pair: private.pem, which only you can read, and public.pem
#[derive(Args)]
#[command(after_help = "\
No file is ever overwritten. CloudFront takes both kinds of key.

Examples:
  edgepass keygen --algorithm rsa-2048 --out keys
  edgepass keygen --algorithm ecdsa-p256 --out keys")]
pub(crate) struct Keygen {
    /// The kind of key
    #[arg(long)]
    algorithm: KeyAlgorithm,
    /// The folder of the two files; it is made if it is missing
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum KeyAlgorithm {
    #[value(name = "rsa-2048")]
    Rsa2048,
    #[value(name = "ecdsa-p256")]
    EcdsaP256,
}

impl From<KeyAlgorithm> for KeySpec {
    fn from(algorithm: KeyAlgorithm) -> Self {
        match algorithm {
            KeyAlgorithm::Rsa2048 => Self::Rsa2048,
            KeyAlgorithm::EcdsaP256 => Self::EcdsaP256,
        }
    }
}

impl Keygen {
    pub(crate) fn run(self) -> Outcome {
        let private = self.out.join("private.pem");
        let public = self.out.join("public.pem");
        // Looked at first so that half a pair is not written; `write_new` is what protects them.
        if let Some(taken) = [&private, &public].into_iter().find(|file| file.exists()) {
            return Err(exists(taken));
        }
        let (key, pem) = PrivateKey::generate(self.algorithm.into())
            .map_err(|failed| Failure::Service(failed.to_string()))?;
        make_folder(&self.out)?;
        write_new(&private, Readers::Owner, &pem)?;
        write_new(&public, Readers::Everyone, &public_key_pem(key.public_key()))?;

        let (private, public) = (private.display(), public.display());
        print(&format!("{private}\n{public}"))?;
        tell(&format!(
            "next: add {public} to CloudFront's public keys, which gives it an id, and sign with\n  edgepass sign url https://media.example.com/film.mp4 --key {private} --key-id ID --expires +12h"
        ));
        Ok(Ended::Done)
    }
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            Failure::Usage(format!("`{}` is not a folder; choose another", folder.display()))
        }
        _ => Failure::Service(format!("cannot make the folder `{}`: {error}", folder.display())),
    })
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Readers {
    Everyone,
    Owner,
}

fn write_new(path: &Path, readers: Readers, text: &str) -> Result<(), Failure> {
    let failed =
        |error: io::Error| Failure::Service(format!("cannot write `{}`: {error}", path.display()));
    let mut file = create_new(path, readers).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => failed(error),
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| {
        // Part of a key is none, and would be in the way of the next attempt.
        let _ = fs::remove_file(path);
        failed(error)
    })
}

fn create_new(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}

fn exists(path: &Path) -> Failure {
    Failure::Usage(format!(
        "`{}` exists and is not overwritten; name another folder with `--out`",
        path.display()
    ))
}
