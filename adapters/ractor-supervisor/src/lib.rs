//! actorscope for [ractor_supervisor] 0.2: what its supervisors know of their children, shown with the
//! actors themselves.
//!
//! One word where a supervisor is spawned, and one where its children are:
//!
//! ```
//! use actorscope_ractor_supervisor::{observe, observe_supervisor};
//! use ractor::Actor;
//! # use ractor::{ActorCell, ActorProcessingErr, ActorRef, SpawnErr};
//! use ractor_supervisor::{
//!     ChildSpec, Restart, SpawnFn, Supervisor, SupervisorArguments, SupervisorOptions,
//!     SupervisorStrategy,
//! };
//! use std::time::Duration;
//! # struct Till;
//! # impl Actor for Till {
//! #     type Msg = ();
//! #     type State = ();
//! #     type Arguments = ();
//! #     async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
//! #         Ok(())
//! #     }
//! # }
//!
//! async fn open_till(supervisor: ActorCell, id: String) -> Result<ActorCell, SpawnErr> {
//!     let (till, _) = Supervisor::spawn_linked(id, observe(Till), (), supervisor).await?;
//!     Ok(till.get_cell())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), SpawnErr> {
//! let till = ChildSpec {
//!     id: "till".to_owned(),
//!     restart: Restart::Permanent,
//!     spawn_fn: SpawnFn::new(open_till),
//!     backoff_fn: None,
//!     reset_after: None,
//! };
//! let options = SupervisorOptions {
//!     strategy: SupervisorStrategy::OneForOne,
//!     max_restarts: 3,
//!     max_window: Duration::from_secs(10),
//!     reset_after: None,
//! };
//! let arguments = SupervisorArguments { child_specs: vec![till], options };
//! // `Supervisor::spawn("shop".to_owned(), arguments)` without an observer.
//! let shop = Some("shop".to_owned());
//! let (shop, _) = Actor::spawn(shop, observe_supervisor(Supervisor), arguments).await?;
//! # Ok(())
//! # }
//! ```
//!
//! That shows the strategy, each child's restart type, the restarts allowed and used, in which window,
//! how a backoff delays the next one, and that a supervisor gave up. A child keeps its slot over its
//! restarts, and over those of its supervisor: the place is the child's id under it. A child that is not
//! observed has its place all the same, with what ractor tells of any actor.
//!
//! [`DynamicSupervisor`](ractor_supervisor::DynamicSupervisor) is observed in the same way, and so is a
//! `TaskSupervisor`, which is one.
//!
//! # How it sees
//! The supervisor's own state, after each message that it handled: what its `InspectState` would answer,
//! without asking it. Its `spawn_fn`s and `backoff_fn`s are called through ours, which note whom and
//! when. It is sent nothing and takes nothing back.
//!
//! # Good to know
//! ractor-supervisor takes a kill for a normal exit: a transient child that is killed stays dead, and the
//! preview says so. The budget is one for all children of a supervisor.
//!
//! It is a crate of its own because ractor-supervisor brings its own dependencies and does not compile
//! where somebody switches on ractor's feature `cluster`.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod children;
mod dynamic;
mod fixed;
mod log;
mod specs;

pub use actorscope_ractor::{
    Observed, ObservedLocal, ObservedRef, TrackSends, agent, observe, sends, supervise,
};

use actorscope_ractor::{Hooks, observe_with};
use ractor::Actor;

/// A supervisor of ractor-supervisor's.
pub trait Supervises: Actor + sealed::Sealed {
    /// What looks into it.
    type Hooks: Hooks<Self> + Default;
}

mod sealed {
    /// Only those of ractor-supervisor.
    pub trait Sealed {}

    impl Sealed for ractor_supervisor::Supervisor {}
    impl Sealed for ractor_supervisor::DynamicSupervisor {}
}

impl Supervises for ractor_supervisor::Supervisor {
    type Hooks = fixed::Fixed;
}

impl Supervises for ractor_supervisor::DynamicSupervisor {
    type Hooks = dynamic::Dynamic;
}

/// Observes a supervisor and its children: see [the crate](crate).
pub fn observe_supervisor<S: Supervises>(supervisor: S) -> Observed<S, S::Hooks> {
    observe_with(supervisor, S::Hooks::default())
}
