//! Faults the exchange can be told to have, so that there is something to find with an observer.

use std::{fmt, str::FromStr};

/// A defect to run with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Risk looks something up for 20 ms before it lets an order through. Harmless on a quiet day; from 50
    /// orders a second on its queue grows, and all clients wait for it.
    SlowRisk,
    /// The book of the first symbol panics on every 50th order. It is started again without its open
    /// orders; after 5 restarts within a minute it gives up, and orders for that symbol are refused.
    CrashyBook,
    /// The journal's disk goes away after 200 executions: a write neither returns nor fails. Nothing is
    /// settled any more: the feeds fill up, then the books wait for them, and clients for the books.
    /// Killing `journal` makes settlement fail; its supervisor starts all of it anew from the file, for
    /// another 200.
    StuckJournal,
}

impl Fault {
    /// Every fault, in the order in which they are documented.
    pub const ALL: [Self; 3] = [Self::SlowRisk, Self::CrashyBook, Self::StuckJournal];

    /// The name, as on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SlowRisk => "slow-risk",
            Self::CrashyBook => "crashy-book",
            Self::StuckJournal => "stuck-journal",
        }
    }

    /// What is wrong, in one line.
    pub fn about(self) -> &'static str {
        match self {
            Self::SlowRisk => "looking at an order takes 20 ms; a queue grows",
            Self::CrashyBook => "the first book panics on every 50th order, then gives up",
            Self::StuckJournal => "the journal waits for ever for a disk that went away",
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

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let found = Self::ALL.into_iter().find(|fault| fault.as_str() == text);
        found.ok_or_else(|| UnknownFault(text.to_owned()))
    }
}
