//! actorscope's adapter for [actix] 0.13.
//!
//! One word where an actor is started, and one call that starts the agent:
//!
//! ```no_run
//! use actix::prelude::*;
//! use actorscope_actix::{StartObserved, agent::Agent};
//!
//! struct Till;
//!
//! impl Actor for Till {
//!     type Context = Context<Self>;
//! }
//!
//! # #[actix::main]
//! # async fn main() {
//! Agent::builder("shop").allow_control().start_or_warn();
//! let till = Till.start_observed("till"); // and no longer `Till.start()`
//! # }
//! ```
//!
//! What [`StartObserved`] starts shows where it hangs (under the actor whose code started it), how many
//! messages it handled and how long each took, and how it ended: stopped, killed, panicked with what
//! the panic said, or with its arbiter. It can be stopped, killed and suspended. [`SuperviseObserved`]
//! stands in for [`actix::Supervisor`]: a supervised actor keeps its place in the tree from one life to
//! the next, and can be restarted.
//!
//! # Our context
//! How long a message waited and how many wait is known of actors whose context is ours, which is one
//! line more:
//!
//! ```
//! use actix::{Actor, Handler, Message};
//! use actorscope_actix::Context; // and no longer `actix::Context`
//!
//! struct Till {
//!     coins: u32,
//! }
//!
//! impl Actor for Till {
//!     type Context = Context<Self>;
//! }
//!
//! #[derive(Message)]
//! #[rtype(result = "u32")]
//! struct Insert(u32);
//!
//! impl Handler<Insert> for Till {
//!     type Result = u32;
//!     fn handle(&mut self, Insert(coins): Insert, _: &mut Context<Self>) -> u32 {
//!         self.coins += coins;
//!         self.coins
//!     }
//! }
//! ```
//!
//! | | with `actix::Context` | with ours |
//! | --- | --- | --- |
//! | place, starts, ends, restarts | yes | yes |
//! | messages handled, handling time | yes | yes, by message type |
//! | queue wait | n/a | measured: the sender stamps the message |
//! | mailbox depth | n/a | exact when a message is taken out, while idle and while suspended; behind a handler `≥ n` with its age |
//! | why an actor without an address ended | n/a | yes |
//! | kill of a supervised actor | refused | yes |
//!
//! What ours costs says [`Context`].
//!
//! # What a handler is
//! Handling lasts from the call of [`Handler::handle`](actix::Handler::handle) until it returned and
//! whatever it left to `ctx.wait`, as an [`AtomicResponse`](actix::AtomicResponse) does, is over: until
//! the actor can take its next message. What it left to `ctx.spawn`, as a
//! [`ResponseActFuture`](actix::ResponseActFuture) does, or to the arbiter, as a
//! [`ResponseFuture`](actix::ResponseFuture) does, runs beside other messages and is not part of it; nor
//! are timers and streams. With our context, of a message that already waited when the handler before it
//! ended, that end is also the beginning: the clock is read once for both, and what the actor does in
//! between (some 30 ns) counts as handling.
//!
//! # What the verbs do
//! * **stop** is `ctx.stop()` after the running handler: the actor is asked
//!   ([`Actor::stopping`](actix::Actor::stopping)) and may refuse. A supervised one begins anew.
//! * **kill** ends it at its next turn, whatever it says. Futures are cancelled; a handler that computes
//!   is not interrupted, because nothing in actix can.
//! * **restart** is there for supervised actors. They keep their state and their mailbox, as in actix.
//! * **suspend** holds the whole actor after the running handler: messages, futures and timers.
//!
//! # What is not known
//! Actors that somebody else starts, with [`Actor::start`](actix::Actor::start), in a
//! [`SyncArbiter`](actix::SyncArbiter) or with a context of a third kind, do not show. A service is
//! observed if its `start_service` says so:
//!
//! ```
//! # use actix::prelude::*;
//! use actorscope_actix::SuperviseObserved;
//! # #[derive(Default)] struct Stock;
//! # impl Actor for Stock { type Context = Context<Self>; }
//! # impl Supervised for Stock {}
//!
//! impl ArbiterService for Stock {
//!     fn start_service() -> Addr<Self> {
//!         Self::supervise_observed("stock", |ctx| {
//!             let mut stock = Self::default();
//!             stock.service_started(ctx);
//!             stock
//!         })
//!     }
//! }
//! ```
//!
//! Who sends to whom is not known. Code that runs beside an actor, such as a `ResponseFuture`, is
//! nobody's: what it starts hangs at the top, unless it is run
//! [as part of a slot](agent::adapter::in_slot). A panic is final in actix, supervised or not. Why an
//! actor ends when it had no address any more (its own word, or that), only our context tells. Of a
//! request whose sender has given up, actix's own context does not say that it was not handled: it
//! counts as a message.
//!
//! # How it sees
//! With actix's context the mailbox is emptied by a future in the actor's context, which calls the
//! handlers as actix would; with ours by the context itself. What observed actors do is compared with
//! what unobserved ones do over thousands of random programs (`tests/same_as_actix.rs`): with our
//! context it is the same to the last line. With actix's, of a message and a future that are ready at
//! the same instant the other one may go first, and a message that an actor without an address sends to
//! itself last of all is handled more often than not, where actix loses it.
//!
//! Reading order: [`StartObserved`] (what users call), `driver` (whose code runs, verbs, ends), `life`
//! (what it drives), `plain` (actix's context), [`Context`], `run` and `envelope` (ours), `notify`
//! (messages to oneself), `control` (how operators reach an actor).

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod bell;
mod context;
mod control;
mod driver;
mod envelope;
mod life;
mod notify;
mod observed;
mod plain;
mod run;
mod start;

pub use actorscope_agent as agent;
pub use context::Context;
pub use observed::ObservedContext;
pub use start::{StartObserved, SuperviseObserved};
