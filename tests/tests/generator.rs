//! What is checked in under `tests/vectors` is what the generator writes, and it covers the codes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test should stop here")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use edgepass_tests::cases::{self, StateFile};
use edgepass_tests::vector::{Expect, folder, read_all};
use policy::{Algorithm, CloudFrontError, Code, JoseAlgorithm, Stage};
use serde_json::Value;

#[test]
fn the_corpus_regenerates_byte_for_byte() {
    let vectors = folder("vectors");
    let cases = cases::all();
    let expected: BTreeMap<&str, String> =
        cases.iter().map(|case| (case.name.as_str(), case.vector.to_json())).collect();
    let twice: Vec<&str> = cases
        .windows(2)
        .filter(|pair| pair[0].name == pair[1].name)
        .map(|pair| pair[0].name.as_str())
        .collect();
    assert!(twice.is_empty(), "two cases have one name: {twice:?}");
    let found: Vec<String> = read_all(&vectors).into_iter().map(|(name, _)| name).collect();
    let names: Vec<&str> = expected.keys().copied().collect();
    assert_eq!(found, names, "missing or stray files; run the program `vectors`");
    for (name, text) in expected {
        let checked_in = fs::read_to_string(vectors.join(format!("{name}.json"))).unwrap();
        assert!(checked_in == text, "{name} differs; run the program `vectors`");
    }
}

#[test]
fn the_states_regenerate_byte_for_byte() {
    let states = folder("vectors/states");
    let read = |name: String| {
        let bytes = fs::read(states.join(&name)).unwrap();
        StateFile { name, bytes }
    };
    let mut found = Vec::new();
    for part in ["", "body/"] {
        for entry in fs::read_dir(states.join(part)).unwrap() {
            let file = entry.unwrap();
            let name = format!("{part}{}", file.file_name().to_str().unwrap());
            found.extend(file.file_type().unwrap().is_file().then(|| read(name)));
        }
    }
    found.sort();
    assert!(found == cases::states(), "tests/vectors/states differs; run the program `vectors`");
}

#[test]
fn every_code_has_a_vector() {
    let produced: BTreeSet<String> = cases::all()
        .into_iter()
        .filter_map(|case| match case.vector.expect {
            Expect::Deny { code, .. } => Some(code),
            Expect::Allow {} => None,
        })
        .collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(Code::to_string).collect();
    assert_eq!(produced, codes);
}

#[test]
fn folders_are_stages() {
    for case in cases::all() {
        let folder = case.name.split_once('/').unwrap().0;
        match case.vector.expect {
            Expect::Deny { stage, .. } => assert_eq!(folder, stage, "{}", case.name),
            Expect::Allow {} => assert_eq!(folder, "allow", "{}", case.name),
        }
    }
}

/// The schema is written by hand; what it enumerates must be what there is.
#[test]
fn the_schema_knows_all_names() {
    let text = fs::read_to_string(folder("vectors").join("schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let deny = &schema["$defs"]["deny"]["properties"];
    let errors = [
        CloudFrontError::AccessDenied,
        CloudFrontError::InvalidKey,
        CloudFrontError::MalformedPolicy,
        CloudFrontError::MalformedSignature,
        CloudFrontError::MissingKey,
    ];
    let stages = [
        Stage::Find,
        Stage::Authenticate,
        Stage::Read,
        Stage::Conditions,
        Stage::Claims,
        Stage::Revocation,
    ];
    let algorithms = &schema["$defs"]["trust"]["properties"]["algorithms"]["items"];
    assert_eq!(strings(&deny["code"]), Code::ALL.map(|code| code.to_string()));
    assert_eq!(strings(&deny["stage"]), stages.map(|stage| stage.to_string()));
    assert_eq!(strings(&deny["cloudfront"]), errors.map(|error| error.to_string()));
    let with_key = strings(&schema["$defs"]["publicKey"]["properties"]["algorithm"]);
    let with_secret = schema["$defs"]["secret"]["properties"]["algorithm"]["const"].as_str();
    let jose: Vec<&str> = with_key.into_iter().chain(with_secret).collect();
    assert_eq!(jose, JoseAlgorithm::ALL.map(JoseAlgorithm::name));
    assert_eq!(strings(algorithms), Algorithm::ALL.map(|algorithm| algorithm.to_string()));
}

/// The strings of an `enum`, less `null`.
fn strings(schema: &Value) -> Vec<&str> {
    schema["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}
