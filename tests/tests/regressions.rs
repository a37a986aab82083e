//! Every case of `tests/regressions`, one for each mended bug, through the library.

use edgepass_tests::outcome::Outcome;
use edgepass_tests::vector::{folder, read_all};

#[test]
fn what_was_mended_stays_mended() {
    let cases = read_all(&folder("regressions"));
    for (name, vector) in &cases {
        let difference = Outcome::of_library(vector).differs(&vector.expect);
        assert_eq!(difference, None, "{name}");
    }
    println!("{} regressions", cases.len());
}
