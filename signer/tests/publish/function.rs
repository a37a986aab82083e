//! The Lambda function, as its environment sets it up.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use policy::Delegation;
use serde_json::{Value, json};
use signer::log::{PublicationLine, Trigger};
use signer::source::environment::Environment;
use signer::{
    Entry, FileStore, FolderDestination, KeySpec, Mandate, PrivateKey, PublisherFunction, Scope,
    Store,
};

use crate::edge::{SITE, at, read};

/// What its environment names.
struct Deployed {
    folder: PathBuf,
    root: PrivateKey,
    variables: BTreeMap<&'static str, String>,
}

impl Deployed {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("function-{test}"));
        let _ = fs::remove_dir_all(&folder); // of an earlier run
        fs::create_dir_all(&folder).unwrap();
        let (root, _) = PrivateKey::generate(KeySpec::EcdsaP256).unwrap();
        let at = |name: &str| format!("file:{}", folder.join(name).display());
        let variables = BTreeMap::from([
            ("EDGEPASS_STORE", at("revocations.json")),
            ("EDGEPASS_STATE", at("state")),
            ("EDGEPASS_STATE_KEY", at("state.pem")),
            ("EDGEPASS_STATE_DELEGATION", at("delegation.pem")),
            ("EDGEPASS_SITE", SITE.to_owned()),
        ]);
        let deployed = Self { folder, root, variables };
        deployed.delegate(1);
        deployed
    }

    /// To a new state key.
    fn delegate(&self, serial: u64) {
        let (state_key, pem) = PrivateKey::generate(KeySpec::EcdsaP256).unwrap();
        let state_key = state_key.public_key().clone();
        let delegation =
            Delegation { site: SITE.parse().unwrap(), serial, state_key, keys: Vec::new() };
        let mandate = Mandate::sign(&delegation, &self.root).unwrap();
        fs::write(self.folder.join("state.pem"), &*pem).unwrap();
        fs::write(self.folder.join("delegation.pem"), mandate.to_string()).unwrap();
    }

    async fn start(&self) -> Result<PublisherFunction, String> {
        let variable = |name: &str| self.variables.get(name).cloned();
        let started = PublisherFunction::start(&Environment::new(&variable)).await;
        started.map_err(|refused| refused.to_string())
    }

    /// What a fresh edge reads now.
    async fn state(&self) -> policy::State {
        let destination = FolderDestination::new(self.folder.join("state"));
        let roots = [self.root.public_key().clone()];
        read(&roots, &destination, now()).await.unwrap()
    }
}

fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() * 1000
}

#[tokio::test]
async fn it_publishes_on_every_event_with_the_keys_of_that_time() {
    let deployed = Deployed::new("events");
    let function = deployed.start().await.unwrap();
    let store = FileStore::new(deployed.folder.join("revocations.json"));
    store.note_lifetime(3600).await.unwrap();
    function.publish("r-1", &json!({"detail-type": "Scheduled Event"})).await.unwrap();
    let first = deployed.state().await;
    assert_eq!((first.body().counts(), first.head().maximum_lifetime()), ([0, 0, 0], 3600));

    let entry = Entry::new(Scope::Session("s".to_owned()), at(now()));
    store.revoke(&entry).await.unwrap();
    function.publish("r-2", &json!({"Records": []})).await.unwrap();
    let second = deployed.state().await;
    assert_eq!(second.body().counts(), [1, 0, 0]);
    assert!(second.head().sequence() > first.head().sequence());

    // The same instance, after the delegation was replaced.
    deployed.delegate(2);
    function.publish("r-3", &Value::Null).await.unwrap();
    assert_eq!(deployed.state().await.head().delegation().serial, 2);
    // And never back to one that edges would refuse.
    deployed.delegate(1);
    let failed = function.publish("r-4", &Value::Null).await.unwrap_err().to_string();
    assert!(failed.contains("edges have seen 2"), "{failed}");
    assert_eq!(deployed.state().await.head().delegation().serial, 2);
}

#[tokio::test]
async fn heartbeats_prune_what_neither_a_pass_nor_a_sign_in_can_match() {
    const DAY: u64 = 24 * 3600 * 1000;
    let mut deployed = Deployed::new("prunes");
    let store = FileStore::new(deployed.folder.join("revocations.json"));
    store.note_lifetime(24 * 3600).await.unwrap();
    for (scope, days) in [
        (Scope::Session("past both".to_owned()), 4),
        (Scope::Session("a sign-in can match".to_owned()), 2),
        (Scope::Subject("past both".to_owned()), 4),
        (Scope::All, 900),
        (Scope::Key(policy::Thumbprint([7; 32])), 900),
    ] {
        store.revoke(&Entry::new(scope, at(now() - days * DAY))).await.unwrap();
    }
    let count = async || store.list(None, 100).await.unwrap().entries.len();
    let (change, heartbeat) = (json!({"Records": []}), json!({"detail-type": "Scheduled Event"}));

    // Nobody has said how long sign-ins are renewed.
    deployed.start().await.unwrap().publish("r", &heartbeat).await.unwrap();
    assert_eq!(count().await, 5);

    deployed.variables.insert("EDGEPASS_LONGEST_SIGN_IN_DAYS", "3".to_owned());
    let function = deployed.start().await.unwrap();
    function.publish("r", &change).await.unwrap();
    assert_eq!(count().await, 5);
    function.publish("r", &heartbeat).await.unwrap();
    assert_eq!(count().await, 3);
    // Again an hour later.
    store.revoke(&Entry::new(Scope::Session("old".to_owned()), at(DAY))).await.unwrap();
    function.publish("r", &heartbeat).await.unwrap();
    assert_eq!(count().await, 4);

    // Sign-ins end sooner than the passes that were granted.
    deployed.variables.insert("EDGEPASS_LONGEST_SIGN_IN_DAYS", "1".to_owned());
    store.note_lifetime(3 * 24 * 3600).await.unwrap();
    deployed.start().await.unwrap().publish("r", &heartbeat).await.unwrap();
    assert_eq!(count().await, 3);
    assert!(store.standing("", "a sign-in can match").await.unwrap().session_revoked);
}

#[tokio::test]
async fn what_is_wrong_shows_at_the_start_by_its_variable() {
    let deployed = || Deployed::new("wrong");
    for variable in [
        "EDGEPASS_STORE",
        "EDGEPASS_STATE",
        "EDGEPASS_STATE_KEY",
        "EDGEPASS_STATE_DELEGATION",
        "EDGEPASS_SITE",
    ] {
        let mut deployed = deployed();
        deployed.variables.remove(variable);
        let refused = deployed.start().await.unwrap_err();
        assert_eq!(refused, format!("`{variable}`: it is not set"));
    }
    for (variable, value, says) in [
        ("EDGEPASS_STORE", "memory", "revokes nothing"),
        ("EDGEPASS_STATE", "/srv/state", "names a place as"),
        ("EDGEPASS_STATE_CACHE_SECONDS", "0", "from 1 to 300"),
        ("EDGEPASS_LONGEST_SIGN_IN_DAYS", "3651", "number of days from 1 to 3650"),
        ("EDGEPASS_STATE_KEY", "file:/nowhere/state.pem", "does not exist"),
        ("EDGEPASS_SITE", "https://other.example.com", "the delegation is that of `https://media"),
        ("EDGEPASS_SITE", "a site", "site"),
    ] {
        let mut deployed = deployed();
        deployed.variables.insert(variable, value.to_owned());
        let refused = deployed.start().await.unwrap_err();
        assert!(refused.starts_with(&format!("`{variable}`: ")), "{refused}");
        assert!(refused.contains(says), "{refused}");
    }
    // A delegation to another key, a damaged one, and one that another root key signed.
    let other_key = deployed();
    let delegation = fs::read(other_key.folder.join("delegation.pem")).unwrap();
    other_key.delegate(2);
    fs::write(other_key.folder.join("delegation.pem"), &delegation).unwrap();
    assert!(other_key.start().await.unwrap_err().contains("names another state key"));
    fs::write(other_key.folder.join("delegation.pem"), "x").unwrap();
    assert!(other_key.start().await.unwrap_err().contains("not a delegation file"));
    let (stranger, _) = PrivateKey::generate(KeySpec::EcdsaP256).unwrap();
    let text = String::from_utf8(delegation).unwrap();
    let (block, _) = text.split_once("-----BEGIN PUBLIC KEY-----").unwrap();
    let forged = format!("{block}{}", signer::public_key_pem(stranger.public_key()));
    fs::write(other_key.folder.join("delegation.pem"), forged).unwrap();
    let refused = other_key.start().await.unwrap_err();
    assert!(refused.contains("root key"), "{refused}");
}

#[test]
fn its_line_tells_what_was_published_and_how_old_the_state_had_become() {
    let head = policy::HeadDraft {
        sequence: 7,
        generated_at: at(90_000),
        maximum_lifetime: 3600,
        revoked_up_to: at(0),
        body_bytes: 52,
        body_digest: policy::BodyDigest([10; 32]),
    };
    let publication = signer::Publication {
        head,
        generated_before: Some(at(30_000)),
        removed: 1,
        replaced_a_stranger: false,
    };
    let elapsed = core::time::Duration::from_millis(3);
    let line =
        PublicationLine::new("p", "r", Trigger::Heartbeat, 90_000, Ok(&publication), elapsed);
    let line = serde_json::to_value(line).unwrap();
    assert_eq!(line["event"], "published");
    assert_eq!(line["trigger"], "heartbeat");
    assert_eq!((&line["sequence"], &line["removed"]), (&json!(7), &json!(1)));
    assert_eq!((&line["StateAge"], &line["StateBytes"]), (&json!(60), &json!(52)));
    declared_metrics_are_there(&line);

    let line = PublicationLine::new("p", "r", Trigger::Change, 0, Err("no answer"), elapsed);
    let line = serde_json::to_value(line).unwrap();
    assert_eq!((&line["level"], &line["event"]), (&json!("ERROR"), &json!("publish-failed")));
    assert_eq!((&line["message"], &line["PublishFailed"]), (&json!("no answer"), &json!(1)));
    declared_metrics_are_there(&line);
}

fn declared_metrics_are_there(line: &Value) {
    for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap() {
        assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric} in {line}");
    }
}
