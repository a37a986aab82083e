//! `wasm-builder IN.wasm OUT_DIR NAME`: writes `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm`.
//!
//! wasm-bindgen as a library rather than its command: the lock file keeps both halves at one
//! version, and nothing has to be installed.

use std::path::PathBuf;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, out, name] = arguments.as_slice() else {
        eprintln!("usage: wasm-builder IN.wasm OUT_DIR NAME");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(PathBuf::from(input))
        .out_name(name)
        .typescript(true)
        // The host decides how the module is loaded, so nothing is fetched by default.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        // After a trap the shim starts over with fresh memory.
        .reset_state_function(true);
    let done = bindgen.web(true).and_then(|bindgen| bindgen.generate(out));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-builder: {error:#}");
            ExitCode::from(1)
        }
    }
}
