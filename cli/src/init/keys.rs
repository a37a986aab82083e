//! The keys of a new site.

use policy::{Algorithm, DelegatedKey, Delegation, Hash, KeyUse, SiteId, UnixTime};
use signer::{KeySpec, MIN_SITE_SECRET_BYTES, Mandate, PrivateKey, public_key_pem};
use zeroize::Zeroizing;

use crate::new_files::Readers;
use crate::outcome::Failure;

use super::file::File;
use super::secret::{Secret, Use};

/// Everything that a site signs with, before any of it is stored.
pub(super) struct Keys {
    /// CloudFront's: signs passes.
    signing: Pair,
    /// Signs the claims that travel with passes.
    claims: Pair,
    /// Signs which keys edges trust, the state key among them.
    root: Pair,
    /// Signs what is revoked.
    state: Pair,
    /// Makes pseudonyms of people.
    site_secret: Zeroizing<String>,
    delegation: String,
}

struct Pair {
    key: PrivateKey,
    pem: Zeroizing<String>,
}

impl Keys {
    /// Makes all of them. `spec` is the kind of the CloudFront key; the others are read by our own
    /// code only, which is fastest with P-256.
    pub(super) fn generate(
        spec: KeySpec,
        site: SiteId,
        claims_key_id: &str,
        now: UnixTime,
    ) -> Result<Self, Failure> {
        let [claims, root, state] = [(); 3].map(|()| Pair::generate(KeySpec::EcdsaP256));
        let (signing, claims, root, state) = (Pair::generate(spec)?, claims?, root?, state?);
        let delegation = Delegation {
            site,
            serial: u64::try_from(now.as_seconds()).unwrap_or_default(),
            state_key: state.key.public_key().clone(),
            keys: vec![
                // Under any id: CloudFront gives it one at the deployment.
                signing.listed(KeyUse::CloudFront, None),
                claims.listed(KeyUse::Claims, Some(claims_key_id)),
            ],
        };
        let mandate = Mandate::sign(&delegation, &root.key);
        let delegation = mandate.map_err(|refused| Failure::Service(refused.to_string()))?;
        let delegation = delegation.to_string();
        Ok(Self { signing, claims, root, state, site_secret: site_secret()?, delegation })
    }

    /// What may be used with the CloudFront key.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.signing.algorithm()
    }

    /// The public half of the CloudFront key, as PEM.
    pub(super) fn public_key(&self) -> String {
        self.signing.public_pem()
    }

    /// The files that are no secrets.
    pub(super) fn public_files(&self) -> [File; 4] {
        [
            File::new("public.pem", self.public_key()),
            File::new("claims-public.pem", self.claims.public_pem()),
            File::new("root-public.pem", self.root.public_pem()),
            File::new("delegation.pem", self.delegation.clone()),
        ]
    }

    /// The files that are.
    pub(super) fn private_files(&self) -> impl Iterator<Item = File> {
        let secrets = self.secrets().into_iter().filter(|secret| secret.file.starts_with(PRIVATE));
        secrets.map(|secret| File {
            name: secret.file,
            readers: Readers::Owner,
            text: Zeroizing::new(secret.text.to_owned()),
        })
    }

    /// What functions fetch.
    pub(super) fn secrets(&self) -> [Secret<'_>; 6] {
        let secret = |name, file, parameter, text| {
            let use_of = Use::Always;
            Secret { name, file, parameter, use_of, text }
        };
        [
            secret("signing", "private/signing.pem", "SigningKeyArn", &self.signing.pem),
            secret("claims", "private/claims.pem", "ClaimsKeyArn", &self.claims.pem),
            secret("site", "private/site-secret", "SiteSecretArn", &self.site_secret),
            secret("state", "private/state.pem", "StateKeyArn", &self.state.pem),
            // No secret, but the publisher takes it from the same places.
            secret("delegation", "delegation.pem", "StateDelegationArn", &self.delegation),
            Secret {
                use_of: Use::ForRotation,
                ..secret("root", "private/root.pem", "StateRootKeyArn", &self.root.pem)
            },
        ]
    }
}

/// The folder of private keys.
pub(super) const PRIVATE: &str = "private";

impl Pair {
    fn generate(spec: KeySpec) -> Result<Self, Failure> {
        let (key, pem) =
            PrivateKey::generate(spec).map_err(|failed| Failure::Service(failed.to_string()))?;
        Ok(Self { key, pem })
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::new(self.key.public_key().kind(), Hash::Sha256)
    }

    fn public_pem(&self) -> String {
        public_key_pem(self.key.public_key())
    }

    fn listed(&self, key_use: KeyUse, id: Option<&str>) -> DelegatedKey {
        let key = self.key.public_key().clone();
        DelegatedKey { key_use, id: id.map(str::to_owned), key, algorithms: vec![self.algorithm()] }
    }
}

fn site_secret() -> Result<Zeroizing<String>, Failure> {
    let mut bytes = Zeroizing::new([0; MIN_SITE_SECRET_BYTES]);
    aws_lc_rs::rand::fill(bytes.as_mut()).map_err(|_| {
        Failure::Service(
            "the system gave no random bytes for the site secret; try again".to_owned(),
        )
    })?;
    // Base64, so that every place that keeps texts keeps it.
    Ok(Zeroizing::new(policy::to_base64(bytes.as_ref())))
}
