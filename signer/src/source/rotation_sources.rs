//! What a rotation works on, as environment variables name it.

use policy::{Algorithm, Hash, SignableUrl};

use super::environment::{
    CANARY, Environment, GRANTS, KEY, KEY_GROUP, MAX_STALE_SECONDS, NEXT_ALGORITHM, NEXT_CUSTODY,
    ROOT_KEY, ROTATION_ROLE, STATE, STATE_DELEGATION, STORE, VariableRefused,
};
use super::{DestinationSource, KeySource, RoleArn, SecretSource, StoreSource};
use crate::clock::Clock;
use crate::interface::grants::Grants;
use crate::revocation::store::CLOCKS;
use crate::rotation::{AwsEstate, Custody, Rotation, RotationSettings, Waits};

/// As long as edges believe a state unless `edge.toml` says otherwise, in seconds.
const MAX_STALE_DEFAULT: u32 = 300;
const MAX_STALE_MAX: u32 = 24 * 3600;

/// What a rotation works on, and what its waits depend on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RotationSources {
    /// The secret of the CloudFront key, by ARN or name.
    pub secret: String,
    /// What a key that is stored without its hash signs with.
    pub hash: Hash,
    /// The id of the key group.
    pub key_group: String,
    /// What validators go by.
    pub state: StateSources,
    /// The store that knows the longest lifetime ever granted.
    pub store: StoreSource,
    /// The longest lifetime that is granted now, in seconds.
    pub max_lifetime: u32,
    /// For how long signers may go on with a key that was replaced, in seconds.
    pub max_age: u32,
    /// For how long edges may go on with a state that was replaced, in seconds.
    pub max_stale: u32,
    /// What the next key signs with; None: what the current one does.
    pub algorithm: Option<Algorithm>,
    /// Where the private half of the next key is; None: where that of the current one is.
    pub custody: Option<Custody>,
    /// The role that makes keys in KMS and may tag no others; None: whoever runs this may tag any.
    pub role: Option<RoleArn>,
    /// Fetched before the switch.
    pub canary: Option<SignableUrl>,
}

/// What validators at the edge go by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StateSources {
    /// `none`: no validator runs, and CloudFront's key group decides alone.
    None,
    /// The published state.
    State {
        /// Where it is published.
        place: DestinationSource,
        /// Where the publisher reads the delegation.
        delegation: SecretSource,
        /// The root key; None if somebody else signs.
        root: Option<SecretSource>,
    },
}

impl RotationSources {
    /// Reads the environment.
    pub fn read(environment: &Environment<'_>) -> Result<Self, VariableRefused> {
        let secret = match environment.parsed(KEY)? {
            KeySource::Text(SecretSource::SecretsManager(secret)) => secret,
            KeySource::Kms(_) | KeySource::Text(_) => {
                let cause = "only a key that a secret holds or names is rotated, `secretsmanager:ARN`; one in KMS stands there as `kms_key`";
                return Err(VariableRefused::new(KEY, &cause));
            }
        };
        let grants = Grants::from_toml(&environment.grants()?)
            .map_err(|refused| VariableRefused::new(GRANTS, &refused))?;
        let algorithm = environment.text(NEXT_ALGORITHM).map(|name| name.parse());
        let algorithm = algorithm.transpose();
        let custody = environment.text(NEXT_CUSTODY).map(|name| name.parse()).transpose();
        let role = environment.text(ROTATION_ROLE).map(|arn| arn.parse()).transpose();
        let canary = environment.text(CANARY).map(|url| url.parse()).transpose();
        let max_age = environment.freshness()?.max_age.as_secs();
        Ok(Self {
            secret,
            hash: environment.hash()?,
            key_group: environment.required(KEY_GROUP)?,
            state: StateSources::read(environment)?,
            store: environment.store()?,
            max_lifetime: grants.max_lifetime().as_seconds(),
            max_age: u32::try_from(max_age).unwrap_or(u32::MAX),
            max_stale: environment.seconds(MAX_STALE_SECONDS, MAX_STALE_DEFAULT, MAX_STALE_MAX)?,
            algorithm: algorithm.map_err(|error| VariableRefused::new(NEXT_ALGORITHM, &error))?,
            custody: custody.map_err(|error| VariableRefused::new(NEXT_CUSTODY, &error))?,
            role: role.map_err(|refused| VariableRefused::new(ROTATION_ROLE, &refused))?,
            canary: canary.map_err(|fault| VariableRefused::new(CANARY, &fault))?,
        })
    }

    /// A rotation by the largest lifetime that the store knows of today.
    pub async fn open(&self, clock: Clock) -> Result<Rotation<AwsEstate>, VariableRefused> {
        let noted = match self.store {
            StoreSource::Memory => 0,
            _ => {
                let noted = self.store.open().await.largest_lifetime().await;
                noted.map_err(|unavailable| VariableRefused::new(STORE, &unavailable))?
            }
        };
        let settings = RotationSettings {
            waits: self.waits(noted),
            algorithm: self.algorithm,
            custody: self.custody,
            canary: self.canary.clone(),
        };
        Ok(Rotation::new(AwsEstate::open(self).await, settings, clock))
    }

    /// How long to wait where passes of `noted` seconds were granted.
    fn waits(&self, noted: u32) -> Waits {
        let lifetime = self.max_lifetime.max(noted);
        Waits {
            // CloudFront may take a moment to say that it is deploying, too.
            settle: self.max_stale.max(MAX_STALE_DEFAULT),
            drain: lifetime.saturating_add(self.max_age).saturating_add(CLOCKS),
        }
    }
}

impl StateSources {
    fn read(environment: &Environment<'_>) -> Result<Self, VariableRefused> {
        match environment.text(STATE).as_deref() {
            Some("none") => Ok(Self::None),
            None => {
                let cause = "it is not set; name the place of the published state, or say `none` if no validator runs at the edge";
                Err(VariableRefused::new(STATE, &cause))
            }
            Some(_) => Ok(Self::State {
                place: environment.state()?,
                delegation: environment.secret(STATE_DELEGATION)?,
                root: match environment.text(ROOT_KEY) {
                    None => None,
                    Some(_) => Some(environment.secret(ROOT_KEY)?),
                },
            }),
        }
    }
}
