//! A site, its publisher, and an edge that reads what is published.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use policy::{
    Algorithm, Backend, BoxedKey, Delegation, Hash, Head, InvalidSignature, KeyRefused,
    MakeSignature, Minimum, PublicKey, SignedDelegation, State, StateRefused, StateTrust, UnixTime,
    VerifySignature,
};
use signer::{Destination, KeySpec, PrivateKey, Publisher};

pub(crate) const NOW: u64 = 1_767_290_400_000;
pub(crate) const GRACE: u32 = 600;
pub(crate) const LIFETIME: u32 = 3600;
pub(crate) const SITE: &str = "https://media.example.com";

pub(crate) fn at(milliseconds: u64) -> UnixTime {
    UnixTime::from_seconds(i64::try_from(milliseconds / 1000).unwrap()).unwrap()
}

pub(crate) struct Site {
    root: PrivateKey,
    state_pem: String,
}

impl Site {
    pub(crate) fn new() -> Self {
        let (root, _) = PrivateKey::generate(KeySpec::EcdsaP256).unwrap();
        let (_, pem) = PrivateKey::generate(KeySpec::EcdsaP256).unwrap();
        Self { root, state_pem: pem.to_string() }
    }

    fn state_key(&self) -> PrivateKey {
        PrivateKey::from_pem(&self.state_pem, None, policy::ShortRsa::Refuse).unwrap()
    }

    fn roots(&self) -> [PublicKey; 1] {
        [self.root.public_key().clone()]
    }

    pub(crate) fn delegation_to(&self, state_key: &PublicKey) -> SignedDelegation {
        let state_key = state_key.clone();
        let site = SITE.parse().unwrap();
        let unsigned = Delegation { site, serial: 1, state_key, keys: Vec::new() }.unsigned();
        let unsigned = unsigned.unwrap();
        let signature = self.root.sign(Hash::Sha256, &unsigned).unwrap();
        SignedDelegation::new(&unsigned, &signature).unwrap()
    }

    pub(crate) fn publisher_by(
        &self,
        delegated: &PublicKey,
    ) -> Result<Publisher, signer::PublishFailed> {
        let delegation = self.delegation_to(delegated);
        let site = SITE.parse().unwrap();
        Publisher::new(site, &self.roots(), delegation, self.state_key(), LIFETIME, GRACE)
    }

    pub(crate) fn publisher(&self) -> Publisher {
        self.publisher_by(self.state_key().public_key()).unwrap()
    }

    /// What an edge that has just started reads; None if nothing is there. It panics over anything
    /// that an edge would refuse.
    pub(crate) async fn read(&self, destination: &dyn Destination, now: u64) -> Option<State> {
        read(&self.roots(), destination, now).await
    }

    /// What an edge that has `seen` a head makes of the one there.
    pub(crate) async fn taken(
        &self,
        destination: &dyn Destination,
        seen: Option<&Head>,
        now: u64,
    ) -> Result<State, StateRefused> {
        let published = destination.head().await.unwrap().expect("a head");
        let head = trust(&self.roots()).head(&published.bytes, seen, at(now))?;
        Ok(whole(head, destination).await)
    }
}

/// The same for whoever has the public root key.
pub(crate) async fn read(
    roots: &[PublicKey],
    destination: &dyn Destination,
    now: u64,
) -> Option<State> {
    let published = destination.head().await.unwrap()?;
    let head = trust(roots).head(&published.bytes, None, at(now)).unwrap();
    Some(whole(head, destination).await)
}

fn trust(roots: &[PublicKey]) -> StateTrust {
    let minimum = Minimum::default();
    StateTrust::new(SITE.parse().ok(), roots, minimum, Arc::new(Edge)).unwrap()
}

async fn whole(head: Head, destination: &dyn Destination) -> State {
    let body = destination.body(&head.body_name()).await.unwrap();
    State::new(head, body.expect("the body that the head names"), sha256).unwrap()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap()
}

struct Edge;

impl Backend for Edge {
    fn key(&self, key: &PublicKey) -> Result<BoxedKey, KeyRefused> {
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.spki_der()).unwrap();
        Ok(Box::new(Key(parsed)))
    }

    fn sha256(&self) -> fn(&[u8]) -> [u8; 32] {
        sha256
    }
}

struct Key(ParsedPublicKey);

impl VerifySignature for Key {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        assert_eq!(algorithm, Algorithm::EcdsaSha256);
        self.0.verify_sig(message, signature).map_err(|_| InvalidSignature)
    }
}
