//! What the edge does about claims tokens, which the signer cannot see and has to be told.

use core::fmt;
use core::str::FromStr;

/// Whether the edge demands a claims token: `claims` of `edge.toml`.
///
/// A pass has two parts, CloudFront's policy and the claims token. What only the token says binds
/// nobody where the edge does not demand one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EdgeClaims {
    /// Nobody looks at them: `claims = "off"`, or no validator.
    Off,
    /// A request may come without one.
    Optional,
    /// Every request needs one.
    Required,
}

impl EdgeClaims {
    /// What that means for a request without a claims token. None if it is refused.
    pub const fn without_token(self) -> Option<&'static str> {
        match self {
            Self::Off => Some(
                "claims tokens are not checked, and CloudFront's policy alone decides what a pass opens",
            ),
            Self::Optional => {
                Some("whoever leaves the claims token out is admitted by CloudFront's policy alone")
            }
            Self::Required => None,
        }
    }
}

impl FromStr for EdgeClaims {
    type Err = UnknownEdgeClaims;

    fn from_str(text: &str) -> Result<Self, UnknownEdgeClaims> {
        match text {
            "off" => Ok(Self::Off),
            "optional" => Ok(Self::Optional),
            "required" => Ok(Self::Required),
            other => Err(UnknownEdgeClaims(other.to_owned())),
        }
    }
}

impl fmt::Display for EdgeClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Optional => "optional",
            Self::Required => "required",
        })
    }
}

/// None of the three words.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownEdgeClaims(String);

impl fmt::Display for UnknownEdgeClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not `required`, `optional` or `off`; write what `claims` of edge.toml says, or `off` where no validator runs",
            self.0
        )
    }
}

impl core::error::Error for UnknownEdgeClaims {}
