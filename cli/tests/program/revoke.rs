//! `revoke`, and the list of it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Instant, SystemTime};

use serde_json::{Value, json};
use signer::{PrivateKey, SiteSecret};

use crate::edgepass::{Ended, Run, edgepass, folder, key};

const SECRET: &str = "a site secret for tests, of 36 bytes";

fn store(test: &str) -> (PathBuf, String) {
    let folder = folder(&format!("revoke-{test}"));
    let store = format!("file:{}", folder.join("revocations.json").display());
    (folder, store)
}

fn revoke(store: &str, arguments: &[&str]) -> Ended {
    edgepass(&[&["revoke"], arguments, &["--store", store]].concat())
}

fn listed(store: &str) -> Value {
    let list = edgepass(&["revocations", "list", "--store", store, "--json"]);
    assert_eq!(list.code, 0, "{list:?}");
    assert_eq!(list.json()["next"], Value::Null);
    list.json()["revocations"].clone()
}

#[test]
fn scopes() {
    let (folder, store) = store("scopes");
    let secret = folder.join("site.secret");
    fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let secret = secret.to_str().unwrap();
    let alice = SiteSecret::new(SECRET.as_bytes()).unwrap().viewer("alice");
    let thumbprint = {
        let pem = fs::read_to_string(key("rsa.private")).unwrap();
        let key = PrivateKey::from_pem(&pem, None, policy::ShortRsa::Refuse).unwrap();
        aws_lc::thumbprint(key.public_key()).to_string()
    };

    let by_name = ["subject", "--identity", "alice", "--site-secret", secret, "--json"];
    let ended = revoke(&store, &by_name);
    let entry = ended.json();
    let (before, recorded) = (&entry["before"], &entry["recorded_at"]);
    assert_eq!(before.as_i64().unwrap() - recorded.as_i64().unwrap(), 30, "{ended:?}");
    assert_eq!((&entry["scope"], &entry["id"]), (&json!("subject"), &json!(alice)));

    let noted = ["session", "s-1", "--by", "ops", "--note", "lost \u{1b}[31mphone"];
    assert_eq!(revoke(&store, &noted).result(), "revoked session:s-1\n");
    let by_file = ["key", "--public-key", &key("rsa.public")];
    assert_eq!(revoke(&store, &by_file).result(), format!("revoked key:{thumbprint}\n"));
    let all = revoke(&store, &["all", "--before", "2026-01-01T00:00:00Z"]);
    assert!(all.result().starts_with("revoked all, issued up to 2026-01-01T00:00:00Z ("));

    let entries = listed(&store);
    let scopes: Vec<&Value> =
        entries.as_array().unwrap().iter().map(|entry| &entry["scope"]).collect();
    assert_eq!(scopes, ["all", "key", "session", "subject"]);
    assert_eq!(entries[0]["before"], 1_767_225_600);
    assert_eq!(entries[1]["id"], json!(thumbprint));
    assert_eq!((&entries[2]["actor"], entries[2].get("before")), (&json!("ops"), None));

    let text = edgepass(&["revocations", "list", "--store", &store]).result();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.contains("by ops") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_cut_off_never_moves_back_and_mistakes_are_undone() {
    let (_, store) = store("undo");
    revoke(&store, &["subject", "p", "--before", "1800000000"]).result();
    let earlier = revoke(&store, &["subject", "p", "--before", "1700000000", "--json"]);
    assert_eq!(earlier.json()["before"], 1_800_000_000);
    assert!(earlier.stderr.contains("a later cut-off stands already"), "{earlier:?}");
    let undone = revoke(&store, &["subject", "p", "--undo", "--json"]);
    assert_eq!(undone.json()["removed"]["before"], 1_800_000_000);
    let again = revoke(&store, &["subject", "p", "--undo"]);
    assert_eq!(again.result(), "was not revoked: subject:p\n");
    assert_eq!(listed(&store), json!([]));
}

#[test]
fn lists_are_continued() {
    let (_, store) = store("pages");
    for id in ["a", "b", "c"] {
        revoke(&store, &["session", id]).result();
    }
    let list = ["revocations", "list", "--json", "--limit", "2", "--store", &store];
    let first = edgepass(&list).json();
    assert_eq!(first["revocations"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let rest = edgepass(&[&list[..], &["--after", next]].concat()).json();
    assert_eq!(rest["revocations"][0]["id"], "c");
    assert_eq!(rest["next"], Value::Null);
}

#[test]
fn the_environment_names_the_store() {
    let (_, store) = store("environment");
    let run = Run::new(&["revoke", "all", "--json"]).env("EDGEPASS_STORE", &store).end();
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(listed(&store)[0]["scope"], "all");
    let none = Run::new(&["revoke", "all"]).env("EDGEPASS_STORE", "").end();
    none.is_usage_error(&["which store?", "--store file:PATH"]);
    let wrong = Run::new(&["revoke", "all"]).env("EDGEPASS_STORE", "redis:x").end();
    wrong.is_usage_error(&["`EDGEPASS_STORE`: it names a store as"]);
}

/// At whatever moment a writer dies, the file is whole, and what was acknowledged is in it.
#[test]
fn writers_may_be_killed() {
    const WRITERS: u32 = 30;
    let (folder, store) = store("killed");
    let file = folder.join("revocations.json");
    revoke(&store, &["session", "first"]).result();
    // So many that writing takes a while.
    let mut document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let first = document["entries"][0].clone();
    let entries = document["entries"].as_array_mut().unwrap();
    for number in 0..3000 {
        let mut entry = first.clone();
        entry["scope"] = json!(format!("session:before-{number}"));
        entries.push(entry);
    }
    fs::write(&file, document.to_string()).unwrap();
    let start = Instant::now();
    revoke(&store, &["session", "second"]).result();
    let whole = start.elapsed();

    let mut acknowledged = vec!["first".to_owned(), "second".to_owned()];
    for number in 0..WRITERS {
        let id = format!("killed-{number}");
        let before = files(&folder);
        let mut writer = Run::new(&["revoke", "session", &id, "--store", &store]).spawn();
        if number % 2 == 0 {
            sleep(whole * number / 20);
        } else {
            // As soon as it has begun to write, wherever that is.
            while files(&folder) == before && writer.try_wait().unwrap().is_none() {}
        }
        writer.kill().unwrap();
        if writer.wait().unwrap().success() {
            acknowledged.push(id);
        }
        let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let entries = document["entries"].as_array().unwrap();
        assert!(entries.len() >= 3000 + acknowledged.len(), "{number}");
        for id in &acknowledged {
            let scope = format!("session:{id}");
            assert!(entries.iter().any(|entry| entry["scope"] == scope), "{number}: {id}");
        }
    }
    let survived = acknowledged.len() - 2;
    println!("of {WRITERS} writers {survived} were not killed in time");
    assert!(survived < usize::try_from(WRITERS).unwrap());
    revoke(&store, &["session", "last"]).result();
}

/// What shows that somebody writes.
fn files(folder: &Path) -> BTreeMap<OsString, (u64, SystemTime)> {
    let files = fs::read_dir(folder).unwrap().filter_map(|file| {
        let file = file.unwrap();
        // One that was just renamed is seen under its other name.
        let about = file.metadata().ok()?;
        Some((file.file_name(), (about.len(), about.modified().unwrap())))
    });
    files.collect()
}

#[test]
fn entries_that_nobody_needs_are_pruned() {
    let (_, store) = store("prune");
    revoke(&store, &["session", "new"]).result();
    revoke(&store, &["subject", "old", "--before", "1500000000"]).result();
    revoke(&store, &["subject", "recent", "--before", "+0s"]).result();
    let prune = edgepass(&["revocations", "prune", "--store", &store, "--json"]);
    assert_eq!(prune.json(), json!({"removed": 1}));
    assert_eq!(listed(&store).as_array().unwrap().len(), 2);
    let prune = edgepass(&["revocations", "prune", "--store", &store, "--longest-sign-in", "1s"]);
    assert_eq!(prune.result(), "removed 0\n");
}

#[test]
fn wrong_usage() {
    let (folder, store) = store("usage");
    let secret = folder.join("site.secret");
    fs::write(&secret, "short").unwrap();
    let secret = secret.to_str().unwrap();
    for (arguments, words) in [
        (&["subject"][..], "which subject?"),
        (&["session", ""], "an id has 1 to"),
        (&["key", "K2JCJMDEHXQW5F"], "64 hexadecimal digits"),
        (&["key", "--public-key", &key("rsa.private")], "private"),
        (&["all", "x"], "`all` has no ID"),
        (&["everyone"], "'everyone'"),
        (&["session", "s", "--before", "+1h"], "leave out `--before`"),
        (&["session", "--identity", "alice", "--site-secret", secret], "`subject` only"),
        (&["session", "--public-key", "x.pem"], "`key` only"),
        (&["subject", "--identity", "alice"], "--site-secret"),
        (&["subject", "--identity", "alice", "--site-secret", secret], "the site secret has 5"),
        (&["subject", "p", "--undo", "--before", "+1h"], "--undo"),
        (&["subject", "p", "--before", "tomorrow"], "tomorrow"),
    ] {
        revoke(&store, arguments).is_usage_error(&[words]);
    }
    edgepass(&["revoke", "all", "--store", "memory"]).is_usage_error(&["is forgotten"]);
    edgepass(&["revoke", "all", "--store", "redis:x"]).is_usage_error(&["names a store as"]);
    assert!(!folder.join("revocations.json").exists());
    #[cfg(not(feature = "aws"))]
    edgepass(&["revoke", "all", "--store", "dynamodb:t"])
        .is_usage_error(&["built without DynamoDB"]);
}

#[test]
fn a_damaged_store_is_left_alone() {
    let (folder, store) = store("damaged");
    let file = folder.join("revocations.json");
    fs::write(&file, "{}").unwrap();
    let ended = revoke(&store, &["all"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{ended:?}");
    assert!(ended.stderr.contains("is damaged and was left as it is"), "{ended:?}");
    assert_eq!(fs::read_to_string(file).unwrap(), "{}");
}
