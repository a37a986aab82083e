//! Stage `revocation`: the state that edges share.

use crate::cases::allow::POLICY_TEXT;
use crate::cases::draft::{
    CLAIMS_EXPIRED, CLAIMS_MALFORMED, CLAIMS_MISSING, CLAIMS_SIGNATURE_INVALID, Case, Draft, FILE,
    NOW, REVOCATION_STALE, REVOCATION_UNKNOWN, REVOKED, SIGNATURE_INVALID, case,
};
use crate::keys::TestKey;
use crate::pass::{RSA_SHA256, encoded_message};
use crate::state::ROOT;
use crate::token::{ClaimSet, ES256, HS256, RS256, TokenKey, base64url};
use crate::vector::{Claims, StateInHand, WhenUnknown};

use super::claims::{beside, cookie, pass, required, set, trusted_for_claims, with};
use super::states::{ISSUED, LONGEST, MADE};

const MAX_STALE: u32 = 300;

pub(super) fn cases() -> Vec<Case> {
    [scopes(), cut_offs(), elsewhere(), age(), unknown(), lifetime(), exponents()].concat()
}

/// The state with this head.
fn in_hand(head: &str) -> StateInHand {
    StateInHand {
        head: Some(format!("{head}.head")),
        root: ROOT.public_file().to_owned(),
        max_stale: MAX_STALE,
        when_unknown: WhenUnknown::Deny,
    }
}

/// A sound pass in cookies, decided by this state.
fn by(name: &str, comment: &str, head: &str) -> Draft {
    with(name, comment, &set()).state(in_hand(head))
}

fn scopes() -> Vec<Case> {
    vec![
        by("nothing-revoked", "the state is there and empty", "nothing").allow(),
        by("session-revoked", "one session of a subject", "session")
            .deny(REVOKED, "its session is revoked"),
        by("cloudfront-key-revoked", "whatever the key signed", "cloudfront-key")
            .deny(REVOKED, "the key "),
        by("claims-key-revoked", "whatever the key signed", "claims-key").deny(REVOKED, "the key "),
        beside("claims-secret-revoked", "whatever was made with it", &HS256.token(set().text()))
            .state(in_hand("claims-secret"))
            .deny(REVOKED, "the key "),
        by("claims-secret-of-others-revoked", "not the key of this pass", "claims-secret").allow(),
        by("others-revoked", "a session is no subject, a key no other key", "others").allow(),
    ]
}

fn cut_offs() -> Vec<Case> {
    const BOUNDARY: &str = "what was issued in the second of the cut-off is revoked";
    const AFTER: &str = "what was issued after the cut-off is good";
    let issued = |name: &str, comment: &str, at: i64, head: &str| {
        with(name, comment, &set().with("iat", at)).state(in_hand(head))
    };
    let words = format!("to its subject up to {ISSUED} are revoked");
    let all = format!("all passes issued up to {ISSUED} are revoked");
    vec![
        issued("subject-at-the-cut-off", BOUNDARY, ISSUED, "subject").deny(REVOKED, &words),
        issued("subject-before-the-cut-off", BOUNDARY, ISSUED - 1, "subject").deny(REVOKED, &words),
        issued("subject-after-the-cut-off", AFTER, ISSUED + 1, "subject").allow(),
        issued("subject-for-good", "for all of time", NOW, "subject-for-good")
            .deny(REVOKED, "the passes issued to its subject up to"),
        issued("all-at-the-cut-off", BOUNDARY, ISSUED, "all").deny(REVOKED, &all),
        issued("all-after-the-cut-off", AFTER, ISSUED + 1, "all").allow(),
    ]
}

/// In other carriers, and beside other faults.
fn elsewhere() -> Vec<Case> {
    let unbound = ES256.token(ClaimSet::at(NOW).text());
    let url = format!("{FILE}?Edgepass-Claims={unbound}");
    let signed = RSA_SHA256.canned(&url, NOW + 3600).on(&url);
    let on_url = |name: &str, head: &str| {
        case(name, "a signed URL").claims(required()).get(&signed).state(in_hand(head))
    };
    let alone = ClaimSet::at(NOW).with("res", "[\"https://media.example.com/video/*\"]");
    let native = |name: &str, head: &str| {
        case(name, "the token stands for itself")
            .native()
            .claims(required())
            .cookies([format!("Edgepass-Claims={}", ES256.token(alone.text()))])
            .state(in_hand(head))
    };
    vec![
        on_url("url-nothing-revoked", "nothing").allow(),
        on_url("url-session-revoked", "session").deny(REVOKED, "its session is revoked"),
        native("native-nothing-revoked", "nothing").allow(),
        native("native-session-revoked", "session").deny(REVOKED, "its session is revoked"),
        native("native-claims-key-revoked", "claims-key").deny(REVOKED, "the key "),
        native("native-cloudfront-key-revoked", "cloudfront-key").allow(),
        with("expired-and-revoked", "claims come first", &set().with("exp", NOW))
            .state(in_hand("session"))
            .deny(CLAIMS_EXPIRED, "the claims token expired at"),
        case("revocation-without-claims", "nobody could revoke it")
            .claims(required())
            .cookies([pass().cookie()])
            .state(in_hand("nothing"))
            .deny(CLAIMS_MISSING, "there is no `Edgepass-Claims`"),
    ]
}

fn age() -> Vec<Case> {
    const AGE: &str = "by its own date, which is signed";
    let last = MADE + i64::from(MAX_STALE);
    let late = format!("the state is of {MADE} and it is now {}; it is believed for", last + 1);
    let early = ES256.token(set().with("iat", MADE - 100).text());
    let before = |name: &str, seconds: i64| {
        case(name, "a state may be dated 60 s ahead of the edge's clock")
            .claims(required())
            .cookies([cookie(&pass(), &early)])
            .at(MADE - seconds)
            .state(in_hand("nothing"))
    };
    let allowing = StateInHand { when_unknown: WhenUnknown::Allow, ..in_hand("nothing") };
    vec![
        by("state-at-its-last-second", AGE, "nothing").at(last).allow(),
        by("state-past-its-last-second", AGE, "nothing").at(last + 1).deny(REVOCATION_STALE, &late),
        by("state-stale-and-revoked", "a stale state says nothing", "session")
            .at(last + 1)
            .deny(REVOCATION_STALE, &late),
        by("state-stale-where-unknown-is-allowed", "stale is not unknown", "nothing")
            .state(allowing)
            .at(last + 1)
            .deny(REVOCATION_STALE, &late),
        before("state-60-seconds-ahead", 60).allow(),
        before("state-61-seconds-ahead", 61).deny(REVOCATION_UNKNOWN, "no state was loaded yet"),
    ]
}

fn unknown() -> Vec<Case> {
    const NONE: &str = "nothing was published, or nothing could be fetched";
    let none = StateInHand { head: None, ..in_hand("nothing") };
    let allowed = StateInHand { when_unknown: WhenUnknown::Allow, ..none.clone() };
    let stranger =
        StateInHand { root: TestKey::P256Other.public_file().to_owned(), ..in_hand("nothing") };
    let words = "no state was loaded yet";
    let mut cases = vec![
        by("unknown", NONE, "nothing").state(none.clone()).deny(REVOCATION_UNKNOWN, words),
        by("unknown-and-allowed", NONE, "nothing").state(allowed).allow(),
        by("another-root-key", "the state of somebody else", "nothing")
            .state(stranger)
            .deny(REVOCATION_UNKNOWN, words),
    ];
    for head in ["altered", "by-another-key", "cut-short", "without-body"] {
        let name = format!("head-{head}");
        let case = by(&name, "it is not taken", head);
        cases.push(case.deny(REVOCATION_UNKNOWN, words));
    }
    cases
}

fn lifetime() -> Vec<Case> {
    const LIMIT: &str = "what lives longer than the state says could outlive its revocation";
    let longest = ISSUED + i64::from(LONGEST);
    let lives = |name: &str, until: i64| {
        with(name, LIMIT, &set().with("exp", until)).state(in_hand("nothing"))
    };
    vec![
        lives("lifetime-of-the-state", longest).allow(),
        lives("lifetime-over-that-of-the-state", longest + 1)
            .deny(CLAIMS_MALFORMED, "it is valid for 7201 seconds; the site allows 7200"),
    ]
}

/// Keys that a delegation lists, in place of those of the edge's configuration.
fn exponents() -> Vec<Case> {
    const NOT_TAKEN: &str = "a delegation that lists a key of exponent 1 is not taken, nor what anybody can sign with it";
    let forged = |text: &str| {
        let token = RS256.token(text);
        let (signed, _) = token.rsplit_once('.').unwrap();
        format!("{signed}.{}", base64url(encoded_message(signed.as_bytes())))
    };
    let pass_by_1 = pass().with_signature(|_| encoded_message(POLICY_TEXT.as_bytes()));
    let by_3 = TokenKey::Pair(TestKey::RsaExponent3);
    let trusts_3 = Claims { keys: vec![trusted_for_claims(by_3)], ..required() };
    vec![
        case("delegated-key-of-exponent-1", NOT_TAKEN)
            .claims(required())
            .cookies([cookie(&pass_by_1, &ES256.token(set().text()))])
            .state(in_hand("exponent-1"))
            .deny(SIGNATURE_INVALID, "the signature is not one by the key"),
        beside("delegated-claims-key-of-exponent-1", NOT_TAKEN, &forged(&set().text()))
            .state(in_hand("exponent-1-of-claims"))
            .deny(CLAIMS_SIGNATURE_INVALID, "not signed by the key `rs256-2026`"),
        beside(
            "delegated-claims-key-of-exponent-3",
            "the least exponent",
            &by_3.token(set().text()),
        )
        .claims(trusts_3)
        .state(in_hand("exponent-3"))
        .allow(),
    ]
}
