//! A case of the corpus as its file holds it. `tests/vectors/README.md` describes the format,
//! `schema.json` beside it says the same to other languages.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One case: what is asked, and what must be answered.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What the case exercises, for a reader.
    pub comment: String,
    /// The page of AWS that settles it, or `ours`.
    pub source: String,
    /// What the viewer sent.
    pub request: ViewerRequest,
    /// The keys that the operator trusts.
    pub trust: Vec<Trust>,
    /// What has checked the request before; absent if nothing has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// What is asked of claims tokens; absent if they are not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claims>,
    /// What is known of revoked passes; absent if revocation is not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateInHand>,
    /// The verifier's clock, epoch seconds.
    pub now: i64,
    /// The answer.
    pub expect: Expect,
}

/// What the viewer sent, cut up as it stood on the wire.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ViewerRequest {
    /// `http` or `https`.
    pub scheme: Protocol,
    /// The method.
    pub method: String,
    /// The `Host` header.
    pub host: String,
    /// The request target up to the first `?`.
    pub path: String,
    /// What follows the first `?`; null if there is none.
    #[serde(deserialize_with = "Option::deserialize")]
    pub query: Option<String>,
    /// The values of the `Cookie` header, one for each header line.
    pub cookies: Vec<String>,
    /// The viewer's address; null if it is not known.
    #[serde(deserialize_with = "Option::deserialize")]
    pub address: Option<String>,
    /// The values of the `Origin` header, one for each header line; absent if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<String>,
    /// The values of the `Referer` header likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referer: Vec<String>,
}

/// The viewer's protocol.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// `http`
    Http,
    /// `https`
    Https,
}

impl Protocol {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// A key that the operator trusts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Its Key-Pair-Id; null if it answers for any.
    #[serde(deserialize_with = "Option::deserialize")]
    pub id: Option<String>,
    /// Its file in `tests/vectors/keys`.
    pub key: String,
    /// What it is trusted with: `RSA-SHA1`, `RSA-SHA256`, `ECDSA-SHA1`, `ECDSA-SHA256`.
    pub algorithms: Vec<String>,
}

/// What has checked a request before the verifier sees it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// CloudFront's trusted key groups.
    Native,
}

/// What is asked of claims tokens.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Whether there has to be one.
    pub need: Need,
    /// The longest `exp - iat`, in seconds; null if there is no limit.
    #[serde(deserialize_with = "Option::deserialize")]
    pub max_lifetime: Option<u32>,
    /// The keys that sign them.
    pub keys: Vec<ClaimsKey>,
}

/// Whether there has to be a claims token.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// One that is there must hold.
    Optional,
    /// Every request needs one.
    Required,
}

impl Need {
    /// As `edge.toml` and the program have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

/// A key that the operator trusts for claims tokens: a public key or a secret.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimsKey {
    /// Its `kid`.
    pub id: String,
    /// `ES256`, `RS256` or `HS256`.
    pub algorithm: String,
    /// The file of a public key in `tests/vectors/keys`, for ES256 and RS256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The file of a secret there, for HS256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl ClaimsKey {
    /// The one file.
    pub fn file(&self) -> &str {
        match (&self.key, &self.secret) {
            (Some(file), None) | (None, Some(file)) => file,
            _ => panic!("the claims key {} has not one file", self.id),
        }
    }
}

/// The state that edges share, as it could be fetched when the request came.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StateInHand {
    /// The file of its head in `tests/vectors/states`, whose body lies in `body` beside it; null if
    /// there was none.
    #[serde(deserialize_with = "Option::deserialize")]
    pub head: Option<String>,
    /// The root key: its file in `tests/vectors/keys`.
    pub root: String,
    /// How old it may be, in seconds.
    pub max_stale: u32,
    /// What becomes of requests while there is none.
    pub when_unknown: WhenUnknown,
}

/// What becomes of requests while no state is known.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenUnknown {
    /// Revocation is not checked.
    Allow,
    /// They are refused.
    Deny,
}

impl WhenUnknown {
    /// As `edge.toml` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

impl StateInHand {
    /// `[revocation]` of `edge.toml`, the folder `states` being beside it.
    fn edge_toml(&self) -> String {
        let Self { head, root, max_stale, when_unknown } = self;
        let head = head.as_deref().unwrap_or("none.head");
        let when_unknown = when_unknown.name();
        format!(
            "[revocation]\nfile = \"states/{head}\"\nroot_pem_file = \"{root}\"\nmax_stale_seconds = {max_stale}\nwhen_unknown = \"{when_unknown}\"\n"
        )
    }
}

impl Vector {
    /// The `edge.toml` of an operator who trusts so, its files being those of `tests/vectors/keys` and the
    /// folder `tests/vectors/states`.
    pub fn edge_toml(&self) -> String {
        let Self { request, trust, mode, claims, state, .. } = self;
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let mode = if mode.is_some() { "native" } else { "standalone" };
        let need = claims.as_ref().map_or("off", |claims| claims.need.name());
        let scheme = request.scheme.name();
        let mut toml = format!("mode = \"{mode}\"\nscheme = \"{scheme}\"\nclaims = \"{need}\"\n");
        if let Some(Claims { max_lifetime: Some(seconds), .. }) = claims {
            toml += &format!("max_lifetime_seconds = {seconds}\n");
        }
        for Trust { id, key, algorithms } in trust {
            let id = id.as_ref().map_or(String::new(), |id| format!("id = {}\n", quoted(id)));
            toml += &format!("[[key]]\n{id}pem_file = \"{key}\"\nalgorithms = {algorithms:?}\n");
        }
        for key in claims.iter().flat_map(|claims| &claims.keys) {
            let ClaimsKey { id, algorithm, .. } = key;
            let member = if key.secret.is_some() { "secret_file" } else { "pem_file" };
            let (id, file) = (quoted(id), key.file());
            toml += &format!("[[claims_key]]\nid = {id}\nalgorithm = \"{algorithm}\"\n");
            toml += &format!("{member} = \"{file}\"\n");
        }
        toml += &state.as_ref().map_or(String::new(), StateInHand::edge_toml);
        toml
    }
}

/// The answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase", tag = "decision")]
pub enum Expect {
    /// The request is let through.
    Allow {},
    /// It is refused.
    Deny {
        /// The step that refuses.
        stage: String,
        /// Why.
        code: String,
        /// What CloudFront's own check answers; null if it has no such check.
        #[serde(deserialize_with = "Option::deserialize")]
        cloudfront: Option<String>,
        /// Words of our message, which tell the fault from others of the same code.
        mentions: String,
    },
}

impl Vector {
    /// The text of the file.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap();
        text.push('\n');
        text
    }

    /// Reads a file.
    pub fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }
}

impl ViewerRequest {
    /// The URL that the viewer asked for, put together again.
    pub fn url(&self) -> String {
        let scheme = self.scheme.name();
        let query = self.query.as_ref().map_or(String::new(), |query| format!("?{query}"));
        format!("{scheme}://{}{}{query}", self.host, self.path)
    }
}

/// The folder of this package.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The cases under a folder, each with its path in it less `.json`, in alphabetical order. Only
/// files in sub-folders are cases.
pub fn read_all(folder: &Path) -> Vec<(String, Vector)> {
    let mut cases: Vec<(String, Vector)> = entries(folder)
        .filter(|stage| stage.is_dir() && !stage.ends_with("keys") && !stage.ends_with("states"))
        .flat_map(|stage| entries(&stage).collect::<Vec<PathBuf>>())
        .map(|file| (name(folder, &file), Vector::read(&file)))
        .collect();
    cases.sort_by(|(one, _), (other, _)| one.cmp(other));
    cases
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| entry.unwrap().path())
}

fn name(folder: &Path, file: &Path) -> String {
    let name = file.strip_prefix(folder).unwrap().with_extension("");
    name.to_str().unwrap().replace('\\', "/")
}
