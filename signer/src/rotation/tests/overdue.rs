//! For how long a rotation could have been further than it is.

use policy::Algorithm::EcdsaSha256;

use super::world::{WAITS, World};
use crate::rotation::{Arrival, Goal, RootKey, Wait, Waits};

/// A day, as long as edges may be told to believe a state.
const LONGEST_SETTLE: u32 = 24 * 3600;

/// What is overdue at this time.
async fn overdue(world: &World, at: i64) -> u64 {
    // Looking takes a second.
    world.sleep_until(at - 1);
    let rotation = world.rotation();
    let (there, _) = rotation.look(Goal::Finished).await.unwrap();
    assert_eq!(world.state().now, at);
    rotation.overdue(&there)
}

async fn waits_for(world: &World, goal: Goal) -> Wait {
    match world.rotation().advance(goal, &mut |_| {}).await.unwrap() {
        Arrival::Waiting(wait) => wait,
        Arrival::Reached => panic!("{goal:?} is reached"),
    }
}

#[tokio::test]
async fn a_candidate_that_nobody_is_told_of_waits_from_the_beginning() {
    let world = World::new(EcdsaSha256, Some(RootKey::Elsewhere));
    let begun = world.state().now;
    assert_eq!(overdue(&world, begun + 8000).await, 0);
    world.drive(Goal::Created).await.unwrap();
    let created = world.state().key("AWSPENDING").unwrap().created.as_seconds();
    assert!(matches!(waits_for(&world, Goal::Trusted).await, Wait::Delegation(_)));
    assert_eq!(overdue(&world, created + 100).await, 100);
    assert_eq!(overdue(&world, created + 8000).await, 8000);
}

/// However long edges may go on with the state before.
#[tokio::test]
async fn a_candidate_that_settles_is_not_overdue() {
    for settle in [WAITS.settle, LONGEST_SETTLE] {
        let world = World::new(EcdsaSha256, Some(RootKey::AtHand));
        world.state().waits = Waits { settle, ..WAITS };
        world.drive(Goal::Created).await.unwrap();
        let settled = loop {
            match waits_for(&world, Goal::Trusted).await {
                Wait::Settling(settled) => break settled.as_seconds(),
                _ => {
                    let later = world.state().now + 60;
                    world.sleep_until(later);
                }
            }
        };
        assert_eq!(overdue(&world, settled).await, 0);
        assert_eq!(overdue(&world, settled + 8000).await, 8000);
    }
}

#[tokio::test]
async fn a_key_that_leaves_waits_from_the_end_of_its_drain() {
    let world = World::new(EcdsaSha256, Some(RootKey::Elsewhere));
    for goal in [Goal::Created, Goal::Trusted, Goal::Switched] {
        world.drive(goal).await.unwrap();
    }
    let Wait::Draining(drained) = waits_for(&world, Goal::Finished).await else { panic!() };
    assert_eq!(overdue(&world, drained.as_seconds()).await, 0);
    assert!(matches!(waits_for(&world, Goal::Finished).await, Wait::Undelegation(_)));
    assert_eq!(overdue(&world, drained.as_seconds() + 8000).await, 8000);
    world.drive(Goal::Finished).await.unwrap();
    let later = world.state().now + 8000;
    assert_eq!(overdue(&world, later).await, 0);
}

#[tokio::test]
async fn a_candidate_that_was_given_up_waits_from_then_on() {
    let world = World::new(EcdsaSha256, Some(RootKey::Elsewhere));
    world.drive(Goal::Created).await.unwrap();
    let later = world.state().now + 9000;
    world.sleep_until(later);
    assert!(matches!(waits_for(&world, Goal::Aborted).await, Wait::Retreat(_)));
    let aborted = world.state().marks.aborted.clone().unwrap().at.as_seconds();
    assert_eq!(overdue(&world, aborted + 8000).await, 8000);
}
