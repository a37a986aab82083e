#![allow(clippy::unwrap_used, reason = "a failing test should stop here")]

use alloc::vec;
use core::convert::Infallible;

use super::*;
use crate::jws::JoseAlgorithm;

struct Unused;

impl MakeToken for Unused {
    type Error = Infallible;

    fn id(&self) -> &str {
        "claims-1"
    }

    fn algorithm(&self) -> JoseAlgorithm {
        JoseAlgorithm::Hs256
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, Infallible> {
        Ok(vec![0; 32])
    }
}

fn fullest() -> Claims {
    let at = |seconds| UnixTime::from_seconds(seconds).unwrap();
    let many = |text: &str| vec![text.to_owned(); MAX_LIST_ENTRIES];
    Claims {
        subject: "~".repeat(MAX_SUBJECT_BYTES),
        session: "!".to_owned(),
        issued_at: at(0),
        expires: at(1),
        not_before: Some(at(7)),
        policy: Some([0xfb; 32]),
        resources: vec!["https://h/*".parse().unwrap(); MAX_LIST_ENTRIES],
        networks: vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()],
        methods: many("M-SEARCH"),
        origins: many("https://www.example.com:8443"),
        context: Some("\"\\{}".repeat(MAX_CONTEXT_BYTES / 4)),
    }
}

#[test]
fn what_is_signed_is_read_back() {
    let sound = Claims { context: Some("\"\\".to_owned()), ..fullest() };
    assert!(sound.sign(&Unused).is_ok());
    for claims in [fullest(), sound] {
        assert_eq!(Claims::read(claims.to_json().as_bytes()), Ok(claims));
    }
}

#[test]
fn what_would_not_be_read_is_not_signed() {
    let sound = Claims { context: None, ..fullest() };
    let over = MAX_LIST_ENTRIES + 1;
    let text = ToString::to_string;
    for (claims, fault) in [
        (Claims { subject: text(""), ..sound.clone() }, ClaimsFault::Identifier { claim: "sub" }),
        (
            Claims { session: text("a b"), ..sound.clone() },
            ClaimsFault::Identifier { claim: "jti" },
        ),
        (
            Claims { session: "x".repeat(MAX_SUBJECT_BYTES + 1), ..sound.clone() },
            ClaimsFault::Identifier { claim: "jti" },
        ),
        (Claims { expires: sound.issued_at, ..sound.clone() }, ClaimsFault::EndsBeforeStart),
        (
            Claims { resources: vec!["*".parse().unwrap(); over], ..sound.clone() },
            ClaimsFault::Entries { claim: "res", count: over },
        ),
        (
            Claims { networks: vec!["::/0".parse().unwrap(); over], ..sound.clone() },
            ClaimsFault::Entries { claim: "net", count: over },
        ),
        (
            Claims { methods: vec![text("GET"); over], ..sound.clone() },
            ClaimsFault::Entries { claim: "mth", count: over },
        ),
        (
            Claims { origins: vec![text("https://h"); over], ..sound.clone() },
            ClaimsFault::Entries { claim: "org", count: over },
        ),
        (Claims { methods: vec![text("GET ")], ..sound.clone() }, ClaimsFault::Method),
        (Claims { methods: vec!["M".repeat(33)], ..sound.clone() }, ClaimsFault::Method),
        (Claims { methods: vec![text("")], ..sound.clone() }, ClaimsFault::Method),
        (Claims { origins: vec![text("https://h/")], ..sound.clone() }, ClaimsFault::Origin),
        (Claims { context: Some(text("")), ..sound.clone() }, ClaimsFault::Context),
        (Claims { context: Some(text("é")), ..sound.clone() }, ClaimsFault::Context),
        (
            Claims { context: Some("x".repeat(MAX_CONTEXT_BYTES + 1)), ..sound.clone() },
            ClaimsFault::Context,
        ),
    ] {
        assert_eq!(claims.sign(&Unused), Err(ClaimsRefused::Claims(fault.clone())));
        assert_eq!(Claims::read(claims.to_json().as_bytes()), Err(fault));
    }
}
