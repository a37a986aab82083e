//! `revocations delegate`, `publish` and `inspect`: from a store to what edges fetch.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::edgepass::{Ended, edgepass, folder, key};

const SITE: &str = "https://media.example.com";

/// Keys, a delegation and a store of one site.
struct Published {
    folder: PathBuf,
}

impl Published {
    fn new(test: &str) -> Self {
        let site = Self { folder: folder(&format!("publish-{test}")) };
        for pair in ["root", "state"] {
            let out = site.path(pair);
            edgepass(&["keygen", "--algorithm", "ecdsa-p256", "--out", &out]).result();
        }
        site.delegate("delegation.pem", "7");
        site
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn delegate(&self, name: &str, serial: &str) {
        let (root, state) = (self.path("root/private.pem"), self.path("state/public.pem"));
        let trust = format!("K2JCJMDEHXQW5F={}", key("rsa.public"));
        let claims = format!("claims-1={}:ES256", key("p256.public"));
        let delegation = edgepass(&[
            "revocations",
            "delegate",
            "--site",
            SITE,
            "--root-key",
            &root,
            "--state-key",
            &state,
            "--trust",
            &trust,
            "--claims-trust",
            &claims,
            "--serial",
            serial,
        ]);
        fs::write(self.folder.join(name), delegation.result()).unwrap();
    }

    fn store(&self) -> String {
        format!("file:{}", self.path("revocations.json"))
    }

    fn revoke(&self, arguments: &[&str]) {
        edgepass(&[&["revoke"], arguments, &["--store", &self.store()]].concat()).result();
    }

    fn publish(&self, more: &[&str]) -> Ended {
        let to = format!("file:{}", self.path("published"));
        let (state, delegation) = (self.path("state/private.pem"), self.path("delegation.pem"));
        let publish = [
            "revocations",
            "publish",
            "--store",
            &self.store(),
            "--to",
            &to,
            "--state-key",
            &state,
            "--delegation",
            &delegation,
            "--json",
        ];
        edgepass(&[&publish[..], more].concat())
    }

    fn inspect(&self, file: &str, more: &[&str]) -> Ended {
        edgepass(&[&["revocations", "inspect", &self.path(file), "--json"], more].concat())
    }

    fn root(&self) -> String {
        self.path("root/public.pem")
    }
}

#[test]
fn from_the_store_to_a_state_that_the_root_key_vouches_for() {
    let site = Published::new("whole");
    site.publish(&[]).is_usage_error(&["--max-lifetime"]);
    let first = site.publish(&["--max-lifetime", "12h"]).json();
    assert_eq!((&first["maximum_lifetime"], &first["body_bytes"]), (&json!(43_200), &json!(44)));
    site.revoke(&["session", "s-1"]);
    site.revoke(&["subject", "p-1"]);
    site.revoke(&["subject", "p-2"]);
    site.revoke(&["all", "--before", "1767225600"]);
    let second = site.publish(&[]).json();
    assert!(second["sequence"].as_u64() > first["sequence"].as_u64());
    assert_eq!(second["body_bytes"], 44 + 8 + 2 * 12);
    assert_eq!(second["maximum_lifetime"], 43_200, "it only grows");

    let unverified = site.inspect("published/head", &[]).json();
    let verified = site.inspect("published/head", &["--root", &site.root()]).json();
    assert_eq!((&unverified["verified"], &verified["verified"]), (&json!(false), &json!(true)));
    for found in [&unverified, &verified] {
        let head = &found["head"];
        assert_eq!((&head["site"], &head["serial"]), (&json!(SITE), &json!(7)));
        assert_eq!(head["sequence"], second["sequence"]);
        assert_eq!(head["revoked_up_to"], 1_767_225_600);
        assert_eq!(head["body"], second["body"]);
        assert_eq!(head["keys"][0]["id"], "K2JCJMDEHXQW5F");
        assert_eq!(head["keys"][0]["algorithms"], json!(["RSA-SHA256"]));
        assert_eq!(head["keys"][1]["use"], "claims");
        let body = json!({"sessions": 1, "keys": 0, "subjects": 2, "bytes": 76});
        assert_eq!((&found["body"], &found["refused"]), (&body, &Value::Null));
    }
    let body = format!("published/body/{}", second["body"].as_str().unwrap());
    assert_eq!(site.inspect(&body, &[]).json()["body"]["sessions"], 1);
    site.inspect(&body, &["--root", &site.root()]).is_usage_error(&["name the head"]);

    let head = site.path("published/head");
    let text = edgepass(&["revocations", "inspect", &head]).result();
    assert!(text.starts_with("NOT VERIFIED: anyone can have written this\n"), "{text}");
    assert!(text.contains("revoked       1 sessions, 0 keys, 2 subjects"), "{text}");
    let text = edgepass(&["revocations", "inspect", &head, "--root", &site.root()]).result();
    assert!(text.starts_with("verified: "), "{text}");
}

#[test]
fn what_is_not_vouched_for_is_refused() {
    let site = Published::new("refused");
    site.revoke(&["session", "s-1"]);
    let body = site.publish(&["--max-lifetime", "1h"]).json()["body"].clone();
    let head = site.folder.join("published/head");
    let original = fs::read(&head).unwrap();
    let refused = |more: &[&str], why: &str| {
        let ended = site.inspect("published/head", more);
        assert_eq!(ended.code, 1, "{ended:?}");
        let found = ended.json();
        assert_eq!(found["verified"], false);
        assert!(found["refused"].as_str().unwrap().contains(why), "{found}");
    };
    let root = site.root();
    // The state key is not the root key.
    refused(&["--root", &site.path("state/public.pem")], "root");
    let mut forged = original.clone();
    let at = forged.len() - 100;
    forged[at] ^= 1;
    fs::write(&head, &forged).unwrap();
    refused(&["--root", &root], "");
    fs::write(&head, &original[..200]).unwrap();
    refused(&[], "ends too early");
    fs::write(&head, "not a head").unwrap();
    refused(&[], "head");
    fs::write(&head, &original).unwrap();
    let body = site.folder.join("published/body").join(body.as_str().unwrap());
    let mut other = fs::read(&body).unwrap();
    *other.last_mut().unwrap() ^= 1;
    fs::write(&body, other).unwrap();
    refused(&["--root", &root], "body");
    // Without its body the head alone is verified, and says that it is alone.
    fs::remove_file(&body).unwrap();
    let alone = site.inspect("published/head", &["--root", &root]).json();
    assert_eq!((&alone["verified"], &alone["body"]), (&json!(true), &Value::Null));
    let missing = site.path("nowhere");
    site.inspect("published/head", &["--body", &missing]).is_usage_error(&["does not exist"]);
    site.inspect("nowhere", &[]).is_usage_error(&["does not exist"]);
}

#[test]
fn publishing_with_the_wrong_keys() {
    let site = Published::new("keys");
    let publish = |state_key: &str, delegation: &str| {
        let to = format!("file:{}", site.path("published"));
        let (state_key, delegation) = (site.path(state_key), site.path(delegation));
        edgepass(&[
            "revocations",
            "publish",
            "--store",
            &site.store(),
            "--to",
            &to,
            "--state-key",
            &state_key,
            "--delegation",
            &delegation,
            "--max-lifetime",
            "1h",
        ])
    };
    publish("root/private.pem", "delegation.pem").is_usage_error(&["names another state key"]);
    publish("state/public.pem", "delegation.pem").is_usage_error(&["state/public.pem"]);
    publish("state/private.pem", "state/public.pem").is_usage_error(&["not a delegation file"]);
    publish("state/private.pem", "nowhere").is_usage_error(&["does not exist"]);
    assert!(!site.folder.join("published").exists());
    site.delegate("later.pem", "8");
    publish("state/private.pem", "later.pem").result();
    // Edges that have seen the later one would refuse all heads with this one.
    publish("state/private.pem", "delegation.pem").is_usage_error(&["edges have seen 8"]);
}

#[test]
fn delegations_list_public_keys_only() {
    let site = Published::new("delegate");
    let delegate = |more: &[&str]| {
        let (root, state) = (site.path("root/private.pem"), site.path("state/public.pem"));
        let delegate = ["revocations", "delegate", "--site", SITE, "--root-key", &root];
        let state = ["--state-key", &state];
        edgepass(
            &[&delegate[..], if more.contains(&"--state-key") { &[] } else { &state[..] }, more]
                .concat(),
        )
    };
    let secret = format!("c={}:HS256", site.path("secret"));
    delegate(&["--claims-trust", &secret]).is_usage_error(&["holds no secrets"]);
    let rsa = format!("c={}:ES256", key("rsa.public"));
    delegate(&["--claims-trust", &rsa]).is_usage_error(&["signs with RS256"]);
    let private = site.path("state/private.pem");
    delegate(&["--state-key", &private]).is_usage_error(&["private"]);
    delegate(&["--state-key", &site.root()]).is_usage_error(&["the same key"]);
    let twice = format!("K1={}", key("rsa.public"));
    delegate(&["--trust", &twice, "--trust", &twice]).is_usage_error(&["K1"]);
    let empty = delegate(&[]);
    assert!(empty.stderr.contains("no key is listed"), "{empty:?}");
    let text = empty.result();
    assert!(text.starts_with("-----BEGIN EDGEPASS DELEGATION-----\n") && !text.contains("PRIVATE"));
}

/// The module may not be built where this runs, so that only what comes before it is looked at; what
/// is baked in is seen in `tests/edge`.
#[test]
fn a_bundle_takes_its_minimum_from_a_state_that_is_vouched_for() {
    let site = Published::new("bundle");
    site.publish(&["--max-lifetime", "12h"]).json();
    let (head, other) = (site.path("published/head"), Published::new("bundle-of-another"));
    other.publish(&["--max-lifetime", "12h"]).json();
    let bundle = |lines: &str, more: &[&str]| {
        let (config, out) = (site.path("edge.toml"), site.path("bundle"));
        let (cloudfront, claims) = (key("rsa.public"), key("p256.public"));
        let toml = format!(
            "{lines}\n[[key]]\npem_file = \"{cloudfront}\"\nalgorithms = [\"RSA-SHA256\"]\n[[claims_key]]\nid = \"c-1\"\nalgorithm = \"ES256\"\npem_file = \"{claims}\"\n"
        );
        fs::write(&config, toml).unwrap();
        edgepass(&[&["bundle", "lambda-edge", "--config", &config, "--out", &out], more].concat())
    };
    let of =
        |place: &str| format!("revocation = {{ {place}, root_pem_file = \"{}\" }}", site.root());
    let by_url = of("url = \"https://media.example.com/edgepass/state/head\"");
    let refused =
        |ended: &Ended| ended.stderr.contains("`--state`") || ended.stderr.contains("the state `");

    assert!(!refused(&bundle(&by_url, &[])));
    assert!(!refused(&bundle(&by_url, &["--state", &head])));
    bundle(&of("file = \"head\""), &[]).is_usage_error(&["name the `url`", "`head`"]);
    bundle("", &["--state", &head]).is_usage_error(&["has no `[revocation]`"]);
    bundle(&by_url, &["--state", &other.path("published/head")])
        .is_usage_error(&["is not taken", "was not signed by a root key"]);
    bundle(&by_url, &["--state", &site.path("nowhere")]).is_usage_error(&["cannot read"]);
    bundle(&format!("claims = \"optional\"\n{by_url}"), &[])
        .is_usage_error(&["claims = \"required\""]);

    for (seconds, warned) in [(60, true), (179, true), (180, false), (300, false)] {
        let stale = by_url.replace(" }", &format!(", max_stale_seconds = {seconds} }}"));
        let words = format!("warning: `max_stale_seconds` of `[revocation]` is `{seconds}`");
        assert_eq!(bundle(&stale, &[]).stderr.contains(&words), warned, "{seconds}");
    }
}
