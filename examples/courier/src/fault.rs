//! Defects the service can be told to have, so that there is something to find with an observer.

use std::{fmt, str::FromStr};

/// A defect to run with, as it is made in earnest, in the code that delivers without it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Workers are found by the scheme of a URL and not by its host: all destinations share the worker `http`, and
    /// wait for the slowest.
    OneLane,
    /// A worker takes every `Retry-After` for a number of seconds. It may be a date, too, and one that answers 503
    /// with a date is a panic; and the next one, after the restart.
    CrashyWorker,
}

impl Fault {
    /// Every fault, in the order in which they are documented.
    pub const ALL: [Self; 2] = [Self::OneLane, Self::CrashyWorker];

    /// The name used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneLane => "one-lane",
            Self::CrashyWorker => "crashy-worker",
        }
    }

    /// What is wrong, in one line.
    pub fn about(self) -> &'static str {
        match self {
            Self::OneLane => "all destinations share a worker, and wait for the slowest",
            Self::CrashyWorker => {
                "a worker panics when a `Retry-After` is a date, until it is given up"
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no [`Fault`].
#[derive(Debug, thiserror::Error)]
#[error("unknown fault `{0}`; known are {known}", known = Fault::ALL.map(Fault::as_str).join(", "))]
pub struct UnknownFault(String);

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|fault| fault.as_str() == text);
        known.ok_or_else(|| UnknownFault(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_reads_back_and_an_unknown_one_names_the_known() {
        let message = "slow".parse::<Fault>().unwrap_err().to_string();
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse::<Fault>().unwrap(), fault);
            assert!(message.contains(fault.as_str()), "{message}");
        }
    }
}
