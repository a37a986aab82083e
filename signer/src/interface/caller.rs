//! A caller who may get a pass now.

use policy::UnixTime;

use crate::interface::identity::SignIn;
use crate::interface::problem::Problem;
use crate::key::site_secret::SiteSecret;
use crate::revocation::store::Store;

/// Under which names, and when, something is issued. Only [`Caller::issue`] makes one, so that
/// nothing is issued to the revoked.
pub(crate) struct Issue {
    pub(crate) subject: String,
    pub(crate) session: String,
    /// `iat`: now, or just after the latest cut-off.
    pub(crate) issued: UnixTime,
    /// The latest cut-off, which the sign-in is newer than.
    pub(crate) cut_off: Option<UnixTime>,
}

/// Who asks, as revocation knows them.
pub(crate) struct Caller {
    pub(crate) subject: String,
    pub(crate) session: String,
    signed_in: UnixTime,
}

impl Caller {
    pub(crate) fn new(subject: String, sign_in: &SignIn, secret: &SiteSecret) -> Self {
        let session = sign_in.session(&subject, secret);
        Self { subject, session, signed_in: sign_in.at }
    }

    /// Whether the session, or a sign-in as old as this one, is revoked.
    pub(crate) async fn is_revoked(&self, store: &dyn Store) -> Result<bool, Problem> {
        let standing = store.standing(&self.subject, &self.session).await?;
        Ok(standing.revokes(self.signed_in))
    }

    /// Reads the store, and refuses the revoked. What is issued is stamped later than every
    /// cut-off, which may lie a little ahead: the sign-in is newer than it, so the pass is meant
    /// to be good.
    pub(crate) async fn issue(self, store: &dyn Store, now: UnixTime) -> Result<Issue, Problem> {
        let standing = store.standing(&self.subject, &self.session).await?;
        if standing.revokes(self.signed_in) {
            return Err(Problem::revoked());
        }
        let cut_off = standing.cut_off();
        let issued = cut_off.map_or(now, |cut_off| cut_off.plus_seconds(1).max(now));
        Ok(Issue { subject: self.subject, session: self.session, issued, cut_off })
    }
}
