//! Without a command: the terminal UI.

use crate::cli::{Cli, Exit, Look};
use crate::output::{Failure, Out, Stop};
use crate::ui::config::ConfigError;
use crate::ui::config::place::Place;
use crate::ui::{self, INTERVAL, Settings, UiError, environment};
use actorscope_client::Target;
use std::process::ExitCode;

/// Runs the terminal UI until the user has seen enough.
pub async fn run(cli: &Cli, out: &Out) -> Result<ExitCode, Stop> {
    if out.is_json() {
        let message = "--json needs a command, such as `actorscope tree --json`";
        return Err(Failure::new(Exit::Usage, "usage", message).into());
    }
    show(settings(cli)?, cli.common.target.clone()).await
}

/// What the command line and the configuration file say of the terminal UI; the command line has the
/// last word.
pub fn settings(cli: &Cli) -> Result<Settings, Failure> {
    let place = place(&cli.look);
    let config = place.load()?;
    let (look, ui) = (&cli.look, config.ui);
    let color = look.color.unwrap_or(ui.color);
    let ascii = look.ascii || ui.ascii;
    let interval = cli.common.interval.unwrap_or(ui.interval);
    Ok(Settings {
        theme: environment::theme(color, ascii, |name| std::env::var(name).ok()),
        read_only: cli.common.read_only,
        interval: interval.clamp(INTERVAL.0, INTERVAL.1),
        keys: config.keys,
        first: look.screen.unwrap_or(ui.screen),
        mouse: ui.mouse && !look.no_mouse,
        clipboard: ui.clipboard,
        columns: config.columns,
        config: place.path().map(ToOwned::to_owned),
    })
}

/// Where the configuration file is.
pub fn place(look: &Look) -> Place {
    if look.no_config {
        return Place::Nowhere;
    }
    Place::of(look.config.as_deref(), |name| std::env::var_os(name))
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, "config", error.to_string()).hint(
            "`actorscope config` prints every setting as it usually is; --no-config does without",
        )
    }
}

/// Shows it.
pub async fn show(settings: Settings, target: Option<Target>) -> Result<ExitCode, Stop> {
    ui::run(settings, target).await.map_err(|error| {
        let (exit, code) = match error {
            UiError::NotATerminal => (Exit::Usage, "not_a_terminal"),
            _ => (Exit::Error, "terminal"),
        };
        Failure::new(exit, code, error.to_string()).into()
    })
}
