//! Public keys that may have made a signature.

use core::str::FromStr;
use std::ffi::OsString;

use ::explain::{KnownKey, PublicKeyFile};
use aws_lc::{AwsLcKey, public_key_from_text};
use policy::{ShortRsa, TrustRefused, check_key_id};

use crate::evidence_file::EvidenceFile;
use crate::outcome::Failure;

/// `ID=PEM`: a file with a public key, and its Key-Pair-Id. The output of `get-public-key` tells
/// its id itself.
#[derive(Clone, Debug)]
pub(super) struct PublicKeyArgument {
    id: Option<String>,
    file: EvidenceFile,
}

impl PublicKeyArgument {
    pub(super) fn load(&self) -> Result<KnownKey, Failure> {
        let Self { id, file } = self;
        let text = file.text()?;
        let document = text.trim_start().starts_with('{');
        let (own_id, pem) = if document {
            let key = file.read(PublicKeyFile::read)?;
            (key.id().map(str::to_owned), key.pem().to_owned())
        } else {
            (None, text)
        };
        let id = id.clone().or(own_id);
        known_key(id.as_deref(), &pem)
            .map_err(|refused| Failure::Usage(format!("{file}: {refused}")))
    }
}

/// A key that may have made a signature; or why it is none.
pub(super) fn known_key(id: Option<&str>, pem: &str) -> Result<KnownKey, String> {
    // AWS's oldest keys have 1024 bits: whether they made a signature is still to be told.
    let key = public_key_from_text(pem, ShortRsa::DangerAllow).map_err(|it| it.to_string())?;
    let native = AwsLcKey::new(&key).map_err(|it| it.to_string())?;
    Ok(KnownKey::new(id, &key, Box::new(native)))
}

impl FromStr for PublicKeyArgument {
    type Err = TrustRefused;

    fn from_str(text: &str) -> Result<Self, TrustRefused> {
        let (id, file) = match text.split_once('=') {
            Some((id, file)) if !id.contains(['/', '\\', '.']) => (id, file),
            _ => ("", text),
        };
        if !id.is_empty() {
            check_key_id(id)?;
        }
        let id = (!id.is_empty()).then(|| id.to_owned());
        Ok(Self { id, file: EvidenceFile::from(OsString::from(file)) })
    }
}
