//! The settings of a validator: what `edge.toml` says, with the files that it names read in.

use policy::json;
use policy::{
    Algorithm, Deployment, KeyRefused, PublicKey, Scheme, ShortRsa, from_base64, to_base64,
};

use crate::baked::Baked;
use crate::claims_key::ClaimsKeySettings;
use crate::revocation::RevocationSettings;
use crate::settings_refused::SettingsRefused;

/// Everything that a validator is told. `bundle` bakes it in as JSON; unknown members are refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settings {
    /// What has checked a request before.
    pub deployment: Deployment,
    /// The viewer's scheme, which no edge event carries: `http` or `https`.
    pub scheme: String,
    /// What a refusal does.
    pub enforcement: Enforcement,
    /// Whether a claims token is demanded.
    pub claims: ClaimsSetting,
    /// The longest `exp - iat` of claims, in seconds.
    pub max_lifetime: Option<u32>,
    /// Whether refusals carry `x-edgepass-reason`.
    pub expose_reason: bool,
    /// Trusted for CloudFront credentials.
    pub keys: Vec<KeySettings>,
    /// Trusted for claims tokens.
    pub claims_keys: Vec<ClaimsKeySettings>,
    /// How revoked passes become known; None if revocation is not checked.
    pub revocation: Option<RevocationSettings>,
    /// How a CloudFront Function learns of them, which reads no other state; None if it does not.
    /// It is not baked in for validators.
    pub key_value_store: Option<KeyValueStoreSettings>,
    /// Paths that need no pass; `*` is any run of characters.
    pub public_paths: Vec<String>,
    /// Where page navigations without a pass are sent.
    pub redirect_to: Option<String>,
    /// Origins whose scripts may read refusals.
    pub cors_origins: Vec<String>,
}

/// The KeyValueStore of a CloudFront Function: who is revoked, and the keys of claims tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyValueStoreSettings {
    /// How old it may be by its own date.
    pub max_stale_seconds: u32,
}

/// Whether a claims token is demanded.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ClaimsSetting {
    /// Tokens are not looked at.
    Off,
    /// A request may come without a token. If it has one, the token must be valid.
    Optional,
    /// Every request needs one.
    #[default]
    Required,
}

impl ClaimsSetting {
    /// As `edge.toml` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }

    /// Reads a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Off, Self::Optional, Self::Required].into_iter().find(|one| one.name() == name)
    }
}

/// What a refusal does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Enforcement {
    /// The request is answered with a 403.
    #[default]
    Enforce,
    /// The request is let through and the verdict logged.
    Log,
    /// The request is let through unchecked.
    Off,
}

/// A trusted public key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeySettings {
    /// Its Key-Pair-Id; None answers for any.
    pub id: Option<String>,
    /// Its SubjectPublicKeyInfo, DER in base64.
    pub spki: String,
    /// The names of the algorithms allowed for it.
    pub algorithms: Vec<String>,
}

impl KeySettings {
    /// A key that CloudFront would take, under the names of what it is allowed.
    pub fn new(id: Option<String>, key: &PublicKey, algorithms: &[Algorithm]) -> Self {
        let algorithms = algorithms.iter().map(Algorithm::to_string).collect();
        Self { id, spki: to_base64(key.spki_der()), algorithms }
    }

    fn read(baked: &mut Baked<'_>) -> Self {
        Self {
            id: baked.string_or_null("id"),
            spki: baked.string("spki"),
            algorithms: baked.strings("algorithms"),
        }
    }

    /// The key.
    pub fn public_key(&self) -> Result<PublicKey, SettingsRefused> {
        let der = from_base64(&self.spki).ok_or(KeyRefused::NotAPublicKey);
        der.and_then(|der| PublicKey::from_spki_der(&der, ShortRsa::Refuse))
            .map_err(|refused| SettingsRefused::Key { id: self.shown(), refused })
    }

    /// The algorithms allowed for it.
    pub fn allowed(&self) -> Result<Vec<Algorithm>, SettingsRefused> {
        let allowed =
            |name: &String| name.parse().map_err(|_| SettingsRefused::Algorithm(name.clone()));
        self.algorithms.iter().map(allowed).collect()
    }

    /// The id for a message.
    pub fn shown(&self) -> String {
        self.id.clone().unwrap_or_else(|| "(any id)".to_owned())
    }
}

impl Enforcement {
    /// As `edge.toml` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Log => "log",
            Self::Off => "off",
        }
    }

    /// Reads a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Enforce, Self::Log, Self::Off].into_iter().find(|one| one.name() == name)
    }
}

impl Settings {
    /// Reads what `bundle` baked in. Every member must be there, and none beyond them.
    pub fn from_json(json: &str) -> Result<Self, SettingsRefused> {
        Baked::read(json, "the settings", |baked| Self {
            deployment: baked.named("mode", Deployment::named, "`standalone` or `native`"),
            scheme: baked.string("scheme"),
            enforcement: baked.named(
                "enforcement",
                Enforcement::named,
                "`enforce`, `log` or `off`",
            ),
            claims: baked.named("claims", ClaimsSetting::named, "`required`, `optional` or `off`"),
            max_lifetime: baked.seconds_or_null("max_lifetime"),
            expose_reason: baked.boolean("expose_reason"),
            keys: baked.objects("keys", "a key", KeySettings::read),
            claims_keys: baked.objects("claims_keys", "a claims key", ClaimsKeySettings::read),
            revocation: baked.object_or_null("revocation", RevocationSettings::read),
            key_value_store: None,
            public_paths: baked.strings("public_paths"),
            redirect_to: baked.string_or_null("redirect_to"),
            cors_origins: baked.strings("cors_origins"),
        })
    }

    /// The same settings give the same bytes.
    pub fn to_json(&self) -> String {
        json::object(|members| {
            members
                .string("mode", self.deployment.name())
                .string("scheme", &self.scheme)
                .string("enforcement", self.enforcement.name())
                .string("claims", self.claims.name())
                .integer_or_null("max_lifetime", self.max_lifetime.map(i64::from))
                .boolean("expose_reason", self.expose_reason)
                .objects("keys", &self.keys, |members, key| {
                    members
                        .string_or_null("id", key.id.as_deref())
                        .string("spki", &key.spki)
                        .strings("algorithms", key.algorithms.iter().map(String::as_str));
                })
                .objects("claims_keys", &self.claims_keys, |members, key| key.put(members));
            match &self.revocation {
                Some(revocation) => members.object("revocation", |members| revocation.put(members)),
                None => members.string_or_null("revocation", None),
            };
            members
                .strings("public_paths", self.public_paths.iter().map(String::as_str))
                .string_or_null("redirect_to", self.redirect_to.as_deref())
                .strings("cors_origins", self.cors_origins.iter().map(String::as_str));
        })
    }

    /// The scheme of every request.
    pub fn scheme(&self) -> Result<Scheme, SettingsRefused> {
        match self.scheme.as_str() {
            "https" => Ok(Scheme::Https),
            "http" => Ok(Scheme::Http),
            other => Err(SettingsRefused::Scheme(other.to_owned())),
        }
    }
}
