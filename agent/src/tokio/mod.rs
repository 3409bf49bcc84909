//! Plain tokio: tasks, channels and supervised tasks.
//!
//! * [`channel()`], [`unbounded_channel()`], [`observe_rx()`]: only the receiver is wrapped; queue
//!   wait, handling time and depth are measured on its side.
//! * [`spawn()`]: a task with a name, a parent and a kill switch.
//! * [`supervise()`]: a task that is started again when it fails, within a restart budget.
//!
//! The time between two calls of `recv` counts as the handling of the message that the first one
//! returned. A receiver belongs to the task that first receives from it.

mod channel;
mod receiver;
mod supervise;
mod task;
mod unbounded;

pub use channel::{Receiver, channel, observe_rx};
pub use supervise::{Supervise, Supervised, TaskOutcome, supervise};
pub use task::spawn;
pub use unbounded::{UnboundedReceiver, UnboundedSender, observe_unbounded_rx, unbounded_channel};
