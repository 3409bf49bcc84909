//! Without a command: the terminal UI.

use crate::cli::{Cli, Exit};
use crate::output::{Failure, Out, Stop};
use crate::ui::{self, UiError};
use std::process::ExitCode;

/// Runs the terminal UI until the user has seen enough.
pub async fn run(cli: &Cli, out: &Out) -> Result<ExitCode, Stop> {
    if out.is_json() {
        let message = "--json needs a command, such as `actorscope tree --json`";
        return Err(Failure::new(Exit::Usage, "usage", message).into());
    }
    show(options(cli)).await
}

/// What the command line says of the terminal UI.
pub fn options(cli: &Cli) -> ui::Options {
    ui::Options {
        target: cli.common.target.clone(),
        read_only: cli.common.read_only,
        ascii: cli.look.ascii,
        color: cli.look.color,
        interval: cli.common.interval,
    }
}

/// Shows it.
pub async fn show(options: ui::Options) -> Result<ExitCode, Stop> {
    ui::run(options).await.map_err(|error| {
        let (exit, code) = match error {
            UiError::NotATerminal => (Exit::Usage, "not_a_terminal"),
            _ => (Exit::Error, "terminal"),
        };
        Failure::new(exit, code, error.to_string()).into()
    })
}
