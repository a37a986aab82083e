use policy::{Delegation, HeadDraft, Minimum, StateRefused, StateSigner, UnixTime};

use crate::site::{
    NOW, ROOT, STATE, delegate, delegation, draft, head_by, head_bytes, public, read, trust,
    trust_with,
};

const SEQUENCE: u64 = 1_767_290_400_000;

fn numbered(sequence: u64) -> Vec<u8> {
    head_bytes(&HeadDraft { sequence, ..draft() })
}

#[test]
fn a_lower_sequence_than_one_seen_is_refused() {
    let seen = read(&numbered(SEQUENCE)).unwrap();
    let after = |sequence| trust().head(&numbered(sequence), Some(&seen), NOW);
    let least = SEQUENCE;
    for sequence in [0, SEQUENCE - 1] {
        assert_eq!(after(sequence).unwrap_err(), StateRefused::Older { sequence, least });
    }
    for sequence in [SEQUENCE, SEQUENCE + 1, u64::MAX] {
        assert!(after(sequence).is_ok());
    }
}

#[test]
fn a_lower_sequence_than_the_edge_was_deployed_with_is_refused() {
    let trust = trust_with(Minimum { sequence: SEQUENCE, serial: 0 });
    let (sequence, least) = (SEQUENCE - 1, SEQUENCE);
    let refused = trust.head(&numbered(sequence), None, NOW).unwrap_err();
    assert_eq!(refused, StateRefused::Older { sequence, least });
    assert!(trust.head(&numbered(SEQUENCE), None, NOW).is_ok());
}

#[test]
fn two_heads_with_one_sequence_are_refused() {
    let seen = read(&head_bytes(&draft())).unwrap();
    let sequence = draft().sequence;
    let other_delegation = Delegation { serial: 8, ..delegation() };
    for other in [
        head_bytes(&HeadDraft { revoked_up_to: NOW, ..draft() }),
        head_bytes(&HeadDraft { body_digest: policy::BodyDigest([1; 32]), ..draft() }),
        head_by(&draft(), &delegate(&other_delegation, ROOT), STATE),
    ] {
        let refused = trust().head(&other, Some(&seen), NOW).unwrap_err();
        assert_eq!(refused, StateRefused::Forked { sequence });
    }
    assert!(trust().head(&head_bytes(&draft()), Some(&seen), NOW).is_ok());
}

/// A state key that was replaced, perhaps because it was stolen, can still make later heads.
#[test]
fn an_older_delegation_does_not_come_back() {
    let serial = delegation().serial;
    let newer = Delegation {
        serial: serial + 1,
        state_key: public(edgepass_tests::keys::TestKey::P256),
        ..delegation()
    };
    let head = head_by(&draft(), &delegate(&newer, ROOT), ROOT);
    let seen = read(&head).unwrap();
    let by_old = head_bytes(&HeadDraft { sequence: SEQUENCE + 1000, ..draft() });
    assert!(read(&by_old).is_ok(), "an edge that has seen nothing cannot know");
    let least = serial + 1;
    let older = StateRefused::OlderDelegation { serial, least };
    assert_eq!(trust().head(&by_old, Some(&seen), NOW).unwrap_err(), older);
    let baked = trust_with(Minimum { sequence: 0, serial: least });
    assert_eq!(baked.head(&by_old, None, NOW).unwrap_err(), older);
}

/// What was checked before is not taken from `seen` when it is another delegation.
#[test]
fn a_forged_delegation_is_checked_although_a_true_one_was_seen() {
    let seen = read(&head_bytes(&draft())).unwrap();
    let forged = Delegation { serial: 8, ..delegation() };
    let sequence = SEQUENCE + 1;
    let forged = head_by(&HeadDraft { sequence, ..draft() }, &delegate(&forged, STATE), STATE);
    let refused = trust().head(&forged, Some(&seen), NOW).unwrap_err();
    assert_eq!(refused, StateRefused::Signature(StateSigner::Root));
}

#[test]
fn the_state_key_is_checked_although_its_delegation_was_seen() {
    let seen = read(&head_bytes(&draft())).unwrap();
    let next = HeadDraft { sequence: SEQUENCE + 1, generated_at: UnixTime::EPOCH, ..draft() };
    let forged = head_by(&next, &crate::site::signed_delegation(), ROOT);
    let refused = trust().head(&forged, Some(&seen), NOW).unwrap_err();
    assert_eq!(refused, StateRefused::Signature(StateSigner::State));
}
