//! A destination whose first answers reach the publisher garbled.

use core::sync::atomic::{AtomicU32, Ordering};

use signer::{Destination, DestinationAnswer, Published, PublishedBody, Replaced, Version};

/// So many times the head is read as something else, under its own version.
pub(crate) struct Garbled<'d> {
    inner: &'d dyn Destination,
    times: u32,
    read: AtomicU32,
}

impl<'d> Garbled<'d> {
    pub(crate) fn new(inner: &'d dyn Destination, times: u32) -> Self {
        Self { inner, times, read: AtomicU32::new(0) }
    }
}

impl Destination for Garbled<'_> {
    fn head(&self) -> DestinationAnswer<'_, Option<Published>> {
        Box::pin(async {
            let head = self.inner.head().await?;
            let read = self.read.fetch_add(1, Ordering::Relaxed);
            let garbage = format!("<html>{read}").into_bytes();
            Ok(head.map(|head| {
                if read < self.times { Published { bytes: garbage, ..head } } else { head }
            }))
        })
    }

    fn body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, Option<Vec<u8>>> {
        self.inner.body(name)
    }

    fn put_body<'d>(&'d self, name: &'d str, body: &'d [u8]) -> DestinationAnswer<'d, ()> {
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
        self.inner.bodies()
    }

    fn remove_body<'d>(&'d self, name: &'d str) -> DestinationAnswer<'d, ()> {
        self.inner.remove_body(name)
    }
}
