//! Notes whether `companion/build` has built the function, which this crate then carries.

use std::path::Path;

fn main() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist/function.js");
    println!("cargo::rustc-check-cfg=cfg(function_built)");
    println!("cargo::rerun-if-changed={}", file.display());
    if file.exists() {
        println!("cargo::rustc-cfg=function_built");
    }
}
