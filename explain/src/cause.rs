//! What a cause is: data, and one small check.

use core::fmt;

use crate::case::Case;
use crate::source::Source;

/// A reason why CloudFront, or the origin behind it, answers 403.
pub struct Cause {
    /// **Fixed**: its name in `--json` and its page in `docs/why-403`.
    pub id: &'static str,
    /// The area that it belongs to.
    pub about: About,
    /// The cause in one sentence.
    pub title: &'static str,
    /// Why the request is refused, and how people get into this situation.
    pub meaning: &'static str,
    /// What to do.
    pub fix: &'static [Fix],
    /// The evidence that settles it.
    pub needs: &'static [Need],
    /// Who answers a request that is refused for this cause.
    pub sources: &'static [Source],
    pub(crate) check: fn(&Case<'_>) -> Verdict,
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cause({})", self.id)
    }
}

/// One line of advice: a command, or a sentence.
#[derive(Clone, Copy, Debug)]
pub struct Fix {
    /// `{…}` stands for a value of the case at hand.
    pub line: &'static str,
    applies: fn(&Case<'_>) -> bool,
}

impl Fix {
    /// Advice for every case of its cause.
    pub(crate) const fn new(line: &'static str) -> Self {
        Self { line, applies: |_| true }
    }

    /// Advice for some cases of its cause: in others it would be wrong, or make things worse.
    pub(crate) const fn when(applies: fn(&Case<'_>) -> bool, line: &'static str) -> Self {
        Self { line, applies }
    }

    pub(crate) fn applies(&self, case: &Case<'_>) -> bool {
        (self.applies)(case)
    }
}

/// The areas that causes are grouped by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum About {
    /// Who answered, and whether that was a refusal at all.
    Answer,
    /// When the pass is good.
    Time,
    /// Which URLs the pass is good for.
    Resource,
    /// Which viewers the pass is good for.
    Address,
    /// How the values of the pass are written.
    Encoding,
    /// Which key signed the pass, and which keys CloudFront trusts.
    Keys,
    /// Whether the pass reaches CloudFront.
    Delivery,
    /// How the distribution is configured.
    Distribution,
    /// The bucket or server behind CloudFront.
    Origin,
    /// Causes that have nothing to do with passes.
    Elsewhere,
}

impl About {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Answer,
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
            Self::Answer => "answer",
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

/// How sure it is that a cause is one. The order is that of certainty: what is proved comes first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Certainty {
    /// The evidence alone shows it.
    Proved,
    /// The evidence points to it, but a piece is missing or AWS leaves a question open.
    Likely,
    /// Nothing contradicts it.
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
    /// The URL that was signed, where another one was requested.
    SignedUrl,
    /// The 403 itself.
    Response,
    /// The distribution's configuration.
    Distribution,
    /// Its id and state, which `get-distribution-config` does not print.
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
            Self::Url => {
                "edgepass explain 'URL'    # with all its signing parameters; or --cookie with the viewer's cookies"
            }
            Self::SignedUrl => {
                "edgepass explain 'URL' --signed-url 'SIGNED_URL'    # as the signer returned it, such as the playlist's"
            }
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
                "curl -s https://checkip.amazonaws.com    # on the viewer's machine; then: --ip ADDRESS"
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
    /// These facts are worth knowing, but they did not refuse this request.
    Noted(Vec<String>),
    /// It is not a cause, for this reason.
    RuledOut(String),
    /// The evidence that it needs would tell.
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

    pub(crate) fn noted<const N: usize>(facts: [String; N]) -> Self {
        Self::Noted(facts.into())
    }

    pub(crate) fn ruled_out(why: impl Into<String>) -> Self {
        Self::RuledOut(why.into())
    }
}
