//! Where answers go.

use super::Failure;
use serde::Serialize;
use std::io::{self, IsTerminal as _, Write as _};

/// Standard output and standard error.
#[derive(Debug)]
pub struct Out {
    json: bool,
    width: Option<usize>,
}

/// Why a command ends before its end.
#[derive(Debug)]
pub enum Stop {
    /// Something went wrong.
    Failure(Failure),
    /// Standard output is gone or full. A pipe that was closed (`| head`) is no error.
    Output(io::Error),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

impl Out {
    /// The process's own.
    pub fn new(json: bool) -> Self {
        let width = || crossterm::terminal::size().ok().map(|(w, _)| usize::from(w));
        Self { json, width: io::stdout().is_terminal().then(width).flatten() }
    }

    /// Whether JSON is wanted.
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Columns of the terminal; `None` where there is none, and lines may be as long as they like.
    pub const fn width(&self) -> Option<usize> {
        self.width
    }

    /// Writes text as it is.
    pub fn text(&self, text: &str) -> Result<(), Stop> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Stop::Output)
    }

    /// Writes one JSON value on one line.
    pub fn json(&self, value: &impl Serialize) -> Result<(), Stop> {
        let mut line =
            serde_json::to_string(value).map_err(|error| Stop::Output(io::Error::other(error)))?;
        line.push('\n');
        self.text(&line)
    }

    /// Says something to the person, not to the program behind the pipe.
    pub fn say(&self, message: &str) {
        // Without a stderr there is nobody to tell.
        let _ = writeln!(io::stderr(), "actorscope: {message}");
    }
}
