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

impl Exit {
    /// All of them, by number.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Error, Self::Usage, Self::Partial, Self::Refused, Self::Unreachable];

    /// What it means, in a few words for the help and in more for the manual.
    pub const fn about(self) -> (&'static str, &'static str) {
        match self {
            Self::Done => ("done or accepted", "done, or accepted and about to be done"),
            Self::Error => (
                "error",
                "it did not work: the actor is gone or replaced, the verb is not supported, the path \
                 is unknown or ambiguous",
            ),
            Self::Usage => (
                "usage",
                "the command line or the configuration file makes no sense, or a confirmation is \
                 missing",
            ),
            Self::Partial => ("partial answer", "an answer, but less than was asked for"),
            Self::Refused => ("refused", "the caller may not do that, or nobody may"),
            Self::Unreachable => (
                "unreachable or no answer in time",
                "no way to the agent, or no answer within 5 seconds",
            ),
        }
    }

    /// All codes in two lines, for the help.
    pub fn all_in_short() -> String {
        let codes = Self::ALL.map(|exit| format!("{} {}", exit as u8, exit.about().0));
        let (last, first) =
            codes.split_last().map_or(("", [].as_slice()), |(l, f)| (l.as_str(), f));
        format!("Exit codes: {} ·\n{last}", first.join(" · "))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
