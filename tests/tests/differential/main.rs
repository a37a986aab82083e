//! Ours beside the signers that people use: what they sign we admit, what we sign they sign too.
//!
//! The orders are random but repeatable. Where a peer is known to differ, the random orders keep
//! clear of it and `tests/peers/divergences.json` holds it, with the reason.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failing test should stop here"
)]

mod divergences;
mod keys;
mod openssl;
mod order;
mod orders;
mod pass;
mod peer;

use core::cell::RefCell;
use core::fmt::Debug;

use policy::{Algorithm, Hash, Stage};
use proptest::strategy::{Just, Strategy};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use proptest::{prop_assert, prop_assert_eq};

use crate::keys::Key;
use crate::order::Order;
use crate::pass::Pass;
use crate::peer::Peer;

#[test]
fn we_admit_what_botocore_signs() {
    let peer = RefCell::new(Peer::botocore());
    let orders = orders::urls(orders::Alphabet::Wire, Just((Key::Rsa, Hash::Sha1)));
    for_each((orders, orders::place()), 150, |(order, place)| {
        let order = orders::sometimes_with_pattern(order, place);
        admitted_until_altered(&order, &peer.borrow_mut().sign(&order)?, place)
    });
}

#[test]
fn botocore_signs_the_same_bytes() {
    let peer = RefCell::new(Peer::botocore());
    let orders = orders::urls(orders::Alphabet::Wire, Just((Key::Rsa, Hash::Sha1)))
        .prop_filter("the order of the conditions differs", |order| {
            order.starts.is_none() || order.ip.is_none()
        });
    for_each((orders, orders::place()), 150, |(order, place)| {
        let order = orders::sometimes_with_pattern(order, place);
        prop_assert_eq!(peer.borrow_mut().sign(&order)?, order.sign().unwrap());
        Ok(())
    });
}

#[test]
fn we_admit_what_the_js_sdk_signs() {
    let peer = RefCell::new(Peer::js_sdk());
    let urls = orders::urls(orders::Alphabet::Wire, orders::key_and_hash());
    let either = urls.boxed().prop_union(orders::cookies(orders::key_and_hash()).boxed());
    for_each((either, orders::place()), 200, |(order, place)| {
        admitted_until_altered(&order, &peer.borrow_mut().sign(&order)?, place)
    });
}

/// Its `Key-Pair-Id` stands before the `Signature`, its ECDSA signatures are random, and its URLs
/// are normalised: these are plain enough to stay as they are.
#[test]
fn the_js_sdk_signs_the_same_values() {
    let peer = RefCell::new(Peer::js_sdk());
    let urls = orders::urls(orders::Alphabet::Plain, orders::key_and_hash());
    let either = urls.boxed().prop_union(orders::cookies(orders::key_and_hash()).boxed());
    for_each(either, 200, |order| {
        let theirs = peer.borrow_mut().sign(&order)?;
        let ours = order.sign().unwrap();
        prop_assert_eq!(theirs.requested(), ours.requested());
        let [theirs, ours] = [&theirs, &ours].map(|pass| {
            let mut values = pass.values();
            if order.key_id == Key::P256 {
                values.remove("Signature");
            }
            values
        });
        prop_assert_eq!(theirs, ours);
        Ok(())
    });
}

#[test]
fn we_admit_what_openssl_signs() {
    for algorithm in Algorithm::ALL {
        for_each((orders::of(algorithm), orders::place()), 20, |(order, place)| {
            let unsigned = order.unsigned().unwrap();
            let signature = openssl::sign(order.key_id, order.hash, unsigned.text());
            let theirs = Pass::of(&order, &unsigned.signed(&signature));
            if order.key_id == Key::Rsa {
                prop_assert_eq!(&theirs, &order.sign().unwrap());
            }
            admitted_until_altered(&order, &theirs, place)
        });
    }
}

#[test]
fn openssl_verifies_what_we_sign() {
    for algorithm in Algorithm::ALL {
        for_each((orders::of(algorithm), orders::place()), 20, |(order, place)| {
            let text = order.unsigned().unwrap().text().to_owned();
            let signature = order.sign().unwrap().signature();
            let verifies =
                |text: &[u8]| openssl::verifies(order.key_id, order.hash, text, &signature);
            prop_assert!(verifies(text.as_bytes()));
            prop_assert!(!verifies(&pass::with_changed_byte(text.as_bytes(), place)));
            Ok(())
        });
    }
}

#[test]
fn known_divergences() {
    divergences::check();
}

/// The pass does what was ordered, and no longer does when a byte of what was signed changes.
fn admitted_until_altered(order: &Order, pass: &Pass, place: usize) -> Result<(), TestCaseError> {
    if let Err(denied) = pass.decide(order) {
        return Err(TestCaseError::fail(denied.to_string()));
    }
    let altered = pass.altered(place);
    let stage = altered.decide(order).err().map(|denied| denied.stage());
    prop_assert!(
        matches!(stage, Some(Stage::Find | Stage::Authenticate)),
        "not refused before the policy is read: {altered:?}"
    );
    Ok(())
}

/// Runs the check on random values. `EDGEPASS_SEED` chooses them; the same one, the same values.
fn for_each<S: Strategy<Value: Debug>>(
    values: S,
    cases: u32,
    check: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let seed = std::env::var("EDGEPASS_SEED").map_or(20_261_121, |seed| seed.parse().unwrap());
    println!("EDGEPASS_SEED={seed}");
    let bytes: Vec<u8> = u64::to_le_bytes(seed).repeat(4);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let run = TestRunner::new_with_rng(config, rng).run(&values, check);
    if let Err(failure) = run {
        panic!("EDGEPASS_SEED={seed}: {failure}");
    }
}
