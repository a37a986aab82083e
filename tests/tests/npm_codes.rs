//! The codes of the npm package are those of the code.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test should stop here")]

use std::fs;
use std::path::Path;

use policy::Code;
use serde_json::json;

/// The module.
fn codes() -> String {
    let mut text = String::from(
        "// @ts-check\n// Every code of a refusal, in the order of the checks. Written by tests/tests/npm_codes.rs.\n\n// prettier-ignore\nexport const codes = /** @type {const} */ ({\n",
    );
    for code in Code::ALL {
        text += &format!("  {}: {{\n", json!(code.as_str()));
        text += &format!("    stage: {},\n", json!(code.stage().name()));
        for (member, value) in [("meaning", code.meaning()), ("hint", code.hint())] {
            text += &format!("    {member}: {},\n", json!(value));
        }
        text += "  },\n";
    }
    text + "});\n"
}

/// `UPDATE=1` writes them instead.
#[test]
fn codes_of_the_package() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm/npm/codes.js");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, codes()).unwrap();
    } else if fs::read_to_string(&path).unwrap() != codes() {
        panic!("the codes of the npm package are old; run this test with UPDATE=1");
    }
}
