//! What an edge makes of states that come one after another.

use aws_lc::AwsLc;
use edge_validator::{Validator, WantedBody, settings_from_toml};
use edgepass_tests::keys::TestKey;
use policy::{BodyDigest, BodyDraft, Delegation, HeadDraft, StateRefused};

use crate::site::{
    NOW, ROOT, SALT, STATE, body, delegate, delegation, draft, draft_of, head_by, head_bytes,
    public, sha256,
};

fn edge() -> Validator {
    let config = r#"
        [[key]]
        pem_file = "passes"
        algorithms = ["RSA-SHA256"]
        [[claims_key]]
        id = "claims-2026-11"
        algorithm = "RS256"
        pem_file = "claims"
        [revocation]
        file = "head"
        root_pem_file = "root"
    "#;
    let pem = |name: &str| {
        Ok(match name {
            "passes" => TestKey::Rsa.public_pem().into(),
            "claims" => TestKey::RsaOther.public_pem().into(),
            _ => ROOT.public_pem().into(),
        })
    };
    Validator::new(settings_from_toml(config, pem).unwrap(), AwsLc).unwrap()
}

/// An edge that has the first state in hand.
fn edge_in_force() -> Validator {
    let edge = edge();
    assert_eq!(edge.take_head(&head_bytes(&draft()), NOW), Ok(Some(wanted(&body()))));
    edge.take_body(body(), NOW).unwrap();
    edge
}

fn wanted(body: &[u8]) -> WantedBody {
    WantedBody { digest: BodyDigest(sha256(body)), bytes: body.len().try_into().unwrap() }
}

fn other_body() -> Vec<u8> {
    BodyDraft::new(SALT).encode().unwrap()
}

fn later(draft: HeadDraft) -> HeadDraft {
    HeadDraft { sequence: draft.sequence + 1000, ..draft }
}

#[test]
fn a_lower_sequence_is_refused_and_the_state_stays() {
    let edge = edge_in_force();
    let least = draft().sequence;
    let sequence = least - 1;
    let refused = edge.take_head(&head_bytes(&HeadDraft { sequence, ..draft() }), NOW);
    assert_eq!(refused, Err(StateRefused::Older { sequence, least }));
    assert_eq!(edge.head_is_unchanged(NOW), None);
    assert_eq!(edge.take_head(&head_bytes(&later(draft())), NOW), Ok(None), "the body is in hand");
}

#[test]
fn a_delegation_that_was_replaced_does_not_come_back() {
    let edge = edge_in_force();
    let serial = delegation().serial;
    let next = Delegation { serial: serial + 1, state_key: public(TestKey::P256), ..delegation() };
    let signed = delegate(&next, ROOT);
    let head = head_by(&later(draft()), &signed, TestKey::P256);
    assert_eq!(edge.take_head(&head, NOW), Ok(None));

    let by_the_former_key = head_bytes(&later(later(draft())));
    let refused = Err(StateRefused::OlderDelegation { serial, least: serial + 1 });
    assert_eq!(edge.take_head(&by_the_former_key, NOW), refused);
    let in_the_name_of_the_new_one = head_by(&later(later(draft())), &signed, STATE);
    assert!(edge.take_head(&in_the_name_of_the_new_one, NOW).is_err());
}

#[test]
fn an_awaited_head_was_seen_too() {
    let edge = edge_in_force();
    let awaited = later(later(draft_of(&other_body())));
    assert_eq!(edge.take_head(&head_bytes(&awaited), NOW), Ok(Some(wanted(&other_body()))));

    let (sequence, least) = (later(draft()).sequence, awaited.sequence);
    let between = edge.take_head(&head_bytes(&later(draft())), NOW);
    assert_eq!(between, Err(StateRefused::Older { sequence, least }));
    assert_eq!(edge.head_is_unchanged(NOW), Some(wanted(&other_body())), "still awaited");

    edge.take_body(other_body(), NOW).unwrap();
    assert_eq!(edge.head_is_unchanged(NOW), None);
}

#[test]
fn a_state_is_due_again_in_a_second_until_its_body_has_come() {
    let edge = edge_in_force();
    let [in_one_second, in_two_seconds] = [1, 2].map(|seconds| NOW.plus_seconds(seconds));
    assert!(!edge.begin_look_up(in_one_second));

    edge.take_head(&head_bytes(&later(draft_of(&other_body()))), NOW).unwrap();
    assert!(!edge.begin_look_up(NOW));
    assert!(edge.begin_look_up(in_one_second));
    edge.take_body(other_body(), in_one_second).unwrap();
    assert!(!edge.begin_look_up(in_two_seconds));
}

#[test]
fn a_head_that_went_back_to_the_body_in_hand_awaits_nothing() {
    let edge = edge_in_force();
    edge.take_head(&head_bytes(&later(draft_of(&other_body()))), NOW).unwrap();
    assert_eq!(edge.take_head(&head_bytes(&later(later(draft()))), NOW), Ok(None));
    assert_eq!(edge.head_is_unchanged(NOW), None);
    // It comes late, and nobody asks for it any more.
    edge.take_body(other_body(), NOW).unwrap();
    assert_eq!(edge.take_head(&head_bytes(&later(later(later(draft())))), NOW), Ok(None));
}
