//! Faults the pipeline can be told to have, so that there is something to find with an observer. Each is a
//! defect as it is made in earnest; none makes a total wrong.

use std::fmt;

/// A defect to run with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// To turn a date into a number, the parser walks there from 1970, day by day: 20,000 steps a line where
    /// arithmetic takes ten.
    ///
    /// All parsers handle all the time, their channels are full, and everything before them waits: `read` is
    /// in one handling for ever, `discover` soon has no room either. Behind them nobody has anything to do.
    SlowParser,
    /// The disk is full at every third write, and has room again soon after.
    ///
    /// `write` fails with what the system says, is started again after a pause that grows, and writes what it
    /// had in its hands. Its restarts, their reasons and how much of the budget of 10 in 30 s is used stand
    /// in its row and on its page.
    FlakyWriter,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 2] = [Self::SlowParser, Self::FlakyWriter];

    /// The name used on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SlowParser => "slow-parser",
            Self::FlakyWriter => "flaky-writer",
        }
    }

    /// What is wrong, in one line.
    pub const fn about(self) -> &'static str {
        match self {
            Self::SlowParser => "the parser counts days one by one; all before it waits",
            Self::FlakyWriter => "the disk is full at every third write; the writer is restarted",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
