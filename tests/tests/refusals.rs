//! The table of `docs/refusals.md` is the one in the code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop here")]

use core::fmt::Write as _;
use std::fs;
use std::path::Path;

use policy::Code;

const START: &str = "<!-- refusals: start, written by tests/tests/refusals.rs -->\n";
const END: &str = "<!-- refusals: end -->";

fn table() -> String {
    let mut table = String::from(
        "| stage | code | the request | CloudFront says | what to do |\n| --- | --- | --- | --- | --- |\n",
    );
    for code in Code::ALL {
        let stage = code.stage();
        let cloudfront = code.cloudfront().map_or("", |error| error.code());
        let (meaning, hint) = (code.meaning(), code.hint());
        writeln!(table, "| {stage} | `{code}` | {meaning} | {cloudfront} | {hint} |").unwrap();
    }
    table
}

/// `UPDATE=1` writes the table instead.
#[test]
fn refusal_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/refusals.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(START).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, format!("{before}{START}{}{END}{after}", table())).unwrap();
    } else if written != table() {
        panic!("the table of docs/refusals.md is old; run this test with UPDATE=1");
    }
}
