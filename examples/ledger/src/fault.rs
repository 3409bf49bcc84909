//! Defects the service can be told to have, so that there is something to find with an observer.

use std::{fmt, str::FromStr};

/// A defect to run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The journal is on a disk that takes 20 ms more for each sync.
    SlowJournal,
    /// The report divides by the number of accounts, also while there are none: a panic, which in actix is the end of
    /// an actor, supervised or not.
    EmptyReport,
}

impl Fault {
    /// Every fault, in the order in which they are documented.
    pub const ALL: [Self; 2] = [Self::SlowJournal, Self::EmptyReport];

    /// The name used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SlowJournal => "slow-journal",
            Self::EmptyReport => "empty-report",
        }
    }

    /// What is wrong, in one line.
    pub fn about(self) -> &'static str {
        match self {
            Self::SlowJournal => "the journal's disk takes 20 ms a sync; all wait for it",
            Self::EmptyReport => "the report panics while there are no accounts, and is gone",
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
