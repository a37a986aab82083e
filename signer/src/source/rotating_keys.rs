//! The keys of the Lambda functions: fetched at the start, and again while they run.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use policy::{Hash, PublicKey, ShortRsa, check_key_id};

use super::environment::{CLAIMS_KEY, CLAIMS_KEY_ID, KEY, KEY_ID, SITE_SECRET, VariableRefused};
use super::{
    Fetch, Fresh, Freshness, KeptKey, KeySource, KeyText, KeyTextRefused, KmsKeyArn, SecretSource,
    Services,
};
#[cfg(feature = "aws")]
use super::{KmsKey, environment::HASH};
use crate::clock::Clock;
use crate::key::policy_key::SignPolicy;
use crate::key::ring::{CurrentKeys, KeyRing, KeysUnavailable, SigningKeys};
use crate::key::site_secret::SiteSecret;
use crate::key::{PrivateKey, TokenKey};
use crate::log;

/// Where each key is kept, and what is known of it beforehand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeySources {
    /// The CloudFront key.
    pub policy_key: KeySource,
    /// Its Key-Pair-Id, for a key that is stored without its id.
    pub key_id: Option<String>,
    /// What policies are digested with, for a key that is stored without its hash.
    pub hash: Hash,
    /// The key of the claims token.
    pub claims_key: SecretSource,
    /// Its id, for a key that is stored without its id.
    pub claims_key_id: Option<String>,
    /// The site secret.
    pub site_secret: SecretSource,
}

/// Keys that are fetched again when they have grown old, so that a rotation needs no restart.
///
/// All but the site secret, under another of which everybody would be somebody else.
pub struct RotatingKeys {
    fresh: Fresh<Keeper>,
    clock: Clock,
}

impl RotatingKeys {
    /// Fetches all keys, so that whatever is wrong with them shows at the start.
    pub async fn start(
        sources: KeySources,
        freshness: Freshness,
        clock: Clock,
    ) -> Result<Self, VariableRefused> {
        let keeper = Keeper::open(sources).await?;
        Ok(Self { fresh: Fresh::start(keeper, freshness, clock()).await?, clock })
    }
}

impl fmt::Debug for RotatingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fresh.fmt(f)
    }
}

impl KeyRing for RotatingKeys {
    fn current(&self) -> CurrentKeys<'_> {
        Box::pin(async {
            self.fresh.current((self.clock)()).await.map_err(|age| KeysUnavailable {
                detail: format!(
                    "those in hand are {} s old, and could not be renewed",
                    age.as_secs()
                ),
            })
        })
    }
}

/// What fetches the keys: their names, and what of them never changes.
struct Keeper {
    services: Services,
    policy_key: KeySource,
    /// The last one that signed: a key in KMS never changes, and counts the calls to it.
    #[cfg(feature = "aws")]
    kms_key: tokio::sync::Mutex<Option<Arc<KmsKey>>>,
    key_id: Option<String>,
    hash: Hash,
    claims_key: SecretSource,
    claims_key_id: Option<String>,
    site_secret: SiteSecret,
}

impl Keeper {
    async fn open(sources: KeySources) -> Result<Self, VariableRefused> {
        let services = Services::default();
        let text =
            sources.site_secret.fetch(&services).await.map_err(|failed| {
                VariableRefused::at(SITE_SECRET, &sources.site_secret, &failed)
            })?;
        let site_secret = SiteSecret::new(text.trim().as_bytes())
            .map_err(|refused| VariableRefused::new(SITE_SECRET, &refused))?;
        Ok(Self {
            services,
            policy_key: sources.policy_key,
            #[cfg(feature = "aws")]
            kms_key: tokio::sync::Mutex::default(),
            key_id: sources.key_id,
            hash: sources.hash,
            claims_key: sources.claims_key,
            claims_key_id: sources.claims_key_id,
            site_secret,
        })
    }

    async fn policy_key(&self) -> Result<PolicyKey, VariableRefused> {
        #[cfg_attr(
            not(feature = "aws"),
            expect(clippy::infallible_destructuring_match, reason = "KMS needs AWS")
        )]
        let source = match &self.policy_key {
            #[cfg(feature = "aws")]
            KeySource::Kms(arn) => {
                let id = id(KEY_ID, None, self.key_id.as_deref())?;
                return self.kms_key(id, self.hash, arn).await;
            }
            KeySource::Text(source) => source,
        };
        let KeyText { key_id, hash, key } = self.key_text(KEY, source).await?;
        let id = id(KEY_ID, key_id, self.key_id.as_deref())?;
        let hash = hash.unwrap_or(self.hash);
        let text = match key {
            KeptKey::Kms(arn) => return self.kms_key(id, hash, &arn).await,
            KeptKey::Text(text) => text,
        };
        let key = PrivateKey::from_pem(&text, None, ShortRsa::Refuse)
            .map_err(|refused| VariableRefused::at(KEY, source, &refused))?;
        Ok(PolicyKey { id, hash, public: key.public_key().clone(), key: Arc::new(key) })
    }

    #[cfg(feature = "aws")]
    async fn kms_key(
        &self,
        id: String,
        hash: Hash,
        arn: &KmsKeyArn,
    ) -> Result<PolicyKey, VariableRefused> {
        if hash == Hash::Sha1 {
            let cause = "KMS makes no SHA-1 signatures; say `sha256`, or keep the key elsewhere";
            return Err(VariableRefused::new(HASH, &cause));
        }
        let mut last = self.kms_key.lock().await;
        let key = match last.as_ref().filter(|key| key.arn() == arn) {
            Some(key) => Arc::clone(key),
            None => {
                let opened = KmsKey::open(self.services.aws().await.kms.clone(), arn.clone()).await;
                Arc::new(opened.map_err(|refused| VariableRefused::new(KEY, &refused))?)
            }
        };
        *last = Some(Arc::clone(&key));
        Ok(PolicyKey { id, hash, public: key.public_key().clone(), key })
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_async, reason = "with the services of AWS it asks KMS")]
    async fn kms_key(
        &self,
        _id: String,
        _hash: Hash,
        _arn: &KmsKeyArn,
    ) -> Result<PolicyKey, VariableRefused> {
        Err(VariableRefused::new(KEY, &super::SourceRefused::WithoutAws))
    }

    async fn claims_key(&self) -> Result<(String, TokenKey), VariableRefused> {
        let KeyText { key_id, hash, key } = self.key_text(CLAIMS_KEY, &self.claims_key).await?;
        if hash.is_some() {
            let refused = KeyTextRefused::Hash;
            return Err(VariableRefused::at(CLAIMS_KEY, &self.claims_key, &refused));
        }
        let id = id(CLAIMS_KEY_ID, key_id, self.claims_key_id.as_deref())?;
        let KeptKey::Text(key) = key else {
            let refused = KeyTextRefused::KmsForAnother;
            return Err(VariableRefused::at(CLAIMS_KEY, &self.claims_key, &refused));
        };
        let key = TokenKey::read(key.as_bytes(), None)
            .map_err(|refused| VariableRefused::at(CLAIMS_KEY, &self.claims_key, &refused))?;
        Ok((id, key))
    }

    async fn key_text(
        &self,
        variable: &'static str,
        source: &SecretSource,
    ) -> Result<KeyText, VariableRefused> {
        let text = source
            .fetch(&self.services)
            .await
            .map_err(|failed| VariableRefused::at(variable, source, &failed))?;
        KeyText::parse(text).map_err(|refused| VariableRefused::at(variable, source, &refused))
    }
}

struct PolicyKey {
    id: String,
    hash: Hash,
    public: PublicKey,
    key: Arc<dyn SignPolicy>,
}

/// The id stored beside the key: it changes with the key. Otherwise that of the environment.
fn id(
    variable: &'static str,
    stored: Option<String>,
    named: Option<&str>,
) -> Result<String, VariableRefused> {
    let Some(id) = stored.or_else(|| named.map(str::to_owned)) else {
        return Err(VariableRefused::new(
            variable,
            &"it is not set, and no id is stored beside the key",
        ));
    };
    check_key_id(&id).map_err(|refused| VariableRefused::new(variable, &refused))?;
    Ok(id)
}

impl Fetch for Keeper {
    type Value = SigningKeys;
    type Error = VariableRefused;

    async fn fetch(&self) -> Result<SigningKeys, VariableRefused> {
        let (policy_key, (claims_key_id, claims_key)) =
            tokio::try_join!(self.policy_key(), self.claims_key())?;
        if claims_key.public_key() == Some(&policy_key.public) {
            let cause = "it is the CloudFront key; whoever signs claims must not sign policies";
            return Err(VariableRefused::new(CLAIMS_KEY, &cause));
        }
        Ok(SigningKeys {
            policy_key: policy_key.key,
            key_id: policy_key.id,
            hash: policy_key.hash,
            claims_key,
            claims_key_id,
            site_secret: self.site_secret.clone(),
        })
    }

    fn failed(&self, error: &VariableRefused, age: Duration) {
        log::warning(
            "keys-not-renewed",
            &format!("{error}; those of {} s ago stay", age.as_secs()),
        );
    }
}
