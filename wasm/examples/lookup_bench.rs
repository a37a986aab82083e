//! What `lookup_bench.mjs` measures: building, reading and asking a body of the state in WASM. Its
//! entries are made here, and there are many look-ups to a call, so that no call from JavaScript is
//! measured.

#![allow(unsafe_code, reason = "only the attribute of exported functions, which holds no code")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot start should stop")]

use core::cell::RefCell;
use core::hint::black_box;

use policy::{Body, BodyDraft, Salt};

#[derive(Default)]
struct Bench {
    built: Vec<u8>,
    body: Option<Body>,
    asked: Vec<String>,
    next: usize,
}

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::default();
}

/// Makes twice as many ids, of which about every other one will be revoked, in an order that no
/// cache and no branch predictor foresees.
#[unsafe(no_mangle)]
extern "C" fn choose(entries: u32) {
    let id = |number: u32| {
        let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        format!("{mixed:016x}{:016x}", mixed.rotate_left(29))
    };
    let asked = (0..entries.saturating_mul(2)).map(id).collect();
    BENCH.set(Bench { asked, ..Bench::default() });
}

fn is_to_be_revoked(id: &str) -> bool {
    id.as_bytes().last().is_some_and(|digit| digit % 2 == 0)
}

/// Builds the body.
#[unsafe(no_mangle)]
extern "C" fn build() {
    BENCH.with_borrow_mut(|bench| {
        let mut draft = BodyDraft::new(Salt(*b"salt of the site"));
        let revoked = bench.asked.iter().filter(|id| is_to_be_revoked(id));
        revoked.for_each(|id| draft.revoke_session(id));
        bench.built = draft.encode().expect("not too many");
    });
}

/// Reads it, as an edge does once its digest is known to be right.
#[unsafe(no_mangle)]
extern "C" fn read() {
    BENCH.with_borrow_mut(|bench| {
        bench.body = None;
        let bytes = core::mem::take(&mut bench.built);
        bench.body = Some(Body::read(bytes).expect("ours"));
    });
}

/// Looks up so many ids, one when the last one's answer is known, and says how many of them are
/// revoked.
#[unsafe(no_mangle)]
extern "C" fn ask(times: u32) -> u32 {
    BENCH.with_borrow_mut(|bench| {
        let body = bench.body.as_ref().expect("`read` comes first");
        let mut revoked = 0;
        for _ in 0..times {
            let id = bench.asked.get(bench.next).expect("there are some");
            let found = black_box(body.has_session(id));
            revoked += u32::from(found);
            bench.next = (bench.next + 1 + usize::from(found)) % bench.asked.len();
        }
        revoked
    })
}
