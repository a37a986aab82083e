//! The vectors that others published, each run in full. `tests/published/README.md` names the
//! sources.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test should stop here"
)]

use core::error::Error;
use std::collections::BTreeMap;
use std::fs;

use aws_lc::{AwsLcKey, public_key_from_text, thumbprint};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use edgepass_tests::vector::folder;
use policy::{
    Algorithm, Carrier, Grant, Hash, Request, ResourcePattern, ShortRsa, Signed, Target, Trust,
    TrustedKey, TrustedKeys, UnixTime, Url, verify,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use signer::PrivateKey;

/// Where we differ from what a vector expects, and why. A difference that is not here fails, and so
/// does one that is here and is none any more.
const DIFFERENCES: [(&str, &str); 2] = [
    (
        "error-missing-expiration",
        "a grant without an expiry cannot be written: `Grant::expires` is not optional",
    ),
    (
        "error-active-after-expiration",
        "refused as expected, in other words: the message names both times and says which is wrong",
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    #[serde(rename = "documentation")]
    _documentation: Option<String>,
    input: Input,
    expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Input {
    resource: String,
    key_pair_id: String,
    private_key_file: String,
    expiration_date: Option<i64>,
    active_date: Option<i64>,
    ip_range: Option<String>,
    hash_algorithm: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Expected {
    policy_json: Option<String>,
    apply_to: Option<String>,
    query_params: Option<BTreeMap<String, String>>,
    cookies: Option<BTreeMap<String, String>>,
    signature: Option<String>,
    signature_algorithm: Option<String>,
    #[serde(default)]
    verify_cryptographically: bool,
    #[serde(default)]
    error: bool,
    #[serde(default)]
    error_contains: Vec<String>,
}

/// The order in which signing parameters are appended.
const ORDER: [&[&str]; 4] =
    [&["Expires", "Policy"], &["Signature"], &["Key-Pair-Id"], &["Hash-Algorithm"]];

#[test]
fn aws_signer_vectors() {
    let cases: Vec<Case> = read("aws-sep-vectors.json");
    let mut differing = Vec::new();
    for case in &cases {
        match sign(case) {
            Ok(signed) => check_signed(case, &signed),
            Err(error) => {
                assert!(case.expected.error, "{}: {error}", case.id);
                let message = error.to_string();
                let missing = |word: &&String| !message.contains(word.as_str());
                if case.expected.error_contains.iter().any(|word| missing(&word)) {
                    differing.push(case.id.as_str());
                }
            }
        }
    }
    assert_eq!(cases.len(), 20);
    assert_eq!(differing, DIFFERENCES.map(|(id, _)| id));
    for (id, reason) in DIFFERENCES {
        println!("{id}: {reason}");
    }
}

fn sign(Case { input, expected, .. }: &Case) -> Result<Signed, Box<dyn Error>> {
    let time = |seconds: i64| UnixTime::from_seconds(seconds).ok_or("before 1970");
    let url = expected.apply_to.as_ref().unwrap_or(&input.resource);
    let target = if expected.cookies.is_some() {
        Target::Cookies(input.resource.parse()?)
    } else {
        let pattern = expected.apply_to.as_ref().map(|_| input.resource.parse());
        Target::Url(url.parse()?, pattern.transpose()?)
    };
    let grant = Grant {
        target,
        expires: time(input.expiration_date.ok_or("a grant has an expiry")?)?,
        starts: input.active_date.map(time).transpose()?,
        network: input.ip_range.as_deref().map(str::parse).transpose()?,
    };
    let hash = input.hash_algorithm.as_deref().map(|name| Hash::from_marker(name).unwrap());
    let key = PrivateKey::from_pem(&pem(&input.private_key_file), None, ShortRsa::DangerAllow)?;
    Ok(grant.unsigned(&input.key_pair_id, hash.unwrap_or_default())?.sign(&key)?)
}

fn check_signed(Case { id, input, expected, .. }: &Case, signed: &Signed) {
    assert!(!expected.error, "{id} was signed");
    assert_eq!(Some(signed.text()), expected.policy_json.as_deref(), "{id}");
    let algorithm: Algorithm = expected.signature_algorithm.as_deref().unwrap().parse().unwrap();
    let exact = matches!(algorithm, Algorithm::RsaSha1 | Algorithm::RsaSha256);
    assert!(exact || !expected.verify_cryptographically || expected.signature.is_none(), "{id}");

    if let Some(expected) = &expected.query_params {
        let url = signed.url().unwrap();
        assert_admitted(id, input, algorithm, &url, &[]);
        let query = url.split_once('?').unwrap().1;
        let names = query.split('&').map(|parameter| parameter.split('=').next().unwrap());
        let order = names.filter_map(|name| ORDER.iter().position(|own| own.contains(&name)));
        assert!(order.is_sorted(), "{id}: {query}");
        let ours: BTreeMap<&str, &str> =
            query.split('&').map(|parameter| parameter.split_once('=').unwrap()).collect();
        assert_values(id, expected, &ours, Carrier::Url);
    }
    if let Some(expected) = &expected.cookies {
        let cookies = signed.cookies().unwrap();
        let line: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let url = input.resource.replace('*', "any/file");
        assert_admitted(id, input, algorithm, &url, &[&line.join("; ")]);
        let ours: BTreeMap<&str, &str> =
            cookies.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_values(id, expected, &ours, Carrier::Cookie);
    }
    match &expected.signature {
        Some(signature) if exact => assert_eq!(signed.signature(), signature, "{id}"),
        // ECDSA: theirs is another, and must be admitted like ours.
        Some(signature) => {
            let url = signed.url().unwrap().replace(signed.signature(), signature);
            assert_admitted(id, input, algorithm, &url, &[]);
        }
        None => {}
    }
}

/// All values that are expected are there, and besides them only what the vectors leave out.
fn assert_values(
    id: &str,
    expected: &BTreeMap<String, String>,
    ours: &BTreeMap<&str, &str>,
    carrier: Carrier,
) {
    for (name, value) in expected {
        assert_eq!(ours.get(name.as_str()), Some(&value.as_str()), "{id}: {name}");
    }
    let left_out = [policy::Field::Policy, policy::Field::Signature].map(|it| it.name(carrier));
    for name in ours.keys() {
        assert!(expected.contains_key(*name) || left_out.contains(name), "{id}: {name}");
    }
}

/// A second before the end, from inside the network.
fn assert_admitted(id: &str, input: &Input, algorithm: Algorithm, url: &str, cookies: &[&str]) {
    let file = match input.private_key_file.as_str() {
        "test-rsa-key.pem" | "test-rsa-key-pkcs1.pem" => "test-rsa-key-public.pem",
        "test-ecdsa-key.pem" | "test-ecdsa-key-sec1.pem" => "test-ecdsa-key-public.pem",
        other => panic!("{other}"),
    };
    let public = public_key_from_text(&pem(file), ShortRsa::DangerAllow).unwrap();
    let key = Box::new(AwsLcKey::new(&public).unwrap());
    let key_id = Some(input.key_pair_id.as_str());
    let key = TrustedKey::new(key_id, &public, thumbprint(&public), &[algorithm], key).unwrap();
    let trust = Trust::in_credentials(TrustedKeys::new(vec![key]).unwrap());
    let address =
        input.ip_range.as_deref().map(|range| range.split_once('/').unwrap().0.parse().unwrap());
    let request = Request { cookies, address, ..Request::get(Url::parse(url).unwrap()) };
    let now = UnixTime::from_seconds(input.expiration_date.unwrap() - 1).unwrap();
    let admitted = verify(&request, &trust, None, now).result;
    assert!(admitted.is_ok(), "{id}: {}", admitted.unwrap_err());
}

#[derive(Deserialize)]
struct Wildcards {
    #[serde(rename = "match")]
    matching: Vec<(String, String, bool)>,
    equivalences: Vec<(String, String)>,
}

#[test]
fn aws_wildcard_examples() {
    let Wildcards { matching, equivalences } = read("wildcards.json");
    for (pattern, url, expected) in &matching {
        assert_eq!(matches(pattern, url), *expected, "{pattern} {url}");
    }
    assert_eq!(matching.len(), 9);

    // Both sides of each equivalence on URLs that tell patterns apart.
    for (short, long) in &equivalences {
        let long = long.replace(" + query ", "?");
        for scheme in ["http", "https"] {
            for host in ["example.com", "www.example.com", "example.com.example.net", "h"] {
                for target in ["/", "/?x", "/hello", "/hello?x=1", "/hello/world", "/x/hello"] {
                    let url = format!("{scheme}://{host}{target}");
                    assert_eq!(matches(short, &url), matches(&long, &url), "{short} {url}");
                }
            }
        }
    }
    assert_eq!(equivalences.len(), 3);
}

fn matches(pattern: &str, url: &str) -> bool {
    let pattern: ResourcePattern = pattern.parse().unwrap();
    let url = Url::parse(url).unwrap();
    pattern.matches(&url, url.query()).is_ok()
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    let text = fs::read_to_string(folder("published").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A key file. The vectors want any DSA key; ours lies beside them.
fn pem(file: &str) -> String {
    if file.contains("generate any DSA key") {
        return fs::read_to_string(folder("published/dsa.private.pem")).unwrap();
    }
    let keys: BTreeMap<String, String> = read("aws-sep-keys.json");
    String::from_utf8(STANDARD.decode(&keys[file]).unwrap()).unwrap()
}
