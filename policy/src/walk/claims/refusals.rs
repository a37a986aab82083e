//! Why a claims token whose signature holds does not admit a request.

use alloc::string::String;
use core::fmt;
use core::net::IpAddr;

/// Why a claims token does not belong to the policy beside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unbound {
    /// In cookies, without `pol`.
    NoDigest,
    /// Without `pol`, and the resource does not hold the token, or has a wildcard in its query.
    NotInResource,
    /// Without `res`, where the policy itself is not seen.
    NoResources,
    /// `pol` is the digest of another policy.
    OtherPolicy,
}

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoDigest => "the claims token has no `pol`, which cookies need",
            Self::NotInResource => {
                "the claims token has no `pol`, and the query of the signed resource does not hold the token"
            }
            Self::NoResources => {
                "the claims token has no `res`, which it needs where CloudFront's policy is not seen"
            }
            Self::OtherPolicy => "`pol` of the claims token is the digest of another policy",
        })
    }
}

/// What of a request a claims token does not allow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Mismatch {
    /// `mth`
    Method {
        /// The request's.
        method: String,
    },
    /// `net`
    Network {
        /// The viewer's address, if known.
        address: Option<IpAddr>,
    },
    /// `org`
    Origin {
        /// The request's, if it says.
        origin: Option<String>,
    },
    /// `res`
    Resource {
        /// The request's. Its query may carry secrets.
        path: String,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method { method } => {
                write!(f, "`mth` of the claims token does not allow `{method}`")
            }
            Self::Network { address: Some(address) } => {
                write!(f, "`net` of the claims token does not allow `{address}`")
            }
            Self::Network { address: None } => {
                f.write_str("`net` of the claims token allows some, and the viewer's address is not known")
            }
            Self::Origin { origin: Some(origin) } => {
                write!(f, "`org` of the claims token does not allow `{origin}`")
            }
            Self::Origin { origin: None } => f.write_str(
                "`org` of the claims token allows some, and the request has neither Origin nor Referer",
            ),
            Self::Resource { path } => write!(
                f,
                "`res` of the claims token does not allow `{path}` with its scheme, host and query"
            ),
        }
    }
}
