//! A destination that fails, or whose publisher dies, at a step of one's choice.

use core::sync::atomic::{AtomicU32, Ordering};

use signer::{
    Destination, DestinationAnswer, DestinationUnavailable, Published, PublishedBody, Replaced,
    Version,
};

/// When the step fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fails {
    /// The order never arrives.
    Before,
    /// The order is carried out and the answer lost.
    After,
}

pub(crate) struct Faulty<'d> {
    inner: &'d dyn Destination,
    step: u32,
    fails: Fails,
    taken: AtomicU32,
}

impl<'d> Faulty<'d> {
    pub(crate) fn new(inner: &'d dyn Destination, step: u32, fails: Fails) -> Self {
        Self { inner, step, fails, taken: AtomicU32::new(0) }
    }

    /// Whether the step was reached at all.
    pub(crate) fn failed(&self) -> bool {
        self.taken.load(Ordering::Relaxed) > self.step
    }

    fn step<'a, T: Send + 'a>(
        &'a self,
        inner: DestinationAnswer<'a, T>,
    ) -> DestinationAnswer<'a, T> {
        Box::pin(async move {
            let fails = self.taken.fetch_add(1, Ordering::Relaxed) == self.step;
            let broken = || DestinationUnavailable { detail: "on purpose".to_owned() };
            if fails && self.fails == Fails::Before {
                return Err(broken());
            }
            let answer = inner.await?;
            if fails { Err(broken()) } else { Ok(answer) }
        })
    }
}

impl Destination for Faulty<'_> {
    fn head(&self) -> DestinationAnswer<'_, Option<Published>> {
        self.step(self.inner.head())
    }

    fn body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, Option<Vec<u8>>> {
        self.step(self.inner.body(name))
    }

    fn put_body<'d>(&'d self, name: &'d str, body: &'d [u8]) -> DestinationAnswer<'d, ()> {
        self.step(self.inner.put_body(name, body))
    }

    fn replace_head<'d>(
        &'d self,
        head: &'d [u8],
        before: Option<&'d Version>,
    ) -> DestinationAnswer<'d, Replaced> {
        self.step(self.inner.replace_head(head, before))
    }

    fn bodies(&self) -> DestinationAnswer<'_, Vec<PublishedBody>> {
        self.step(self.inner.bodies())
    }

    fn remove_body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, ()> {
        self.step(self.inner.remove_body(name))
    }
}
