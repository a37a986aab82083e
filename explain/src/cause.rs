//! What a cause is: data, and one small check.

use core::fmt;

use crate::case::Case;
use crate::certainty::Certainty;
use crate::need::Need;
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
