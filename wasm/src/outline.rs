//! What verdicts and inspections both say of a credential, as JSON.

use policy::json::Members;
use policy::{Outline, UnixTime};

pub(crate) fn put_outline(members: &mut Members<'_>, outline: &Outline<'_>) {
    members
        .string("carrier", outline.carrier.name())
        .string("keyId", &outline.key_id)
        .string("hash", outline.hash.marker())
        .boolean("canned", outline.is_canned);
}

pub(crate) fn put_times(
    members: &mut Members<'_>,
    starts: Option<UnixTime>,
    expires: Option<UnixTime>,
) {
    members
        .integer_or_null("startsAt", starts.map(UnixTime::as_seconds))
        .integer_or_null("expiresAt", expires.map(UnixTime::as_seconds));
}
