use edgepass_tests::keys::TestKey;
use policy::{
    BodyDigest, Hash, HeadDraft, MAX_BODY_BYTES, MAX_HEAD_BYTES, SignedDelegation, State,
    StatePart, StateRefused, StateSigner, UnixTime,
};
use proptest::prelude::*;

use crate::site::{
    NOW, ROOT, STATE, body, delegation, draft, head_by, head_bytes, read, seconds, sha256,
    signed_delegation, state, trust,
};

#[test]
fn a_head_says_what_was_put_into_it() {
    let bytes = head_bytes(&draft());
    let head = read(&bytes).unwrap();
    assert_eq!(*head.fields(), draft());
    assert_eq!(*head.delegation(), delegation());
    assert_eq!(head.body_name(), format!("{}", BodyDigest(sha256(&body()))));
    assert!(bytes.len() < 1200, "about 1 KB, but {} bytes", bytes.len());
}

proptest! {
    #![proptest_config(crate::cases(32))]

    #[test]
    fn all_fields_survive(
        sequence: u64,
        generated_at in 0..=NOW.as_seconds() + 60,
        maximum_lifetime: u32,
        revoked_up_to in 0..=i64::MAX,
        body_bytes in 0..=u32::try_from(MAX_BODY_BYTES).unwrap(),
        digest: [u8; 32],
    ) {
        let draft = HeadDraft {
            sequence,
            generated_at: seconds(generated_at),
            maximum_lifetime,
            revoked_up_to: seconds(revoked_up_to),
            body_bytes,
            body_digest: BodyDigest(digest),
        };
        prop_assert_eq!(*read(&head_bytes(&draft)).unwrap().fields(), draft);
    }

    #[test]
    fn no_bytes_are_too_strange(
        bytes: Vec<u8>,
        cut in 0..1000_usize,
    ) {
        let mut head = head_bytes(&draft());
        head.truncate(cut);
        head.extend(bytes);
        prop_assert!(read(&head).is_err());
    }
}

#[test]
fn a_head_cut_short_or_drawn_out_is_refused() {
    let bytes = head_bytes(&draft());
    for length in 0..bytes.len() {
        assert!(read(&bytes[..length]).is_err(), "{length} bytes");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(read(&longer).is_err());
}

#[test]
fn every_bit_counts() {
    let (bytes, trust) = (head_bytes(&draft()), trust());
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert!(trust.head(&flipped, None, NOW).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn every_bit_of_the_body_counts() {
    let head = read(&head_bytes(&draft())).unwrap();
    let bytes = body();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let digest = head.body_digest();
            let refused = State::new(head.clone(), flipped, sha256).unwrap_err();
            assert_eq!(refused, StateRefused::OtherBody { digest }, "bit {bit} of byte {at}");
        }
    }
    for length in 0..bytes.len() {
        assert!(State::new(head.clone(), bytes[..length].to_vec(), sha256).is_err());
    }
}

#[test]
fn only_the_delegated_key_signs_heads() {
    for other in [ROOT, TestKey::Rsa] {
        let bytes = head_by(&draft(), &signed_delegation(), other);
        let refused = read(&bytes).unwrap_err();
        assert_eq!(refused, StateRefused::Signature(StateSigner::State), "{other:?}");
    }
}

#[test]
fn no_signature_is_none() {
    let nobody = |unsigned: Vec<u8>| HeadDraft::signed(unsigned, &[]).unwrap();
    let refused = read(&nobody(draft().unsigned(&signed_delegation()))).unwrap_err();
    assert_eq!(refused, StateRefused::Signature(StateSigner::State));

    let delegated = SignedDelegation::new(&delegation().unsigned().unwrap(), &[]).unwrap();
    let refused = trust().delegation(&delegated).unwrap_err();
    assert_eq!(refused, StateRefused::Signature(StateSigner::Root));
    for head in [head_by(&draft(), &delegated, STATE), nobody(draft().unsigned(&delegated))] {
        assert_eq!(read(&head).unwrap_err(), StateRefused::Signature(StateSigner::Root));
    }
}

/// What one key signs as a head is worth nothing as a delegation, and the other way around.
#[test]
fn a_signature_means_one_kind_of_thing() {
    let unsigned = draft().unsigned(&signed_delegation());
    let by_root = SignedDelegation::new(&unsigned, &ROOT.sign(Hash::Sha256, &unsigned));
    let part = StatePart::Delegation;
    let refused = trust().delegation(&by_root.unwrap()).unwrap_err();
    assert_eq!(refused, StateRefused::OtherFormat { part });
}

#[test]
fn a_head_of_another_format_is_named_as_such() {
    let mut bytes = head_bytes(&draft());
    bytes[14] = b'2';
    let part = StatePart::Head;
    assert_eq!(read(&bytes).unwrap_err(), StateRefused::OtherFormat { part });
    assert_eq!(read(b"<html>not found</html>").unwrap_err(), StateRefused::OtherFormat { part });
}

#[test]
fn sizes_are_bounded() {
    let part = StatePart::Head;
    let (bytes, limit) = (MAX_HEAD_BYTES + 1, MAX_HEAD_BYTES);
    let refused = read(&vec![0; bytes]).unwrap_err();
    assert_eq!(refused, StateRefused::TooLarge { part, bytes, limit });

    let huge = HeadDraft { body_bytes: u32::MAX, ..draft() };
    let part = StatePart::Body;
    let (bytes, limit) = (usize::try_from(u32::MAX).unwrap(), MAX_BODY_BYTES);
    let refused = read(&head_bytes(&huge)).unwrap_err();
    assert_eq!(refused, StateRefused::TooLarge { part, bytes, limit });
}

#[test]
fn a_date_more_than_a_minute_ahead_is_refused() {
    let dated = |generated_at| head_bytes(&HeadDraft { generated_at, ..draft() });
    assert!(read(&dated(NOW.plus_seconds(60))).is_ok());
    let generated_at = NOW.plus_seconds(61);
    let refused = read(&dated(generated_at)).unwrap_err();
    assert_eq!(refused, StateRefused::Ahead { generated_at, now: NOW });
    assert!(read(&dated(UnixTime::MAX)).is_err());
    assert!(read(&dated(seconds(0))).is_ok(), "old is for the view to refuse");
}

/// Signed, but with a time that does not exist.
#[test]
fn a_time_before_1970_is_refused() {
    let mut unsigned = draft().unsigned(&signed_delegation());
    for from_end in [32 + 4 + 8, 32 + 4 + 8 + 4 + 8] {
        let at = unsigned.len() - from_end;
        let saved = unsigned[at + 7];
        unsigned[at + 7] = 0x80;
        let signature = STATE.sign(Hash::Sha256, &unsigned);
        let bytes = HeadDraft::signed(unsigned.clone(), &signature).unwrap();
        let (part, problem) = (StatePart::Head, "a time is before 1970");
        assert_eq!(read(&bytes).unwrap_err(), StateRefused::Malformed { part, problem });
        unsigned[at + 7] = saved;
    }
}

#[test]
fn a_body_stays_while_heads_go_by() {
    let state = state();
    let next = HeadDraft { sequence: draft().sequence + 1, ..draft() };
    let head = trust().head(&head_bytes(&next), Some(state.head()), NOW).unwrap();
    let advanced = state.advanced(head).unwrap();
    assert_eq!(advanced.head().sequence(), next.sequence);
    assert!(core::ptr::eq(advanced.body(), state.body()));

    let other = HeadDraft { body_digest: BodyDigest([0; 32]), ..next };
    let head = trust().head(&head_bytes(&other), Some(state.head()), NOW).unwrap();
    assert!(state.advanced(head).is_none());
}
