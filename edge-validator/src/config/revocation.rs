//! `[revocation]` of `edge.toml`.

use policy::{Minimum, WhenUnknown, to_base64};
use serde::Deserialize;

use super::{ConfigRefused, named_public_key};
use crate::revocation::{RevocationSettings, StateSource};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RevocationToml {
    file: Option<String>,
    url: Option<String>,
    root_pem_file: OneOrTwo,
    site: Option<String>,
    #[serde(default = "ten")]
    refresh_seconds: u32,
    #[serde(default = "three_hundred")]
    max_stale_seconds: u32,
    #[serde(default)]
    when_unknown: WhenUnknownToml,
}

/// Two while the root key changes.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrTwo {
    One(String),
    Two([String; 2]),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WhenUnknownToml {
    Allow,
    #[default]
    Deny,
}

fn ten() -> u32 {
    10
}

fn three_hundred() -> u32 {
    300
}

impl RevocationToml {
    pub(super) fn settings(
        self,
        read_file: impl Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<RevocationSettings, ConfigRefused> {
        let files = match self.root_pem_file {
            OneOrTwo::One(file) => vec![file],
            OneOrTwo::Two(files) => files.into(),
        };
        let mut roots = Vec::new();
        for file in files {
            let key = named_public_key("root_pem_file", &file, &read_file)?;
            roots.push(to_base64(key.spki_der()));
        }
        let source = match (self.file, self.url) {
            (Some(file), None) => StateSource::File(file),
            (None, Some(url)) => StateSource::Url(url),
            _ => return Err(ConfigRefused::StateSource),
        };
        Ok(RevocationSettings {
            source,
            roots,
            site: self.site,
            minimum: Minimum::default(),
            refresh_seconds: self.refresh_seconds,
            max_stale_seconds: self.max_stale_seconds,
            when_unknown: match self.when_unknown {
                WhenUnknownToml::Allow => WhenUnknown::Allow,
                WhenUnknownToml::Deny => WhenUnknown::Deny,
            },
        })
    }
}
