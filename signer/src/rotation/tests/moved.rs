//! Keys in KMS: into it, out of it, from one kind to another, and what KMS does not do.

use policy::Algorithm::{EcdsaSha256, RsaSha1, RsaSha256};

use super::interrupted::{assert_clean, rotate};
use super::world::{World, time};
use crate::key::KeySpec;
use crate::rotation::{AccountKey, CheckFailed, Custody, Goal, Refused, RootKey, RotationFailed};

fn in_kms() -> World {
    World::keeping(Custody::Kms, EcdsaSha256, Some(RootKey::AtHand))
}

async fn trusted(world: &World) {
    for goal in [Goal::Created, Goal::Trusted] {
        world.drive(goal).await.unwrap();
    }
}

#[tokio::test]
async fn from_one_kind_to_another() {
    let world = in_kms();
    for algorithm in [RsaSha256, EcdsaSha256] {
        world.change_to(algorithm);
        rotate(&world).await;
        assert_clean(&world);
        let current = world.state().key("AWSCURRENT").unwrap();
        assert_eq!((current.algorithm(), current.custody()), (algorithm, Custody::Kms));
    }
}

#[tokio::test]
async fn from_the_secret_into_kms_and_back() {
    let world = World::new(RsaSha1, None);
    world.change_to(EcdsaSha256);
    for custody in [Custody::Kms, Custody::Secret] {
        world.move_to(custody);
        rotate(&world).await;
        assert_clean(&world);
        assert_eq!(world.state().key("AWSCURRENT").unwrap().custody(), custody);
    }
}

#[tokio::test]
async fn kms_makes_no_sha1_signatures() {
    let asked = in_kms();
    asked.change_to(RsaSha1);
    let inherited = World::new(RsaSha1, None);
    inherited.move_to(Custody::Kms);
    for world in [asked, inherited] {
        let (_, next) = world.rotation().look(Goal::Created).await.unwrap();
        assert_eq!(next, Err(Refused::Sha1InKms { algorithm: RsaSha1 }));
        let refused = world.drive(Goal::Created).await.unwrap_err();
        assert!(matches!(refused, RotationFailed::Refused(Refused::Sha1InKms { .. })), "{refused}");
        assert!(world.state().calls.iter().all(|call| *call == "inventory"));
    }
}

#[tokio::test]
async fn a_key_that_does_not_sign_is_not_switched_to() {
    let world = in_kms();
    trusted(&world).await;
    let candidate = world.state().key("AWSPENDING").unwrap();
    world.state().kms.discard(&candidate.kms_key.unwrap());
    let failed = world.rotation().advance(Goal::Switched, &mut |_| {}).await.unwrap_err();
    assert!(failed.to_string().contains("KMSInvalidStateException"), "{failed}");
    world.drive(Goal::Aborted).await.unwrap();
    assert_clean(&world);
}

#[tokio::test]
async fn a_key_that_is_not_the_one_of_cloudfront_is_not_switched_to() {
    let world = in_kms();
    trusted(&world).await;
    let old = world.state().account[0].key.clone();
    world.state().account[1].key = old;
    let failed = world.rotation().advance(Goal::Switched, &mut |_| {}).await.unwrap_err();
    assert!(matches!(failed, RotationFailed::Check(CheckFailed::Denied(_))), "{failed}");
}

#[tokio::test]
async fn a_key_that_was_given_up_is_discarded_with_it() {
    let world = in_kms();
    trusted(&world).await;
    world.drive(Goal::Aborted).await.unwrap();
    assert_clean(&world);
    assert_eq!(world.state().key("AWSCURRENT").unwrap().key_id, "K1");
}

/// Two signers may share a key group: what CloudFront knows is somebody's.
#[tokio::test]
async fn the_key_of_another_secret_is_left_alone() {
    let world = in_kms();
    let now = world.state().now;
    let other = world.state().kms.create(KeySpec::EcdsaP256, now - 1_000_000);
    let key = Some(world.state().kms.public(&other));
    let (id, name) = ("KOTHER".to_owned(), "by hand".to_owned());
    world.state().account.push(AccountKey { id, name, created: time(0), key });
    world.state().members.push("KOTHER".to_owned());
    rotate(&world).await;
    assert!(world.state().kms.signs(&other));
    assert_eq!(world.state().kms.enabled().len(), 2);
}

/// Of what was given up before, nothing is left: neither is there anything to take away.
#[tokio::test]
async fn giving_up_after_the_switch_discards_nothing() {
    let world = in_kms();
    trusted(&world).await;
    world.drive(Goal::Aborted).await.unwrap();
    trusted(&world).await;
    world.drive(Goal::Switched).await.unwrap();
    world.drive(Goal::Aborted).await.unwrap();
    assert_eq!(world.state().kms.enabled().len(), 2);
    world.drive(Goal::Finished).await.unwrap();
    assert_clean(&world);
}
