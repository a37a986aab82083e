use std::collections::{BTreeMap, BTreeSet};

use policy::{Body, BodyDraft, Salt, StatePart, StateRefused, Thumbprint, UnixTime};
use proptest::prelude::*;

use crate::site::{SALT, seconds};

const HEADER_BYTES: usize = 44;

/// What is revoked, as a set and a map have it.
#[derive(Clone, Debug)]
struct Revoked {
    sessions: BTreeSet<String>,
    keys: BTreeSet<[u8; 32]>,
    subjects: BTreeMap<String, i64>,
}

fn revoked() -> impl Strategy<Value = Revoked> {
    let id = "[a-d]{1,4}|\\PC{0,40}";
    let cut_off = prop_oneof![0..10_i64, 1_700_000_000..1_900_000_000_i64, 4_294_967_290..i64::MAX];
    (
        proptest::collection::btree_set(id, 0..60),
        proptest::collection::btree_set(any::<[u8; 32]>(), 0..4),
        proptest::collection::btree_map(id, cut_off, 0..60),
    )
        .prop_map(|(sessions, keys, subjects)| Revoked { sessions, keys, subjects })
}

fn draft(revoked: &Revoked, salt: Salt) -> BodyDraft {
    let mut draft = BodyDraft::new(salt);
    revoked.sessions.iter().for_each(|session| draft.revoke_session(session));
    revoked.keys.iter().for_each(|key| draft.revoke_key(&Thumbprint(*key)));
    revoked.subjects.iter().for_each(|(id, cut_off)| draft.revoke_subject(id, seconds(*cut_off)));
    draft
}

fn small() -> Vec<u8> {
    let mut draft = BodyDraft::new(SALT);
    for id in ["one", "two", "three"] {
        draft.revoke_session(id);
        draft.revoke_key(&Thumbprint([id.as_bytes()[1]; 32]));
        draft.revoke_subject(id, seconds(1_767_290_400));
    }
    draft.encode().unwrap()
}

fn malformed(result: Result<Body, StateRefused>) -> &'static str {
    match result {
        Err(StateRefused::Malformed { part: StatePart::Body, problem }) => problem,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn a_body_says_what_was_put_into_it(
        revoked in revoked(),
        salt: [u8; 16],
        asked in proptest::collection::vec("[a-d]{1,4}|\\PC{0,40}", 0..60),
    ) {
        let bytes = draft(&revoked, Salt(salt)).encode().unwrap();
        let body = Body::read(bytes.clone()).unwrap();
        prop_assert_eq!(body.as_bytes(), &bytes[..]);
        let Revoked { sessions, keys, subjects } = &revoked;
        prop_assert_eq!(body.counts(), [sessions.len(), keys.len(), subjects.len()]);
        for id in asked.iter().chain(sessions).chain(subjects.keys()) {
            prop_assert_eq!(body.has_session(id), sessions.contains(id));
            let cut_off = subjects.get(id).map(|&cut_off| match u32::try_from(cut_off) {
                Ok(short) if short < u32::MAX => seconds(cut_off),
                _ => UnixTime::MAX,
            });
            prop_assert_eq!(body.subject_cut_off(id), cut_off);
        }
        prop_assert!(keys.iter().all(|key| body.has_key(&Thumbprint(*key))));
        prop_assert!(!body.has_key(&Thumbprint([7; 32])) || keys.contains(&[7; 32]));
    }

    #[test]
    fn the_order_and_repetition_of_entries_make_no_difference(
        ids in proptest::collection::vec(("[a-c]{1,2}", 0..9_i64), 0..40),
    ) {
        let encode = |ids: &mut dyn Iterator<Item = &(String, i64)>| {
            let mut draft = BodyDraft::new(SALT);
            for (id, cut_off) in ids {
                draft.revoke_session(id);
                draft.revoke_subject(id, seconds(*cut_off));
            }
            draft.encode().unwrap()
        };
        let forward = encode(&mut ids.iter());
        prop_assert_eq!(&forward, &encode(&mut ids.iter().rev().chain(&ids)));
        let body = Body::read(forward).unwrap();
        for (id, _) in &ids {
            let last = ids.iter().filter(|(other, _)| other == id).map(|(_, cut_off)| *cut_off);
            prop_assert_eq!(body.subject_cut_off(id), last.max().map(seconds));
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes: Vec<u8>, tagged: bool) {
        let mut all = if tagged { b"edgepass-body-1\n".to_vec() } else { Vec::new() };
        all.extend(bytes);
        if let Ok(body) = Body::read(all) {
            let _ = (body.has_session("a"), body.subject_cut_off("a"), body.counts());
        }
    }
}

#[test]
fn an_entry_costs_what_it_holds() {
    let count = 10_000;
    let mut sessions = BodyDraft::new(SALT);
    let mut subjects = BodyDraft::new(SALT);
    for number in 0..count {
        sessions.revoke_session(&format!("session {number}"));
        subjects.revoke_subject(&format!("subject {number}"), seconds(1));
    }
    assert_eq!(sessions.encode().unwrap().len(), HEADER_BYTES + 8 * count);
    assert_eq!(subjects.encode().unwrap().len(), HEADER_BYTES + 12 * count);
}

/// Written out by hand from the documented layout; the hashes are those of another implementation
/// of SipHash-1-3 (Python, from the paper).
#[test]
fn the_layout_is_the_documented_one() {
    let mut draft = BodyDraft::new(Salt(core::array::from_fn(|at| u8::try_from(at).unwrap())));
    draft.revoke_session("s");
    draft.revoke_key(&Thumbprint([0x11; 32]));
    draft.revoke_subject("u", seconds(0x0102_0304));
    let expected = "65646765706173732d626f64792d310a 000102030405060708090a0b0c0d0e0f \
                    01000000 01000000 01000000 cef9c8e876c424e9 fae5711b4a7a18b4 \
                    2c416db247a57030 04030201";
    let hex: String = draft.encode().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    let expected: String = expected.split_whitespace().collect();
    assert_eq!(hex, expected);
}

#[test]
fn a_body_cut_short_or_drawn_out_is_refused() {
    let bytes = small();
    for length in 0..bytes.len() {
        assert!(Body::read(bytes[..length].to_vec()).is_err(), "{length} bytes");
    }
    for more in [1, 4, 8, 12] {
        let mut bytes = bytes.clone();
        bytes.extend(vec![0xff; more]);
        assert_eq!(malformed(Body::read(bytes)), "it is not as long as its counts say");
    }
}

#[test]
fn counts_that_overflow_are_refused() {
    for at in [32, 36, 40] {
        let mut bytes = small();
        bytes[at..at + 4].fill(0xff);
        assert_eq!(malformed(Body::read(bytes)), "it is not as long as its counts say");
    }
}

#[test]
fn entries_out_of_order_or_repeated_are_refused() {
    let bytes = small();
    // Three entries in each section.
    for section in [HEADER_BYTES, HEADER_BYTES + 24, HEADER_BYTES + 48] {
        let entry = |number: usize| section + 8 * number..section + 8 * (number + 1);
        let mut swapped = bytes.clone();
        swapped[entry(0)].copy_from_slice(&bytes[entry(1)]);
        swapped[entry(1)].copy_from_slice(&bytes[entry(0)]);
        let mut repeated = bytes.clone();
        repeated[entry(2)].copy_from_slice(&bytes[entry(1)]);
        for wrong in [swapped, repeated] {
            assert_eq!(malformed(Body::read(wrong)), "its hashes do not ascend");
        }
    }
}

#[test]
fn another_format_is_named_as_such() {
    let mut bytes = small();
    bytes[14] = b'2';
    let part = StatePart::Body;
    assert_eq!(Body::read(bytes).unwrap_err(), StateRefused::OtherFormat { part });
}

#[test]
fn the_largest_body_is_bounded() {
    let part = StatePart::Body;
    let too_large = Body::read(vec![0; policy::MAX_BODY_BYTES + 1]).unwrap_err();
    let (bytes, limit) = (policy::MAX_BODY_BYTES + 1, policy::MAX_BODY_BYTES);
    assert_eq!(too_large, StateRefused::TooLarge { part, bytes, limit });
}
