//! Why a configuration of grants is not taken.

use core::fmt;

use policy::MAX_LIST_ENTRIES;

use super::lifetime::{Lifetime, NotALifetime};
use super::template::TemplateFault;
use crate::interface::edge_claims::EdgeClaims;
use crate::interface::origin::NotAnOrigin;
use crate::interface::placement::PlacementFault;

/// A member of the configuration that is wrong, ambiguous or too broad.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GrantsRefused {
    /// Which one, with its value where that says more.
    pub member: String,
    /// Why.
    pub fault: GrantsFault,
}

impl GrantsRefused {
    pub(super) fn toml(error: &toml::de::Error) -> Self {
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        Self { member: "the configuration".to_owned(), fault: GrantsFault::Toml(message) }
    }
}

impl fmt::Display for GrantsRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.member, self.fault)
    }
}

impl core::error::Error for GrantsRefused {}

/// What is wrong with a member.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GrantsFault {
    /// A context that cannot be a header.
    Context,
    /// Two grants of one pass want different things of it.
    Disagree {
        /// The member.
        member: &'static str,
        /// The other grant.
        other: String,
    },
    /// A list without members.
    Empty,
    /// A claim without a name or a value.
    EmptyClaim,
    /// An `admin` without claims.
    EveryoneAdministers,
    /// A duration.
    Lifetime(NotALifetime),
    /// Not a method.
    Method,
    /// Not a name.
    Name,
    /// A name that another grant has.
    NameTwice,
    /// Paths of which one lies in the other.
    NestedPaths {
        /// The one.
        path: String,
        /// The other grant.
        other: String,
        /// Its path.
        other_path: String,
    },
    /// A member that binds nobody at this edge.
    OnlyInClaims {
        /// What the edge does about claims.
        claims: EdgeClaims,
        /// What that means.
        reason: &'static str,
    },
    /// Not an origin.
    Origin(NotAnOrigin),
    /// A Domain to which the site's host does not belong.
    OtherDomain {
        /// The site's.
        host: String,
    },
    /// A resource to which browsers would not send the cookies.
    OutsidePath {
        /// The Path of the cookies.
        path: String,
    },
    /// Claims in the resources of principals, which have none.
    PlacesForPrincipals,
    /// Where cookies are to be kept.
    Placement(PlacementFault),
    /// Not an ARN.
    Principal,
    /// A resource.
    Resource(TemplateFault),
    /// Not TOML, or not of this form.
    Toml(String),
    /// A lifetime above the site's.
    TooLong {
        /// The grant's.
        lifetime: Lifetime,
        /// The site's.
        max_lifetime: Lifetime,
    },
    /// More entries than a claim can have.
    TooMany {
        /// How many.
        count: usize,
    },
    /// A member of cookies, in a grant that gives signed URLs only.
    UrlsOnly,
    /// Neither or both of `when` and `principals`.
    Whom,
    /// Cookies whose policy opens more than what is granted, at this edge.
    WiderPolicy {
        /// The policy's resource, with the places of claims.
        cover: String,
        /// What is granted.
        resources: Vec<String>,
        /// What the edge does about claims.
        claims: EdgeClaims,
        /// What that means.
        reason: &'static str,
    },
}

impl GrantsFault {
    pub(super) fn of(self, member: impl Into<String>) -> GrantsRefused {
        GrantsRefused { member: member.into(), fault: self }
    }
}

impl fmt::Display for GrantsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Context => f.write_str("is not 1 to 1024 bytes of visible ASCII"),
            Self::Disagree { member, other } => write!(
                f,
                "its `{member}` differ from those of `{other}`, and one pass cannot have both; make them equal, or give one a `path` of its own"
            ),
            Self::Empty => f.write_str("is empty; nothing would be granted"),
            Self::EmptyClaim => f.write_str("has a claim without a name or a value"),
            Self::EveryoneAdministers => {
                f.write_str("names no claim, so that everyone would be an administrator")
            }
            Self::Lifetime(problem) => problem.fmt(f),
            Self::Method => f.write_str("is not a method; write it in upper case as `GET`"),
            Self::Name => {
                f.write_str("the name is not 1 to 64 of the characters A-Z a-z 0-9 . _ -")
            }
            Self::NameTwice => f.write_str("there are two of this name; rename one"),
            Self::NestedPaths { path, other, other_path } => write!(
                f,
                "its path `{path}` and `{other_path}` of `{other}` lie in each other, so that browsers would send both passes; use one path or separate ones"
            ),
            Self::OnlyInClaims { claims, reason } => write!(
                f,
                "only claims tokens hold passes to this, and with `claims` of the edge `{claims}` {reason}; leave it out, or have the edge require claims"
            ),
            Self::Origin(problem) => problem.fmt(f),
            Self::OtherDomain { host } => write!(
                f,
                "is neither `{host}` nor a parent of it, so that browsers would not send the cookies there"
            ),
            Self::OutsidePath { path } => write!(
                f,
                "does not lie in `{path}`, to which browsers send the cookies"
            ),
            Self::PlacesForPrincipals => {
                f.write_str("has a `{claim}`, and IAM principals have no claims")
            }
            Self::Placement(fault) => fault.fmt(f),
            Self::Principal => f.write_str(
                "is not the ARN of one principal; write it as `arn:aws:sts::111122223333:assumed-role/backend`, without wildcards",
            ),
            Self::Resource(fault) => fault.fmt(f),
            Self::TooLong { lifetime, max_lifetime } => {
                write!(f, "`{lifetime}` is above `max_lifetime`, `{max_lifetime}`")
            }
            Self::Toml(message) => f.write_str(message),
            Self::TooMany { count } => {
                write!(f, "has {count} entries; at most {MAX_LIST_ENTRIES} fit into a pass")
            }
            Self::UrlsOnly => f.write_str(
                "is for cookies, and this grant gives signed URLs only; leave it out",
            ),
            Self::WiderPolicy { cover, resources, claims, reason } => write!(
                f,
                "one set of cookies is for `{}`, so that its policy is `{cover}`, which opens more; with `claims` of the edge `{claims}` {reason}; give each a grant with a cookie `path` of its own, or signed URLs only by `cookies = false`, or have the edge require claims",
                resources.join("` and `")
            ),
            Self::Whom => f.write_str(
                "needs either `when`, for viewers (`{}` is everyone who is signed in), or `principals`, for IAM",
            ),
        }
    }
}

impl core::error::Error for GrantsFault {}

impl From<NotALifetime> for GrantsFault {
    fn from(problem: NotALifetime) -> Self {
        Self::Lifetime(problem)
    }
}

impl From<NotAnOrigin> for GrantsFault {
    fn from(problem: NotAnOrigin) -> Self {
        Self::Origin(problem)
    }
}

impl From<PlacementFault> for GrantsFault {
    fn from(fault: PlacementFault) -> Self {
        Self::Placement(fault)
    }
}

impl From<TemplateFault> for GrantsFault {
    fn from(fault: TemplateFault) -> Self {
        Self::Resource(fault)
    }
}
