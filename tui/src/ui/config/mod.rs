//! The configuration file: what the user wants otherwise than it usually is.
//!
//! [`settings`] is the table of single settings, [`read`] makes a [`Config`] of a file's text,
//! [`text`] writes one with everything in it, [`save`] puts chosen columns into an existing one, and
//! [`place`] knows where it is. Only `place` and `save` touch files.

pub mod place;
pub mod read;
pub mod save;
pub mod settings;
pub mod text;

use super::columns::Columns;
use super::keymap::Keymap;
use settings::Ui;
use std::path::PathBuf;

/// A file's contents; what it does not mention is as usual.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Single settings, from `[ui]`.
    pub ui: Ui,
    /// From `[keys]`.
    pub keys: Keymap,
    /// From `[columns]`.
    pub columns: Columns,
}

/// Why a configuration can't be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}{}: {what}", path.display(), line.map_or_else(String::new, |line| format!(":{line}")))]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; `None` = it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong and what may stand there.
    pub what: String,
}
