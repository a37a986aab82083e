//! How long an entry is needed.

use policy::UnixTime;

use super::{Entry, PAGE, Scope, Store, StoreUnavailable};

/// The longest lifetime that is granted at all, in seconds: 400 days, after which browsers drop
/// cookies (RFC 6265bis, 5.5). What a database forgets by itself it forgets later than that.
pub const LONGEST_LIFETIME: u32 = 400 * 24 * 3600;

/// The longest time for which a sign-in is remembered as revoked, in seconds: ten years, as long as
/// a refresh token of Cognito's may live (AWS: "User pool token expiration").
pub(crate) const LONGEST_SIGN_IN: u32 = 3650 * 24 * 3600;

/// [`Retention::longest_sign_in`] where nobody says otherwise: as long as the longest lifetime.
pub(crate) const LONGEST_SIGN_IN_DEFAULT: u32 = LONGEST_LIFETIME;

/// By how much the clocks of signers, publisher and edges may differ in all, in seconds.
pub(crate) const CLOCKS: u32 = 300;

/// How long an entry is needed after its cut-off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retention {
    /// The longest lifetime that was ever granted, in seconds: so long live passes are about.
    pub largest_lifetime: u32,
    /// The longest time after signing in for which the identity provider's tokens get passes, in
    /// seconds (a refresh token lives for weeks). So long must issuing remember who was revoked,
    /// or a sign-in from before the cut-off would get passes again; older ones it refuses.
    pub longest_sign_in: u32,
}

impl Retention {
    /// Whether a live pass can still match the entry, so that edges need it.
    ///
    /// A revoked key is needed for ever: who stole it can date passes as they like.
    pub fn edges_need(self, entry: &Entry, now: UnixTime) -> bool {
        needed_for(entry, self.largest_lifetime, now)
    }

    /// Whether the store needs the entry: edges do, or issuing does.
    pub fn store_needs(self, entry: &Entry, now: UnixTime) -> bool {
        needed_for(entry, self.largest_lifetime.max(self.longest_sign_in), now)
    }
}

/// Before a lifetime is noted.
pub(super) fn check_lifetime(seconds: u32) -> Result<(), StoreUnavailable> {
    if seconds > LONGEST_LIFETIME {
        return Err(StoreUnavailable::new(format_args!(
            "a lifetime of {seconds} s is too long; at most {LONGEST_LIFETIME} s are granted"
        )));
    }
    Ok(())
}

fn needed_for(entry: &Entry, seconds: u32, now: UnixTime) -> bool {
    let last = entry.up_to.plus_seconds(seconds).plus_seconds(CLOCKS);
    matches!(entry.scope, Scope::All | Scope::Key(_)) || now <= last
}

/// Removes the entries that the store does not need any more, at most `most` of them, and says how
/// many those were.
///
/// One that is ordered anew meanwhile stays. The largest lifetime is asked for first: it grows
/// before passes of the new lifetime are granted.
pub async fn prune(
    store: &dyn Store,
    longest_sign_in: u32,
    now: UnixTime,
    most: usize,
) -> Result<usize, StoreUnavailable> {
    let largest_lifetime = store.largest_lifetime().await?;
    let retention = Retention { largest_lifetime, longest_sign_in };
    let (mut removed, mut after) = (0, None);
    loop {
        let page = store.list(after.as_ref(), PAGE).await?;
        for entry in page.entries.iter().filter(|entry| !retention.store_needs(entry, now)) {
            if removed == most {
                return Ok(removed);
            }
            removed += usize::from(store.remove(entry).await?);
        }
        after = page.next;
        if after.is_none() {
            return Ok(removed);
        }
    }
}
