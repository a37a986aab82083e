//! Marks: what a rotation notes on the secret, because nothing else shows when it happened.

use core::fmt;

use policy::UnixTime;

/// A moment in the life of a key. As text: its id, a blank, and seconds since 1970.
///
/// It is noted after what it dates, so that whoever waits from it on waits long enough.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mark {
    /// Whose.
    pub key_id: String,
    /// When it was noted.
    pub at: UnixTime,
}

impl Mark {
    /// Reads a mark; None for any other text, as if the milestone had not been recorded.
    pub fn parse(text: &str) -> Option<Self> {
        let (key_id, at) = text.split_once(' ')?;
        let at = UnixTime::from_digits(at)?;
        Some(Self { key_id: key_id.to_owned(), at })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key_id, self.at.as_seconds())
    }
}

/// What a mark dates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Milestone {
    /// Whoever checks passes was told of the candidate.
    Trusted,
    /// The candidate signs.
    Switched,
    /// The candidate was given up.
    Aborted,
}

impl Milestone {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Trusted, Self::Switched, Self::Aborted];

    /// What a key is from then on.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::Switched => "switched",
            Self::Aborted => "aborted",
        }
    }

    /// The key of the tag that holds it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Trusted => "edgepass:trusted",
            Self::Switched => "edgepass:switched",
            Self::Aborted => "edgepass:aborted",
        }
    }
}

/// The last mark of each milestone. One of another key than the one at issue is of an earlier
/// rotation and says nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Marks {
    /// [`Milestone::Trusted`]
    pub trusted: Option<Mark>,
    /// [`Milestone::Switched`]
    pub switched: Option<Mark>,
    /// [`Milestone::Aborted`]
    pub aborted: Option<Mark>,
}

impl Marks {
    /// Sets a mark, or removes it.
    pub fn set(&mut self, milestone: Milestone, mark: Option<Mark>) {
        match milestone {
            Milestone::Trusted => self.trusted = mark,
            Milestone::Switched => self.switched = mark,
            Milestone::Aborted => self.aborted = mark,
        }
    }

    /// When this key was trusted everywhere.
    pub(super) fn trusted_at(&self, key_id: &str) -> Option<UnixTime> {
        at(self.trusted.as_ref(), key_id)
    }

    /// When this key began to sign.
    pub(super) fn switched_at(&self, key_id: &str) -> Option<UnixTime> {
        at(self.switched.as_ref(), key_id)
    }
}

fn at(mark: Option<&Mark>, key_id: &str) -> Option<UnixTime> {
    mark.filter(|mark| mark.key_id == key_id).map(|mark| mark.at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use super::*;

    #[test]
    fn written_and_read() {
        let at = UnixTime::from_seconds(1_767_290_400).unwrap();
        let mark = Mark { key_id: "K2JCJMDEHXQW5F".to_owned(), at };
        assert_eq!(mark.to_string(), "K2JCJMDEHXQW5F 1767290400");
        assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
        for wrong in ["", "K2JCJMDEHXQW5F", "K2JCJMDEHXQW5F ", "K2 x", "K2 -1", "K2 1 1"] {
            assert_eq!(Mark::parse(wrong), None, "{wrong}");
        }
    }
}
