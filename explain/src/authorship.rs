//! Who made a signature, and over what: found by trying.

use policy::{Algorithm, Field, Hash};

use crate::evidence::KnownKey;
use crate::pass::Pass;
use crate::rewriting::{Change, canned_text, changes_between, other_texts, rewritings};
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

/// How many verifications are worth their time: a few tenths of a second.
const MOST: usize = 12_000;

/// What may have been signed by a canned policy.
pub(crate) struct Urls<'u> {
    pub(crate) requested: Option<&'u Target>,
    /// As somebody says.
    pub(crate) signed: Option<&'u Target>,
    /// Other hosts of the distribution.
    pub(crate) hosts: &'u [String],
    /// Beginnings of paths that the distribution knows.
    pub(crate) prefixes: &'u [String],
}

/// Tries all keys, both hashes, and the texts that may have been signed: those closest to what
/// CloudFront checks first. None if nothing fits.
pub(crate) fn find<'e>(
    pass: &Pass,
    urls: &Urls<'_>,
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
    let texts = texts(pass, urls);
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

fn texts(pass: &Pass, urls: &Urls<'_>) -> Vec<Text> {
    if let Some(policy) = pass.encoded(Field::Policy) {
        return custom_texts(policy.bytes);
    }
    let (Some(expires), Some(requested)) = (pass.value(Field::Expires), urls.requested) else {
        return Vec::new();
    };
    let canned = |url: String, changes: Vec<(Change, String)>| Text {
        text: canned_text(&url, expires).into_bytes(),
        url: Some(url),
        changes,
    };
    let mut texts: Vec<Text> = rewritings(requested, urls.hosts, urls.prefixes)
        .into_iter()
        .map(|rewriting| canned(rewriting.url, rewriting.changes))
        .collect();
    let url = requested.unsigned();
    let other = other_texts(&url, expires).into_iter().map(|(text, what)| Text {
        text: text.into_bytes(),
        url: Some(url.clone()),
        changes: vec![(Change::Text, what.to_owned())],
    });
    let given = urls.signed.filter(|signed| signed.unsigned() != url).map(|signed| {
        let changes = changes_between(signed, requested);
        let what = "the URL given with `--signed-url` was signed";
        canned(signed.unsigned(), changes.into_iter().map(|it| (it, what.to_owned())).collect())
    });
    texts.splice(1..1, given.into_iter().chain(other));
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
