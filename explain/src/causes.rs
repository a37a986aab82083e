//! All causes, in the order in which equally certain ones are named: the more specific first.

mod address;
mod delivery;
mod distribution;
mod elsewhere;
mod encoding;
mod keys;
mod origin;
mod resource;
mod time;

use crate::cause::Cause;
use crate::source::Source;

/// Every cause there is.
pub fn all() -> impl Iterator<Item = &'static Cause> {
    [
        encoding::CAUSES,
        time::CAUSES,
        keys::CAUSES,
        resource::CAUSES,
        address::CAUSES,
        delivery::CAUSES,
        distribution::CAUSES,
        origin::CAUSES,
        elsewhere::CAUSES,
    ]
    .into_iter()
    .flatten()
}

/// A pass is refused by CloudFront's check, or by a function that checks passes.
const PASS: &[Source] = &[Source::SignatureCheck, Source::Function, Source::Unknown];
/// Only CloudFront refuses so.
const CHECK: &[Source] = &[Source::SignatureCheck, Source::Unknown];
/// CloudFront let the request through to the bucket.
const BUCKET: &[Source] = &[Source::S3, Source::Unknown];
