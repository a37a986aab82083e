//! `edgepass completions`: what shells need to complete its command lines.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Edgepass;
use crate::outcome::{Ended, Outcome};
use crate::output::print;

/// Print a completion script for a shell
#[derive(Args)]
#[command(after_help = "\
Examples:
  edgepass completions bash > ~/.local/share/bash-completion/completions/edgepass
  edgepass completions zsh > ~/.zfunc/_edgepass
  edgepass completions fish > ~/.config/fish/completions/edgepass.fish")]
pub(crate) struct Completions {
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Edgepass::command(), "edgepass", &mut script);
        print(String::from_utf8_lossy(&script).trim_end())?;
        Ok(Ended::Done)
    }
}
