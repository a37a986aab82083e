//! Who made a signature, and over what: found by trying.

use policy::{Algorithm, Field, Hash};

use crate::evidence::KnownKey;
use crate::pass::Pass;
use crate::rewriting::{Change, canned_text, other_texts, rewritings};
use crate::target::Target;

/// The key, hash and text for which the signature of a pass holds.
#[derive(Debug)]
pub(crate) struct Authorship<'e> {
    pub(crate) key: &'e KnownKey,
    pub(crate) hash: Hash,
    /// What was done to the signed text until it was what CloudFront checks; nothing if it is
    /// that.
    pub(crate) changes: Vec<(Change, String)>,
    /// The URL that was signed, of a canned policy.
    pub(crate) url: Option<String>,
}

/// How many verifications are worth it: a few tenths of a second.
const MOST: usize = 12_000;

/// Tries all keys, both hashes, and the texts that may have been signed: those closest to what
/// CloudFront checks first. None if nothing fits.
pub(crate) fn find<'e>(
    pass: &Pass,
    requested: Option<&Target>,
    hosts: &[String],
    keys: &'e [KnownKey],
) -> Option<Authorship<'e>> {
    let signature = pass.encoded(Field::Signature)?.bytes;
    let mut keys: Vec<&KnownKey> = keys.iter().collect();
    let named = pass.value(Field::KeyPairId);
    keys.sort_by_key(|key| key.id.as_deref() != named);
    let hashes = match pass.value(Field::HashAlgorithm) {
        Some("SHA256") => [Hash::Sha256, Hash::Sha1],
        _ => [Hash::Sha1, Hash::Sha256],
    };
    let texts = texts(pass, requested, hosts);
    let mut tried = 0_usize;
    for Text { text, url, changes } in texts {
        for key in &keys {
            for hash in hashes {
                tried += 1;
                if tried > MOST {
                    return None;
                }
                let algorithm = Algorithm::new(key.kind, hash);
                if key.key.verify(algorithm, &text, &signature).is_ok() {
                    return Some(Authorship { key, hash, changes, url });
                }
            }
        }
    }
    None
}

struct Text {
    text: Vec<u8>,
    url: Option<String>,
    changes: Vec<(Change, String)>,
}

fn texts(pass: &Pass, requested: Option<&Target>, hosts: &[String]) -> Vec<Text> {
    if let Some(policy) = pass.encoded(Field::Policy) {
        return custom_texts(policy.bytes);
    }
    let (Some(expires), Some(requested)) = (pass.value(Field::Expires), requested) else {
        return Vec::new();
    };
    let mut texts: Vec<Text> = rewritings(requested, hosts)
        .into_iter()
        .map(|rewriting| Text {
            text: canned_text(&rewriting.url, expires).into_bytes(),
            url: Some(rewriting.url),
            changes: rewriting.changes,
        })
        .collect();
    let own = requested.own_query().map(|query| format!("?{query}")).unwrap_or_default();
    let url = format!("{}{own}", requested.without_query());
    let other = other_texts(&url, expires).into_iter().map(|(text, what)| Text {
        text: text.into_bytes(),
        url: Some(url.clone()),
        changes: vec![(Change::Text, what.to_owned())],
    });
    texts.splice(1..1, other);
    texts
}

fn custom_texts(policy: Vec<u8>) -> Vec<Text> {
    let change = |text: Vec<u8>, what: &str| Text {
        text,
        url: None,
        changes: vec![(Change::Text, what.to_owned())],
    };
    let mut with_end = policy.clone();
    with_end.push(b'\n');
    let trimmed = policy.trim_ascii().to_vec();
    let packed = policy.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    vec![
        Text { text: policy, url: None, changes: Vec::new() },
        change(with_end, "the signed text ends with a line break that the policy sent has not"),
        change(trimmed, "the policy sent has white space around it that was not signed"),
        change(packed, "the policy sent has white space that was removed before signing"),
    ]
}
