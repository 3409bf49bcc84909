//! Faults the pipeline can be told to have, so that there is something to find with an observer. Each is a
//! defect as it is made in earnest; none makes a total wrong.

actorscope_examples::defects! {
    /// A defect to run with.
    pub Fault {
        /// To turn a date into a number, the parser walks there from 1970, day by day: 20,000 steps a line where
        /// arithmetic takes ten.
        ///
        /// All parsers handle all the time, their channels are full, and everything before them waits: `read` is
        /// in one handling for ever, `discover` soon has no room either. Behind them nobody has anything to do.
        SlowParser = "slow-parser", "the parser counts days one by one; all before it waits";
        /// The disk is full at every third write, and has room again soon after.
        ///
        /// `write` fails with what the system says, is started again after a pause that grows, and writes what it
        /// had in its hands. Its restarts, their reasons and how much of the budget of 10 in 30 s is used stand
        /// in its row and on its page.
        FlakyWriter = "flaky-writer", "the disk is full at every third write; the writer is restarted";
    }
}
