//! All causes, in the order in which equally certain ones are listed: the more specific first.

mod address;
mod answer;
mod bucket;
mod delivery;
mod distribution;
mod elsewhere;
mod encoding;
mod keys;
mod object;
mod origin;
mod resource;
mod time;

use crate::case::Case;
use crate::cause::{Cause, Fix};
use crate::source::Source;

/// Every cause.
pub fn all() -> impl Iterator<Item = &'static Cause> {
    [
        answer::CAUSES,
        keys::WRONG_IDS,
        encoding::CAUSES,
        time::CAUSES,
        resource::ANOTHER_URL,
        keys::CAUSES,
        resource::CAUSES,
        address::CAUSES,
        delivery::CAUSES,
        distribution::CAUSES,
        origin::CAUSES,
        object::CAUSES,
        bucket::CAUSES,
        elsewhere::CAUSES,
        origin::DENIED,
    ]
    .into_iter()
    .flatten()
}

/// CloudFront's check refuses a pass, or a function that checks passes.
const PASS: &[Source] = &[Source::SignatureCheck, Source::Function, Source::Unknown];
/// Only CloudFront refuses for this.
const CHECK: &[Source] = &[Source::SignatureCheck, Source::Unknown];
/// CloudFront let the request through to the bucket.
const BUCKET: &[Source] = &[Source::S3, Source::Unknown];

/// A new pass in the same form as the old one.
const SIGN_URL: Fix = Fix::when(
    by_url,
    "edgepass sign url '{url}' --key private.pem --key-id {key_id} --expires +12h",
);
const SIGN_COOKIES: Fix = Fix::when(
    by_cookie,
    "edgepass sign cookies 'https://{host}/*' --key private.pem --key-id {key_id} --expires +12h",
);

fn by_cookie(case: &Case<'_>) -> bool {
    case.is_by_cookie()
}

fn by_url(case: &Case<'_>) -> bool {
    !case.is_by_cookie()
}
