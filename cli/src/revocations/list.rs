//! `edgepass revocations list`.

use core::fmt;

use clap::Args;
use policy::UnixTime;
use serde::Serialize;
use signer::{Cursor, Entry, Page, Revocation, Scope};

use crate::outcome::{Ended, Failure, Outcome};
use crate::output::{print, print_json, tell};
use crate::store::{StoreOption, wait};
use crate::when::{Shown, system_clock};

/// Entries asked for at a time.
const PAGE: u32 = 1000;

/// List what is revoked
#[derive(Args)]
#[command(after_help = "\
Examples:
  edgepass revocations list --store file:revocations.json
  edgepass revocations list --store dynamodb:edgepass-revocations --limit 100 --json")]
pub(super) struct List {
    #[command(flatten)]
    store: StoreOption,
    /// List that many at most, and say where to go on [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Go on behind this place: `next` of the list before
    #[arg(long, value_name = "NEXT", allow_hyphen_values = true)]
    after: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Listed {
    revocations: Vec<Revocation>,
    /// Null after the last.
    next: Option<String>,
}

impl List {
    pub(super) fn run(self) -> Outcome {
        let now = system_clock()?;
        let Page { entries, next } = wait(self.entries())?;
        let next = next.map(|Cursor(place)| place);
        if self.json {
            let revocations = entries.into_iter().map(Revocation::from).collect();
            print_json(&Listed { revocations, next })?;
            return Ok(Ended::Done);
        }
        if entries.is_empty() {
            tell("nothing is revoked here");
        }
        for entry in &entries {
            print(&Line { entry, now }.to_string())?;
        }
        if let Some(next) = next {
            tell(&format!("there are more: go on with --after '{next}'"));
        }
        Ok(Ended::Done)
    }

    async fn entries(&self) -> Result<Page, Failure> {
        let store = self.store.open().await?;
        let mut listed = Page { entries: Vec::new(), next: self.after.clone().map(Cursor) };
        loop {
            let count = u32::try_from(listed.entries.len()).unwrap_or(u32::MAX);
            let left = self.limit.map_or(PAGE, |limit| limit.saturating_sub(count).min(PAGE));
            if left == 0 {
                return Ok(listed);
            }
            let page = store.list(listed.next.as_ref(), left).await?;
            listed.entries.extend(page.entries);
            listed.next = page.next;
            if listed.next.is_none() {
                return Ok(listed);
            }
        }
    }
}

/// An entry for people. What others wrote in it does not reach the terminal as it is.
struct Line<'e> {
    entry: &'e Entry,
    now: UnixTime,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry: Entry { scope, up_to, recorded_at, actor, note }, now } = self;
        write!(f, "{scope}")?;
        if matches!(scope, Scope::All | Scope::Subject(_)) {
            write!(f, "  issued up to {}", Shown { time: *up_to, now: *now })?;
        }
        write!(f, "  recorded {}", Shown { time: *recorded_at, now: *now })?;
        if let Some(actor) = actor {
            write!(f, "  by {}", actor.escape_debug())?;
        }
        if let Some(note) = note {
            write!(f, "  \"{}\"", note.escape_debug())?;
        }
        Ok(())
    }
}
