//! Revocation: its settings, and the state as it is handed in, with the states of the corpus.

use std::fs;
use std::path::PathBuf;

use aws_lc::AwsLc;
use edge_validator::{
    ConfigRefused, RevocationSettings, Settings, StateSource, Validator, WantedBody,
    settings_from_toml,
};
use policy::{Minimum, StateRefused, UnixTime, WhenUnknown};

use crate::pass::{NOW, at, corpus_key, get};

const CONFIG: &str = r#"
[[key]]
id = "K1RSAEXAMPLE"
pem_file = "rsa.public.pem"
algorithms = ["RSA-SHA256"]

[[claims_key]]
id = "es256-2026"
algorithm = "ES256"
pem_file = "p256-other.public.pem"

[revocation]
url = "https://media.example.com/edgepass/state/head"
root_pem_file = "p256.public.pem"
"#;

fn read(text: &str) -> Result<Settings, ConfigRefused> {
    let settings = settings_from_toml(text, |name| Ok(corpus_key(name).into_bytes()))?;
    Validator::new(settings.clone(), AwsLc)?;
    Ok(settings)
}

fn edge() -> Validator {
    Validator::new(read(CONFIG).unwrap(), AwsLc).unwrap()
}

fn state(file: &str) -> Vec<u8> {
    let states = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/states");
    fs::read(states.join(file)).unwrap()
}

fn body(wanted: WantedBody) -> Vec<u8> {
    let body = state(&format!("body/{}", wanted.digest));
    assert_eq!(u32::try_from(body.len()), Ok(wanted.bytes));
    body
}

/// Hands in a head and the body that is asked for.
fn take(edge: &Validator, head: &str, now: UnixTime) -> Result<(), StateRefused> {
    match edge.take_head(&state(head), now)? {
        Some(wanted) => edge.take_body(body(wanted), now),
        None => Ok(()),
    }
}

#[test]
fn members() {
    let defaults = read(CONFIG).unwrap().revocation.unwrap();
    let url = "https://media.example.com/edgepass/state/head".to_owned();
    let expected = RevocationSettings {
        source: StateSource::Url(url),
        roots: defaults.roots.clone(),
        site: None,
        minimum: Minimum::default(),
        refresh_seconds: 10,
        max_stale_seconds: 300,
        when_unknown: WhenUnknown::Deny,
    };
    assert_eq!(defaults, expected);
    let text = CONFIG.replace(
        "root_pem_file = \"p256.public.pem\"",
        "root_pem_file = [\"p256.public.pem\", \"rsa-other.public.pem\"]\nrefresh_seconds = 2\nmax_stale_seconds = 60\nwhen_unknown = \"allow\"\nsite = \"https://media.example.com\"",
    );
    let settings = read(&text).unwrap();
    let told = settings.revocation.clone().unwrap();
    assert_eq!((told.roots.len(), told.refresh_seconds, told.max_stale_seconds), (2, 2, 60));
    assert_eq!(told.when_unknown, WhenUnknown::Allow);
    for settings in [settings, read(CONFIG).unwrap()] {
        assert_eq!(Settings::from_json(&settings.to_json()), Ok(settings));
    }
}

#[test]
fn what_is_refused() {
    let with = |line: &str| format!("{CONFIG}{line}\n");
    for (text, words) in [
        (format!("claims = \"optional\"\n{CONFIG}"), "needs `claims = \"required\"`"),
        (format!("claims = \"off\"\n{CONFIG}"), "needs `claims = \"required\"`"),
        (with("file = \"head\""), "a `url` or a `file`, not both"),
        (CONFIG.replace("url = ", "# "), "a `url` or a `file`, not both"),
        (
            CONFIG.replace("https://media", "media"),
            "media.example.com/edgepass/state/head`: the URL does not begin with `https://`",
        ),
        (with("refresh_seconds = 0"), "are at least 1"),
        (with("max_stale_seconds = 9"), "is not above the second"),
        (with("when_unknown = \"maybe\""), "when_unknown"),
        (with("site = \"a b\""), "the id of a site"),
        (with("max_stale = 9"), "max_stale"),
        (CONFIG.replace("p256.public", "p256.private"), "`root_pem_file` `p256.private.pem`"),
    ] {
        let message = read(&text).expect_err(&text).to_string();
        assert!(message.contains(words), "`{words}` is not in: {message}");
    }
}

#[test]
fn a_state_is_looked_up_again_after_its_time() {
    let edge = edge();
    assert!(edge.begin_look_up(at(NOW)));
    // Somebody does already; and where that came to nothing, it is not the next request's to wait.
    assert!(!edge.begin_look_up(at(NOW)));
    assert!(edge.begin_look_up(at(NOW + 1)));
    take(&edge, "nothing.head", at(NOW + 1)).unwrap();
    assert!(!edge.begin_look_up(at(NOW + 10)));
    assert!(edge.begin_look_up(at(NOW + 11)));
    assert_eq!(edge.head_is_unchanged(at(NOW + 11)), None);
    assert!(!edge.begin_look_up(at(NOW + 20)));
    // The clock was set back.
    assert!(edge.begin_look_up(at(NOW)));
}

#[test]
fn a_body_that_did_not_come_is_asked_for_again() {
    let edge = edge();
    assert!(edge.begin_look_up(at(NOW)));
    let wanted = edge.take_head(&state("session.head"), at(NOW)).unwrap().unwrap();
    assert!(edge.begin_look_up(at(NOW + 1)));
    assert_eq!(edge.head_is_unchanged(at(NOW + 1)), Some(wanted));
    let wrong = edge.take_body(b"another".to_vec(), at(NOW + 1));
    assert!(matches!(wrong, Err(StateRefused::OtherBody { .. })));
    edge.take_body(body(wanted), at(NOW + 1)).unwrap();
    assert_eq!(edge.head_is_unchanged(at(NOW + 2)), None);
}

#[test]
fn what_is_not_the_sites_is_not_taken() {
    for head in ["altered.head", "by-another-key.head", "cut-short.head"] {
        assert!(edge().take_head(&state(head), at(NOW)).is_err(), "{head}");
    }
    let edge = edge();
    take(&edge, "nothing.head", at(NOW)).unwrap();
    let forked = take(&edge, "session.head", at(NOW));
    assert!(matches!(forked, Err(StateRefused::Forked { .. })));
    assert_eq!(edge.head_is_unchanged(at(NOW)), None);

    let mut settings = read(CONFIG).unwrap();
    let revocation = settings.revocation.as_mut().unwrap();
    revocation.minimum.serial = 2;
    let deployed_later = Validator::new(settings, AwsLc).unwrap();
    let refused = take(&deployed_later, "nothing.head", at(NOW));
    assert_eq!(refused, Err(StateRefused::OlderDelegation { serial: 1, least: 2 }));
}

/// The configuration trusts other keys than the state lists.
#[test]
fn the_keys_of_the_state_replace_those_of_the_configuration() {
    let code = |edge: &Validator| {
        let query = "Policy=e30_&Signature=e30_&Key-Pair-Id=K1RSAEXAMPLE&Hash-Algorithm=SHA256";
        let viewer = edge_validator::ViewerRequest { query, ..get() };
        edge.check(&viewer, at(NOW)).result.unwrap_err().code().as_str()
    };
    let text = CONFIG.replacen("K1RSAEXAMPLE", "K2OTHER", 1);
    let edge = Validator::new(read(&text).unwrap(), AwsLc).unwrap();
    assert_eq!(code(&edge), "unknown-key");
    take(&edge, "nothing.head", at(NOW)).unwrap();
    assert_eq!(code(&edge), "signature-invalid");
}
