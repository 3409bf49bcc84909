//! actorscope's adapter for [ractor] 0.16.
//!
//! One word at the spawn site observes an actor; one call starts the agent:
//!
//! ```no_run
//! use actorscope_ractor::{agent::Agent, observe};
//! use ractor::Actor;
//! # use ractor::{ActorProcessingErr, ActorRef};
//! # struct Till;
//! # #[ractor::actor(message = u32)]
//! # impl Till {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ractor::SpawnErr> {
//! Agent::builder("shop").allow_control().start_or_warn();
//! let (till, _) = Actor::spawn(Some("till".to_owned()), observe(Till), ()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! `observe(…)` goes wherever ractor takes an actor: `spawn`, `spawn_linked`, `spawn_instant`, the
//! `spawn_fn` of a supervisor, the builder of a factory's workers. The actor's messages, state and
//! arguments stay what they are. It compiles with and without ractor's feature `async-trait`.
//!
//! # What else there is
//! **Depth and queue wait.** ractor's mailbox is closed: nobody can ask how long it is. There are three
//! ways, and what each asks of you:
//!
//! | way | you write | you get | it costs |
//! | --- | --- | --- | --- |
//! | a tracked reference, [`ObservedRef`] | `.tracked()` where a reference is handed out | depth and waits, exact while everything is sent through such references; who talks to whom | each sender an atomic addition and, while fewer than 64 messages wait, a reading of the clock |
//! | `actorscope-ractor-cluster` | a derive on each type of message | depth and waits, exact whoever sends | ractor's feature `cluster` for the whole build, without ractor-supervisor |
//! | nothing | – | neither: they are shown as absent, never as 0 | – |
//!
//! (`docs/ractor-upstream.md` in the repository proposes to ractor what would make this needless.)
//!
//! **Names.** An actor goes by its ractor name, else by its type. [`Observed::messages`] tells the
//! variants of its message apart.
//!
//! **State on demand.** [`Observed::with_state`] lets operators ask what an actor holds.
//!
//! **Supervisors.** ractor restarts nobody, so a new actor is a new slot. `actorscope-ractor-supervisor`
//! observes those of ractor-supervisor, and [`supervise`] is for your own.
//!
//! **Actors that are not `Send`** are spawned as [`ObservedLocal`]. Those that are can be spawned on such a
//! thread as [`Observed`], if they are `Default`.
//!
//! **Mixed programs.** An actor hangs where ractor's own links say. One that nobody supervises and that
//! code of another framework starts (an actor of kameo or actix, an observed tokio task) hangs below
//! that; it does not end with it.
//!
//! # What is known
//! Of *observed* actors: type, state, handling times, failures, and how they ended: in order, stopped with
//! which reason, drained, with which error, with the words of which panic, killed, aborted. A stop is told
//! up to two milliseconds late, because ractor tells its reason only to another actor, which is not woken
//! for each. Without an agent reasons of stops are not looked for; and with one, of those who stop while
//! more than a thousand others are still on their way to that actor, it is told that they stopped, and
//! that why was not heard.
//!
//! Of *all* that are linked with observed ones, or have a name: where they hang, whether they run, how
//! they ended (a panic of theirs is told as an error, as ractor tells it), and they can be stopped and
//! killed. What they do is not known, and shown as absent; their kind is told as *task*, because of a
//! worker a rate of messages would be shown.
//!
//! They are found by a walk over ractor's own links, on a thread of the adapter: about once a second, never
//! for more than a two-hundredth of the time, and at most 10,000 of them. Anonymous actors without a link
//! are found by nobody.
//!
//! # Verbs
//! | verb | what happens |
//! | --- | --- |
//! | kill | ractor's: the handler is cancelled at its next await, what is queued is lost |
//! | stop | after the running handler, before all that is queued, which is lost; with [`Observed::drain_on_stop`] that is handled first |
//! | restart | the actor fails on purpose, after the running handler and before all that is queued; its supervisor is told of a failure |
//! | suspend | the next message waits in the actor's hands; who has children can't be held, because it could not attend to them |
//!
//! They reach idle actors and overtake a full mailbox, through the supervision port.
//!
//! # Reading order
//! [`observed`](observe) and `watch` (the hooks), `handler` (what a message costs), `seen` (what is kept of
//! an actor), `ends` and `watcher` (how they end), `gate` and `control` (verbs), `discovery` and
//! `unobserved` (who else is there), [`sends`] and `inbox` (tracked references), [`supervise`].

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod control;
mod discovery;
mod ends;
mod gate;
mod handler;
mod held;
mod hooks;
mod inbox;
mod local;
mod observed;
mod seen;
pub mod sends;
mod stamped;
pub mod supervise;
mod table;
mod unobserved;
mod watch;
mod watcher;

pub use actorscope_agent as agent;
pub use hooks::{Hooks, NoHooks, Starting};
pub use local::ObservedLocal;
pub use observed::{Observed, observe, observe_with};
pub use sends::{ObservedRef, TrackSends};

/// What slots say they belong to.
const FRAMEWORK: &str = "ractor";

/// For `actorscope-ractor-cluster`. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::stamped::Stamp;
}
