//! `/edgepass/revocations`: what administrators revoke, list and take back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Response;
use policy::UnixTime;
use serde::{Deserialize, Serialize};

use crate::interface::outcome::{Change, Outcome};
use crate::interface::problem::{Cause, Problem};
use crate::interface::session::json;
use crate::key::site_secret::SiteSecret;
use crate::revocation::Revocation;
use crate::revocation::store::{Cursor, Entry, Page, Scope, Store};

/// The longest note, in characters.
const MAX_NOTE_CHARS: usize = 256;

/// Entries of one answer, unless the question says otherwise.
const LIMIT_DEFAULT: u32 = 100;
const LIMIT_MAX: u32 = 1000;

/// The longest cursor, in bytes: base64 of the longest scope.
const MAX_CURSOR_BYTES: usize = 2048;

/// The body of `POST`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    scope: String,
    id: Option<String>,
    identity: Option<String>,
    before: Option<i64>,
    note: Option<String>,
}

/// The body of `DELETE`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reversal {
    scope: String,
    id: Option<String>,
    identity: Option<String>,
}

/// A page of the list.
#[derive(Serialize)]
struct Revocations {
    revocations: Vec<Revocation>,
    /// For the next question; null after the last entry.
    next: Option<String>,
}

#[derive(Serialize)]
struct Removed {
    /// What stood; null if nothing did.
    removed: Option<Revocation>,
}

/// Revokes, and answers what stands now.
pub(crate) async fn revoke(
    store: &dyn Store,
    secret: &SiteSecret,
    actor: String,
    order: Order,
    now: UnixTime,
) -> Result<(Response<String>, Outcome), Problem> {
    let Order { scope: name, id, identity, before, note } = order;
    let scope = scope(&name, id, identity, secret)?;
    let ordered = Entry::new(scope, now);
    let up_to = match before {
        None => ordered.up_to,
        Some(before) => cut_off(&ordered.scope, before)?,
    };
    let note = note.map(checked_note).transpose()?;
    let ordered = Entry { up_to, actor: Some(actor.clone()), note, ..ordered };
    let stands = store.revoke(&ordered).await?;
    let change = Change {
        actor,
        scope: stands.scope.to_string(),
        up_to: Some(stands.up_to),
        changed: stands == ordered,
    };
    Ok((json(&Revocation::from(stands)), Outcome::Revoked(change)))
}

/// Takes a revocation back, and answers what stood.
pub(crate) async fn unrevoke(
    store: &dyn Store,
    secret: &SiteSecret,
    actor: String,
    reversal: Reversal,
) -> Result<(Response<String>, Outcome), Problem> {
    let Reversal { scope: name, id, identity } = reversal;
    let scope = scope(&name, id, identity, secret)?;
    let stood = store.unrevoke(&scope).await?;
    let change = Change {
        actor,
        scope: scope.to_string(),
        up_to: stood.as_ref().map(|entry| entry.up_to),
        changed: stood.is_some(),
    };
    let removed = Removed { removed: stood.map(Revocation::from) };
    Ok((json(&removed), Outcome::Unrevoked(change)))
}

/// Lists what is revoked, a page at a time.
pub(crate) async fn list(store: &dyn Store, query: &str) -> Result<Response<String>, Problem> {
    let Paging { after, limit } = Paging::read(query)?;
    let Page { entries, next } = store.list(after.as_ref(), limit).await?;
    Ok(json(&Revocations {
        revocations: entries.into_iter().map(Revocation::from).collect(),
        next: next.map(|Cursor(place)| URL_SAFE_NO_PAD.encode(place)),
    }))
}

/// What is meant: by the id that passes and logs hold, or, of a subject, by the `sub` of the
/// identity provider, which is what administrators know.
fn scope(
    name: &str,
    id: Option<String>,
    identity: Option<String>,
    secret: &SiteSecret,
) -> Result<Scope, Problem> {
    match (name, id, identity) {
        ("all", None, None) => Ok(Scope::All),
        ("subject", None, Some(identity)) if !identity.is_empty() => {
            Ok(Scope::Subject(secret.viewer(&identity)))
        }
        ("key" | "session" | "subject", Some(id), None) => {
            format!("{name}:{id}").parse().map_err(|refused| malformed(format!("{refused}")))
        }
        _ => Err(malformed(
            "send as `scope` `subject` with the `identity` or its pseudonym as `id`, `session` or `key` with an `id`, or `all` alone",
        )),
    }
}

/// Taken as it is, wherever it lies.
fn cut_off(scope: &Scope, before: i64) -> Result<UnixTime, Problem> {
    if matches!(scope, Scope::Key(_) | Scope::Session(_)) {
        return Err(malformed("a session or a key is revoked as a whole; leave out `before`"));
    }
    UnixTime::from_seconds(before)
        .filter(|time| *time < UnixTime::MILLISECONDS_SUSPECTED)
        .ok_or_else(|| malformed("`before` is not a time in seconds since 1970"))
}

fn checked_note(note: String) -> Result<String, Problem> {
    if note.chars().count() > MAX_NOTE_CHARS || note.chars().any(char::is_control) {
        let detail =
            format!("`note` has more than {MAX_NOTE_CHARS} characters, or control characters");
        return Err(malformed(detail));
    }
    Ok(note)
}

fn malformed(detail: impl Into<String>) -> Problem {
    Problem::new(Cause::BodyMalformed, detail)
}

/// Which page is asked for.
struct Paging {
    after: Option<Cursor>,
    limit: u32,
}

impl Paging {
    /// Neither value is ever percent-encoded.
    fn read(query: &str) -> Result<Self, Problem> {
        let (mut after, mut limit) = (None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("cursor", text)) if after.is_none() => after = Some(cursor(text)?),
                Some(("limit", digits)) if limit.is_none() => {
                    let number = digits.parse().ok();
                    let number = number.filter(|number| (1..=LIMIT_MAX).contains(number));
                    limit = Some(number.ok_or_else(|| {
                        query_malformed(format!("`limit` is a number from 1 to {LIMIT_MAX}"))
                    })?);
                }
                _ => return Err(query_malformed("the query takes one `limit` and one `cursor`")),
            }
        }
        Ok(Self { after, limit: limit.unwrap_or(LIMIT_DEFAULT) })
    }
}

fn cursor(text: &str) -> Result<Cursor, Problem> {
    let place = Some(text).filter(|text| !text.is_empty() && text.len() <= MAX_CURSOR_BYTES);
    let place = place.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let place = place.and_then(|place| String::from_utf8(place).ok());
    place.map(Cursor).ok_or_else(|| query_malformed("`cursor` is not a `next` of this resource"))
}

fn query_malformed(detail: impl Into<String>) -> Problem {
    Problem::new(Cause::QueryMalformed, detail)
}
