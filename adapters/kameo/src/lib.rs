//! actorscope's adapter for [kameo] 0.22.
//!
//! One attribute observes every actor of a type, however it is spawned; one call starts the agent:
//!
//! ```no_run
//! use actorscope_kameo::{agent::Agent, observed};
//! use kameo::prelude::*;
//!
//! struct Room;
//!
//! #[observed]
//! impl Actor for Room {
//!     type Args = Self;
//!     type Error = std::convert::Infallible;
//!     async fn on_start(room: Self, _: ActorRef<Self>) -> Result<Self, Self::Error> {
//!         Ok(room)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! Agent::builder("chat").allow_control().start_or_warn();
//! let room = Room::spawn(Room);
//! # }
//! ```
//!
//! # What else there is
//! **The derive.** Whoever has `#[derive(Actor)]` from kameo takes it from here instead, and changes
//! nothing else:
//!
//! ```
//! use actorscope_kameo::Actor; // and no longer `kameo::Actor`, whose trait this is as well
//!
//! #[derive(Actor)]
//! #[actor(name = "lobby")]
//! struct Lobby;
//! ```
//!
//! **Children** spawned with [`SuperviseObserved::supervise_observed`] also show their name, restart
//! policy and restart budget, which kameo keeps to itself:
//!
//! ```
//! # use actorscope_kameo::Actor;
//! use actorscope_kameo::{ChildSpec, SuperviseObserved};
//! use kameo::prelude::{ActorRef, Spawn};
//! use std::time::Duration;
//!
//! # #[derive(Actor)] struct Lobby;
//! # #[derive(Actor, Clone)] struct Room;
//! # async fn open(lobby: &ActorRef<Lobby>) {
//! let spec = ChildSpec::new("room-1").restart_limit(3, Duration::from_secs(10));
//! let room = Room::supervise_observed(lobby, spec, Room).spawn().await;
//! # }
//! ```
//!
//! **Roots** spawned with [`SpawnObserved::spawn_observed`] have a name and hang below whatever spawns
//! them, in a program of several frameworks for instance; kameo's own `spawn` tells nobody who calls it,
//! so such an actor hangs at the top.
//!
//! **Names** for all others, such as those in kameo's registry or in a pool's factory, are given with
//! [`name_actor`], before or after the actor has started.
//!
//! **Who talks to whom**, how long answers take and who waits for whom is known of messages that are
//! sent with [`tell_observed`](TellObserved::tell_observed) and
//! [`ask_observed`](AskObserved::ask_observed); see [`sends`].
//!
//! **State on demand.** An actor that is `Debug` can be asked for its state, if the host says
//! `Agent::builder(…).allow_state_dump()`: with `#[observed(state)]`, or `#[actor(state)]` for the
//! derive. It prints itself between two messages, also while it is idle or suspended:
//!
//! ```
//! # use actorscope_kameo::Actor;
//! #[derive(Actor, Debug)]
//! #[actor(state)]
//! struct Till {
//!     coins: u32,
//! }
//! ```
//!
//! # What is not known
//! With a `next` of its own an actor chooses its messages itself: handling is measured and verbs
//! work, but its waits and depth are absent and it can't print its state. With an `on_message` of its
//! own the time that this takes is the handling time. Links (`link`, `spawn_link`) do not show in the
//! tree; when a linked actor's death ends another, the reason names its slot. A pool of
//! `kameo_actors` is not observed itself, its workers are.
//!
//! # How it sees
//! The attribute wraps the hooks that kameo calls anyway. `next` measures the queue wait without
//! touching senders or message types; `on_message` the handling; `on_start` and `on_stop` report
//! incarnations. An actor is known by its `ActorId`, which a restart keeps. Only weak references are
//! held: being observed keeps no actor alive.
//!
//! Reading order: [`supervise`] and `spawned` (what users call), `names` (what they say before), `lifecycle` and `runs` (starts and ends), `mailbox`
//! and `between` (messages), `handler` (what they are handled in), `own_next` (actors that choose them
//! themselves), `held`, `cell`, `table` and `ended` (what is kept of an actor), `control` (verbs),
//! `printing` (state), `parent` and `orphans` (who supervises whom), [`sends`] (who talks to whom).

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod between;
mod cell;
mod control;
mod ended;
mod handler;
mod held;
mod lifecycle;
mod mailbox;
mod names;
mod orphans;
mod own_next;
mod parent;
mod printing;
mod runs;
pub mod sends;
mod spawned;
pub mod supervise;
mod table;
mod undelivered;

pub use actorscope_agent as agent;
pub use actorscope_macros::{Actor, observed_kameo as observed};
pub use kameo::actor::Actor;
pub use names::name_actor;
pub use sends::{AskObserved, TellObserved};
pub use spawned::SpawnObserved;
pub use supervise::{ChildSpec, ObservedChild, SuperviseObserved};

/// Implemented by `#[observed]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not observed",
    note = "put `#[observed]` on its `impl Actor`"
)]
pub trait Observed: Actor {}

/// What `#[observed]` expands to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use crate::between::between;
    pub use crate::handler::{handle, handle_own, on_message};
    pub use crate::lifecycle::{Hooks, is_restart_request, start, starting, stopped};
    pub use crate::mailbox::next;
    pub use crate::own_next::{before_own_next, own_next};
    pub use crate::printing::printer;
    pub use crate::undelivered::undelivered;
    pub use kameo::actor::{Actor, ActorRef, WeakActorRef};
    pub use kameo::error::{ActorStopReason, Infallible};
    pub use kameo::mailbox::{MailboxReceiver, Signal};
    pub use kameo::message::BoxMessage;
    pub use kameo::reply::{BoxReplySender, ReplyError};
}
