//! Every case of the corpus through the library.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop here")]

use std::collections::BTreeMap;
use std::fs;

use edgepass_tests::outcome::Outcome;
use edgepass_tests::vector::{Expect, Need, Vector, folder, read_all};
use serde::Deserialize;

#[test]
fn every_case_is_answered_as_expected() {
    let cases = read_all(&folder("vectors"));
    let mut failures = Vec::new();
    for (name, vector) in &cases {
        if let Some(difference) = Outcome::of_library(vector).differs(&vector.expect) {
            failures.push(format!("{name}\n  {difference}"));
        }
    }
    assert!(cases.len() > 200, "only {} cases were found", cases.len());
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

/// A place where we are stricter than CloudFront is, or may be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Divergence {
    input: String,
    ours: String,
    cloudfront: String,
    reason: String,
    vectors: Vec<String>,
}

#[test]
fn divergences_are_shown_by_vectors_that_deny() {
    let text = fs::read_to_string(folder("vectors").join("divergences.json")).unwrap();
    let divergences: Vec<Divergence> = serde_json::from_str(&text).unwrap();
    let cases: BTreeMap<String, Vector> = read_all(&folder("vectors")).into_iter().collect();
    for Divergence { input, ours, cloudfront, reason, vectors } in &divergences {
        assert!(!cloudfront.is_empty() && !reason.is_empty(), "{input}");
        let mut shown: Vec<&str> = Vec::new();
        for name in vectors {
            let vector = cases.get(name).unwrap_or_else(|| panic!("no vector `{name}`: {input}"));
            let Expect::Deny { code, .. } = &vector.expect else { panic!("{name} is allowed") };
            assert_eq!(Outcome::of_library(vector).differs(&vector.expect), None, "{name}");
            shown.push(code);
        }
        shown.dedup();
        assert_eq!(shown.join(", "), *ours, "{input}");
    }
    assert!(!divergences.is_empty());
}

/// What no `edge.toml` can say: where revocation is checked, a pass without claims is none.
#[test]
fn what_nobody_could_revoke_is_denied_though_claims_are_optional() {
    let file = folder("vectors/claims/revocation-without-claims.json");
    let mut vector = Vector::read(&file);
    vector.claims.as_mut().unwrap().need = Need::Optional;
    assert_eq!(Outcome::of_library(&vector).differs(&vector.expect), None);
    vector.state = None;
    assert_eq!(Outcome::of_library(&vector), Outcome::Allow);
}
