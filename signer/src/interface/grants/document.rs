//! The text of the configuration, as TOML has it: every member known, nothing checked yet.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) site: String,
    pub(super) max_lifetime: String,
    #[serde(default)]
    pub(super) origins: Vec<String>,
    pub(super) admin: Option<BTreeMap<String, String>>,
    pub(super) sign_in_time: Option<String>,
    #[serde(default)]
    pub(super) cookies: Cookies,
    #[serde(default)]
    pub(super) grant: Vec<Grant>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cookies {
    pub(super) domain: Option<String>,
    pub(super) path: Option<String>,
    pub(super) same_site: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    pub(super) name: String,
    pub(super) when: Option<BTreeMap<String, String>>,
    pub(super) principals: Option<Vec<String>>,
    pub(super) resources: Vec<String>,
    pub(super) lifetime: String,
    pub(super) methods: Option<Vec<String>>,
    pub(super) cookies: Option<bool>,
    #[serde(default)]
    pub(super) bind_address: bool,
    pub(super) path: Option<String>,
    pub(super) origins: Option<Vec<String>>,
    pub(super) context: Option<String>,
}
