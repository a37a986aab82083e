//! Writes `tests/vectors`: `cargo run -p edgepass-tests --bin vectors`.
//!
//! Files that no case writes any more are removed.

#![allow(clippy::unwrap_used, reason = "a generator that fails should stop where it fails")]

use std::fs;

use edgepass_tests::cases::{self, Case, StateFile};
use edgepass_tests::vector::{folder, read_all};

fn main() {
    let vectors = folder("vectors");
    let cases = cases::all();
    for Case { name, vector } in &cases {
        let file = vectors.join(format!("{name}.json"));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, vector.to_json()).unwrap();
    }
    for (name, _) in read_all(&vectors) {
        if !cases.iter().any(|case| case.name == name) {
            fs::remove_file(vectors.join(format!("{name}.json"))).unwrap();
        }
    }
    let states = vectors.join("states");
    if states.is_dir() {
        fs::remove_dir_all(&states).unwrap();
    }
    fs::create_dir_all(states.join("body")).unwrap();
    for StateFile { name, bytes } in cases::states() {
        fs::write(states.join(name), bytes).unwrap();
    }
    println!("{} cases", cases.len());
}
