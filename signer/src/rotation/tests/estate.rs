//! What a rotation asks of the world of these tests, and what it changes there.

use policy::{DelegatedKey, PublicKey, ShortRsa};
use zeroize::Zeroizing;

use super::world::{Version, World, time};
use crate::key::KeySpec;
use crate::rotation::{
    AccountKey, EdgeTrust, Estate, EstateFailed, Inventory, KeyGroup, MAX_GROUP_KEYS, Mark,
    Milestone, Pending, RootKey,
};
use crate::source::KmsKeyArn;

impl Estate for World {
    async fn inventory(&self) -> Result<Inventory, EstateFailed> {
        self.call("inventory", |state| {
            let current = state.key("AWSCURRENT").unwrap();
            let pending = match state.stages.get("AWSPENDING") {
                Some(version) if *version != current.version => {
                    Some(match state.key("AWSPENDING") {
                        Some(key) => Pending::Key(key),
                        None => Pending::Empty(version.clone()),
                    })
                }
                _ => None,
            };
            Ok(Inventory {
                current,
                pending,
                previous: state.key("AWSPREVIOUS"),
                marks: state.marks.clone(),
                group: KeyGroup {
                    id: "G".to_owned(),
                    etag: state.etag.to_string(),
                    name: "site".to_owned(),
                    comment: None,
                    members: state.members.clone(),
                },
                account: state.account.clone(),
                kms: state.kms.enabled(),
                deploying: if state.edges.deploying(state.now) {
                    vec!["E1".to_owned()]
                } else {
                    vec![]
                },
                trust: match &state.delegated {
                    None => EdgeTrust::None,
                    Some(delegated) => EdgeTrust::State {
                        delegated: delegated.clone(),
                        published: state.published.clone(),
                        root: state.root,
                    },
                },
            })
        })
        .await
    }

    async fn stored(&self, version: &str) -> Result<Zeroizing<String>, EstateFailed> {
        self.call("stored", |state| Ok(Zeroizing::new(state.versions[version].text.clone()))).await
    }

    async fn create_kms_key(&self, spec: KeySpec) -> Result<KmsKeyArn, EstateFailed> {
        self.call("create_kms_key", |state| Ok(state.kms.create(spec, state.now))).await
    }

    async fn kms_public_key(&self, key: &KmsKeyArn) -> Result<PublicKey, EstateFailed> {
        self.call("kms_public_key", |state| Ok(state.kms.public(key))).await
    }

    async fn kms_signature(&self, key: &KmsKeyArn, text: &str) -> Result<Vec<u8>, EstateFailed> {
        self.call("kms_signature", |state| state.kms.sign(key, text)).await
    }

    async fn discard_kms_key(&self, key: &KmsKeyArn) -> Result<(), EstateFailed> {
        self.call("discard_kms_key", |state| {
            state.kms.discard(key);
            Ok(())
        })
        .await
    }

    async fn create_public_key(&self, name: &str, pem: &str) -> Result<String, EstateFailed> {
        self.call("create_public_key", |state| {
            assert!(state.account.len() < 10, "the plan saw to it");
            state.made += 1;
            let id = format!("K{}", state.made);
            let key = Some(public_key(pem));
            let created = time(state.now);
            state.account.push(AccountKey { id: id.clone(), name: name.to_owned(), created, key });
            Ok(id)
        })
        .await
    }

    async fn store_pending(&self, version: Option<&str>, text: &str) -> Result<(), EstateFailed> {
        self.call("store_pending", |state| {
            let id = version.map_or_else(|| format!("v{}", state.now), str::to_owned);
            let version = Version::new(&id, text, state.now, &state.kms);
            let stored = state.versions.entry(id.clone()).or_insert(version);
            // As Secrets Manager: a version never changes.
            if stored.text != text {
                return Err(EstateFailed::new("store_pending", &"ResourceExistsException"));
            }
            state.stages.insert("AWSPENDING", id);
            Ok(())
        })
        .await
    }

    async fn regroup(&self, group: &KeyGroup) -> Result<(), EstateFailed> {
        self.call("regroup", |state| {
            if group.etag != state.etag.to_string() {
                return Err(EstateFailed::new("regroup", &"PreconditionFailed"));
            }
            let known = |id: &String| state.account.iter().any(|key| key.id == *id);
            if !group.members.iter().all(known) {
                return Err(EstateFailed::new("regroup", &"InvalidArgument"));
            }
            assert!(group.members.len() <= MAX_GROUP_KEYS, "the plan saw to it");
            state.etag += 1;
            state.members.clone_from(&group.members);
            Ok(())
        })
        .await
    }

    async fn delegate(&self, keys: Vec<DelegatedKey>) -> Result<(), EstateFailed> {
        self.call("delegate", |state| {
            assert_eq!(state.root, RootKey::AtHand);
            state.delegated = Some(keys);
            Ok(())
        })
        .await
    }

    async fn mark(&self, milestone: Milestone, mark: Option<&Mark>) -> Result<(), EstateFailed> {
        self.call("mark", |state| {
            state.marks.set(milestone, mark.cloned());
            Ok(())
        })
        .await
    }

    async fn fetch(&self, _url: &str) -> Result<u16, EstateFailed> {
        self.call("fetch", |_| Ok(200)).await
    }

    async fn switch(&self, from: &str, to: &str) -> Result<(), EstateFailed> {
        self.call("switch", |state| {
            if state.stages["AWSCURRENT"] != from {
                return Err(EstateFailed::new("switch", &"InvalidParameterException"));
            }
            state.stages.insert("AWSCURRENT", to.to_owned());
            state.stages.insert("AWSPREVIOUS", from.to_owned());
            Ok(())
        })
        .await
    }

    async fn unstage(&self, version: &str) -> Result<(), EstateFailed> {
        self.call("unstage", |state| {
            if state.stages.get("AWSPENDING").is_some_and(|pending| pending == version) {
                state.stages.remove("AWSPENDING");
            }
            Ok(())
        })
        .await
    }

    async fn delete_public_key(&self, key_id: &str) -> Result<(), EstateFailed> {
        self.call("delete_public_key", |state| {
            if state.members.iter().any(|member| member == key_id) {
                return Err(EstateFailed::new("delete_public_key", &"PublicKeyInUse"));
            }
            state.account.retain(|key| key.id != key_id);
            Ok(())
        })
        .await
    }
}

fn public_key(pem: &str) -> PublicKey {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap();
    PublicKey::from_spki_der(&der, ShortRsa::Refuse).unwrap()
}
