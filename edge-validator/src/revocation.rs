//! The settings of revocation.

use policy::base64::STANDARD;
use policy::json::{Members, Value};
use policy::{KeyRefused, Minimum, PublicKey, ShortRsa, SiteId, WhenUnknown};

use crate::settings::{
    SettingsRefused, array, nothing_else, object, string, string_or_null, wrong,
};

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

    pub(crate) fn from_value(value: Value<'_>) -> Result<Option<Self>, SettingsRefused> {
        if value == Value::Null {
            return Ok(None);
        }
        let mut members = object(value, "revocation")?;
        let file = string_or_null(&mut members, "file")?;
        let url = string_or_null(&mut members, "url")?;
        let roots = array(&mut members, "roots")?.into_iter().map(|root| match root {
            Value::String(root) => Ok(root.into_owned()),
            _ => Err(wrong("roots", "an array of strings")),
        });
        let mut whole = |member| {
            match members.take(member) {
                Some(Value::Integer(number)) => u64::try_from(number).ok(),
                _ => None,
            }
            .ok_or_else(|| wrong(member, "a number"))
        };
        let seconds = |number: u64, member| {
            u32::try_from(number).map_err(|_| wrong(member, "a number of seconds"))
        };
        let minimum = Minimum { sequence: whole("sequence")?, serial: whole("serial")? };
        let refresh_seconds = seconds(whole("refresh_seconds")?, "refresh_seconds")?;
        let max_stale_seconds = seconds(whole("max_stale_seconds")?, "max_stale_seconds")?;
        let settings = Self {
            source: match (file, url) {
                (Some(file), None) => StateSource::File(file),
                (None, Some(url)) => StateSource::Url(url),
                _ => return Err(wrong("url", "the one place of the state")),
            },
            roots: roots.collect::<Result<_, _>>()?,
            site: string_or_null(&mut members, "site")?,
            minimum,
            refresh_seconds,
            max_stale_seconds,
            when_unknown: when_unknown(&string(&mut members, "when_unknown")?)?,
        };
        nothing_else(members)?;
        Ok(Some(settings))
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
    let der = STANDARD.decode(spki.as_bytes()).ok_or(KeyRefused::NotAPublicKey);
    der.and_then(|der| PublicKey::from_spki_der(&der, ShortRsa::Refuse))
        .map_err(|refused| SettingsRefused::Key { id: "(the root key)".to_owned(), refused })
}

fn when_unknown(name: &str) -> Result<WhenUnknown, SettingsRefused> {
    match name {
        "allow" => Ok(WhenUnknown::Allow),
        "deny" => Ok(WhenUnknown::Deny),
        _ => Err(wrong("when_unknown", "`deny` or `allow`")),
    }
}
