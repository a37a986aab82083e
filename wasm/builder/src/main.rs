//! `wasm-builder IN.wasm OUT_DIR NAME`: writes `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm`.
//!
//! wasm-bindgen as a library rather than its command: the lock file keeps both halves at one
//! version, and nothing has to be installed.

use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use walrus::{DataId, FunctionKind, Module};
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
    blank_panic_texts(&mut module);
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

/// Fills the texts with zeros that only panics would have named, which packs them away: the paths of
/// sources, and what went wrong in the arithmetic.
fn blank_panic_texts(module: &mut Module) {
    let ids: Vec<DataId> = module.data.iter().map(|data| data.id()).collect();
    for id in ids {
        let value = &mut module.data.get_mut(id).value;
        let mut at = 0;
        while at < value.len() {
            let length = value.get(at..).map_or(0, panic_text_length);
            if let Some(text) = value.get_mut(at..at + length) {
                text.fill(0);
            }
            at += length.max(1);
        }
    }
}

/// How long the panic text is that these bytes begin with; 0 if they begin with none.
fn panic_text_length(bytes: &[u8]) -> usize {
    const BEGINNINGS: [&[u8]; 2] = [b"/rustc/", b"attempt to "];
    const ENDS: [&[u8]; 2] = [b".rs", b" with overflow"];
    let longest = bytes.get(..160).unwrap_or(bytes);
    BEGINNINGS
        .into_iter()
        .zip(ENDS)
        .find(|(beginning, _)| bytes.starts_with(beginning))
        .and_then(|(_, end)| {
            longest.windows(end.len()).position(|window| window == end).map(|at| at + end.len())
        })
        .unwrap_or(0)
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
