//! The state in files: the head, and bodies in the folder `body` beside it, as publishers write
//! them.

use core::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc::{AwsLc, public_key_from_text};
use edge_validator::{RevocationSettings, Validator};
use policy::{Backend, Minimum, ShortRsa, State, StateTrust, UnixTime};

use crate::outcome::Failure;
use crate::output::warn;
use crate::text_file::TextFile;
use crate::when::system_clock;

/// Hands an edge the state in files, as if it had fetched it now. What the edge does not take is
/// said, and the edge goes on without.
pub(crate) fn hand_in(edge: &Validator, head: &Path, now: UnixTime) {
    let handed_in = || -> Result<(), String> {
        let bytes = read(head)?;
        let body = edge.take_head(&bytes, now).map_err(|refused| refused.to_string())?;
        let Some(body) = body else { return Ok(()) };
        edge.take_body(read(&body_beside(head, &body.digest.to_string()))?, now)
            .map_err(|refused| refused.to_string())
    };
    if let Err(problem) = handed_in() {
        not_taken(head, &problem);
    }
}

/// The state in files, by these root keys; None if an edge would not take it, which is said.
pub(crate) fn load(
    head: &Path,
    roots: &[TextFile],
    now: UnixTime,
) -> Result<Option<State>, Failure> {
    let mut keys = Vec::new();
    for root in roots {
        let usage = |problem: &dyn fmt::Display| Failure::Usage(format!("{root}: {problem}"));
        let pem = root.read()?;
        keys.push(public_key_from_text(&pem, ShortRsa::Refuse).map_err(|refused| usage(&refused))?);
    }
    let trust = StateTrust::new(None, &keys, Minimum::default(), Arc::new(AwsLc))
        .map_err(|refused| Failure::Usage(format!("`--state-root`: {refused}")))?;
    let loaded = || -> Result<State, String> {
        let head_bytes = read(head)?;
        let signed = trust.head(&head_bytes, None, now).map_err(|refused| refused.to_string())?;
        let body = read(&body_beside(head, &signed.body_name()))?;
        State::new(signed, body, AwsLc.sha256()).map_err(|refused| refused.to_string())
    };
    Ok(loaded().map_err(|problem| not_taken(head, &problem)).ok())
}

/// What an edge of these settings is to take at least, once it has seen this head.
pub(crate) fn minimum(head: &Path, settings: &RevocationSettings) -> Result<Minimum, Failure> {
    let usage = |problem: String| {
        Failure::Usage(format!("the state `{}` is not taken: {problem}", head.display()))
    };
    let roots = settings.root_keys().map_err(|refused| usage(refused.to_string()))?;
    let site = settings.site_id().map_err(|refused| usage(refused.to_string()))?;
    let trust = StateTrust::new(site, &roots, settings.minimum, Arc::new(AwsLc))
        .map_err(|refused| usage(refused.to_string()))?;
    let bytes = read(head).map_err(usage)?;
    let head =
        trust.head(&bytes, None, system_clock()?).map_err(|refused| usage(refused.to_string()))?;
    Ok(Minimum { sequence: head.sequence(), serial: head.delegation().serial })
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))
}

fn body_beside(head: &Path, name: &str) -> PathBuf {
    head.parent().unwrap_or(Path::new("")).join("body").join(name)
}

fn not_taken(head: &Path, problem: &str) {
    warn(&format!("the state `{}` is not taken: {problem}", head.display()));
}
