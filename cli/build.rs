//! Notes whether the edge module was built, so that `bundle` can carry it.
//!
//! A clone with nothing but Rust has none, and everything but `bundle` works.

use std::path::Path;

fn main() {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm/dist/edgepass_bg.wasm");
    println!("cargo::rustc-check-cfg=cfg(edge_module)");
    println!("cargo::rerun-if-changed={}", module.display());
    if module.exists() {
        println!("cargo::rustc-cfg=edge_module");
    }
}
