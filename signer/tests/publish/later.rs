//! A destination some time after everything in it was written.

use std::collections::BTreeSet;
use std::sync::Mutex;

use signer::{Destination, DestinationAnswer, Published, PublishedBody, Replaced, Version};

/// Its clock is so far ahead of that of the one inside: what is written now is dated accordingly.
pub(crate) struct Later<'d> {
    inner: &'d dyn Destination,
    seconds: u32,
    written: Mutex<BTreeSet<String>>,
}

impl<'d> Later<'d> {
    pub(crate) fn new(inner: &'d dyn Destination, seconds: u32) -> Self {
        Self { inner, seconds, written: Mutex::default() }
    }

    fn dated(&self, body: PublishedBody) -> PublishedBody {
        if !self.written.lock().unwrap().contains(&body.name) {
            return body;
        }
        PublishedBody { written_at: body.written_at.plus_seconds(self.seconds), ..body }
    }
}

impl Destination for Later<'_> {
    fn head(&self) -> DestinationAnswer<'_, Option<Published>> {
        self.inner.head()
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
