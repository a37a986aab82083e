//! The state in hand: what is known of revoked passes, and when to look for more.

use policy::{
    BodyDigest, Delegation, Head, RevocationView, State, StateRefused, StateTrust, Trust, UnixTime,
    WhenUnknown,
};

use crate::revocation::RevocationSettings;

/// How long after a look-up that brought nothing the next one is due, in seconds, unless
/// `refresh_seconds` is less: requests do not wait for a publisher that is away, one after another.
const RETRY_SECONDS: u32 = 1;

/// Holds the last state that was good, and says when to look for a later one. It fetches nothing
/// itself.
pub(crate) struct StateHolder {
    trust: StateTrust,
    sha256: fn(&[u8]) -> [u8; 32],
    refresh_seconds: u32,
    max_stale_seconds: u32,
    when_unknown: WhenUnknown,
    held: Option<Held>,
    /// A later head, whose body is still to come.
    awaited: Option<Head>,
    looked_up: Option<LookUp>,
}

/// A body to be fetched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WantedBody {
    /// Its name.
    pub digest: BodyDigest,
    /// Its length: nothing longer needs to be fetched to its end.
    pub bytes: u32,
}

impl From<&Head> for WantedBody {
    fn from(head: &Head) -> Self {
        Self { digest: head.body_digest(), bytes: head.body_bytes() }
    }
}

/// A state, and the keys that it lists.
struct Held {
    state: State,
    trust: Trust,
}

struct LookUp {
    at: UnixTime,
    good_for: u32,
}

impl StateHolder {
    pub(crate) fn new(
        settings: &RevocationSettings,
        trust: StateTrust,
        sha256: fn(&[u8]) -> [u8; 32],
    ) -> Self {
        Self {
            trust,
            sha256,
            refresh_seconds: settings.refresh_seconds,
            max_stale_seconds: settings.max_stale_seconds,
            when_unknown: settings.when_unknown,
            held: None,
            awaited: None,
            looked_up: None,
        }
    }

    /// What the walk is told.
    pub(crate) fn view(&self) -> RevocationView<'_> {
        RevocationView {
            state: self.held.as_ref().map(|held| &held.state),
            max_stale_seconds: self.max_stale_seconds,
            when_unknown: self.when_unknown,
        }
    }

    /// The keys that the state lists; None while there is no state.
    pub(crate) fn trust(&self) -> Option<&Trust> {
        self.held.as_ref().map(|held| &held.trust)
    }

    /// Whether it is time to look for a later head. It is too where the clock was set back.
    pub(crate) fn is_due(&self, now: UnixTime) -> bool {
        self.looked_up.as_ref().is_none_or(|look_up| {
            now < look_up.at || now >= look_up.at.plus_seconds(look_up.good_for)
        })
    }

    /// Notes that a look-up begins, which may come to nothing.
    pub(crate) fn look_up(&mut self, now: UnixTime) {
        let good_for = RETRY_SECONDS.min(self.refresh_seconds);
        self.looked_up = Some(LookUp { at: now, good_for });
    }

    /// Takes a head that was fetched. Says which body to fetch, if that is not in hand.
    pub(crate) fn take_head(
        &mut self,
        bytes: &[u8],
        now: UnixTime,
        keys: impl Fn(&Delegation) -> Result<Trust, StateRefused>,
    ) -> Result<Option<WantedBody>, StateRefused> {
        let held = self.held.as_ref().map(|held| held.state.head());
        // The later one: an awaited head was seen too.
        let head = self.trust.head(bytes, self.awaited.as_ref().or(held), now)?;
        match self.held.as_ref().and_then(|held| held.state.advanced(head.clone())) {
            Some(state) => {
                self.hold(state, keys)?;
                self.checked(now);
                Ok(None)
            }
            None => {
                let wanted = WantedBody::from(&head);
                self.awaited = Some(head);
                // Until its body comes, this look-up counts as failed.
                self.look_up(now);
                Ok(Some(wanted))
            }
        }
    }

    /// Notes that the head is still the last one that was fetched. Says which body to fetch, if that
    /// did not come then.
    pub(crate) fn head_is_unchanged(&mut self, now: UnixTime) -> Option<WantedBody> {
        if self.awaited.is_none() && self.held.is_some() {
            self.checked(now);
        }
        self.awaited.as_ref().map(WantedBody::from)
    }

    /// Takes the body that was asked for. One that nobody awaits is ignored.
    pub(crate) fn take_body(
        &mut self,
        bytes: Vec<u8>,
        now: UnixTime,
        keys: impl Fn(&Delegation) -> Result<Trust, StateRefused>,
    ) -> Result<(), StateRefused> {
        let Some(head) = self.awaited.clone() else { return Ok(()) };
        self.hold(State::new(head, bytes, self.sha256)?, keys)?;
        self.checked(now);
        Ok(())
    }

    /// The state is taken with its keys or not at all.
    fn hold(
        &mut self,
        state: State,
        keys: impl Fn(&Delegation) -> Result<Trust, StateRefused>,
    ) -> Result<(), StateRefused> {
        let delegation = state.head().delegation();
        let trust = match self.held.take() {
            Some(Held { state: before, trust }) if before.head().delegation() == delegation => {
                trust
            }
            before => {
                let trust = keys(delegation);
                if trust.is_err() {
                    self.held = before;
                }
                trust?
            }
        };
        self.held = Some(Held { state, trust });
        self.awaited = None;
        Ok(())
    }

    fn checked(&mut self, now: UnixTime) {
        self.looked_up = Some(LookUp { at: now, good_for: self.refresh_seconds });
    }
}
