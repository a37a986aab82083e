//! Notes what `wasm/build` has built: the edge module, which `bundle` carries, and the npm package,
//! whose inspector and explainer the page of `dev` runs.
//!
//! A clone with nothing but Rust has neither, and everything but `bundle` and those two works.

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm/dist");
    // Of each the last file that is written.
    for (cfg, file) in
        [("edge_module", "lambda-edge/index.mjs"), ("npm_package", "npm/package.json")]
    {
        let file = dist.join(file);
        println!("cargo::rustc-check-cfg=cfg({cfg})");
        println!("cargo::rerun-if-changed={}", file.display());
        if file.exists() {
            println!("cargo::rustc-cfg={cfg}");
        }
    }
}
