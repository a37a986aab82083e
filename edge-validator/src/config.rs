//! `edge.toml`: the settings as an operator writes them.

use core::fmt;

use policy::{Algorithm, ShortRsa};
use serde::Deserialize;

use crate::pem::public_key_from_pem;
use crate::settings::{Enforcement, KeySettings, Settings, SettingsRefused};

/// Reads `edge.toml`. `read_file` gives the text of a file that it names, relative to the file
/// itself; its error is passed on.
pub fn settings_from_toml(
    text: &str,
    read_file: impl Fn(&str) -> Result<String, String>,
) -> Result<Settings, ConfigRefused> {
    let file: EdgeToml = toml::from_str(text).map_err(|error| {
        // The parser's own text, less its closing line break: it shows line and member.
        ConfigRefused::Toml(error.to_string().trim_end().to_owned())
    })?;
    file.check()?;
    let keys = file.key.into_iter().map(|key| key.settings(&read_file));
    let settings = Settings {
        scheme: file.scheme,
        enforcement: match file.enforcement {
            EnforcementToml::Enforce => Enforcement::Enforce,
            EnforcementToml::Log => Enforcement::Log,
            EnforcementToml::Off => Enforcement::Off,
        },
        expose_reason: file.expose_reason,
        keys: keys.collect::<Result<_, _>>()?,
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
    match &settings.redirect_to {
        Some(url) if !is_absolute(url) => Err(SettingsRefused::Redirect(url.clone())),
        _ => Ok(()),
    }
}

/// An origin as browsers write it (RFC 6454, 6.2): a host in lower case without a default port, and
/// no path.
fn is_origin(text: &str) -> bool {
    let page = format!("{text}/");
    page.parse::<policy::SignableUrl>().is_ok()
        && policy::Url::parse(&page).is_ok_and(|url| url.path() == "/" && url.query().is_none())
}

fn is_absolute(url: &str) -> bool {
    policy::Url::parse(url).is_ok()
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
    claims_key: Vec<toml::Table>,
    revocation: Option<toml::Table>,
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
    /// What cannot be enforced yet is refused rather than ignored.
    fn check(&self) -> Result<(), ConfigRefused> {
        if !matches!(self.claims, Claims::Off) {
            return Err(ConfigRefused::NotYet {
                member: "claims",
                instead: "claims tokens are not checked yet; write `claims = \"off\"`",
            });
        }
        if matches!(self.mode, Mode::Native) {
            return Err(ConfigRefused::NotYet {
                member: "mode",
                instead: "native mode decides by claims tokens, which are not checked yet; use `standalone`",
            });
        }
        if !self.claims_key.is_empty() {
            return Err(ConfigRefused::NotYet {
                member: "claims_key",
                instead: "claims tokens are not checked yet; remove it",
            });
        }
        if self.revocation.is_some() {
            return Err(ConfigRefused::NotYet {
                member: "revocation",
                instead: "revocation is not checked yet; remove it",
            });
        }
        if self.key.is_empty() {
            return Err(ConfigRefused::NoKey);
        }
        Ok(())
    }
}

impl KeyToml {
    fn settings(
        self,
        read_file: impl Fn(&str) -> Result<String, String>,
    ) -> Result<KeySettings, ConfigRefused> {
        let file = self.pem_file;
        let unreadable = |reason| ConfigRefused::File { file: file.clone(), reason };
        let pem = read_file(&file).map_err(unreadable)?;
        let key = public_key_from_pem(&pem, ShortRsa::Refuse)
            .map_err(|refused| unreadable(refused.to_string()))?;
        let algorithm = |name: &String| -> Result<Algorithm, ConfigRefused> {
            name.parse().map_err(|_| SettingsRefused::Algorithm(name.clone()).into())
        };
        let algorithms = self.algorithms.iter().map(algorithm).collect::<Result<Vec<_>, _>>()?;
        Ok(KeySettings::new(self.id, &key, &algorithms))
    }
}

/// Why an `edge.toml` is not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ConfigRefused {
    /// A file that it names.
    File {
        /// As it is named.
        file: String,
        /// Why.
        reason: String,
    },
    /// No `[[key]]`.
    NoKey,
    /// A member that this version cannot enforce.
    NotYet {
        /// The member.
        member: &'static str,
        /// What to write.
        instead: &'static str,
    },
    /// A value.
    Settings(SettingsRefused),
    /// Not the TOML of an `edge.toml`, with line and member.
    Toml(String),
}

impl fmt::Display for ConfigRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, reason } => write!(f, "`pem_file` `{file}`: {reason}"),
            Self::NoKey => f.write_str("there is no `[[key]]`; name the public key to trust"),
            Self::NotYet { member, instead } => write!(f, "`{member}`: {instead}"),
            Self::Settings(refused) => refused.fmt(f),
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
