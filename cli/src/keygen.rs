//! `edgepass keygen`: a new key pair in two files.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use signer::{KeySpec, PrivateKey, public_key_pem};

use crate::new_files::{NewFiles, Readers, check_free};
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

/// The kinds of key that CloudFront takes.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum KeyAlgorithm {
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
        check_free([private.as_path(), public.as_path()])?;
        let (key, pem) = PrivateKey::generate(self.algorithm.into())
            .map_err(|failed| Failure::Service(failed.to_string()))?;
        let mut files = NewFiles::default();
        files.folder(&self.out, Readers::Everyone)?;
        files.write(&private, Readers::Owner, &pem)?;
        files.write(&public, Readers::Everyone, &public_key_pem(key.public_key()))?;
        files.keep();

        let (private, public) = (private.display(), public.display());
        print(&format!("{private}\n{public}"))?;
        tell(&format!(
            "next: add {public} to CloudFront's public keys, which gives it an id, and sign with\n  edgepass sign url https://media.example.com/film.mp4 --key {private} --key-id ID --expires +12h"
        ));
        Ok(Ended::Done)
    }
}
