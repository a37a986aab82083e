//! The store of a single machine: one file, replaced as a whole.

use core::fmt;
use core::future::ready;
use core::time::Duration;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use policy::UnixTime;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::records::Records;
use super::retention::check_lifetime;
use super::{Cursor, Entry, Page, Scope, Standing, Store, StoreAnswer, StoreUnavailable};

/// The first member of the file.
const FORMAT: &str = "edgepass-revocations-1";

/// How long a change waits for those of other processes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Revocations in a file, which processes of one machine may share.
///
/// A change is written to a file beside it, flushed to the disk, and put in its place in one step,
/// so that readers and crashes see all of it or nothing. Writers take turns by a lock on a third
/// file, which the system releases when a process dies. A file that cannot be understood is
/// reported and never written over.
///
/// Each change writes the whole file: tens of thousands of entries are well, millions are not.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
}

impl FileStore {
    /// The store in this file, which the first change makes. Its folder must be there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into().into() }
    }

    fn ask<'s, T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Records) -> T + Send + 'static,
    ) -> StoreAnswer<'s, T> {
        let store = self.clone();
        answer(move || Ok(ask(&store.read()?)))
    }

    /// Writes only if there is a change: a question twice asked wears out no disk.
    fn change<'s, T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Records) -> T + Send + 'static,
    ) -> StoreAnswer<'s, T> {
        let store = self.clone();
        answer(move || {
            let _turn = store.lock()?;
            let before = store.read()?;
            let mut records = before.clone();
            let answer = change(&mut records);
            if records != before {
                store.write(&records)?;
            }
            Ok(answer)
        })
    }

    fn read(&self) -> Result<Records, StoreUnavailable> {
        let text = match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Records::default()),
            Err(error) => return Err(self.unavailable("cannot be read", error)),
            Ok(text) => text,
        };
        let document: Document = serde_json::from_slice(&text).map_err(|error| {
            self.unavailable("is damaged and was left as it is; restore it or move it away", error)
        })?;
        document.records().map_err(|what| {
            self.unavailable("is damaged and was left as it is; restore it or move it away", what)
        })
    }

    fn write(&self, records: &Records) -> Result<(), StoreUnavailable> {
        self.replace(&Document::new(records))
            .map_err(|error| self.unavailable("cannot be written", error))
    }

    fn replace(&self, document: &Document) -> io::Result<()> {
        let beside = self.beside("new");
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(document)?)?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        // Not before the folder is on the disk does the new name outlive a loss of power.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    /// Held until it is dropped.
    fn lock(&self) -> Result<File, StoreUnavailable> {
        let path = self.beside("lock");
        let failed = |error| self.unavailable("cannot be locked", error);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(failed)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if start.elapsed() > PATIENCE => {
                    let busy = "another process has been writing to it for 10 s; try again";
                    return Err(self.unavailable("is busy", busy));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    fn beside(&self, extension: &str) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".");
        name.push(extension);
        name.into()
    }

    fn unavailable(&self, what: &str, error: impl fmt::Display) -> StoreUnavailable {
        StoreUnavailable::new(format_args!("`{}` {what}: {error}", self.path.display()))
    }
}

fn answer<'s, T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, StoreUnavailable> + Send + 'static,
) -> StoreAnswer<'s, T> {
    Box::pin(async { spawn_blocking(ask).await.map_err(StoreUnavailable::new)? })
}

impl Store for FileStore {
    fn standing<'s>(&'s self, subject: &'s str, session: &'s str) -> StoreAnswer<'s, Standing> {
        let (subject, session) = (subject.to_owned(), session.to_owned());
        self.ask(move |records| records.standing(&subject, &session))
    }

    fn revoke<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, Entry> {
        let entry = entry.clone();
        self.change(move |records| records.revoke(&entry))
    }

    fn unrevoke<'s>(&'s self, scope: &'s Scope) -> StoreAnswer<'s, Option<Entry>> {
        let scope = scope.clone();
        self.change(move |records| records.unrevoke(&scope))
    }

    fn list<'s>(&'s self, after: Option<&'s Cursor>, limit: u32) -> StoreAnswer<'s, Page> {
        let after = after.cloned();
        self.ask(move |records| records.page(after.as_ref(), limit))
    }

    fn remove<'s>(&'s self, entry: &'s Entry) -> StoreAnswer<'s, bool> {
        let entry = entry.clone();
        self.change(move |records| records.remove(&entry))
    }

    fn largest_lifetime(&self) -> StoreAnswer<'_, u32> {
        self.ask(|records| records.largest_lifetime)
    }

    fn note_lifetime(&self, seconds: u32) -> StoreAnswer<'_, u32> {
        match check_lifetime(seconds) {
            Ok(()) => self.change(move |records| records.note_lifetime(seconds)),
            Err(refused) => Box::pin(ready(Err(refused))),
        }
    }
}

/// The file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    largest_lifetime: u32,
    entries: Vec<Line>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    scope: String,
    up_to: i64,
    recorded_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl Document {
    fn new(records: &Records) -> Self {
        let line = |entry: &Entry| Line {
            scope: entry.scope.to_string(),
            up_to: entry.up_to.as_seconds(),
            recorded_at: entry.recorded_at.as_seconds(),
            actor: entry.actor.clone(),
            note: entry.note.clone(),
        };
        Self {
            format: FORMAT.to_owned(),
            largest_lifetime: records.largest_lifetime,
            entries: records.entries.values().map(line).collect(),
        }
    }

    fn records(self) -> Result<Records, String> {
        if self.format != FORMAT {
            return Err(format!("its format is `{}`, not `{FORMAT}`", self.format));
        }
        let mut records = Records { largest_lifetime: self.largest_lifetime, ..Records::default() };
        for Line { scope, up_to, recorded_at, actor, note } in self.entries {
            let time = |seconds| {
                UnixTime::from_seconds(seconds).ok_or_else(|| format!("`{scope}` is before 1970"))
            };
            let (up_to, recorded_at) = (time(up_to)?, time(recorded_at)?);
            let parsed = scope.parse().map_err(|refused| format!("`{scope}`: {refused}"))?;
            let entry = Entry { scope: parsed, up_to, recorded_at, actor, note };
            if records.entries.insert(scope.clone(), entry).is_some() {
                return Err(format!("`{scope}` is there twice"));
            }
        }
        Ok(records)
    }
}
