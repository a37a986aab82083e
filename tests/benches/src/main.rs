//! Measures ours beside its peers, in turns in one run, and prints tables in Markdown.
//!
//! `tests/bench` builds and runs this; the arguments are a contest and an empty folder.

mod contest;
mod material;
mod peer;
mod revocation;
mod rustcrypto;
mod sign;
mod site;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use crate::material::Material;
use crate::peer::Peers;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [contest, folder] = &arguments[..] else { return ExitCode::from(2) };
    let folder = Path::new(folder);
    let run = match contest.as_str() {
        "revocation" => {
            revocation::run(folder);
            return ExitCode::SUCCESS;
        }
        "sign" => sign::run,
        "verify" => verify::run,
        _ => return ExitCode::from(2),
    };
    let material = Material::new(folder);
    run(&material, &Peers::start(folder));
    ExitCode::SUCCESS
}
