//! The scenarios through the crate and through the program, and that they are what is checked in.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_lc::{AwsLcKey, public_key_from_text};
use edgepass_tests::scenarios::{self, Expected, Scenario};
use explain::{
    BucketPolicy, Clock, Distribution, Evidence, KeyGroup, KnownKey, PublicAccessBlock, Response,
    SetCookie,
};
use policy::{ShortRsa, UnixTime};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("explain/scenarios")
}

/// `UPDATE=1` writes the folders instead.
#[test]
fn scenarios_regenerate_byte_for_byte() {
    let root = root();
    let update = env::var_os("UPDATE").is_some();
    if update {
        let _ = fs::remove_dir_all(&root);
    }
    let mut names = BTreeSet::new();
    for folder in scenarios::all() {
        let path = root.join(&folder.name);
        assert!(names.insert(folder.name.clone()), "two scenarios are called {}", folder.name);
        let mut files = folder.files.clone();
        files.push(("scenario.json", folder.to_json()));
        if update {
            fs::create_dir_all(&path).unwrap();
        }
        for (name, text) in &files {
            if update {
                fs::write(path.join(name), text).unwrap();
            } else {
                let checked_in = fs::read_to_string(path.join(name)).unwrap_or_default();
                assert!(checked_in == *text, "{}/{name} is old; run with UPDATE=1", folder.name);
            }
        }
        assert_eq!(fs::read_dir(&path).unwrap().count(), files.len(), "{}", folder.name);
    }
    let found: BTreeSet<String> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, names);
}

/// A scenario of its own for each, in which it is found.
#[test]
fn every_cause_has_a_scenario() {
    let scenarios = scenarios::all();
    for cause in explain::causes() {
        let own = scenarios.iter().find(|folder| folder.name == cause.id);
        let own = own.unwrap_or_else(|| panic!("no scenario is called {}", cause.id));
        assert!(own.scenario.expect.causes.contains_key(cause.id), "{}", cause.id);
    }
}

#[test]
fn the_crate_explains_every_scenario() {
    let mut failures = Vec::new();
    for folder in scenarios::all() {
        let explanation = explain::explain(&evidence(&folder.scenario, &root().join(&folder.name)));
        let found: Vec<(String, String)> = explanation
            .causes
            .iter()
            .map(|found| (found.cause.id.to_owned(), found.certainty.name().to_owned()))
            .collect();
        let answer = Found {
            source: explanation.source.name().to_owned(),
            causes: found,
            notes: explanation.notes.iter().map(|noted| noted.cause.id.to_owned()).collect(),
            missing: explanation.missing,
            says: explanation
                .causes
                .first()
                .map(|first| [first.evidence.clone(), first.fix.clone()].concat())
                .unwrap_or_default(),
            advice: explanation.causes.iter().flat_map(|found| found.fix.clone()).collect(),
        };
        let difference = difference(&folder.scenario.expect, &answer);
        if let Some(difference) = difference {
            failures.push(format!("{}: {difference}", folder.name));
        }
    }
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

/// The fixed shape, the same answers, and nothing secret on any output.
#[test]
fn the_program_explains_every_scenario() {
    let program = program();
    let mut failures = Vec::new();
    for folder in scenarios::all() {
        let run = |more: &[&str]| {
            let mut command = Command::new(&program);
            command.current_dir(root().join(&folder.name)).arg("explain");
            command.args(&folder.scenario.arguments).args(more).output().unwrap()
        };
        let json = run(&["--json"]);
        let answer: Value = serde_json::from_slice(&json.stdout).unwrap_or_else(|_| {
            panic!("{}: {}", folder.name, String::from_utf8_lossy(&json.stderr))
        });
        assert_eq!(keys(&answer), ["causes", "missing", "notes", "source"]);
        let causes = answer["causes"].as_array().unwrap();
        for cause in causes {
            assert_eq!(keys(cause), ["certainty", "evidence", "fix", "id"]);
        }
        let notes = answer["notes"].as_array().unwrap();
        for note in notes {
            assert_eq!(keys(note), ["evidence", "fix", "id"]);
        }
        let advice: Vec<String> = causes.iter().flat_map(|cause| texts(&cause["fix"])).collect();
        let found = Found {
            source: text(&answer["source"]),
            causes: causes
                .iter()
                .map(|cause| (text(&cause["id"]), text(&cause["certainty"])))
                .collect(),
            notes: notes.iter().map(|note| text(&note["id"])).collect(),
            missing: texts(&answer["missing"]),
            says: causes
                .first()
                .map(|first| [texts(&first["evidence"]), texts(&first["fix"])].concat())
                .unwrap_or_default(),
            advice,
        };
        for value in faulty(&folder.scenario.arguments) {
            let pasted = found.advice.iter().chain(&found.missing).find(|it| it.contains(&value));
            assert!(pasted.is_none(), "{} pastes {value} into {pasted:?}", folder.name);
        }
        if let Some(difference) = difference(&folder.scenario.expect, &found) {
            failures.push(format!("{}: {difference}", folder.name));
        }
        assert_eq!(json.status.code(), Some(i32::from(found.causes.is_empty())), "{}", folder.name);

        for output in [json, run(&[]), run(&["--details"])] {
            let printed = [output.stdout, output.stderr].concat();
            let printed = String::from_utf8(printed).unwrap();
            for secret in secrets(&folder.scenario.arguments) {
                assert!(!printed.contains(&secret), "{} prints {secret}", folder.name);
            }
        }
    }
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
}

/// An answer, from whichever side.
#[derive(Debug)]
struct Found {
    source: String,
    causes: Vec<(String, String)>,
    notes: Vec<String>,
    missing: Vec<String>,
    /// The facts and the advice of the first cause.
    says: Vec<String>,
    /// The advice of all causes.
    advice: Vec<String>,
}

fn difference(expect: &Expected, found: &Found) -> Option<String> {
    let mut causes = expect.causes.clone();
    causes.remove("none");
    let first = found.causes.first().map_or("none", |(id, _)| id);
    let all: BTreeMap<String, String> = found.causes.iter().cloned().collect();
    let has = |lines: &[String], word: &String| lines.iter().any(|line| line.contains(word));
    let as_expected = found.source == expect.source
        && first == expect.first
        && all == causes
        && found.notes == expect.notes
        && expect.missing.iter().all(|word| has(&found.missing, word))
        && found.missing.is_empty() == expect.missing.is_empty()
        && expect.says.iter().all(|word| has(&found.says, word))
        && !expect.never.iter().any(|word| has(&found.advice, word));
    (!as_expected).then(|| format!("expected {expect:?}\n    found {found:#?}"))
}

/// Values of a faulty request that no command may carry: a shell would get them from a stranger.
fn faulty(arguments: &[String]) -> Vec<String> {
    let is_key_id = |value: &str| {
        value.starts_with('K')
            && value.len() >= 12
            && value.bytes().all(|it| it.is_ascii_alphanumeric())
    };
    arguments
        .iter()
        .flat_map(|argument| argument.split(['&', ';', ' ', '?']))
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| {
            ["Signature", "Policy", "Key-Pair-Id"].iter().any(|it| name.ends_with(it))
        })
        .map(|(_, value)| value.chars().take(24).collect::<String>())
        .filter(|value| value.len() >= 4 && !is_key_id(value))
        .collect()
}

/// Stretches of signatures and policies that an argument carries.
fn secrets(arguments: &[String]) -> Vec<String> {
    arguments
        .iter()
        .flat_map(|argument| argument.split(['&', ';', ' ', '?']))
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.ends_with("Signature") || name.ends_with("Policy"))
        .map(|(_, value)| value.chars().take(24).collect())
        .collect()
}

/// What the program makes of its options, without the program.
fn evidence(scenario: &Scenario, folder: &Path) -> Evidence {
    let mut evidence =
        Evidence::at(UnixTime::from_seconds(scenarios::NOW + 90_000).unwrap(), Clock::Machine);
    let mut arguments = scenario.arguments.iter();
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            evidence.url = Some(argument.clone());
            continue;
        }
        let value = arguments.next().unwrap();
        let file = || fs::read_to_string(folder.join(value)).unwrap();
        match argument.as_str() {
            "--bucket-policy" => {
                evidence.bucket_policy = Some(BucketPolicy::read(&file()).unwrap())
            }
            "--cookie" => {
                evidence.set_cookies.extend(SetCookie::read(value));
                evidence.cookies.push(value.clone());
            }
            "--distribution" => evidence.distribution = Some(Distribution::read(&file()).unwrap()),
            "--ip" => evidence.address = Some(value.parse().unwrap()),
            "--key-group" => evidence.key_groups.push(KeyGroup::read(&file()).unwrap()),
            "--now" => {
                evidence.now = UnixTime::from_digits(value).unwrap();
                evidence.clock = Clock::Given;
            }
            "--public-access-block" => {
                evidence.public_access_block = Some(PublicAccessBlock::read(&file()).unwrap());
            }
            "--public-key" => {
                let (id, file) = value.split_once('=').unwrap();
                let pem = fs::read_to_string(folder.join(file)).unwrap();
                let key = public_key_from_text(&pem, ShortRsa::Refuse).unwrap();
                let native = Box::new(AwsLcKey::new(&key).unwrap());
                evidence.keys.push(KnownKey::new(Some(id), &key, native));
            }
            "--method" => evidence.method = Some(value.clone()),
            "--signed-url" => evidence.signed_url = Some(value.clone()),
            "--response" => evidence.response = Some(Response::read(&file()).unwrap()),
            other => panic!("no scenario uses {other} yet"),
        }
    }
    evidence
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn program() -> PathBuf {
    let program = env::var_os("EDGEPASS_BIN").map_or_else(built_beside, PathBuf::from);
    assert!(
        program.is_file(),
        "`{}` is not there; run `cargo build -p edgepass`, or set EDGEPASS_BIN",
        program.display()
    );
    program
}

/// This test is `target/debug/deps/explain-…`, the program `target/debug/edgepass`.
fn built_beside() -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    folder.join("edgepass").with_extension(env::consts::EXE_EXTENSION)
}
