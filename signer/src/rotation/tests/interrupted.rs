//! From every state, stopped at every call.

use policy::Algorithm::{self, EcdsaSha256, RsaSha1};

use super::world::{Fault, World};
use crate::rotation::{Custody, Goal, Refused, RootKey, RotationFailed};

/// Where the key is, and who tells edges of the next one.
type Site = (Custody, Option<RootKey>);

const SITES: [Site; 6] = [
    (Custody::Secret, None),
    (Custody::Secret, Some(RootKey::AtHand)),
    (Custody::Secret, Some(RootKey::Elsewhere)),
    (Custody::Kms, None),
    (Custody::Kms, Some(RootKey::AtHand)),
    (Custody::Kms, Some(RootKey::Elsewhere)),
];

const WAY: [Goal; 4] = [Goal::Created, Goal::Trusted, Goal::Switched, Goal::Finished];

/// Faults may be behind the last call.
pub(super) async fn rotate(world: &World) {
    for goal in WAY {
        match world.drive(goal).await {
            // Somebody else went further meanwhile.
            Err(RotationFailed::Refused(Refused::NothingStarted)) if has_rotated(world) => {}
            done => done.unwrap(),
        }
    }
    world.drive(Goal::Finished).await.unwrap();
}

fn has_rotated(world: &World) -> bool {
    world.state().key("AWSCURRENT").unwrap().key_id != "K1"
}

/// One key, known to everybody, and nothing else.
pub(super) fn assert_clean(world: &World) {
    let state = world.state();
    let current = state.key("AWSCURRENT").unwrap();
    let ids: Vec<&str> = state.account.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, [current.key_id.as_str()]);
    assert_eq!(state.members, [current.key_id.as_str()]);
    let signing: Vec<_> = state.kms.enabled().into_iter().map(|key| key.arn).collect();
    assert_eq!(signing, Vec::from_iter(current.kms_key.clone()));
    if let Some(delegated) = &state.delegated {
        let listed: Vec<_> = delegated.iter().map(|listed| &listed.key).collect();
        assert_eq!(listed, [&current.public]);
        assert_eq!(state.published, *delegated);
    }
    let pending = state.stages.get("AWSPENDING");
    assert!(pending.is_none_or(|pending| *pending == current.version));
}

fn world((custody, trust): Site) -> World {
    World::keeping(custody, EcdsaSha256, trust)
}

fn fault_at(world: &World, call: usize, fault: Fault) {
    world.state().faults.insert(call, fault);
}

/// How many calls a whole rotation has.
async fn calls(site: Site) -> usize {
    let world = world(site);
    rotate(&world).await;
    assert_clean(&world);
    assert_eq!(world.state().key("AWSCURRENT").unwrap().key_id, "K2");
    let calls = world.state().calls.len();
    assert!(calls > 20, "{:?}", world.state().calls);
    calls
}

#[tokio::test]
async fn one_after_the_other() {
    for custody in [Custody::Secret, Custody::Kms] {
        let world = world((custody, Some(RootKey::AtHand)));
        for id in ["K2", "K3", "K4"] {
            rotate(&world).await;
            assert_clean(&world);
            assert_eq!(world.state().key("AWSCURRENT").unwrap().key_id, id);
        }
    }
}

#[tokio::test]
async fn to_another_kind_of_key_and_hash() {
    let world = World::new(RsaSha1, Some(RootKey::AtHand));
    world.change_to(EcdsaSha256);
    rotate(&world).await;
    assert_clean(&world);
    let state = world.state();
    assert_eq!(state.key("AWSCURRENT").unwrap().algorithm(), EcdsaSha256);
    assert_eq!(state.published[0].algorithms, [EcdsaSha256]);
}

#[tokio::test]
async fn the_same_kind_unless_somebody_says_otherwise() {
    for algorithm in Algorithm::ALL {
        let world = World::new(algorithm, None);
        world.drive(Goal::Created).await.unwrap();
        assert_eq!(world.state().key("AWSPENDING").unwrap().algorithm(), algorithm);
    }
}

#[tokio::test]
async fn stopped_at_any_call() {
    for site in SITES {
        for call in 0..calls(site).await {
            for fault in [Fault::Before, Fault::After] {
                let world = world(site);
                fault_at(&world, call, fault);
                rotate(&world).await;
                // What was lost on the way is found once it is old enough.
                let later = world.state().now + 3600;
                world.sleep_until(later);
                world.drive(Goal::Finished).await.unwrap();
                assert_clean(&world);
            }
        }
    }
}

#[tokio::test]
async fn stopped_at_any_two_calls() {
    for custody in [Custody::Secret, Custody::Kms] {
        let site = (custody, Some(RootKey::AtHand));
        let calls = calls(site).await;
        for (first, second) in (0..calls).flat_map(|n| (n + 1..calls).map(move |m| (n, m))) {
            let world = world(site);
            let fault =
                |call: usize| if call.is_multiple_of(2) { Fault::Before } else { Fault::After };
            fault_at(&world, first, fault(first + second));
            fault_at(&world, second, fault(second));
            rotate(&world).await;
            let later = world.state().now + 3600;
            world.sleep_until(later);
            world.drive(Goal::Finished).await.unwrap();
            assert_clean(&world);
        }
    }
}

/// Given up after any number of calls, and that interrupted in turn.
#[tokio::test]
async fn given_up_at_any_call() {
    for site in SITES {
        for call in 0..calls(site).await {
            for (delay, fault) in (0..12).flat_map(|n| [(n, Fault::Before), (n, Fault::After)]) {
                let world = world(site);
                forward_until(&world, call).await;
                let started = world.state().key("AWSPENDING").is_some();
                let switched = has_rotated(&world);
                fault_at(&world, call + delay, fault);
                match world.drive(Goal::Aborted).await {
                    Ok(()) => assert!(started && !switched),
                    Err(RotationFailed::Refused(Refused::NothingToAbort { .. })) => {
                        assert!(!started || switched);
                    }
                    Err(other) => panic!("{other}"),
                }
                let later = world.state().now + 3600;
                world.sleep_until(later);
                world.drive(Goal::Finished).await.unwrap();
                assert_clean(&world);
                assert_eq!(has_rotated(&world), switched);
            }
        }
    }
}

/// As far as so many calls bring it: then the process is gone.
async fn forward_until(world: &World, calls: usize) {
    fault_at(world, calls, Fault::Before);
    for goal in WAY {
        if !world.drive_calls(goal, calls).await {
            break;
        }
    }
    world.state().faults.clear();
}

#[tokio::test]
async fn somebody_else_at_the_same_time() {
    for site in SITES.into_iter().filter(|(_, trust)| *trust != Some(RootKey::Elsewhere)) {
        for call in 0..calls(site).await {
            for goal in WAY.into_iter().chain([Goal::Aborted]) {
                let world = world(site);
                fault_at(&world, call, Fault::Meanwhile(goal));
                for goal in WAY {
                    // It may have been given up under way.
                    match world.drive(goal).await {
                        Ok(()) | Err(RotationFailed::Refused(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                let later = world.state().now + 3600;
                world.sleep_until(later);
                world.drive(Goal::Finished).await.unwrap();
                match world.drive(Goal::Aborted).await {
                    Ok(()) | Err(RotationFailed::Refused(Refused::NothingToAbort { .. })) => {}
                    Err(other) => panic!("{other}"),
                }
                assert_clean(&world);
                rotate(&world).await;
                assert_clean(&world);
            }
        }
    }
}
