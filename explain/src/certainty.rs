//! How sure a cause is.

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
