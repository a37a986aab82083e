//! Why CloudFront would not take a result.

/// A result that CloudFront answers with a 502, and what is wrong with it. Never a value of it.
#[derive(Debug)]
pub(super) struct InvalidResult(pub(super) String);
