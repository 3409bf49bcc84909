//! Plain tokio: tasks, channels, supervised tasks, and what gathers them.
//!
//! * [`channel()`], [`unbounded_channel()`], [`observe_rx()`]: only the receiver is wrapped; queue
//!   wait, handling time and depth are measured on its side.
//! * [`spawn()`], [`spawn_local()`], [`spawn_blocking()`], and the same for [`JoinSetExt`],
//!   [`TaskTrackerExt`] and [`LocalSetExt`]: like tokio's with a name.
//! * [`task()`]: a name for a future that somebody else runs. [`outcome()`]: an `Err` is a failure.
//! * [`supervise()`]: a task that is started again when it fails, within a restart budget.
//! * [`token()`]: a cancellation token with a name, which operators can cancel. [`group()`]: a place
//!   in the tree for what belongs together.
//!
//! Everything hangs under the task, actor or group whose code started it. The time between two calls
//! of `recv` counts as the handling of the message that the first one returned. A receiver belongs
//! to the task that first receives from it.
//!
//! # What is measured of a task
//! How often it is polled, how long each poll takes and how long the task waits for a worker after
//! it was woken. One that takes no messages is shown as handling while a poll of it runs, and its
//! utilization is the share of time inside polls: one that does not come out of a poll keeps a worker
//! from everybody else, and this is how it is found.
//!
//! # What can be done to a task
//! | | kill | stop | restart | suspend |
//! | --- | --- | --- | --- | --- |
//! | `spawn`, `spawn_local`, the sets | at its next await | with an observed receiver | | with an observed receiver |
//! | `task` | | with an observed receiver | | with an observed receiver |
//! | `spawn_blocking` | until it begins | | | |
//! | `supervise` | at its next await | with an observed receiver | yes | with an observed receiver |
//! | `token` | | cancels it | | |
//!
//! A task is held, or ends in order, only between two messages. Holding one elsewhere would be easy,
//! by not polling it, but it might own a lock or a permit that others wait for: nobody could tell
//! whom that stops.

mod blocking;
mod channel;
mod group;
mod inbox;
mod join_set;
mod local_set;
mod observed;
mod outcome;
mod receiver;
mod slots;
mod supervise;
mod task;
mod task_tracker;
mod token;
mod unbounded;
mod waker;
mod witness;

pub use blocking::spawn_blocking;
pub use channel::{Receiver, channel, observe_rx};
pub use group::{Group, group};
pub use inbox::Inbox;
pub use join_set::JoinSetExt;
pub use local_set::LocalSetExt;
pub use observed::Observed;
pub use outcome::{Outcome, TaskOutcome, outcome, outcome_of};
pub use receiver::Recv;
pub use supervise::{Supervise, Supervised, supervise};
pub use task::{spawn, spawn_local, task};
pub use task_tracker::TaskTrackerExt;
pub use token::{ObservedToken, observe_token, token};
pub use unbounded::{UnboundedReceiver, UnboundedSender, observe_unbounded_rx, unbounded_channel};
