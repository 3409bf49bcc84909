//! actorscope's adapter for [task-supervisor](task_supervisor) 0.5.
//!
//! Its builder with a name, in the place of task-supervisor's, and one call that starts the agent:
//!
//! ```no_run
//! use actorscope_task_supervisor::{SupervisorBuilder, agent::Agent};
//! use task_supervisor::{CancellationToken, SupervisedTask, TaskResult};
//!
//! #[derive(Clone)]
//! struct Poller;
//!
//! impl SupervisedTask for Poller {
//!     async fn run(self, cancel: CancellationToken) -> TaskResult {
//!         cancel.cancelled().await;
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! Agent::builder("feeds").allow_control().start_or_warn();
//! let feeds = SupervisorBuilder::new("feeds") // and no longer `task_supervisor::SupervisorBuilder`
//!     .with_task("poller", Poller)
//!     .spawn();
//! # feeds.shutdown().await.unwrap();
//! # }
//! ```
//!
//! # What shows
//! The supervisor, under whatever code started it, and below it a place for each task, which it keeps
//! over all its runs: whether it runs or waits to be restarted, why each run ended (done, an error with
//! its text, a panic with its text, stopped, killed, dropped because it did not stop in time), how often
//! it was restarted and how much of its restart limit is used, and the settings that its supervisor was
//! given. What runs in a task hangs below it: channels and tasks of
//! [`actorscope_agent::tokio`], for instance. A task that receives from an observed channel
//! shows its messages, too; without, there are none to show, and they are `n/a`.
//!
//! # What the verbs do
//! * **stop** is [`SupervisorHandle::kill_task`]: the task is told to stop, has its time for that, and
//!   stays down. Of the supervisor it is [`SupervisorHandle::shutdown`].
//! * **kill** is the same without the time: the task is dropped at its next await point.
//! * **restart** is [`SupervisorHandle::restart_task`]: the task is told to stop, and begins anew with an
//!   empty restart history. (What the screen says of the restart limit still counts the restarts
//!   before, until they are older than its window.)
//! * A task is suspended only by what is between two of its messages: if it receives from an observed
//!   channel.
//!
//! A task that waits to be restarted has no run that could be reached: verbs find nobody there.
//!
//! # What is not known
//! task-supervisor tells nobody what it decides, so the same decisions are made here from the same
//! settings: a restart limit that is reached shows as `gave up`. When exactly a task will be restarted is
//! known only without jitter ([`SupervisorBuilder::with_restart_jitter`]). Verbs go through the handles
//! that [`SupervisorBuilder::spawn`] returned; being observed keeps no supervisor alive.
//!
//! Reading order: [`SupervisorBuilder`] and [`SupervisorHandle`] (what users call), `task` (runs and
//! verbs), `plan` (what was told and what follows), `entry` and `family` (what is kept of tasks and
//! supervisors).

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod builder;
mod entry;
mod family;
mod handle;
mod plan;
mod task;

pub use actorscope_agent as agent;
pub use builder::SupervisorBuilder;
pub use handle::SupervisorHandle;

/// What slots say they belong to.
const FRAMEWORK: &str = "task-supervisor";
