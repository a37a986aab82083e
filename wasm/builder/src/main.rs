//! `wasm-builder IN.wasm OUT_DIR NAME`: writes `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm`.
//!
//! wasm-bindgen as a library rather than its command: the lock file keeps both halves at one
//! version, and nothing has to be installed.

use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use walrus::ir::Value;
use walrus::{ConstExpr, DataId, DataKind, FunctionKind, Module};
use wasm_bindgen_cli_support::Bindgen;

/// Where the standard library begins to tell of a panic (see `core::panic::PanicInfo`).
///
/// A module has nobody to tell: what follows ends in a trap in any case, and this one comes at once.
/// The texts and their formatting are a tenth of the module.
const PANICS: [&str; 3] = ["rust_begin_unwind", "panic_fmt", "handle_alloc_error"];

/// What such panics say, as far as the module has it.
const PANIC_TEXTS: [&str; 22] = [
    "attempt to add with overflow",
    "attempt to divide by zero",
    "attempt to multiply with overflow",
    "attempt to negate with overflow",
    "attempt to shift left with overflow",
    "attempt to shift right with overflow",
    "attempt to subtract with overflow",
    "slice index starts at ",
    " but ends at ",
    "range start index ",
    "range end index ",
    " out of range for slice of length ",
    "assertion `left ",
    " right` failed",
    "copy_from_slice: source slice length (",
    ") does not match destination slice length (",
    "removal index (is ",
    ") should be < len (is ",
    "internal error: entered unreachable code",
    "attempt to join into collection with len > usize::MAX",
    "Once instance has previously been poisoned",
    "one-time initialization may not be performed recursively",
];

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
    blank_panics(&mut module);
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

/// Fills with zeros what only panics would have named, which packs it away: where they happened,
/// and what went wrong in the arithmetic.
fn blank_panics(module: &mut Module) {
    let ids: Vec<DataId> = module.data.iter().map(|data| data.id()).collect();
    for id in ids {
        let data = module.data.get_mut(id);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind else {
            continue;
        };
        let Ok(start) = usize::try_from(start) else { continue };
        blank_locations(&mut data.value, start);
        blank_texts(&mut data.value);
    }
}

/// `core::panic::Location`: address and length of the name of a source file, line, column.
const LOCATION_BYTES: usize = 16;

/// A name and what says where it is are told by each other: by four numbers of which the first two
/// lead to a text that ends with `.rs`.
fn blank_locations(memory: &mut [u8], start: usize) {
    let mut names = Vec::new();
    for at in (0..memory.len()).step_by(4) {
        let number = |index: usize| -> Option<usize> {
            let bytes = memory.get(at + index * 4..at + index * 4 + 4)?;
            usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
        };
        let name = number(0).zip(number(1)).and_then(|(address, length)| {
            let from = address.checked_sub(start)?;
            Some(from..from.checked_add(length)?)
        });
        let Some(name) = name else { continue };
        let is_name = memory.get(name.clone()).is_some_and(|text| text.ends_with(b".rs"));
        if is_name && let Some(location) = memory.get_mut(at..at + LOCATION_BYTES) {
            location.fill(0);
            names.push(name);
        }
    }
    for name in names {
        if let Some(text) = memory.get_mut(name) {
            text.fill(0);
        }
    }
}

fn blank_texts(memory: &mut [u8]) {
    for text in PANIC_TEXTS {
        while let Some(at) = memory.windows(text.len()).position(|window| window == text.as_bytes())
        {
            if let Some(found) = memory.get_mut(at..at + text.len()) {
                found.fill(0);
            }
        }
    }
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
