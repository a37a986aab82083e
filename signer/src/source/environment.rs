//! The environment of the Lambda functions: read once, at the start.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::fs;

use http::HeaderName;
use policy::{Hash, SiteId};

use super::{DestinationSource, Freshness, KeySource, KeySources, SecretSource, StoreSource};
use crate::interface::edge_claims::EdgeClaims;
use crate::revocation::store::LONGEST_SIGN_IN;

/// The grants: the path of a file, or their text.
pub const GRANTS: &str = "EDGEPASS_GRANTS";
/// The CloudFront key.
pub const KEY: &str = "EDGEPASS_KEY";
/// The Key-Pair-Id of the CloudFront key.
pub const KEY_ID: &str = "EDGEPASS_KEY_ID";
/// The key of the claims token.
pub const CLAIMS_KEY: &str = "EDGEPASS_CLAIMS_KEY";
/// The id of the key of the claims token.
pub const CLAIMS_KEY_ID: &str = "EDGEPASS_CLAIMS_KEY_ID";
/// `sha256`, the default, or `sha1`.
pub const HASH: &str = "EDGEPASS_HASH";
/// The site secret.
pub const SITE_SECRET: &str = "EDGEPASS_SITE_SECRET";
/// The store of revocations.
pub const STORE: &str = "EDGEPASS_STORE";
/// Where the state is published.
pub const STATE: &str = "EDGEPASS_STATE";
/// How long caches may keep the head of the state, in seconds.
pub const STATE_CACHE_SECONDS: &str = "EDGEPASS_STATE_CACHE_SECONDS";
/// `true` where viewers come by CloudFront, whose address is then that of every request.
pub const BEHIND_CLOUDFRONT: &str = "EDGEPASS_BEHIND_CLOUDFRONT";
/// The header from which the API's JWT authorizer reads its token: the authorizer's identity source.
pub const TOKEN_HEADER: &str = "EDGEPASS_TOKEN_HEADER";
/// What the edge does about claims tokens: `claims` of `edge.toml`, or `off` without a validator.
pub const EDGE_CLAIMS: &str = "EDGEPASS_EDGE_CLAIMS";
/// The key that signs heads.
pub const STATE_KEY: &str = "EDGEPASS_STATE_KEY";
/// The delegation to that key, a [`crate::Mandate`].
pub const STATE_DELEGATION: &str = "EDGEPASS_STATE_DELEGATION";
/// For how many days a sign-in is good: at least the lifetime of the identity provider's refresh
/// tokens. `session` refuses older ones, and so long `publisher` keeps what was revoked.
pub const LONGEST_SIGN_IN_DAYS: &str = "EDGEPASS_LONGEST_SIGN_IN_DAYS";
/// The id of the site, as edges know it.
pub const SITE: &str = "EDGEPASS_SITE";
/// The id of CloudFront's key group.
pub const KEY_GROUP: &str = "EDGEPASS_KEY_GROUP";
/// The root key, which signs delegations.
pub const ROOT_KEY: &str = "EDGEPASS_ROOT_KEY";
/// For how long edges believe a state, in seconds: `max_stale_seconds` of `edge.toml`.
pub const MAX_STALE_SECONDS: &str = "EDGEPASS_MAX_STALE_SECONDS";
/// What the next key signs with, such as `ECDSA-SHA256`.
pub const NEXT_ALGORITHM: &str = "EDGEPASS_NEXT_ALGORITHM";
/// Where the private half of the next key is: `kms` or `secret`.
pub const NEXT_CUSTODY: &str = "EDGEPASS_NEXT_CUSTODY";
/// The ARN of the role that the function `rotation` runs as: only keys that it makes get its tag.
pub const ROTATION_ROLE: &str = "EDGEPASS_ROTATION_ROLE";
/// A URL that is fetched before a new key signs.
pub const CANARY: &str = "EDGEPASS_CANARY";
/// From which age on keys are fetched again, in seconds.
pub const REFRESH_SECONDS: &str = "EDGEPASS_REFRESH_SECONDS";

/// Five minutes: a rotation waits for longer than that before it retires the old key.
const REFRESH_DEFAULT: u32 = 300;
const REFRESH_MAX: u32 = 3600;
/// Half of the edges' default for `refresh_seconds`.
const STATE_CACHE_DEFAULT: u32 = 5;
const STATE_CACHE_MAX: u32 = 300;
/// How many times the refresh may fail before keys are not used any more: with the default, for an
/// hour.
const MAX_REFRESHES_MISSED: u32 = 12;
const DAY: u32 = 24 * 3600;

/// The variables, by name. The process's own are [`std::env::var`]'s.
pub struct Environment<'e>(&'e dyn Fn(&str) -> Option<String>);

impl<'e> Environment<'e> {
    /// Reads variables by this function. One set to nothing counts as not set.
    pub fn new(variable: &'e dyn Fn(&str) -> Option<String>) -> Self {
        Self(variable)
    }

    /// The names of the keys.
    pub fn key_sources(&self) -> Result<KeySources, VariableRefused> {
        Ok(KeySources {
            policy_key: self.parsed::<KeySource>(KEY)?,
            key_id: self.text(KEY_ID),
            hash: self.hash()?,
            claims_key: self.parsed::<SecretSource>(CLAIMS_KEY)?,
            claims_key_id: self.text(CLAIMS_KEY_ID),
            site_secret: self.parsed::<SecretSource>(SITE_SECRET)?,
        })
    }

    /// How old the keys may be.
    pub fn freshness(&self) -> Result<Freshness, VariableRefused> {
        let seconds = self.seconds(REFRESH_SECONDS, REFRESH_DEFAULT, REFRESH_MAX)?;
        let refresh_after = Duration::from_secs(seconds.into());
        Ok(Freshness { refresh_after, max_age: refresh_after * MAX_REFRESHES_MISSED })
    }

    /// The text of the grants: the variable's own, or that of the file which it names.
    pub fn grants(&self) -> Result<String, VariableRefused> {
        let value = self.required(GRANTS)?;
        // No file's name has either, and no grants are without both.
        if value.contains(['=', '\n']) {
            return Ok(value);
        }
        fs::read_to_string(&value).map_err(|error| {
            VariableRefused::new(GRANTS, &format!("`{value}` cannot be read: {}", error.kind()))
        })
    }

    /// Whether the address of a request is CloudFront's, and says nothing of the viewer's.
    pub fn is_behind_cloudfront(&self) -> Result<bool, VariableRefused> {
        match self.text(BEHIND_CLOUDFRONT).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => {
                let cause = format!("`{other}` is neither `true` nor `false`");
                Err(VariableRefused::new(BEHIND_CLOUDFRONT, &cause))
            }
        }
    }

    /// What the edge does about claims tokens. There is no default: one that is wrong would open
    /// more than is granted, or refuse to start.
    pub fn edge_claims(&self) -> Result<EdgeClaims, VariableRefused> {
        let text = self.text(EDGE_CLAIMS).ok_or_else(|| {
            let cause = "it is not set; write what `claims` of edge.toml says, `required`, `optional` or `off`, or `off` where no validator runs";
            VariableRefused::new(EDGE_CLAIMS, &cause)
        })?;
        text.parse().map_err(|unknown| VariableRefused::new(EDGE_CLAIMS, &unknown))
    }

    /// The header from which the API's JWT authorizer reads its token, if anybody says so.
    pub fn token_header(&self) -> Result<Option<HeaderName>, VariableRefused> {
        let Some(text) = self.text(TOKEN_HEADER) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            let cause = format!("`{text}` is not the name of a header, such as `authorization`");
            VariableRefused::new(TOKEN_HEADER, &cause)
        })
    }

    /// The name of the store of revocations.
    pub fn store(&self) -> Result<StoreSource, VariableRefused> {
        self.parsed(STORE)
    }

    /// The name of the place where the state is published.
    pub fn state(&self) -> Result<DestinationSource, VariableRefused> {
        self.parsed(STATE)
    }

    /// How long caches may keep the head, in seconds.
    pub fn head_seconds(&self) -> Result<u32, VariableRefused> {
        self.seconds(STATE_CACHE_SECONDS, STATE_CACHE_DEFAULT, STATE_CACHE_MAX)
    }

    /// For how long a sign-in is good, in seconds, if anybody says so.
    pub fn longest_sign_in(&self) -> Result<Option<u32>, VariableRefused> {
        let most = LONGEST_SIGN_IN / DAY;
        let days = self.number(LONGEST_SIGN_IN_DAYS, "days", most)?;
        Ok(days.map(|days| days * DAY))
    }

    /// The id of the site.
    pub fn site(&self) -> Result<SiteId, VariableRefused> {
        self.parsed(SITE)
    }

    /// The name of a secret.
    pub(crate) fn secret(&self, variable: &'static str) -> Result<SecretSource, VariableRefused> {
        self.parsed(variable)
    }

    /// The name of the function, as Lambda gives it.
    pub fn function_name(&self) -> String {
        self.text("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default()
    }

    pub(super) fn hash(&self) -> Result<Hash, VariableRefused> {
        match self.text(HASH).as_deref() {
            None | Some("sha256") => Ok(Hash::Sha256),
            Some("sha1") => Ok(Hash::Sha1),
            Some(other) => {
                let cause = format!("`{other}` is neither `sha256` nor `sha1`");
                Err(VariableRefused::new(HASH, &cause))
            }
        }
    }

    pub(super) fn seconds(
        &self,
        variable: &'static str,
        default: u32,
        most: u32,
    ) -> Result<u32, VariableRefused> {
        Ok(self.number(variable, "seconds", most)?.unwrap_or(default))
    }

    fn number(
        &self,
        variable: &'static str,
        unit: &str,
        most: u32,
    ) -> Result<Option<u32>, VariableRefused> {
        let Some(text) = self.text(variable) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| (1..=most).contains(number));
        number.map(Some).ok_or_else(|| {
            let cause = format!("`{text}` is not a number of {unit} from 1 to {most}");
            VariableRefused::new(variable, &cause)
        })
    }

    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(
        &self,
        variable: &'static str,
    ) -> Result<T, VariableRefused> {
        self.required(variable)?.parse().map_err(|refused| VariableRefused::new(variable, &refused))
    }

    pub(super) fn required(&self, variable: &'static str) -> Result<String, VariableRefused> {
        self.text(variable).ok_or_else(|| VariableRefused::new(variable, &"it is not set"))
    }

    pub(super) fn text(&self, variable: &str) -> Option<String> {
        (self.0)(variable).filter(|text| !text.is_empty())
    }
}

/// A variable that is missing or wrong, or the secret that it names. It never holds any of a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VariableRefused {
    /// The name of the variable.
    pub variable: &'static str,
    /// What is wrong.
    pub detail: String,
}

impl VariableRefused {
    pub(crate) fn new(variable: &'static str, cause: &dyn fmt::Display) -> Self {
        Self { variable, detail: cause.to_string() }
    }

    /// What is wrong with the secret that the variable names.
    pub(crate) fn at(
        variable: &'static str,
        source: &SecretSource,
        cause: &dyn fmt::Display,
    ) -> Self {
        Self { variable, detail: format!("{source}: {cause}") }
    }
}

impl fmt::Display for VariableRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.variable, self.detail)
    }
}

impl core::error::Error for VariableRefused {}
