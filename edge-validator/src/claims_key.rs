//! A key that is trusted for claims tokens, as settings hold it.

use policy::json::Members;
use policy::{
    Backend, ClaimsKey, JoseAlgorithm, PublicKey, ShortRsa, TrustRefused, from_base64, to_base64,
};

use crate::baked::Baked;
use crate::settings_refused::SettingsRefused;

/// A key that is trusted for claims tokens. With HS256 it holds a secret, and so does the bundle.
#[derive(Clone, Eq, PartialEq)]
pub struct ClaimsKeySettings {
    id: String,
    algorithm: JoseAlgorithm,
    /// The SPKI of a public key, or the secret.
    key: Vec<u8>,
}

impl ClaimsKeySettings {
    /// A public key, for ES256 or RS256.
    pub fn public(id: &str, algorithm: JoseAlgorithm, key: &PublicKey) -> Self {
        Self { id: id.to_owned(), algorithm, key: key.spki_der().to_vec() }
    }

    /// A secret for HS256 ([`policy::check_secret`]).
    pub fn secret(id: &str, secret: &[u8]) -> Self {
        Self { id: id.to_owned(), algorithm: JoseAlgorithm::Hs256, key: secret.to_vec() }
    }

    /// The `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The algorithm.
    pub fn algorithm(&self) -> JoseAlgorithm {
        self.algorithm
    }

    /// The secret; None of a public key.
    pub fn secret_bytes(&self) -> Option<&[u8]> {
        (self.algorithm == JoseAlgorithm::Hs256).then_some(&*self.key)
    }

    pub(crate) fn read(baked: &mut Baked<'_>) -> Self {
        let id = baked.string("id");
        let name = baked.string("algorithm");
        let algorithm = name.parse().unwrap_or_else(|_| {
            baked.note(SettingsRefused::JoseAlgorithm(name));
            JoseAlgorithm::Hs256
        });
        let key = from_base64(&baked.string("key"));
        Self { id, algorithm, key: key.unwrap_or_else(|| baked.wrong("key", "base64")) }
    }

    pub(crate) fn put(&self, members: &mut Members<'_>) {
        members
            .string("id", &self.id)
            .string("algorithm", self.algorithm.name())
            .string("key", &to_base64(&self.key));
    }

    /// The secret, ready to check tokens.
    pub(crate) fn ready_secret(&self, backend: &dyn Backend) -> Result<ClaimsKey, TrustRefused> {
        ClaimsKey::secret(&self.id, &self.key, backend.sha256())
    }

    /// The key, ready to check tokens.
    pub fn ready(&self, backend: &dyn Backend) -> Result<ClaimsKey, SettingsRefused> {
        let Self { id, algorithm, key } = self;
        if *algorithm == JoseAlgorithm::Hs256 {
            return Ok(self.ready_secret(backend)?);
        }
        let unfit = |refused| SettingsRefused::Key { id: id.clone(), refused };
        let public_key = PublicKey::from_spki_der(key, ShortRsa::Refuse).map_err(unfit)?;
        let ready = backend.key(&public_key).map_err(unfit)?;
        let thumbprint = backend.thumbprint(&public_key);
        Ok(ClaimsKey::public(id, *algorithm, &public_key, thumbprint, ready)?)
    }
}

/// Leaves out the key, which may be a secret.
impl core::fmt::Debug for ClaimsKeySettings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ClaimsKeySettings({}, {})", self.id, self.algorithm)
    }
}
