//! `edge.toml`: the settings as an operator writes them.

mod revocation;

use core::fmt;

use aws_lc::public_key_from_text;
use policy::{Algorithm, Deployment, JoseAlgorithm, PublicKey, ShortRsa, Url, is_origin};
use serde::Deserialize;

use self::revocation::RevocationToml;
use crate::claims_key::ClaimsKeySettings;
use crate::revocation::StateSource;
use crate::settings::{ClaimsSetting, Enforcement, KeySettings, KeyValueStoreSettings, Settings};
use crate::settings_refused::SettingsRefused;

/// Reads `edge.toml`. `read_file` gives the content of a file that it names, relative to the file
/// itself; its error is passed on.
pub fn settings_from_toml(
    text: &str,
    read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<Settings, ConfigRefused> {
    let file: EdgeToml = toml::from_str(text).map_err(|error| {
        // The parser's own text, less its closing line break: it shows line and member.
        ConfigRefused::Toml(error.to_string().trim_end().to_owned())
    })?;
    file.check()?;
    let keys = file.key.into_iter().map(|key| key.settings(&read_file));
    let claims_keys = file.claims_key.into_iter().map(|key| key.settings(&read_file));
    let revocation = file.revocation.map(|toml| toml.settings(&read_file)).transpose()?;
    let settings = Settings {
        deployment: match file.mode {
            Mode::Native => Deployment::Native,
            Mode::Standalone => Deployment::Standalone,
        },
        claims: match file.claims {
            Claims::Off => ClaimsSetting::Off,
            Claims::Optional => ClaimsSetting::Optional,
            Claims::Required => ClaimsSetting::Required,
        },
        claims_keys: claims_keys.collect::<Result<_, _>>()?,
        max_lifetime: file.max_lifetime_seconds,
        scheme: file.scheme,
        enforcement: match file.enforcement {
            EnforcementToml::Enforce => Enforcement::Enforce,
            EnforcementToml::Log => Enforcement::Log,
            EnforcementToml::Off => Enforcement::Off,
        },
        expose_reason: file.expose_reason,
        keys: keys.collect::<Result<_, _>>()?,
        revocation,
        key_value_store: file.key_value_store.map(KeyValueStoreToml::settings),
        public_paths: file.public.paths,
        redirect_to: file.refusal.redirect_to,
        cors_origins: file.refusal.cors_origins,
    };
    check(&settings)?;
    Ok(settings)
}

/// Checks what the types of the settings cannot say.
fn check(settings: &Settings) -> Result<(), SettingsRefused> {
    for path in &settings.public_paths {
        if !path.starts_with(['/', '*']) || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SettingsRefused::PublicPath(path.clone()));
        }
    }
    for origin in &settings.cors_origins {
        if !is_origin(origin) {
            return Err(SettingsRefused::CorsOrigin(origin.clone()));
        }
    }
    if let Some(revocation) = &settings.revocation
        && let StateSource::Url(url) = &revocation.source
        && let Err(fault) = Url::parse(url)
    {
        return Err(SettingsRefused::StateUrl { url: url.clone(), fault });
    }
    if let Some(url) = &settings.redirect_to
        && let Err(fault) = Url::parse(url)
    {
        return Err(SettingsRefused::Redirect { url: url.clone(), fault });
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgeToml {
    #[serde(default)]
    mode: Mode,
    #[serde(default = "https")]
    scheme: String,
    #[serde(default)]
    enforcement: EnforcementToml,
    #[serde(default)]
    claims: Claims,
    #[serde(default)]
    expose_reason: bool,
    #[serde(default)]
    key: Vec<KeyToml>,
    #[serde(default)]
    claims_key: Vec<ClaimsKeyToml>,
    max_lifetime_seconds: Option<u32>,
    revocation: Option<RevocationToml>,
    key_value_store: Option<KeyValueStoreToml>,
    #[serde(default)]
    public: PublicToml,
    #[serde(default)]
    refusal: RefusalToml,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EnforcementToml {
    #[default]
    Enforce,
    Log,
    Off,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Native,
    #[default]
    Standalone,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Claims {
    Off,
    Optional,
    #[default]
    Required,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyToml {
    id: Option<String>,
    pem_file: String,
    algorithms: Vec<String>,
}

/// `pem_file` for ES256 and RS256, `secret_file` for HS256.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimsKeyToml {
    id: String,
    algorithm: String,
    pem_file: Option<String>,
    secret_file: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyValueStoreToml {
    #[serde(default = "quarter_of_an_hour")]
    max_stale_seconds: u32,
}

impl KeyValueStoreToml {
    fn settings(self) -> KeyValueStoreSettings {
        KeyValueStoreSettings { max_stale_seconds: self.max_stale_seconds }
    }
}

fn quarter_of_an_hour() -> u32 {
    900
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicToml {
    #[serde(default)]
    paths: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusalToml {
    redirect_to: Option<String>,
    #[serde(default)]
    cors_origins: Vec<String>,
}

fn https() -> String {
    "https".to_owned()
}

impl EdgeToml {
    fn check(&self) -> Result<(), ConfigRefused> {
        // Behind CloudFront's own check a CloudFront Function leaves the credential to that.
        if self.key.is_empty() && !matches!(self.mode, Mode::Native) {
            return Err(ConfigRefused::NoKey);
        }
        Ok(())
    }
}

impl KeyToml {
    fn settings(
        self,
        read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<KeySettings, ConfigRefused> {
        let key = public_key(&self.pem_file, read_file)?;
        let algorithm = |name: &String| -> Result<Algorithm, ConfigRefused> {
            name.parse().map_err(|_| SettingsRefused::Algorithm(name.clone()).into())
        };
        let algorithms = self.algorithms.iter().map(algorithm).collect::<Result<Vec<_>, _>>()?;
        Ok(KeySettings::new(self.id, &key, &algorithms))
    }
}

impl ClaimsKeyToml {
    fn settings(
        self,
        read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<ClaimsKeySettings, ConfigRefused> {
        let Self { id, algorithm: name, pem_file, secret_file } = self;
        let algorithm: JoseAlgorithm =
            name.parse().map_err(|_| SettingsRefused::JoseAlgorithm(name))?;
        let unreadable = |member, file: &str, reason| {
            let file = file.to_owned();
            ConfigRefused::File { member, file, reason }
        };
        match (algorithm, pem_file, secret_file) {
            (JoseAlgorithm::Hs256, None, Some(file)) => {
                let secret =
                    read_file(&file).map_err(|reason| unreadable("secret_file", &file, reason))?;
                // Blanks around it are no part of it, so that a file may end with a line feed.
                Ok(ClaimsKeySettings::secret(&id, secret.trim_ascii()))
            }
            (JoseAlgorithm::Es256 | JoseAlgorithm::Rs256, Some(file), None) => {
                let key = public_key(&file, read_file)?;
                Ok(ClaimsKeySettings::public(&id, algorithm, &key))
            }
            (algorithm, _, _) => Err(ConfigRefused::ClaimsKeyFile { id, algorithm }),
        }
    }
}

fn public_key(
    file: &str,
    read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<PublicKey, ConfigRefused> {
    named_public_key("pem_file", file, read_file)
}

fn named_public_key(
    member: &'static str,
    file: &str,
    read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<PublicKey, ConfigRefused> {
    let unreadable = |reason| {
        let file = file.to_owned();
        ConfigRefused::File { member, file, reason }
    };
    let pem = read_file(file).map_err(unreadable)?;
    let pem = str::from_utf8(&pem).map_err(|_| unreadable("is not text".to_owned()))?;
    public_key_from_text(pem, ShortRsa::Refuse).map_err(|refused| unreadable(refused.to_string()))
}

/// Why an `edge.toml` is not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ConfigRefused {
    /// A claims key without the one file that its algorithm needs.
    ClaimsKeyFile {
        /// Its id.
        id: String,
        /// Its algorithm.
        algorithm: JoseAlgorithm,
    },
    /// A file that it names.
    File {
        /// The member that names it.
        member: &'static str,
        /// As it is named.
        file: String,
        /// Why.
        reason: String,
    },
    /// No `[[key]]`.
    NoKey,
    /// A value.
    Settings(SettingsRefused),
    /// `[revocation]` without the one place of the state.
    StateSource,
    /// Not the TOML of an `edge.toml`, with line and member.
    Toml(String),
}

impl fmt::Display for ConfigRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClaimsKeyFile { id, algorithm: JoseAlgorithm::Hs256 } => write!(
                f,
                "the claims key `{id}` is for HS256, which takes a `secret_file` and no `pem_file`"
            ),
            Self::ClaimsKeyFile { id, algorithm } => write!(
                f,
                "the claims key `{id}` is for {algorithm}, which takes a `pem_file` and no `secret_file`"
            ),
            Self::File { member, file, reason } => write!(f, "`{member}` `{file}`: {reason}"),
            Self::NoKey => f.write_str("there is no `[[key]]`; name the public key to trust"),
            Self::Settings(refused) => refused.fmt(f),
            Self::StateSource => f.write_str(
                "`[revocation]` needs the place of the state's head: a `url` or a `file`, not both",
            ),
            Self::Toml(error) => f.write_str(error),
        }
    }
}

impl core::error::Error for ConfigRefused {}

impl From<SettingsRefused> for ConfigRefused {
    fn from(refused: SettingsRefused) -> Self {
        Self::Settings(refused)
    }
}
