//! A secret, a key group and a published state, in memory, in which any call can fail.

use core::pin::Pin;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use policy::{Algorithm, DelegatedKey, KeyUse, ShortRsa, UnixTime};
use zeroize::Zeroizing;

use super::edges::{Edges, History};
use super::kms::Kms;
use crate::key::{KeySpec, PrivateKey};
use crate::rotation::{
    AccountKey, Arrival, Custody, EstateFailed, Goal, Marks, RootKey, Rotation, RotationFailed,
    RotationSettings, StoredKey, Wait, Waits,
};
use crate::source::{KeptKey, KeyText};

/// How often the publisher runs, in seconds.
const HEARTBEAT: i64 = 60;
/// How long whoever has the root key takes to sign, in seconds.
const OPERATOR: i64 = 7200;

/// Longer than any rotation takes, in seconds.
const PATIENCE: i64 = 7 * 24 * 3600;

pub(super) const WAITS: Waits = Waits { settle: 300, drain: 12 * 3600 + 3600 + 300 };

/// What happens at a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// It fails, and changes nothing.
    Before,
    /// It works, and its answer is lost.
    After,
    /// Somebody else works towards this goal while it is on its way.
    Meanwhile(Goal),
}

#[derive(Clone)]
pub(super) struct World(Arc<Mutex<State>>);

pub(super) struct State {
    pub(super) now: i64,
    pub(super) versions: BTreeMap<String, Version>,
    pub(super) stages: BTreeMap<&'static str, String>,
    pub(super) marks: Marks,
    pub(super) account: Vec<AccountKey>,
    pub(super) kms: Kms,
    pub(super) etag: u32,
    pub(super) made: u32,
    pub(super) members: Vec<String>,
    pub(super) delegated: Option<Vec<DelegatedKey>>,
    pub(super) published: Vec<DelegatedKey>,
    pub(super) root: RootKey,
    pub(super) edges: Edges,
    pub(super) calls: Vec<&'static str>,
    pub(super) faults: BTreeMap<usize, Fault>,
    pub(super) waits: Waits,
    /// Whether viewers may be refused: somebody else broke the site.
    pub(super) unwatched: bool,
    algorithm: Option<Algorithm>,
    custody: Option<Custody>,
}

#[derive(Clone)]
pub(super) struct Version {
    pub(super) text: String,
    key: StoredKey,
}

impl Version {
    pub(super) fn new(id: &str, text: &str, created: i64, kms: &Kms) -> Self {
        let parsed = KeyText::parse(Zeroizing::new(text.to_owned())).unwrap();
        let (public, kms_key) = match parsed.key {
            KeptKey::Kms(arn) => (kms.public(&arn), Some(arn)),
            KeptKey::Text(pem) => {
                let key = PrivateKey::from_pem(&pem, None, ShortRsa::Refuse).unwrap();
                (key.public_key().clone(), None)
            }
        };
        let key = StoredKey {
            version: id.to_owned(),
            created: time(created),
            key_id: parsed.key_id.unwrap(),
            public,
            hash: parsed.hash.unwrap(),
            kms_key,
        };
        Self { text: text.to_owned(), key }
    }
}

impl World {
    /// A site that signs with `K1`, which its secret holds. Where validators run, edges trust what
    /// is published.
    pub(super) fn new(algorithm: Algorithm, trust: Option<RootKey>) -> Self {
        Self::keeping(Custody::Secret, algorithm, trust)
    }

    /// The same, with the key where this says.
    pub(super) fn keeping(custody: Custody, algorithm: Algorithm, trust: Option<RootKey>) -> Self {
        let now = 1_767_290_400;
        let mut kms = Kms::default();
        let spec = KeySpec::of(algorithm);
        let (private, public) = match custody {
            Custody::Kms => {
                let arn = kms.create(spec, now - 1_000_000);
                (("kms_key", arn.to_string()), kms.public(&arn))
            }
            Custody::Secret => {
                let (key, pem) = PrivateKey::generate(spec).unwrap();
                (("private_key", (*pem).clone()), key.public_key().clone())
            }
        };
        let hash = if algorithm.hash() == policy::Hash::Sha1 { "sha1" } else { "sha256" };
        let text = serde_json::json!({ "key_id": "K1", private.0: private.1, "hash": hash });
        let listed = DelegatedKey {
            key_use: KeyUse::CloudFront,
            id: None,
            key: public.clone(),
            algorithms: vec![algorithm],
        };
        let k1 = BTreeSet::from(["K1".to_owned()]);
        let version = Version::new("v1", &text.to_string(), now, &kms);
        let state = State {
            now,
            versions: [("v1".to_owned(), version)].into(),
            stages: [("AWSCURRENT", "v1".to_owned())].into(),
            marks: Marks::default(),
            account: vec![AccountKey {
                id: "K1".to_owned(),
                name: "by hand".to_owned(),
                created: time(now - 1_000_000),
                key: Some(public),
            }],
            kms,
            etag: 1,
            made: 1,
            members: vec!["K1".to_owned()],
            delegated: trust.map(|_| vec![listed.clone()]),
            published: vec![listed],
            root: trust.unwrap_or(RootKey::AtHand),
            edges: Edges {
                group: History::new(k1.clone()),
                published: trust.map(|_| History::new(k1)),
                current: History::new("K1".to_owned()),
            },
            calls: Vec::new(),
            faults: BTreeMap::new(),
            waits: WAITS,
            unwatched: false,
            algorithm: None,
            custody: None,
        };
        Self(Arc::new(Mutex::new(state)))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(super) fn rotation(&self) -> Rotation<Self> {
        let world = self.clone();
        let clock = Arc::new(move || time(world.state().now));
        let State { waits, algorithm, custody, .. } = *self.state();
        let settings = RotationSettings { waits, algorithm, custody, canary: None };
        Rotation::new(self.clone(), settings, clock)
    }

    pub(super) fn change_to(&self, algorithm: Algorithm) {
        self.state().algorithm = Some(algorithm);
    }

    pub(super) fn move_to(&self, custody: Custody) {
        self.state().custody = Some(custody);
    }

    /// Until the goal is reached, however often that takes; or until it is refused.
    pub(super) async fn drive(&self, goal: Goal) -> Result<(), RotationFailed> {
        self.drive_until(goal, i64::MAX).await.map(|_| ())
    }

    /// The same, but no longer than until then.
    async fn drive_until(&self, goal: Goal, end: i64) -> Result<Arrival, RotationFailed> {
        let begun = self.state().now;
        loop {
            assert!(self.state().now - begun < PATIENCE, "{goal:?} is never reached");
            let arrival = match self.rotation().advance(goal, &mut |_| {}).await {
                Ok(Arrival::Reached) => return Ok(Arrival::Reached),
                Ok(waiting) => waiting,
                Err(RotationFailed::Estate(_)) => Arrival::Waiting(Wait::Sight),
                Err(other) => return Err(other),
            };
            let Arrival::Waiting(wait) = &arrival else { continue };
            let until = wait.until().map_or(self.state().now + 30, UnixTime::as_seconds);
            self.sleep_until(until.min(end));
            if let Wait::Delegation(_) | Wait::Undelegation(_) = wait {
                let signed = self.state().now + OPERATOR;
                self.sleep_until(signed.min(end));
                self.sign_by_hand(wait);
            }
            if self.state().now >= end {
                return Ok(arrival);
            }
        }
    }

    fn meanwhile(self, goal: Goal) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let end = self.state().now + 890;
            // At once, and at the last moment.
            for _ in 0..2 {
                let other = self.drive_until(goal, end).await;
                assert!(matches!(other, Ok(_) | Err(RotationFailed::Refused(_))), "{other:?}");
                self.sleep_until(end);
            }
        })
    }

    /// The same, but the process is gone after so many calls. Whether the goal was reached before.
    pub(super) async fn drive_calls(&self, goal: Goal, calls: usize) -> bool {
        loop {
            let advanced = self.rotation().advance(goal, &mut |_| {}).await;
            let wait = match advanced {
                Ok(Arrival::Reached) => return true,
                Ok(Arrival::Waiting(wait)) => wait,
                Err(RotationFailed::Estate(_)) => return false,
                Err(other) => panic!("{other}"),
            };
            if self.state().calls.len() >= calls {
                return false;
            }
            let until = wait.until().map_or(self.state().now + 30, UnixTime::as_seconds);
            self.sleep_until(until);
            self.sign_by_hand(&wait);
        }
    }

    /// Whoever has the root key does as they are told.
    fn sign_by_hand(&self, wait: &Wait) {
        let mut state = self.state();
        let Some(mut keys) = state.delegated.clone() else { return };
        match wait {
            Wait::Delegation(id) => keys.push(state.key("AWSPENDING").unwrap().listed_as(id)),
            Wait::Undelegation(id) => {
                let gone = state.account.iter().find(|key| key.id == *id);
                let gone = gone.and_then(|key| key.key.clone());
                keys.retain(|listed| {
                    listed.id.as_ref() != Some(id) && Some(&listed.key) != gone.as_ref()
                });
            }
            _ => {}
        }
        state.delegated = Some(keys);
    }

    /// Time passes, with a look at every viewer when something changes.
    pub(super) fn sleep_until(&self, until: i64) {
        let mut state = self.state();
        let heartbeat = state.now - state.now.rem_euclid(HEARTBEAT) + HEARTBEAT;
        if heartbeat <= until {
            state.now = heartbeat;
            state.publish();
            state.check();
        }
        // From then on edges only forget, and passes only end: nobody is refused later.
        state.now = state.now.max(until);
    }

    /// One call: it takes a second, and may fail.
    pub(super) async fn call<T>(
        &self,
        name: &'static str,
        change: impl FnOnce(&mut State) -> Result<T, EstateFailed>,
    ) -> Result<T, EstateFailed> {
        let fault = {
            let mut state = self.state();
            let at = state.calls.len();
            state.calls.push(name);
            state.faults.remove(&at)
        };
        match fault {
            Some(Fault::Before) => return Err(EstateFailed::new(name, &"lost on the way there")),
            // A function lives for fifteen minutes; so old may be what it is about to do.
            Some(Fault::Meanwhile(goal)) => {
                self.clone().meanwhile(goal).await;
            }
            Some(Fault::After) | None => {}
        }
        let mut state = self.state();
        state.now += 1;
        let done = change(&mut state);
        state.note();
        state.check();
        match fault {
            Some(Fault::After) => Err(EstateFailed::new(name, &"lost on the way back")),
            _ => done,
        }
    }
}

impl State {
    pub(super) fn key(&self, stage: &str) -> Option<StoredKey> {
        let version = self.stages.get(stage)?;
        self.versions.get(version).map(|version| version.key.clone())
    }

    /// The ids of those that are listed. The first was, before anybody knew its id.
    fn ids(keys: &[DelegatedKey]) -> BTreeSet<String> {
        keys.iter().map(|key| key.id.clone().unwrap_or_else(|| "K1".to_owned())).collect()
    }

    fn publish(&mut self) {
        if let Some(delegated) = self.delegated.clone() {
            self.published = delegated;
        }
        self.note();
    }

    /// What those who check passes now learn.
    fn note(&mut self) {
        let (now, members) = (self.now, self.members.iter().cloned().collect());
        self.edges.group.set(now, members);
        if let Some(published) = &mut self.edges.published {
            published.set(now, Self::ids(&self.published));
        }
        let current = self.key("AWSCURRENT").unwrap().key_id;
        self.edges.current.set(now, current);
    }

    fn check(&self) {
        if self.unwatched {
            return;
        }
        let refused = self.edges.refused(self.now);
        assert_eq!(refused, None, "after {:?} at {}", self.calls, self.now);
        for id in self.edges.signing(self.now) {
            let version = self.versions.values().find(|version| version.key.key_id == id);
            let key = version.and_then(|version| version.key.kms_key.as_ref());
            let signs = key.is_none_or(|key| self.kms.signs(key));
            assert!(signs, "{id} does not sign after {:?} at {}", self.calls, self.now);
        }
    }
}

impl StoredKey {
    fn listed_as(&self, id: &str) -> DelegatedKey {
        DelegatedKey { id: Some(id.to_owned()), ..self.listed() }
    }
}

pub(super) fn time(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds).unwrap()
}
