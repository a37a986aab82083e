//! The estate in AWS: Secrets Manager, KMS, CloudFront, and the published state.

mod canary;
mod cloudfront;
mod key_policy;
mod kms;
mod secret;
mod state;

use aws_config::BehaviorVersion;
use policy::{DelegatedKey, Hash, PublicKey, ShortRsa, UnixTime};
use zeroize::Zeroizing;

use self::cloudfront::CloudFront;
use self::kms::Kms;
use self::secret::{Secret, Version};
use self::state::State;
use super::{
    AccountKey, EdgeTrust, Estate, EstateFailed, Inventory, KeyGroup, Mark, Milestone, Pending,
    StoredKey,
};
use crate::key::{KeySpec, PrivateKey};
use crate::source::{KeptKey, KeyText, KmsKeyArn, RotationSources, ServiceFailed, StateSources};

/// A secret of Secrets Manager, a key group of CloudFront, and the state that edges fetch.
#[derive(Debug)]
pub struct AwsEstate {
    secret: Secret,
    kms: Kms,
    cloudfront: CloudFront,
    state: Option<State>,
    /// Of a key that is stored without its hash.
    hash: Hash,
}

impl AwsEstate {
    /// As the SDKs' own environment variables say: region, credentials, endpoints. Nothing is asked
    /// yet.
    pub async fn open(sources: &RotationSources) -> Self {
        let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
        let state = match &sources.state {
            StateSources::None => None,
            StateSources::State { place, delegation, root } => {
                Some(State::open(place, delegation.clone(), root.clone()).await)
            }
        };
        Self {
            secret: Secret::new(&config, &sources.secret),
            kms: Kms::new(&config, &sources.key_group, sources.role.clone()),
            cloudfront: CloudFront::new(&config, &sources.key_group),
            state,
            hash: sources.hash,
        }
    }

    /// The key that a version names; None if CloudFront does not know which it is.
    async fn key(
        &self,
        named: NamedKey,
        account: &[AccountKey],
    ) -> Result<Option<StoredKey>, EstateFailed> {
        let NamedKey { version, created, key_id, hash, half } = named;
        let (public, kms_key) = match half {
            Half::Public(public) => (public, None),
            Half::Kms(arn) => {
                let known = account.iter().find(|known| Some(&known.id) == key_id.as_ref());
                let known = known.and_then(|known| known.key.clone());
                // One that signs no more is what CloudFront still takes it for.
                let public = self.kms.public_key_if_any(&arn).await?.or(known);
                let Some(public) = public else { return Ok(None) };
                (public, Some(arn))
            }
        };
        let known = || account.iter().find(|known| known.key.as_ref() == Some(&public));
        let key_id = key_id.or_else(|| known().map(|known| known.id.clone()));
        let hash = hash.unwrap_or(if kms_key.is_some() { Hash::Sha256 } else { self.hash });
        let stored = |key_id| StoredKey { version, created, key_id, public, hash, kms_key };
        Ok(key_id.map(stored))
    }

    async fn current(&self, id: &str, account: &[AccountKey]) -> Result<StoredKey, EstateFailed> {
        let refused = |why: &str| EstateFailed::new("the secret's AWSCURRENT", &why);
        let version = self.secret.version(id).await?;
        let version = version.ok_or_else(|| refused("there is no text; store a key first"))?;
        let named = NamedKey::read(version).map_err(|why| refused(&why))?;
        self.key(named, account).await?.ok_or_else(|| {
            refused("CloudFront has no such public key; create it, and store its id as `key_id`")
        })
    }

    async fn pending(&self, id: &str, account: &[AccountKey]) -> Result<Pending, EstateFailed> {
        let Some(version) = self.secret.version(id).await? else {
            return Ok(Pending::Empty(id.to_owned()));
        };
        let refused = |why: &str| EstateFailed::new("the secret's AWSPENDING", &why);
        let named = NamedKey::read(version).map_err(|why| refused(&why))?;
        let key = self.key(named, account).await?;
        key.map(Pending::Key).ok_or_else(|| refused("CloudFront has no such public key"))
    }
}

impl Estate for AwsEstate {
    async fn inventory(&self) -> Result<Inventory, EstateFailed> {
        let described = self.secret.describe().await?;
        let account = self.cloudfront.account().await?;
        let current = described.version_at("AWSCURRENT");
        let current = current.ok_or_else(|| {
            EstateFailed::new("the secret", &"it has no AWSCURRENT; store a key first")
        })?;
        let pending = match described.version_at("AWSPENDING") {
            Some(id) if id != current => Some(self.pending(id, &account).await?),
            _ => None,
        };
        let previous = match described.version_at("AWSPREVIOUS") {
            Some(id) => self.secret.version(id).await?,
            None => None,
        };
        // What is no key was never trusted.
        let previous = match previous.map(NamedKey::read) {
            Some(Ok(named)) => self.key(named, &account).await?,
            Some(Err(_)) | None => None,
        };
        Ok(Inventory {
            current: self.current(current, &account).await?,
            pending,
            previous,
            marks: described.marks,
            group: self.cloudfront.group().await?,
            account,
            kms: self.kms.tagged().await?,
            deploying: self.cloudfront.deploying().await?,
            trust: match &self.state {
                None => EdgeTrust::None,
                Some(state) => state.trust().await?,
            },
        })
    }

    async fn stored(&self, version: &str) -> Result<Zeroizing<String>, EstateFailed> {
        let found = self.secret.version(version).await?;
        let text = found.map(|found| found.text);
        text.ok_or_else(|| EstateFailed::new("the secret", &"the version has no text"))
    }

    async fn create_kms_key(&self, spec: KeySpec) -> Result<KmsKeyArn, EstateFailed> {
        self.kms.create(spec).await
    }

    async fn kms_public_key(&self, key: &KmsKeyArn) -> Result<PublicKey, EstateFailed> {
        self.kms.public_key(key).await
    }

    async fn kms_signature(&self, key: &KmsKeyArn, text: &str) -> Result<Vec<u8>, EstateFailed> {
        self.kms.sign(key, text).await
    }

    async fn discard_kms_key(&self, key: &KmsKeyArn) -> Result<(), EstateFailed> {
        self.kms.discard(key).await
    }

    async fn create_public_key(&self, name: &str, pem: &str) -> Result<String, EstateFailed> {
        self.cloudfront.create(name, pem).await
    }

    async fn store_pending(&self, version: Option<&str>, text: &str) -> Result<(), EstateFailed> {
        self.secret.store_pending(version, text).await
    }

    async fn regroup(&self, group: &KeyGroup) -> Result<(), EstateFailed> {
        self.cloudfront.regroup(group).await
    }

    async fn delegate(&self, keys: Vec<DelegatedKey>) -> Result<(), EstateFailed> {
        match &self.state {
            Some(state) => state.delegate(keys).await,
            None => Ok(()),
        }
    }

    async fn mark(&self, milestone: Milestone, mark: Option<&Mark>) -> Result<(), EstateFailed> {
        self.secret.mark(milestone, mark).await
    }

    async fn fetch(&self, url: &str) -> Result<u16, EstateFailed> {
        canary::fetch(url).await
    }

    async fn switch(&self, from: &str, to: &str) -> Result<(), EstateFailed> {
        self.secret.switch(from, to).await
    }

    async fn unstage(&self, version: &str) -> Result<(), EstateFailed> {
        self.secret.unstage(version).await
    }

    async fn delete_public_key(&self, key_id: &str) -> Result<(), EstateFailed> {
        self.cloudfront.delete(key_id).await
    }
}

/// A key by what a version of the secret says of it.
struct NamedKey {
    version: String,
    created: UnixTime,
    key_id: Option<String>,
    hash: Option<Hash>,
    half: Half,
}

/// What identifies a key pair.
enum Half {
    Kms(KmsKeyArn),
    Public(PublicKey),
}

impl NamedKey {
    fn read(version: Version) -> Result<Self, String> {
        let Version { id, created, text } = version;
        let KeyText { key_id, hash, key } =
            KeyText::parse(text).map_err(|refused| refused.to_string())?;
        let half = match key {
            KeptKey::Kms(arn) => Half::Kms(arn),
            KeptKey::Text(pem) => {
                let private = PrivateKey::from_pem(&pem, None, ShortRsa::Refuse);
                let private = private.map_err(|refused| refused.to_string())?;
                Half::Public(private.public_key().clone())
            }
        };
        Ok(Self { version: id, created, key_id, hash, half })
    }
}

fn failed(what: &str) -> impl FnOnce(ServiceFailed) -> EstateFailed {
    move |failed| EstateFailed::new(what, &failed)
}

/// A moment as AWS tells it.
fn time(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds).unwrap_or(UnixTime::EPOCH)
}
