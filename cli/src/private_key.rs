//! Private keys that options name.

use std::env;

use policy::ShortRsa;
use signer::PrivateKey;
use zeroize::Zeroizing;

use crate::outcome::Failure;
use crate::text_file::TextFile;

/// Reads a private key, which the passphrase in an environment variable may open.
pub(crate) fn read(
    file: &TextFile,
    passphrase_env: Option<&str>,
    short_rsa: ShortRsa,
) -> Result<PrivateKey, Failure> {
    let passphrase = passphrase(passphrase_env)?;
    let stored = file.bytes()?;
    let passphrase = passphrase.as_ref().map(|passphrase| passphrase.as_slice());
    PrivateKey::read(&stored, passphrase, short_rsa)
        .map_err(|refused| Failure::Usage(format!("{file}: {refused}")))
}

/// What the variable that `--passphrase-env` names holds.
pub(crate) fn passphrase(variable: Option<&str>) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let Some(variable) = variable else { return Ok(None) };
    match env::var_os(variable) {
        Some(passphrase) => Ok(Some(Zeroizing::new(passphrase.into_encoded_bytes()))),
        // Not repeated: it may be the passphrase itself.
        None => Err(Failure::Usage(
            "`--passphrase-env` takes the name of an environment variable, and none of this name is set".to_owned(),
        )),
    }
}
