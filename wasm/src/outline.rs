//! What verdicts and inspections both say of a credential, as JSON.

use policy::json::Members;
use policy::{Credential, Policy, UnixTime};

pub(crate) fn put_outline(members: &mut Members<'_>, credential: &Credential<'_>) {
    members
        .string("carrier", credential.carrier().name())
        .string("keyId", credential.key_id())
        .string("hash", credential.hash().marker())
        .boolean("canned", credential.is_canned());
}

pub(crate) fn put_times(members: &mut Members<'_>, policy: Option<&Policy>) {
    let seconds = |time: Option<UnixTime>| time.map(UnixTime::as_seconds);
    members
        .integer_or_null("startsAt", seconds(policy.and_then(Policy::date_greater_than)))
        .integer_or_null("expiresAt", seconds(policy.map(Policy::date_less_than)));
}
