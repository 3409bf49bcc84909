//! The terminal UI.
//!
//! A functional core in a thin shell: [`app`] is the state, [`update`](update::update) the only way
//! to change it, [`view`](view::view) the only way to draw it; all three are pure. The shell drives
//! them with keys, the clock and sessions, and does what `update` asks for. Nothing here waits for
//! the network while a key is handled.
//!
//! Where to begin reading: [`input`] (everything that can happen), [`actions`] (everything that can be
//! asked for), [`screens`] (everything that can be looked at), [`columns`] (everything that a row
//! shows), [`palette::commands`] (what takes an argument), [`config::settings`] (what can be set),
//! [`severity`] (what catches the eye). Each of them is a table: to add something, add a line.

pub mod actions;
pub mod app;
pub mod attached;
pub mod chooser;
pub mod clipboard;
pub mod columns;
pub mod config;
pub mod copy;
pub mod dialog;
pub mod environment;
pub mod field;
pub mod filter;
pub mod history;
pub mod input;
pub mod keymap;
pub mod keys;
pub mod layout;
pub mod list;
pub mod nodes;
pub mod palette;
pub mod popup;
mod port;
pub mod screens;
pub mod severity;
mod shell;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod update;
pub mod view;
pub mod wanted;

pub use app::Settings;

use actorscope_client::Target;
use std::process::ExitCode;
use std::time::Duration;

/// Shortest and longest time between refreshes.
pub const INTERVAL: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// Which colours are used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ColorChoice {
    /// Those that the terminal has, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Those that the terminal has, whatever else the environment says.
    Always,
    /// None.
    Never,
    /// The terminal's own sixteen.
    Sixteen,
    /// 256.
    Indexed,
    /// All of them.
    True,
}

impl ColorChoice {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Auto, Self::Always, Self::Never, Self::Sixteen, Self::Indexed, Self::True];

    /// Its name on the command line and in configurations.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
            Self::Sixteen => "16",
            Self::Indexed => "256",
            Self::True => "truecolor",
        }
    }

    /// The choice with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.word() == word)
    }
}

/// Why the terminal UI ended early or never began.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UiError {
    /// Input or output is a file or a pipe.
    #[error(
        "the terminal UI needs a terminal for both input and output; in scripts use `actorscope \
         tree`, `top` or `show`, with `--json` for machines"
    )]
    NotATerminal,
    /// The terminal failed or went away.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
}

/// Runs the terminal UI until the user quits or the process is asked to end: on the agent named by
/// `target`, or without one on the only agent of this machine, or the one that is chosen among
/// several. Needs a tokio runtime; one with a single thread will do.
///
/// The terminal is as it was before when this returns, and also after a panic.
pub async fn run(settings: Settings, target: Option<Target>) -> Result<ExitCode, UiError> {
    shell::run(settings, target).await
}
