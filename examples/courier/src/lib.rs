//! Courier: webhooks, delivered by supervised ractor actors, with retries, dead letters and a journal.
//!
//! ```text
//! courier                      rest_for_one: whoever comes later depends on those before
//! ├── journal                  what was accepted and what became of it, on the disk
//! ├── dispatcher               whose job is whose, when it is tried again, when it is given up
//! ├── destinations             dynamic; one temporary child a destination, started on demand
//! │   └── 127.0.0.1:7511       one_for_one, 4 restarts in 30 s, then this destination is left alone
//! │       └── worker-…:7511    delivers, one job after another
//! ├── door                     jobs over TCP
//! │   └── accept, conn-1, …    plain tasks
//! └── spool                    jobs out of files
//! ```
//!
//! # What is promised
//! A job that was accepted is delivered **at least once** or ends in the dead letters, whatever actor or process dies
//! meanwhile. It was accepted when the answer says so, or its file is gone from the spool: by then it is on the disk.
//! Who owns what makes that so: the journal owns the jobs, the dispatcher what is known of them, a worker only the
//! one in its hands. Attempts are counted anew after a restart of the process or the dispatcher. A job may be
//! delivered twice when a worker or the process ends between the answer of its destination and the next line of the
//! journal; the header `Courier-Job` tells a receiver which it had already.
//!
//! # Reading order
//! [`Job`], `backlog`, `delivery` and `queue` are pure. `journal`, `dispatcher`, `worker`, `door` and `spool` are the actors,
//! `lane` and `tree` their supervisors, `serve` the service. [`endpoints()`] and [`load()`] are the world around it.

mod backlog;
mod delivery;
mod dispatcher;
mod door;
mod endpoints;
mod fault;
mod job;
mod journal;
mod journal_file;
mod lane;
mod lines;

mod load;
mod options;
mod post;
mod queue;
mod serve;
mod spool;
mod tree;
mod worker;

pub use delivery::Backoff;
pub use endpoints::{Endpoint, EndpointOptions, endpoints};
pub use fault::Fault;
pub use job::{Job, JobError, MAX_LINE};
pub use load::{LoadError, LoadOptions, LoadReport, load};
pub use options::{ServeError, ServeOptions};
pub use serve::serve;
