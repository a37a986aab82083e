//! The settings of revocation.

use policy::json::Members;
use policy::{KeyRefused, Minimum, PublicKey, ShortRsa, SiteId, WhenUnknown, from_base64};

use crate::baked::Baked;
use crate::settings_refused::SettingsRefused;

/// How an edge learns what is revoked. Both numbers of seconds are at least 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RevocationSettings {
    /// Where the head of the state is; its body lies in `body` beside it.
    pub source: StateSource,
    /// The SubjectPublicKeyInfo of the root key, DER in base64; of two while they change.
    pub roots: Vec<String>,
    /// The site, where the root key delegates for several.
    pub site: Option<String>,
    /// The oldest state that is taken.
    pub minimum: Minimum,
    /// For how long a state that was looked up is not looked up again.
    pub refresh_seconds: u32,
    /// How old a state may be by its own date.
    pub max_stale_seconds: u32,
    /// What becomes of requests while no state was ever loaded.
    pub when_unknown: WhenUnknown,
}

/// Where the head of the state is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StateSource {
    /// A file, relative to `edge.toml`: for hosts with a file system.
    File(String),
    /// An absolute URL.
    Url(String),
}

impl RevocationSettings {
    /// The root keys.
    pub fn root_keys(&self) -> Result<Vec<PublicKey>, SettingsRefused> {
        self.roots.iter().map(|spki| root_key(spki)).collect()
    }

    /// The site, if one is named.
    pub fn site_id(&self) -> Result<Option<SiteId>, SettingsRefused> {
        self.site.as_deref().map(str::parse).transpose().map_err(SettingsRefused::State)
    }

    pub(crate) fn read(baked: &mut Baked<'_>) -> Self {
        let source = match (baked.string_or_null("file"), baked.string_or_null("url")) {
            (Some(file), None) => StateSource::File(file),
            (None, Some(url)) => StateSource::Url(url),
            _ => StateSource::File(baked.wrong("url", "the one place of the state")),
        };
        Self {
            source,
            roots: baked.strings("roots"),
            site: baked.string_or_null("site"),
            minimum: Minimum { sequence: baked.number("sequence"), serial: baked.number("serial") },
            refresh_seconds: baked.seconds("refresh_seconds"),
            max_stale_seconds: baked.seconds("max_stale_seconds"),
            when_unknown: baked.named("when_unknown", when_unknown, "`deny` or `allow`"),
        }
    }

    pub(crate) fn put(&self, members: &mut Members<'_>) {
        let (file, url) = match &self.source {
            StateSource::File(file) => (Some(file.as_str()), None),
            StateSource::Url(url) => (None, Some(url.as_str())),
        };
        let integer = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        members
            .string_or_null("file", file)
            .string_or_null("url", url)
            .strings("roots", self.roots.iter().map(String::as_str))
            .integer("sequence", integer(self.minimum.sequence))
            .integer("serial", integer(self.minimum.serial))
            .integer("refresh_seconds", self.refresh_seconds.into())
            .integer("max_stale_seconds", self.max_stale_seconds.into())
            .string_or_null("site", self.site.as_deref())
            .string(
                "when_unknown",
                match self.when_unknown {
                    WhenUnknown::Allow => "allow",
                    WhenUnknown::Deny => "deny",
                },
            );
    }
}

fn root_key(spki: &str) -> Result<PublicKey, SettingsRefused> {
    let der = from_base64(spki).ok_or(KeyRefused::NotAPublicKey);
    der.and_then(|der| PublicKey::from_spki_der(&der, ShortRsa::Refuse))
        .map_err(|refused| SettingsRefused::Key { id: "(the root key)".to_owned(), refused })
}

fn when_unknown(name: &str) -> Option<WhenUnknown> {
    match name {
        "allow" => Some(WhenUnknown::Allow),
        "deny" => Some(WhenUnknown::Deny),
        _ => None,
    }
}
