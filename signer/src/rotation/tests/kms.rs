//! KMS in the world of these tests: keys that sign, and some that no longer do.

use std::collections::BTreeMap;

use policy::{Hash, MakeSignature, PublicKey};

use super::world::time;
use crate::key::{KeySpec, PrivateKey};
use crate::rotation::{EstateFailed, TaggedKey};
use crate::source::KmsKeyArn;

#[derive(Default)]
pub(super) struct Kms(BTreeMap<String, Key>);

struct Key {
    private: PrivateKey,
    created: i64,
    /// Whether it signs.
    enabled: bool,
}

impl Kms {
    pub(super) fn create(&mut self, spec: KeySpec, now: i64) -> KmsKeyArn {
        let arn = format!("arn:aws:kms:eu-central-1:111122223333:key/{}", self.0.len());
        let (private, _) = PrivateKey::generate(spec).unwrap();
        self.0.insert(arn.clone(), Key { private, created: now, enabled: true });
        arn.parse().unwrap()
    }

    /// Also of a key that does not sign any more: here a version remembers it.
    pub(super) fn public(&self, arn: &KmsKeyArn) -> PublicKey {
        self.0[arn.as_str()].private.public_key().clone()
    }

    pub(super) fn enabled(&self) -> Vec<TaggedKey> {
        let enabled = self.0.iter().filter(|(_, key)| key.enabled);
        let tagged = |(arn, key): (&String, &Key)| TaggedKey {
            arn: arn.parse().unwrap(),
            created: time(key.created),
            public: key.private.public_key().clone(),
        };
        enabled.map(tagged).collect()
    }

    pub(super) fn signs(&self, arn: &KmsKeyArn) -> bool {
        self.0[arn.as_str()].enabled
    }

    pub(super) fn sign(&self, arn: &KmsKeyArn, text: &str) -> Result<Vec<u8>, EstateFailed> {
        let key = &self.0[arn.as_str()];
        if !key.enabled {
            return Err(EstateFailed::new("Sign", &"KMSInvalidStateException"));
        }
        Ok(key.private.sign(Hash::Sha256, text.as_bytes()).unwrap())
    }

    pub(super) fn discard(&mut self, arn: &KmsKeyArn) {
        self.0.get_mut(arn.as_str()).unwrap().enabled = false;
    }
}
