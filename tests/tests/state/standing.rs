use edgepass_tests::keys::TestKey;
use policy::{
    BodyDraft, Denied, HeadDraft, Revocable, Revocation, RevocationView, Standing, State, UnixTime,
    WhenUnknown,
};
use proptest::prelude::*;

use crate::site::{
    CLAIMS, NOW, PASSES, SALT, draft, draft_of, seconds, state, state_of, thumbprint,
};

const MAX_STALE: u32 = 300;

fn view(state: Option<&State>) -> RevocationView<'_> {
    let when_unknown = WhenUnknown::default();
    RevocationView { state, max_stale_seconds: MAX_STALE, when_unknown }
}

fn pass(keys: &[policy::Thumbprint]) -> Revocable<'_> {
    let (subject, session) = ("subscriber", "session");
    Revocable { subject, session, keys, issued_at: NOW }
}

#[test]
fn each_scope_revokes_what_it_names() {
    let state = state();
    let keys = [thumbprint(PASSES), thumbprint(CLAIMS)];
    let good = pass(&keys);
    assert_eq!(state.standing(&good), Standing::Good);

    let by = |revocation| Standing::Revoked(revocation);
    let session = Revocable { session: "stolen session", ..good };
    assert_eq!(state.standing(&session), by(Revocation::Session));

    let subject = Revocable { subject: "former subscriber", ..good };
    assert_eq!(state.standing(&subject), by(Revocation::Subject { up_to: NOW }));
    let fresh = Revocable { issued_at: NOW.plus_seconds(1), ..subject };
    assert_eq!(state.standing(&fresh), Standing::Good);

    let thumbprint = thumbprint(TestKey::P256);
    for keys in [[thumbprint, keys[0]], [keys[0], thumbprint]] {
        assert_eq!(state.standing(&pass(&keys)), by(Revocation::Key { thumbprint }));
    }

    let up_to = draft().revoked_up_to;
    let old = Revocable { issued_at: up_to, ..good };
    assert_eq!(state.standing(&old), by(Revocation::All { up_to }));
    let after = Revocable { issued_at: up_to.plus_seconds(1), ..good };
    assert_eq!(state.standing(&after), Standing::Good);
}

#[test]
fn a_scope_is_not_mistaken_for_another() {
    let state = state();
    let keys = [thumbprint(PASSES)];
    let crossed =
        Revocable { subject: "stolen session", session: "former subscriber", ..pass(&keys) };
    assert_eq!(state.standing(&crossed), Standing::Good);
}

proptest! {
    #![proptest_config(crate::cases(64))]

    #[test]
    fn a_cut_off_revokes_up_to_its_second(
        subject_cut_off in 0..4_294_967_295_i64,
        all in 0..4_294_967_295_i64,
        distance in -2..=2_i64,
        from_all: bool,
    ) {
        let mut body = BodyDraft::new(SALT);
        body.revoke_subject("subscriber", seconds(subject_cut_off));
        let body = body.encode().unwrap();
        let draft = HeadDraft { revoked_up_to: seconds(all), ..draft_of(&body) };
        let state = state_of(&draft, body);
        let iat = (if from_all { all } else { subject_cut_off } + distance).max(0);
        let pass = Revocable { issued_at: seconds(iat), ..pass(&[]) };
        let revoked = iat <= subject_cut_off || iat <= all;
        prop_assert_eq!(state.standing(&pass) != Standing::Good, revoked);
    }

    #[test]
    fn a_state_is_believed_for_so_long(age in -200..800_i64) {
        let state = state();
        let now = seconds(NOW.as_seconds() + age);
        let believed = (-60..=i64::from(MAX_STALE)).contains(&age);
        let result = view(Some(&state)).check(&pass(&[]), now);
        prop_assert_eq!(result.is_ok(), believed);
        if let Err(refused) = result {
            let generated_at = NOW;
            let max_stale_seconds = MAX_STALE;
            prop_assert_eq!(
                refused,
                Denied::RevocationStale { generated_at, now, max_stale_seconds }
            );
        }
    }
}

#[test]
fn a_state_is_believed_to_its_last_second() {
    let state = state();
    let at = |age| view(Some(&state)).check(&pass(&[]), seconds(NOW.as_seconds() + age));
    assert!(at(300).is_ok() && at(-60).is_ok());
    assert!(at(301).is_err() && at(-61).is_err());
}

#[test]
fn the_cut_off_at_the_end_of_time_revokes_everything() {
    let mut body = BodyDraft::new(SALT);
    body.revoke_subject("subscriber", UnixTime::MAX);
    let body = body.encode().unwrap();
    let state = state_of(&draft_of(&body), body);
    let ever = Revocable { issued_at: UnixTime::MAX, ..pass(&[]) };
    let up_to = UnixTime::MAX;
    assert_eq!(state.standing(&ever), Standing::Revoked(Revocation::Subject { up_to }));
}

#[test]
fn a_state_that_was_never_loaded_denies_unless_told_otherwise() {
    let unknown = view(None);
    assert_eq!(unknown.check(&pass(&[]), NOW), Err(Denied::RevocationUnknown));
    let allow = RevocationView { when_unknown: WhenUnknown::Allow, ..unknown };
    assert_eq!(allow.check(&pass(&[]), NOW).unwrap().sequence(), None);
}

#[test]
fn allowing_the_unknown_does_not_allow_the_stale() {
    let state = state();
    let late = NOW.plus_seconds(MAX_STALE + 1);
    let allow = RevocationView { when_unknown: WhenUnknown::Allow, ..view(Some(&state)) };
    assert!(matches!(allow.check(&pass(&[]), late), Err(Denied::RevocationStale { .. })));
}

#[test]
fn the_view_denies_what_the_state_revokes() {
    let state = state();
    let view = view(Some(&state));
    let revoked = Revocable { session: "stolen session", ..pass(&[]) };
    assert_eq!(view.check(&revoked, NOW), Err(Denied::Revoked(Revocation::Session)));
    let sequence = view.check(&pass(&[]), NOW).unwrap().sequence();
    assert_eq!(sequence, Some(draft().sequence));
}
