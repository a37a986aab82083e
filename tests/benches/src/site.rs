//! A site, by whose keys states are signed.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc::AwsLc;
use policy::{
    BodyDigest, Delegation, Hash, HeadDraft, MakeSignature, Minimum, SignedDelegation, SiteId,
    State, StateTrust, UnixTime,
};
use signer::{GRACE_SECONDS, KeySpec, PrivateKey, Publisher};

pub const NOW: UnixTime = UnixTime::from_seconds(1_767_290_400).expect("after 1970");

/// Half a day.
const LIFETIME: u32 = 43_200;

pub struct Site {
    root: PrivateKey,
    key: PrivateKey,
    delegation: SignedDelegation,
    trust: StateTrust,
}

impl Site {
    pub fn new() -> Self {
        let [root, key] =
            [(); 2].map(|()| PrivateKey::generate(KeySpec::EcdsaP256).expect("random").0);
        let backend = Arc::new(AwsLc);
        let roots = [root.public_key().clone()];
        let trust =
            StateTrust::new(Some(id()), &roots, Minimum::default(), backend).expect("sound");
        let delegation = Delegation {
            site: id(),
            serial: 1,
            state_key: key.public_key().clone(),
            keys: Vec::new(),
        };
        let unsigned = delegation.unsigned().expect("short");
        let signature = root.sign(Hash::Sha256, &unsigned).expect("a sound key");
        let delegation = SignedDelegation::new(&unsigned, &signature).expect("short");
        Self { root, key, delegation, trust }
    }

    /// The head of a body.
    pub fn head(&self, body: &[u8]) -> Vec<u8> {
        let draft = HeadDraft {
            sequence: 1,
            generated_at: NOW,
            maximum_lifetime: LIFETIME,
            revoked_up_to: UnixTime::EPOCH,
            body_bytes: body.len().try_into().expect("short"),
            body_digest: BodyDigest(sha256(body)),
        };
        let unsigned = draft.unsigned(&self.delegation);
        let signature = self.key.sign(Hash::Sha256, &unsigned).expect("a sound key");
        HeadDraft::signed(unsigned, &signature).expect("short")
    }

    /// What an edge does with both.
    pub fn state(&self, head: &[u8], body: Vec<u8>) -> State {
        let head = self.trust.head(head, None, NOW).expect("ours");
        State::new(head, body, sha256).expect("ours")
    }

    /// What turns the store of this site into its state.
    pub fn publisher(self) -> Publisher {
        let Self { root, key, delegation, .. } = self;
        let roots = [root.public_key().clone()];
        let publisher = Publisher::new(id(), &roots, delegation, key, LIFETIME, GRACE_SECONDS);
        publisher.expect("sound")
    }
}

fn id() -> SiteId {
    "https://media.example.com".parse().expect("visible")
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().expect("32 bytes")
}
