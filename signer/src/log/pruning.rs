//! What the publisher function writes of pruning.

use serde::Serialize;

use super::{Level, write};

/// One run through the store for what nobody needs any more.
#[derive(Debug, Serialize)]
pub(crate) struct PruningLine<'l> {
    level: Level,
    event: &'static str,
    /// Lambda's id of the invocation.
    request_id: &'l str,
    /// Entries that are gone.
    removed: usize,
}

impl<'l> PruningLine<'l> {
    pub(crate) fn new(request_id: &'l str, removed: usize) -> Self {
        Self { level: Level::Info, event: "pruned", request_id, removed }
    }

    pub(crate) fn write(&self) {
        write(self);
    }
}
