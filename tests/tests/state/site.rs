//! A site that publishes states, and an edge that takes them.

use std::sync::Arc;

use aws_lc::AwsLc;
use aws_lc_rs::digest::{SHA256, digest};
use edgepass_tests::keys::TestKey;
use policy::{
    Algorithm, BodyDigest, BodyDraft, DelegatedKey, Delegation, Hash, Head, HeadDraft, KeyUse,
    Minimum, PublicKey, Salt, SignedDelegation, State, StateRefused, StateTrust, Thumbprint,
    UnixTime,
};

pub(crate) const SITE: &str = "https://media.example.com";
pub(crate) const NOW: UnixTime = seconds(1_767_290_400);
pub(crate) const SALT: Salt = Salt(*b"salt of the site");

/// The keys of the tests: who signs what.
pub(crate) const ROOT: TestKey = TestKey::P256;
pub(crate) const STATE: TestKey = TestKey::P256Other;
pub(crate) const PASSES: TestKey = TestKey::Rsa;
pub(crate) const CLAIMS: TestKey = TestKey::RsaOther;

pub(crate) const fn seconds(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(seconds).unwrap()
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap()
}

pub(crate) fn public(key: TestKey) -> PublicKey {
    key.private().public_key().clone()
}

pub(crate) fn thumbprint(key: TestKey) -> Thumbprint {
    Thumbprint(sha256(public(key).spki_der()))
}

pub(crate) fn trust_with(minimum: Minimum) -> StateTrust {
    StateTrust::new(SITE.parse().ok(), &[public(ROOT)], minimum, Arc::new(AwsLc)).unwrap()
}

pub(crate) fn trust() -> StateTrust {
    trust_with(Minimum::default())
}

pub(crate) fn delegation() -> Delegation {
    let cloudfront = DelegatedKey {
        key_use: KeyUse::CloudFront,
        id: Some("K2JCJMDEHXQW5F".to_owned()),
        key: public(PASSES),
        algorithms: vec![Algorithm::RsaSha1, Algorithm::RsaSha256],
    };
    let claims = DelegatedKey {
        key_use: KeyUse::Claims,
        id: Some("claims-2026-11".to_owned()),
        key: public(CLAIMS),
        algorithms: vec![Algorithm::RsaSha256],
    };
    Delegation {
        site: SITE.parse().unwrap(),
        serial: 7,
        state_key: public(STATE),
        keys: vec![cloudfront, claims],
    }
}

pub(crate) fn delegate(delegation: &Delegation, root: TestKey) -> SignedDelegation {
    let unsigned = delegation.unsigned().unwrap();
    SignedDelegation::new(&unsigned, &root.sign(Hash::Sha256, &unsigned)).unwrap()
}

pub(crate) fn signed_delegation() -> SignedDelegation {
    delegate(&delegation(), ROOT)
}

/// The body of a site where one of each is revoked.
pub(crate) fn body() -> Vec<u8> {
    let mut draft = BodyDraft::new(SALT);
    draft.revoke_session("stolen session");
    draft.revoke_subject("former subscriber", NOW);
    draft.revoke_key(&thumbprint(TestKey::P256));
    draft.encode().unwrap()
}

pub(crate) fn draft_of(body: &[u8]) -> HeadDraft {
    HeadDraft {
        sequence: 1_767_290_400_000,
        generated_at: NOW,
        maximum_lifetime: 12 * 3600,
        revoked_up_to: seconds(1_700_000_000),
        body_bytes: body.len().try_into().unwrap(),
        body_digest: BodyDigest(sha256(body)),
    }
}

pub(crate) fn draft() -> HeadDraft {
    draft_of(&body())
}

pub(crate) fn head_by(draft: &HeadDraft, delegation: &SignedDelegation, state: TestKey) -> Vec<u8> {
    let unsigned = draft.unsigned(delegation);
    let signature = state.sign(Hash::Sha256, &unsigned);
    HeadDraft::signed(unsigned, &signature).unwrap()
}

pub(crate) fn head_bytes(draft: &HeadDraft) -> Vec<u8> {
    head_by(draft, &signed_delegation(), STATE)
}

pub(crate) fn read(head: &[u8]) -> Result<Head, StateRefused> {
    trust().head(head, None, NOW)
}

pub(crate) fn state_of(draft: &HeadDraft, body: Vec<u8>) -> State {
    State::new(read(&head_bytes(draft)).unwrap(), body, sha256).unwrap()
}

pub(crate) fn state() -> State {
    state_of(&draft(), body())
}
