//! Where browsers keep the cookies and send them: Domain, Path and SameSite.

use core::fmt;
use core::str::FromStr;

use psl::{List, Psl};

/// Whether pages of other sites send the cookies along.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SameSite {
    /// Only when a person follows a link; never for a player of another site.
    Lax,
    /// Always; browsers demand `Secure` with it, and may block such cookies all the same.
    None,
    /// Never.
    Strict,
}

impl FromStr for SameSite {
    type Err = PlacementFault;

    fn from_str(name: &str) -> Result<Self, PlacementFault> {
        match name {
            "Lax" => Ok(Self::Lax),
            "None" => Ok(Self::None),
            "Strict" => Ok(Self::Strict),
            _ => Err(PlacementFault::SameSite),
        }
    }
}

impl fmt::Display for SameSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lax => "Lax",
            Self::None => "None",
            Self::Strict => "Strict",
        })
    }
}

/// A Domain that browsers take, in lower case and without the leading dot, which they ignore
/// (RFC 6265, 5.2.3). It is no public suffix: below one, strangers have names (publicsuffix.org), and
/// browsers keep no cookie for it (RFC 6265bis, 5.7).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CookieDomain(String);

impl CookieDomain {
    /// Whether browsers send its cookies to this host (RFC 6265, 5.1.3), whatever its port.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.split(':').next().unwrap_or(host);
        host.strip_suffix(self.0.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl FromStr for CookieDomain {
    type Err = PlacementFault;

    fn from_str(text: &str) -> Result<Self, PlacementFault> {
        let letter = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
        };
        let label = |label: &str| !label.is_empty() && label.bytes().all(letter);
        if !text.split('.').all(label) {
            return Err(PlacementFault::Domain);
        }
        // The registrable domain: a public suffix has none.
        match List.domain(text.as_bytes()) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(PlacementFault::PublicSuffix),
        }
    }
}

impl fmt::Display for CookieDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Path that names a folder: `/`, or begins and ends with one. So browsers match it exactly
/// where a prefix of the text matches (RFC 6265, 5.1.4), and nested paths are prefixes.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct CookiePath(String);

impl CookiePath {
    /// The whole host.
    pub(crate) fn root() -> Self {
        Self("/".to_owned())
    }

    /// Whether one lies in the other, so that browsers would send both sets to the inner one.
    pub(crate) fn nests_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }

    /// Whether everything that begins so gets the cookies.
    pub(crate) fn holds(&self, path: &str) -> bool {
        path.starts_with(&self.0)
    }
}

impl FromStr for CookiePath {
    type Err = PlacementFault;

    fn from_str(text: &str) -> Result<Self, PlacementFault> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b";?#*\"\\".contains(&byte);
        let folder = text.starts_with('/') && text.ends_with('/') && !text.contains("//");
        if folder && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PlacementFault::Path)
        }
    }
}

impl fmt::Display for CookiePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why browsers would not keep cookies there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PlacementFault {
    /// Not a domain.
    Domain,
    /// Not a folder.
    Path,
    /// A domain under which strangers have names.
    PublicSuffix,
    /// Not one of the three words.
    SameSite,
}

impl fmt::Display for PlacementFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Domain => {
                "is not a domain; write it in lower case as `example.com`, without protocol, port, `*` or leading dot"
            }
            Self::Path => {
                "is not the path of a folder; write it as `/film/`, without `*`, which browsers take literally"
            }
            Self::PublicSuffix => {
                "is a public suffix, below which strangers have names, so that browsers keep no cookies for it; name the domain of the site"
            }
            Self::SameSite => "is not `Lax`, `Strict` or `None`",
        })
    }
}

impl core::error::Error for PlacementFault {}
