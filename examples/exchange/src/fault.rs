//! Faults the exchange can be told to have, so that there is something to find with an observer.

actorscope_examples::defects! {
    /// A defect to run with.
    pub Fault {
        /// Risk looks something up for 20 ms before it lets an order through. Harmless on a quiet day; from 50
        /// orders a second on its queue grows, and all clients wait for it.
        SlowRisk = "slow-risk", "looking at an order takes 20 ms; a queue grows";
        /// The book of the first symbol panics on every 50th order. It is started again without its open
        /// orders; after 5 restarts within a minute it gives up, and orders for that symbol are refused.
        CrashyBook = "crashy-book", "the first book panics on every 50th order, then gives up";
        /// The journal's disk goes away after 200 executions: a write neither returns nor fails. Nothing is
        /// settled any more: the feeds fill up, then the books wait for them, and clients for the books.
        /// Killing `journal` makes settlement fail; its supervisor starts all of it anew from the file, for
        /// another 200.
        StuckJournal = "stuck-journal", "the journal waits for ever for a disk that went away";
    }
}
