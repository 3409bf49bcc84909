//! The terminal UI.
//!
//! A functional core in a thin shell: [`app`] is the state, [`update`](update::update) the only way
//! to change it, [`view`](view::view) the only way to draw it; all three are pure. The shell drives
//! them with keys, the clock and sessions, and does what `update` asks for. Nothing here waits for
//! the network while a key is handled.
//!
//! Where to begin reading: [`input`] (everything that can happen), [`actions`] (everything that can be
//! asked for), [`screens`] (everything that can be looked at), [`columns`] (everything that a row
//! shows), [`severity`] (what catches the eye). Each of them is a table: to add something, add a line.

pub mod actions;
pub mod app;
pub mod attached;
pub mod columns;
pub mod dialog;
pub mod field;
pub mod history;
pub mod input;
pub mod keymap;
pub mod keys;
pub mod layout;
pub mod list;
pub mod nodes;
mod port;
pub mod screens;
pub mod severity;
mod shell;
mod terminal;
pub mod text;
pub mod theme;
pub mod update;
pub mod view;
pub mod wanted;

use actorscope_client::Target;
use std::process::ExitCode;
use std::time::Duration;

/// Shortest and longest time between refreshes.
const INTERVAL: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// What is chosen on the command line.
#[derive(Clone, Debug)]
pub struct Options {
    /// The agent; `None` = the only one on this machine, or a choice of them.
    pub target: Option<Target>,
    /// Hide everything that does something to actors.
    pub read_only: bool,
    /// Draw in ASCII. Done by itself where the locale has no Unicode.
    pub ascii: bool,
    /// Colours.
    pub color: ColorChoice,
    /// Time between refreshes; brought between 0.25 s and 10 s.
    pub interval: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            target: None,
            read_only: false,
            ascii: false,
            color: ColorChoice::Auto,
            interval: Duration::from_secs(1),
        }
    }
}

/// Whether colours are used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ColorChoice {
    /// Unless `NO_COLOR` is set or the terminal has none.
    #[default]
    Auto,
    /// Whatever the environment says.
    Always,
    /// Not at all.
    Never,
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

/// Runs the terminal UI until the user quits or the process is asked to end. Needs a tokio runtime;
/// one with a single thread will do.
///
/// The terminal is as it was before when this returns, and also after a panic.
pub async fn run(options: Options) -> Result<ExitCode, UiError> {
    let settings = app::Settings {
        theme: terminal::theme(&options, |name| std::env::var(name).ok()),
        read_only: options.read_only,
        interval: options.interval.clamp(INTERVAL.0, INTERVAL.1),
        keys: keymap::Keymap::default(),
        first: screens::FIRST,
    };
    shell::run(settings, options.target).await
}
