//! What is refused before anything changes, and that these tests would notice a viewer refused.

use policy::Algorithm::EcdsaSha256;

use super::world::{World, time};
use crate::rotation::{
    AccountKey, Arrival, Goal, MAX_ACCOUNT_KEYS, Refused, RootKey, RotationFailed, Wait, Waits,
};

fn world() -> World {
    World::new(EcdsaSha256, Some(RootKey::AtHand))
}

async fn refused(world: &World, goal: Goal) -> Refused {
    match world.rotation().advance(goal, &mut |_| {}).await {
        Err(RotationFailed::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

/// Refused, and nothing was changed.
async fn refused_at_start(world: &World) -> Refused {
    let refused = refused(world, Goal::Created).await;
    assert!(world.state().calls.iter().all(|call| *call == "inventory"));
    refused
}

fn another_key(id: &str) -> AccountKey {
    AccountKey { id: id.to_owned(), name: "another team's".to_owned(), created: time(0), key: None }
}

#[tokio::test]
async fn a_group_of_five_and_an_account_of_ten_have_no_room() {
    let full = world();
    for id in ["KA", "KB", "KC", "KD"] {
        full.state().account.push(another_key(id));
        full.state().members.push(id.to_owned());
    }
    assert_eq!(refused_at_start(&full).await, Refused::GroupFull { group: "G".to_owned() });

    let full = world();
    for number in 1..MAX_ACCOUNT_KEYS {
        full.state().account.push(another_key(&format!("KX{number}")));
    }
    assert_eq!(refused_at_start(&full).await, Refused::AccountFull);
    full.state().account.pop();
    full.drive(Goal::Created).await.unwrap();
}

#[tokio::test]
async fn the_key_that_signs_has_to_be_known_to_everybody() {
    let unknown = world();
    unknown.state().account.clear();
    assert!(matches!(refused_at_start(&unknown).await, Refused::CurrentUnknown { .. }));

    let other = world();
    other.state().account[0].key = None;
    assert!(matches!(refused_at_start(&other).await, Refused::CurrentDiffers { .. }));

    let elsewhere = world();
    elsewhere.state().unwatched = true;
    elsewhere.state().members.clear();
    assert!(matches!(refused_at_start(&elsewhere).await, Refused::CurrentNotInGroup { .. }));

    let undelegated = world();
    undelegated.state().delegated = Some(Vec::new());
    assert!(matches!(refused_at_start(&undelegated).await, Refused::CurrentNotDelegated { .. }));

    let sha1 = world();
    sha1.state().published[0].algorithms = vec![policy::Algorithm::EcdsaSha1];
    assert!(matches!(refused_at_start(&sha1).await, Refused::CurrentNotDelegated { .. }));
}

#[tokio::test]
async fn the_rotation_before_has_to_end_first() {
    let world = world();
    for goal in [Goal::Created, Goal::Switched] {
        world.drive(goal).await.unwrap();
    }
    let refused = refused(&world, Goal::Created).await;
    assert!(matches!(refused, Refused::Unfinished(Wait::Draining(_))), "{refused}");
    assert!(matches!(
        super::refusals::refused(&world, Goal::Aborted).await,
        Refused::NothingToAbort { retiring: Some(_) }
    ));
}

#[tokio::test]
async fn what_was_given_up_does_not_go_on() {
    let world = world();
    for goal in [Goal::Created, Goal::Trusted] {
        world.drive(goal).await.unwrap();
    }
    let arrival = world.rotation().advance(Goal::Aborted, &mut |_| {}).await.unwrap();
    assert!(matches!(arrival, Arrival::Waiting(Wait::Retreat(_))), "{arrival:?}");
    assert_eq!(refused(&world, Goal::Switched).await, Refused::NothingStarted);
    let refused = refused(&world, Goal::Created).await;
    assert!(matches!(refused, Refused::Unfinished(Wait::Retreat(_))), "{refused}");
}

#[tokio::test]
async fn a_key_that_was_taken_away_settles_anew() {
    let world = world();
    for goal in [Goal::Created, Goal::Trusted] {
        world.drive(goal).await.unwrap();
    }
    let members = world.state().members.clone();
    world.state().members.truncate(1);
    let arrival = world.rotation().advance(Goal::Switched, &mut |_| {}).await.unwrap();
    assert!(
        matches!(arrival, Arrival::Waiting(Wait::Settling(_) | Wait::Deployment(_))),
        "{arrival:?}"
    );
    assert_eq!(world.state().members, members);
    world.drive(Goal::Switched).await.unwrap();
}

#[test]
fn the_waits_are_as_long_as_the_world_is_slow() {
    use super::edges::{LIFETIME, MAX_AGE, MAX_STALE};
    let Waits { settle, drain } = super::world::WAITS;
    assert!(i64::from(settle) >= MAX_STALE);
    assert!(i64::from(drain) > LIFETIME + MAX_AGE);
}

/// Runs a rotation that does not wait long enough: a viewer is refused, and the world notices.
async fn hurried(waits: Waits) {
    let world = world();
    world.state().waits = waits;
    for goal in [Goal::Created, Goal::Switched, Goal::Finished] {
        world.drive(goal).await.unwrap();
    }
}

#[tokio::test]
#[should_panic(expected = "K2")]
async fn without_settling_an_edge_does_not_know_the_new_key() {
    hurried(Waits { settle: 0, ..super::world::WAITS }).await;
}

#[tokio::test]
#[should_panic(expected = "K1")]
async fn without_draining_an_old_pass_is_refused() {
    hurried(Waits { drain: 12 * 3600, ..super::world::WAITS }).await;
}
