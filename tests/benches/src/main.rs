//! Measures ours beside its peers, in turns in one run, and prints tables in Markdown.
//!
//! `tests/bench` builds and runs this; the arguments are a contest and an empty folder.

mod contest;
mod material;
mod peer;
mod rustcrypto;
mod sign;
mod state;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use crate::material::Material;
use crate::peer::Peers;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let run = match arguments.first().map(String::as_str) {
        Some("sign") => sign::run,
        Some("state") => {
            state::run();
            return ExitCode::SUCCESS;
        }
        Some("verify") => verify::run,
        _ => return ExitCode::from(2),
    };
    let Some(folder) = arguments.get(1).map(Path::new) else { return ExitCode::from(2) };
    let material = Material::new(folder);
    run(&material, &Peers::start(folder));
    ExitCode::SUCCESS
}
