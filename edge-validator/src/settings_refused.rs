//! Why settings are refused.

use core::fmt;

use policy::json::JsonFault;
use policy::{KeyRefused, StateRefused, TrustRefused, UrlFault};

/// Why settings are not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SettingsRefused {
    /// An algorithm that there is not.
    Algorithm(String),
    /// A JOSE algorithm that there is not.
    JoseAlgorithm(String),
    /// Not an origin; `*` and `null` are none.
    CorsOrigin(String),
    /// Not the JSON of settings.
    NotJson(JsonFault),
    /// A key.
    Key {
        /// Its id.
        id: String,
        /// Why.
        refused: KeyRefused,
    },
    /// Not a path.
    PublicPath(String),
    /// A member of the JSON that is missing or of another type.
    Member {
        /// Its name.
        member: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A member of the JSON that there is not.
    UnknownMember(String),
    /// `redirect_to`, which is no URL that a browser could be sent to.
    Redirect {
        /// As it is.
        url: String,
        /// Why.
        fault: UrlFault,
    },
    /// Revocation where claims are not [`crate::ClaimsSetting::Required`].
    RevocationWithoutClaims,
    /// A number of seconds of `[revocation]` that is zero.
    RevocationSeconds,
    /// The root keys or the site of `[revocation]`.
    State(StateRefused),
    /// `url` of `[revocation]`, which is neither a file nor a URL.
    StateUrl {
        /// As it is.
        url: String,
        /// Why.
        fault: UrlFault,
    },
    /// Neither `http` nor `https`.
    Scheme(String),
    /// The keys together.
    Trust(TrustRefused),
}

impl fmt::Display for SettingsRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(name) => {
                write!(f, "`algorithms` has `{name}`: {}", policy::AlgorithmFault)
            }
            Self::JoseAlgorithm(name) => write!(
                f,
                "`algorithm` of a claims key is `{name}`: {}",
                policy::JoseAlgorithmFault
            ),
            Self::CorsOrigin(origin) => write!(
                f,
                "`cors_origins` has `{origin}`, which is not an origin; write it as `https://www.example.com`, without a path"
            ),
            Self::Member { member, expected } => {
                write!(f, "the settings are malformed: `{member}` is not {expected}")
            }
            Self::UnknownMember(member) => {
                write!(f, "the settings are malformed: `{member}` is an unknown member")
            }
            Self::NotJson(problem) => write!(f, "the settings are malformed: {problem}"),
            Self::Key { id, refused } => write!(f, "key `{id}`: {refused}"),
            Self::PublicPath(path) => write!(
                f,
                "`paths` of `[public]` has `{path}`, which is not a path; write it as `/login*`"
            ),
            Self::Redirect { url, fault } => write!(
                f,
                "`redirect_to` is `{url}`: {fault}; write it as `https://www.example.com/login`"
            ),
            Self::RevocationWithoutClaims => f.write_str(
                "`[revocation]` needs `claims = \"required\"`: a pass without claims cannot be revoked",
            ),
            Self::RevocationSeconds => f.write_str(
                "`refresh_seconds` and `max_stale_seconds` of `[revocation]` are at least 1, and the first is not above the second",
            ),
            Self::State(refused) => write!(f, "`[revocation]`: {refused}"),
            Self::StateUrl { url, fault } => write!(
                f,
                "`url` of `[revocation]` is `{url}`: {fault}; write it as `https://media.example.com/edgepass/state/head`"
            ),
            Self::Scheme(scheme) => {
                write!(f, "`scheme` is `{scheme}`; it is `https` or `http`, the viewer's")
            }
            Self::Trust(refused) => refused.fmt(f),
        }
    }
}

impl core::error::Error for SettingsRefused {}

impl From<StateRefused> for SettingsRefused {
    fn from(refused: StateRefused) -> Self {
        Self::State(refused)
    }
}

impl From<TrustRefused> for SettingsRefused {
    fn from(refused: TrustRefused) -> Self {
        Self::Trust(refused)
    }
}
