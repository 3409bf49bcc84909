//! Defects the service can be told to have, so that there is something to find with an observer.

actorscope_examples::defects! {
    /// A defect to run with, as it is made in earnest, in the code that delivers without it too.
    pub Fault {
        /// Workers are found by the scheme of a URL and not by its host: all destinations share the worker `http`, and
        /// wait for the slowest.
        OneLane = "one-lane", "all destinations share a worker, and wait for the slowest";
        /// A worker takes every `Retry-After` for a number of seconds. It may be a date, too, and one that answers 503
        /// with a date is a panic; and the next one, after the restart.
        CrashyWorker = "crashy-worker", "a worker panics when a `Retry-After` is a date, until it is given up";
    }
}
