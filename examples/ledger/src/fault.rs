//! Defects the service can be told to have, so that there is something to find with an observer.

actorscope_examples::defects! {
    /// A defect to run with.
    pub Fault {
        /// The journal is on a disk that takes 20 ms more for each sync.
        SlowJournal = "slow-journal", "the journal's disk takes 20 ms a sync; all wait for it";
        /// The report divides by the number of accounts, also while there are none: a panic, which in actix is the end of
        /// an actor, supervised or not.
        EmptyReport = "empty-report", "the report panics while there are no accounts, and is gone";
    }
}
