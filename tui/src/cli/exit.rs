//! What the process ends with.

use std::process::ExitCode;

/// The exit code, in words. Scripts rely on the numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// Done, or accepted and about to be done.
    Done = 0,
    /// It did not work: gone, stale, not supported, unknown, ambiguous.
    Error = 1,
    /// The command line makes no sense, or lacks a confirmation.
    Usage = 2,
    /// An answer, but less than was asked for.
    Partial = 3,
    /// The caller may not.
    Refused = 4,
    /// No way to the agent, or no answer in time.
    Unreachable = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
