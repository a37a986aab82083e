//! Where edges fetch the state.

use core::fmt;
use core::future::Future;
use core::pin::Pin;

use policy::UnixTime;

/// A place with one head, which is replaced in one step, and bodies beside it.
///
/// A reader sees a head and a body as they were written, never a part of one. What was acknowledged
/// is seen by every later question.
pub trait Destination: Send + Sync {
    /// The head, if there is one.
    fn head(&self) -> DestinationAnswer<'_, Option<Published>>;

    /// A body, if it is there.
    fn body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, Option<Vec<u8>>>;

    /// Writes a body under its name, the digest. It writes an existing body again, which renews its age.
    fn put_body<'d>(&'d self, name: &'d str, body: &'d [u8]) -> DestinationAnswer<'d, ()>;

    /// Writes the head if the stored one still has the version `before`; if `before` is None, only if no
    /// head is stored.
    fn replace_head<'d>(
        &'d self,
        head: &'d [u8],
        before: Option<&'d Version>,
    ) -> DestinationAnswer<'d, Replaced>;

    /// All bodies.
    fn bodies(&self) -> DestinationAnswer<'_, Vec<PublishedBody>>;

    /// Removes a body; one that is not there is no error.
    fn remove_body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, ()>;
}

/// An answer on its way.
pub type DestinationAnswer<'d, T> =
    Pin<Box<dyn Future<Output = Result<T, DestinationUnavailable>> + Send + 'd>>;

/// A head as it is published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Published {
    /// The head.
    pub bytes: Vec<u8>,
    /// What tells it from the head before and after.
    pub version: Version,
}

/// What tells one head from another in its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Version(pub String);

/// Whether the head was replaced.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Replaced {
    /// Another one was there.
    No,
    /// It was.
    Yes,
}

/// A body as it is published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublishedBody {
    /// Its name.
    pub name: String,
    /// When it was written last, by the clock of its place.
    pub written_at: UnixTime,
}

/// The destination did not answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DestinationUnavailable {
    /// For the log.
    pub detail: String,
}

impl DestinationUnavailable {
    pub(super) fn new(detail: impl fmt::Display) -> Self {
        Self { detail: detail.to_string() }
    }
}

impl fmt::Display for DestinationUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the place of the published state did not answer: {}", self.detail)
    }
}

impl core::error::Error for DestinationUnavailable {}
