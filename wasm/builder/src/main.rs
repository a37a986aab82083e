//! `wasm-builder IN.wasm OUT_DIR NAME`: writes `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm`.
//!
//! wasm-bindgen as a library rather than its command: the lock file keeps both halves at one
//! version, and nothing has to be installed.

use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use walrus::{FunctionKind, Module};
use wasm_bindgen_cli_support::Bindgen;

/// Where the standard library begins to tell of a panic (see `core::panic::PanicInfo`).
///
/// A module has nobody to tell: what follows ends in a trap in any case, and this one comes at once.
/// The texts and their formatting are a tenth of the module.
const PANICS: [&str; 3] = ["rust_begin_unwind", "panic_fmt", "handle_alloc_error"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, out, name] = arguments.as_slice() else {
        eprintln!("usage: wasm-builder IN.wasm OUT_DIR NAME");
        return ExitCode::from(2);
    };
    match build(Path::new(input), Path::new(out), name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-builder: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn build(input: &Path, out: &Path, name: &str) -> Result<(), anyhow::Error> {
    let mut module = Module::from_file(input)?;
    trap_instead_of_panicking(&mut module)?;
    Bindgen::new()
        .input_module(name, module)
        .out_name(name)
        .typescript(true)
        // The host decides how the module is loaded, so nothing is fetched by default.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        // After a trap the shim starts over with fresh memory.
        .reset_state_function(true)
        .web(true)?
        .generate(out)
}

fn trap_instead_of_panicking(module: &mut Module) -> Result<(), anyhow::Error> {
    for wanted in PANICS {
        let is_wanted = |name: &str| name.contains(wanted);
        let found = module.funcs.iter_mut().find(|f| f.name.as_deref().is_some_and(is_wanted));
        let Some(FunctionKind::Local(function)) = found.map(|function| &mut function.kind) else {
            return Err(anyhow!("the module has no function `{wanted}`"));
        };
        let mut body = function.builder_mut().func_body();
        body.instrs_mut().clear();
        body.unreachable();
    }
    Ok(())
}
