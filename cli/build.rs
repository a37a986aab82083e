//! Notes whether the edge module was built, so that `bundle` can carry it.
//!
//! A clone with nothing but Rust has none, and everything but `bundle` works.

use std::path::Path;

fn main() {
    // The last file that `wasm/build` writes.
    let function = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm/dist/lambda-edge/index.mjs");
    println!("cargo::rustc-check-cfg=cfg(edge_module)");
    println!("cargo::rerun-if-changed={}", function.display());
    if function.exists() {
        println!("cargo::rustc-cfg=edge_module");
    }
}
