//! What a cause is: data, and one small check.

use core::fmt;

use crate::case::Case;
use crate::source::Source;

/// A reason for which CloudFront, or what stands behind it, answers 403.
pub struct Cause {
    /// **Fixed**: what `--json` and the pages call it.
    pub id: &'static str,
    /// What it is about.
    pub about: About,
    /// The cause in one sentence.
    pub title: &'static str,
    /// Why the request is refused then, and how one gets there.
    pub meaning: &'static str,
    /// What to do. `{…}` stands for a value of the case at hand.
    pub fix: &'static [&'static str],
    /// The evidence that settles it.
    pub needs: &'static [Need],
    /// From where a 403 of this cause comes.
    pub sources: &'static [Source],
    pub(crate) check: fn(&Case<'_>) -> Verdict,
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cause({})", self.id)
    }
}

/// The areas that causes are grouped by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum About {
    /// When the pass is good.
    Time,
    /// What it is good for.
    Resource,
    /// For whom.
    Address,
    /// How its values are written.
    Encoding,
    /// Who signed it, with what.
    Keys,
    /// Whether it reaches CloudFront.
    Delivery,
    /// What CloudFront is configured to do.
    Distribution,
    /// What stands behind CloudFront.
    Origin,
    /// Everything that is no pass's fault.
    Elsewhere,
}

impl About {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Time,
        Self::Resource,
        Self::Address,
        Self::Encoding,
        Self::Keys,
        Self::Delivery,
        Self::Distribution,
        Self::Origin,
        Self::Elsewhere,
    ];

    /// In lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Resource => "resource",
            Self::Address => "address",
            Self::Encoding => "encoding",
            Self::Keys => "keys",
            Self::Delivery => "delivery",
            Self::Distribution => "distribution",
            Self::Origin => "origin",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// How sure it is that a cause is one. The most certain is the least.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Certainty {
    /// The evidence alone shows it.
    Proved,
    /// The evidence points to it, but a piece is missing or AWS leaves a question open.
    Likely,
    /// Nothing speaks against it.
    Possible,
}

impl Certainty {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Proved, Self::Likely, Self::Possible];

    /// Its name in `--json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// A piece of evidence that a person can fetch.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Need {
    /// The URL.
    Url,
    /// The 403 itself.
    Response,
    /// The distribution's configuration.
    Distribution,
    /// Its id and state, which `get-distribution-config` does not tell.
    DistributionState,
    /// The key groups that the behaviour trusts.
    KeyGroup,
    /// The public key that the pass names.
    PublicKey,
    /// The viewer's address.
    Address,
    /// The lines that set the cookies.
    SetCookie,
    /// The bucket's policy.
    BucketPolicy,
    /// The bucket's public access block.
    PublicAccessBlock,
}

impl Need {
    /// The command that fetches it. `{…}` stands for a value of the case at hand.
    pub const fn command(self) -> &'static str {
        match self {
            Self::Url => "edgepass explain 'URL'",
            Self::Response => {
                "curl -sv 'URL' > response.txt 2>&1    # then: --response response.txt"
            }
            Self::Distribution | Self::DistributionState => {
                "aws cloudfront get-distribution --id {distribution_id} > distribution.json    # then: --distribution distribution.json"
            }
            Self::KeyGroup => {
                "aws cloudfront get-key-group --id {key_group_id} > key-group.json    # then: --key-group key-group.json"
            }
            Self::PublicKey => {
                "aws cloudfront get-public-key --id {key_id} > {key_id}.json    # then: --public-key {key_id}={key_id}.json"
            }
            Self::Address => {
                "curl -s https://checkip.amazonaws.com    # at the viewer's; then: --ip ADDRESS"
            }
            Self::SetCookie => {
                "curl -sv 'ISSUER_URL' 2>&1 | grep -i '^< set-cookie'    # then: --cookie 'Set-Cookie: ...' for each"
            }
            Self::BucketPolicy => {
                "aws s3api get-bucket-policy --bucket {bucket} > bucket-policy.json 2>&1    # then: --bucket-policy bucket-policy.json"
            }
            Self::PublicAccessBlock => {
                "aws s3api get-public-access-block --bucket {bucket} > public-access-block.json 2>&1    # then: --public-access-block public-access-block.json"
            }
        }
    }
}

/// What a check says.
pub(crate) enum Verdict {
    /// It is one of the causes, because of these facts.
    Found(Certainty, Vec<String>),
    /// It is none, because of this.
    RuledOut(String),
    /// Its needs would tell.
    Open,
}

impl Verdict {
    pub(crate) fn proved<const N: usize>(facts: [String; N]) -> Self {
        Self::Found(Certainty::Proved, facts.into())
    }

    pub(crate) fn likely<const N: usize>(facts: [String; N]) -> Self {
        Self::Found(Certainty::Likely, facts.into())
    }

    pub(crate) fn possible<const N: usize>(facts: [String; N]) -> Self {
        Self::Found(Certainty::Possible, facts.into())
    }

    pub(crate) fn ruled_out(why: impl Into<String>) -> Self {
        Self::RuledOut(why.into())
    }
}
