//! The keys that ours and the peers sign with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use aws_lc::{AwsLcKey, thumbprint};
use policy::{Algorithm, Hash, Trust, TrustedKey, TrustedKeys};
use serde::{Deserialize, Serialize};
use signer::{KeySpec, PrivateKey, public_key_pem};

/// A key, by its Key-Pair-Id.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Key {
    #[serde(rename = "KP256")]
    P256,
    #[serde(rename = "KRSA2048")]
    Rsa,
}

impl Key {
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::P256 => "KP256",
            Self::Rsa => "KRSA2048",
        }
    }

    pub(crate) fn private(self) -> &'static PrivateKey {
        match self {
            Self::P256 => &KEYS.p256,
            Self::Rsa => &KEYS.rsa,
        }
    }

    /// Private, as the peers read it.
    pub(crate) fn private_pem(self) -> PathBuf {
        folder().join(format!("{}.pem", self.id()))
    }

    pub(crate) fn public_pem(self) -> PathBuf {
        folder().join(format!("{}.public.pem", self.id()))
    }
}

/// Where the keys are. They are made anew for each run.
pub(crate) fn folder() -> &'static Path {
    &KEYS.folder
}

/// Both keys, for all that they can do.
pub(crate) fn trust() -> &'static Trust {
    &KEYS.trust
}

struct Keys {
    p256: PrivateKey,
    rsa: PrivateKey,
    trust: Trust,
    folder: PathBuf,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential");
    fs::create_dir_all(&folder).unwrap();
    let make = |key: Key, spec| {
        let (private, pem) = PrivateKey::generate(spec).unwrap();
        fs::write(folder.join(format!("{}.pem", key.id())), pem.as_bytes()).unwrap();
        let public = public_key_pem(private.public_key());
        fs::write(folder.join(format!("{}.public.pem", key.id())), public).unwrap();
        private
    };
    let p256 = make(Key::P256, KeySpec::EcdsaP256);
    let rsa = make(Key::Rsa, KeySpec::Rsa2048);
    let trusted =
        [(Key::P256, &p256), (Key::Rsa, &rsa)].map(|(key, private)| trusted(key, private));
    let trust = Trust::in_credentials(TrustedKeys::new(trusted.into()).unwrap());
    Keys { p256, rsa, trust, folder }
});

fn trusted(key: Key, private: &PrivateKey) -> TrustedKey {
    let public = private.public_key();
    let algorithms = [Hash::Sha1, Hash::Sha256].map(|hash| Algorithm::new(public.kind(), hash));
    let native = Box::new(AwsLcKey::new(public).unwrap());
    TrustedKey::new(Some(key.id()), public, thumbprint(public), &algorithms, native).unwrap()
}
