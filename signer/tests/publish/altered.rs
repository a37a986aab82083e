//! A destination that shows its publisher something other than what is there.

use core::sync::atomic::{AtomicU32, Ordering};
use std::collections::BTreeSet;
use std::sync::Mutex;

use signer::{Destination, DestinationAnswer, Published, PublishedBody, Replaced, Version};

pub(crate) struct Altered<'d> {
    inner: &'d dyn Destination,
    garbled: u32,
    heads_read: AtomicU32,
    seconds: u32,
    written: Mutex<BTreeSet<String>>,
}

impl<'d> Altered<'d> {
    fn new(inner: &'d dyn Destination, garbled: u32, seconds: u32) -> Self {
        let (heads_read, written) = (AtomicU32::default(), Mutex::default());
        Self { inner, garbled, heads_read, seconds, written }
    }

    /// So many times the head is read as something else, under its own version.
    pub(crate) fn garbled(inner: &'d dyn Destination, times: u32) -> Self {
        Self::new(inner, times, 0)
    }

    /// Its clock is so far ahead of that of the one inside: what is written now is dated
    /// accordingly.
    pub(crate) fn later(inner: &'d dyn Destination, seconds: u32) -> Self {
        Self::new(inner, 0, seconds)
    }

    fn dated(&self, body: PublishedBody) -> PublishedBody {
        if !self.written.lock().unwrap().contains(&body.name) {
            return body;
        }
        PublishedBody { written_at: body.written_at.plus_seconds(self.seconds), ..body }
    }
}

impl Destination for Altered<'_> {
    fn head(&self) -> DestinationAnswer<'_, Option<Published>> {
        Box::pin(async {
            let head = self.inner.head().await?;
            let read = self.heads_read.fetch_add(1, Ordering::Relaxed);
            let garbage = format!("<html>{read}").into_bytes();
            Ok(head.map(|head| {
                if read < self.garbled { Published { bytes: garbage, ..head } } else { head }
            }))
        })
    }

    fn body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, Option<Vec<u8>>> {
        self.inner.body(name)
    }

    fn put_body<'d>(&'d self, name: &'d str, body: &'d [u8]) -> DestinationAnswer<'d, ()> {
        self.written.lock().unwrap().insert(name.to_owned());
        self.inner.put_body(name, body)
    }

    fn replace_head<'d>(
        &'d self,
        head: &'d [u8],
        before: Option<&'d Version>,
    ) -> DestinationAnswer<'d, Replaced> {
        self.inner.replace_head(head, before)
    }

    fn bodies(&self) -> DestinationAnswer<'_, Vec<PublishedBody>> {
        Box::pin(async {
            let bodies = self.inner.bodies().await?;
            Ok(bodies.into_iter().map(|body| self.dated(body)).collect())
        })
    }

    fn remove_body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, ()> {
        self.inner.remove_body(name)
    }
}
