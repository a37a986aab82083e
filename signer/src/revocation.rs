//! An entry of the store as JSON, over HTTP and on the command line.

pub(crate) mod publish;
pub(crate) mod publisher_function;
pub(crate) mod store;

use serde::Serialize;

use crate::revocation::store::{Entry, Scope};

/// An [`Entry`] as JSON: `scope`, `id` (but of `all`), `before` (the cut-off, of subjects and
/// `all`), `recorded_at`, `actor` and `note`; times in seconds since 1970.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Revocation {
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<i64>,
    recorded_at: i64,
    actor: Option<String>,
    note: Option<String>,
}

impl From<Entry> for Revocation {
    fn from(entry: Entry) -> Self {
        let Entry { scope, up_to, recorded_at, actor, note } = entry;
        let before = Some(up_to.as_seconds());
        let (scope, id, before) = match scope {
            Scope::All => ("all", None, before),
            Scope::Key(thumbprint) => ("key", Some(thumbprint.to_string()), None),
            Scope::Session(id) => ("session", Some(id), None),
            Scope::Subject(id) => ("subject", Some(id), before),
        };
        Self { scope, id, before, recorded_at: recorded_at.as_seconds(), actor, note }
    }
}
