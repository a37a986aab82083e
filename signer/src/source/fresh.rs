//! A value from elsewhere: fetched once, kept, and fetched again when it has grown old.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, PoisonError, RwLock};

use policy::UnixTime;
use tokio::sync::Mutex;

/// How long to wait after a fetch that failed, so that not every request waits for the next one.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// How a value is fetched.
pub trait Fetch: Send + Sync {
    /// What is fetched.
    type Value: Send + Sync;
    /// Why it is not.
    type Error: fmt::Display + Send;

    /// Fetches it once.
    fn fetch(&self) -> impl Future<Output = Result<Self::Value, Self::Error>> + Send;

    /// Told when a fetch failed and the value in hand stays in use.
    fn failed(&self, error: &Self::Error, age: Duration);
}

/// How old a value may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Freshness {
    /// From this age on it is fetched again.
    pub refresh_after: Duration,
    /// From this age on it is not used any more, whatever happens.
    pub max_age: Duration,
}

/// The value in hand, and the way to the next one.
///
/// Lambda stops the process between two requests, so there is nothing in the background: the
/// request that finds the value old fetches the next one, and requests beside it go on with the
/// old one.
pub struct Fresh<F: Fetch> {
    source: F,
    freshness: Freshness,
    held: RwLock<Held<F::Value>>,
    fetching: Mutex<()>,
}

struct Held<V> {
    value: Arc<V>,
    fetched: UnixTime,
    tried: UnixTime,
}

impl<F: Fetch> Fresh<F> {
    /// Fetches the first value: without one there is nothing to hold.
    pub async fn start(source: F, freshness: Freshness, now: UnixTime) -> Result<Self, F::Error> {
        let value = Arc::new(source.fetch().await?);
        let held = RwLock::new(Held { value, fetched: now, tried: now });
        Ok(Self { source, freshness, held, fetching: Mutex::new(()) })
    }

    /// The value to use now. `Err` holds the age of one that is too old.
    pub async fn current(&self, now: UnixTime) -> Result<Arc<F::Value>, Duration> {
        if self.is_due(now) {
            match self.fetching.try_lock() {
                Ok(_alone) => self.refresh(now).await,
                Err(_) if self.usable(now).is_ok() => {}
                // Nothing to go on with but what the other request is about to bring.
                Err(_) => drop(self.fetching.lock().await),
            }
        }
        self.usable(now)
    }

    async fn refresh(&self, now: UnixTime) {
        // Another request may have fetched it between the look at the clock and the lock.
        if !self.is_due(now) {
            return;
        }
        let fetched = self.source.fetch().await.map(Arc::new);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.tried = now;
        match fetched {
            Ok(value) => {
                held.value = value;
                held.fetched = now;
            }
            Err(error) => self.source.failed(&error, age(held.fetched, now)),
        }
    }

    fn is_due(&self, now: UnixTime) -> bool {
        let Freshness { refresh_after, .. } = self.freshness;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        age(held.fetched, now) >= refresh_after
            && (held.tried == held.fetched
                || age(held.tried, now) >= RETRY_AFTER.min(refresh_after))
    }

    fn usable(&self, now: UnixTime) -> Result<Arc<F::Value>, Duration> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let age = age(held.fetched, now);
        if age < self.freshness.max_age { Ok(Arc::clone(&held.value)) } else { Err(age) }
    }
}

/// Shows neither the value nor where it comes from.
impl<F: Fetch> fmt::Debug for Fresh<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").field("freshness", &self.freshness).finish_non_exhaustive()
    }
}

/// A clock that was set back makes nothing older, and nothing young for longer than the step.
fn age(since: UnixTime, now: UnixTime) -> Duration {
    let seconds = now.as_seconds().saturating_sub(since.as_seconds());
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

    use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    const FRESHNESS: Freshness =
        Freshness { refresh_after: Duration::from_secs(300), max_age: Duration::from_secs(3600) };

    /// Counts its fetches, each of which takes a permit.
    struct Counter {
        fetches: AtomicU64,
        failures: AtomicU64,
        broken: AtomicBool,
        permits: Semaphore,
    }

    impl Counter {
        fn new() -> Self {
            Self {
                fetches: AtomicU64::new(0),
                failures: AtomicU64::new(0),
                broken: AtomicBool::new(false),
                permits: Semaphore::new(1000),
            }
        }
    }

    impl Fetch for Arc<Counter> {
        type Value = u64;
        type Error = &'static str;

        async fn fetch(&self) -> Result<u64, &'static str> {
            let count = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
            self.permits.acquire().await.unwrap().forget();
            if self.broken.load(Ordering::SeqCst) { Err("out of order") } else { Ok(count) }
        }

        fn failed(&self, _: &&'static str, _: Duration) {
            self.failures.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn at(seconds: i64) -> UnixTime {
        UnixTime::from_seconds(1_767_290_400 + seconds).unwrap()
    }

    #[tokio::test]
    async fn a_young_value_is_kept_and_an_old_one_fetched_again() {
        let fresh = Fresh::start(Arc::new(Counter::new()), FRESHNESS, at(0)).await.unwrap();
        assert_eq!(*fresh.current(at(299)).await.unwrap(), 1);
        assert_eq!(*fresh.current(at(300)).await.unwrap(), 2);
        assert_eq!(*fresh.current(at(599)).await.unwrap(), 2);
        assert_eq!(*fresh.current(at(600)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn the_old_value_outlives_failures_for_a_while() {
        let counter = Arc::new(Counter::new());
        let fresh = Fresh::start(Arc::clone(&counter), FRESHNESS, at(0)).await.unwrap();
        counter.broken.store(true, Ordering::SeqCst);

        assert_eq!(*fresh.current(at(300)).await.unwrap(), 1);
        // Not every request tries again.
        assert_eq!(*fresh.current(at(309)).await.unwrap(), 1);
        assert_eq!(counter.fetches.load(Ordering::SeqCst), 2);
        assert_eq!(*fresh.current(at(310)).await.unwrap(), 1);
        assert_eq!(counter.failures.load(Ordering::SeqCst), 2);
        assert_eq!(*fresh.current(at(3599)).await.unwrap(), 1);
        assert_eq!(fresh.current(at(3600)).await, Err(Duration::from_secs(3600)));

        counter.broken.store(false, Ordering::SeqCst);
        assert_eq!(fresh.current(at(3605)).await, Err(Duration::from_secs(3605)));
        assert_eq!(*fresh.current(at(3610)).await.unwrap(), 5);
    }

    #[tokio::test]
    async fn one_fetches_and_the_others_go_on() {
        let counter = Arc::new(Counter::new());
        let fresh = Arc::new(Fresh::start(Arc::clone(&counter), FRESHNESS, at(0)).await.unwrap());
        counter.permits.forget_permits(1000);
        let waiting = tokio::spawn({
            let fresh = Arc::clone(&fresh);
            async move { fresh.current(at(300)).await }
        });
        while counter.fetches.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(*fresh.current(at(300)).await.unwrap(), 1);

        // Too old to go on with: this one waits for the fetch under way.
        let late = tokio::spawn({
            let fresh = Arc::clone(&fresh);
            async move { fresh.current(at(3600)).await }
        });
        tokio::task::yield_now().await;
        counter.permits.add_permits(1);
        assert_eq!(*waiting.await.unwrap().unwrap(), 2);
        assert_eq!(*late.await.unwrap().unwrap(), 2);
        assert_eq!(counter.fetches.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_clock_set_back_breaks_nothing() {
        let fresh = Fresh::start(Arc::new(Counter::new()), FRESHNESS, at(0)).await.unwrap();
        assert_eq!(*fresh.current(at(-50)).await.unwrap(), 1);
        assert_eq!(*fresh.current(at(300)).await.unwrap(), 2);
    }
}
