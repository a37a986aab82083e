//! The keys of a local edge: made at the first start, and kept from then on.

use core::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_validator::ClaimsKeySettings;
use policy::{Hash, ShortRsa};
use signer::{
    FixedKeys, KeySpec, MIN_SITE_SECRET_BYTES, PrivateKey, SigningKeys, SiteSecret, public_key_pem,
};
use zeroize::Zeroizing;

use crate::claims_trust::fitting_algorithm;
use crate::outcome::Failure;
use crate::text_file::TextFile;

use super::{failed, write};

/// The Key-Pair-Id of the local key. CloudFront's have 14 characters too.
pub(crate) const KEY_ID: &str = "KEDGEPASSLOCAL";

/// The `kid` of the local claims key.
pub(crate) const CLAIMS_KEY_ID: &str = "claims-local";

/// What a local signer signs with, and a local edge trusts the public halves of.
pub(crate) struct Keys {
    pub(crate) policy_key: PrivateKey,
    pub(crate) claims_key: PrivateKey,
    site_secret: SiteSecret,
}

impl Keys {
    /// Reads what is there and makes what is not: keys on P-256, which takes no time, where looking
    /// for RSA primes would hold up the first start. Any key that CloudFront takes may be put in
    /// the place of either, as long as they are two.
    pub(crate) fn open(folder: &Path) -> Result<Self, Failure> {
        let policy_key = key_pair(folder, "private.pem", "public.pem")?;
        let claims_key = key_pair(folder, "claims-private.pem", "claims-public.pem")?;
        if claims_key.public_key() == policy_key.public_key() {
            let same = "it is the key `private.pem`, and who signs policies would sign claims";
            return Err(unfit(&folder.join("claims-private.pem"), &same));
        }
        let site_secret = site_secret(&folder.join("site-secret"))?;
        Ok(Self { policy_key, claims_key, site_secret })
    }

    /// The claims key, as edges are told of it.
    pub(crate) fn trusted_for_claims(&self) -> ClaimsKeySettings {
        let key = self.claims_key.public_key();
        ClaimsKeySettings::public(CLAIMS_KEY_ID, fitting_algorithm(key.kind()), key)
    }

    /// The keys, as a signer takes them.
    pub(crate) fn into_ring(self) -> Arc<FixedKeys> {
        Arc::new(FixedKeys::new(SigningKeys {
            policy_key: Arc::new(self.policy_key),
            key_id: KEY_ID.to_owned(),
            hash: Hash::Sha256,
            claims_key: self.claims_key.into(),
            claims_key_id: CLAIMS_KEY_ID.to_owned(),
            site_secret: self.site_secret,
        }))
    }
}

pub(super) fn key_pair(folder: &Path, private: &str, public: &str) -> Result<PrivateKey, Failure> {
    let private = folder.join(private);
    let key = if private.exists() {
        PrivateKey::from_pem(&read(&private)?, None, ShortRsa::Refuse)
            .map_err(|refused| unfit(&private, &refused))?
    } else {
        let (key, pem) = PrivateKey::generate(KeySpec::EcdsaP256)
            .map_err(|error| Failure::Service(error.to_string()))?;
        write_secret(&private, &pem)?;
        key
    };
    write(&folder.join(public), public_key_pem(key.public_key()).as_bytes())?;
    Ok(key)
}

fn site_secret(path: &Path) -> Result<SiteSecret, Failure> {
    if !path.exists() {
        let mut bytes = Zeroizing::new([0; MIN_SITE_SECRET_BYTES]);
        aws_lc_rs::rand::fill(bytes.as_mut()).map_err(|_| no_randomness())?;
        write_secret(path, &Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_ref())))?;
    }
    SiteSecret::new(read(path)?.trim().as_bytes()).map_err(|refused| unfit(path, &refused))
}

pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    TextFile::Path(path.to_path_buf()).read()
}

/// For its owner's eyes only.
fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| failed("write the key", path, &error))
}

pub(super) fn unfit(path: &Path, refused: &dyn fmt::Display) -> Failure {
    Failure::Usage(format!(
        "`{}`: {refused}; or remove the file, and the next start makes a new one",
        path.display()
    ))
}

fn no_randomness() -> Failure {
    Failure::Service("the system gave no random bytes for the site secret; try again".to_owned())
}
