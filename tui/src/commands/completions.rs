//! `completions`: scripts that complete commands and options.

use crate::cli::{CompletionsArgs, Exit, visible};
use crate::output::{Out, Stop};

/// Prints the script of a shell.
pub fn run(args: &CompletionsArgs, out: &Out) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut visible(), "actorscope", &mut script);
    out.text(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
