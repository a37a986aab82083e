//! `docs/why-403` is what the causes say.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop here")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use explain::{Certainty, Source};
use serde_json::Value;

/// `UPDATE=1` writes the pages instead.
#[test]
fn pages_are_the_causes_own_texts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/why-403");
    let mut pages: BTreeMap<String, String> =
        explain::causes().map(|cause| (format!("{}.md", cause.id), explain::page(cause))).collect();
    pages.insert("README.md".to_owned(), explain::index_page());
    if std::env::var_os("UPDATE").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in &pages {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let found: BTreeMap<String, String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    assert!(found == pages, "docs/why-403 is old; run this test with UPDATE=1");
}

/// **Fixed**: what logs, dashboards and scripts know.
#[test]
fn ids() {
    let mut ids: Vec<&str> = explain::causes().map(|cause| cause.id).collect();
    ids.sort_unstable();
    let mut fixed: Vec<&str> = FIXED.split_whitespace().collect();
    fixed.sort_unstable();
    assert_eq!(ids, fixed);
}

const FIXED: &str = "
    expired not-yet-valid clock-skew epoch-milliseconds
    resource-mismatch url-changed-after-signing url-re-encoded canned-policy-for-pattern
    address-mismatch ipv6-viewer
    policy-malformed wrong-base64-alphabet truncated-cookie
    signed-by-another-key key-not-in-group key-removed-before-drain pem-as-key-id
    hash-marker-missing hash-marker-superfluous
    cookies-not-sent duplicate-cookies preflight-without-cookies parameter-hides-cookies
    unsigned-request
    content-unprotected earlier-behavior-unsigned distribution-not-deployed scheme-mismatch
    origin-access-control-missing bucket-policy-missing bucket-policy-other-distribution
    public-access-blocked-without-oac website-endpoint-origin default-root-object-missing
    geo-restriction web-acl origin-denied revoked
    function-failed method-not-allowed custom-error-page not-refused not-through-cloudfront
    host-forwarded function-url-permission-missing kms-key-denied two-auth-mechanisms
    trusted-signer-account wrong-key-id signature-of-another-url address-never-matches
    object-key-mismatch";

/// The schema is written by hand; what it enumerates must be what there is.
#[test]
fn the_schema_knows_all_names() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/explain.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let names = |pointer: &str| -> Vec<String> {
        let list = schema.pointer(pointer).and_then(Value::as_array).unwrap();
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let ids: Vec<&str> = explain::causes().map(|cause| cause.id).collect();
    assert_eq!(names("/$defs/cause/properties/id/enum"), ids);
    let sources = Source::ALL.map(Source::name);
    assert_eq!(names("/$defs/explanation/properties/source/enum"), sources);
    let certainties = Certainty::ALL.map(Certainty::name);
    assert_eq!(names("/$defs/cause/properties/certainty/enum"), certainties);
}
