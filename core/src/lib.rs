//! The pure heart of actorscope.
//!
//! Everything that live observation, replay, lessons and tests have in common lives here: what a
//! slot is and which states it passes through, how measurements are summarised, how a view picks
//! and orders its rows, and what a verb would do before it is done. The agent evaluates views over
//! its registry; a client evaluates the same views over a recording.
//!
//! This crate must never know of tokio, tonic, a clock, a socket or a terminal. Time comes in as a
//! value ([`Timestamp`]), data comes in through [`view::RowSource`].
//!
//! Where to begin reading: [`slot`] (what one row is), [`forest`] (how rows form a tree),
//! [`view`] (what a screen asks for), [`blast`] (what a verb would do).

pub mod blast;
pub mod capability;
pub mod event;
pub mod filter;
pub mod forest;
pub mod histogram;
pub mod id;
pub mod id_map;
pub mod link;
pub mod node;
pub mod quality;
pub mod slab;
pub mod slot;
pub mod socket;
pub mod spec;
pub mod state;
pub mod text;
pub mod verb;
pub mod view;

pub use capability::{Capabilities, Capability};
pub use event::{Event, EventKind};
pub use id::{Incarnation, InstanceId, SlotId, Timestamp};
pub use id_map::{IdMap, IdSet};
pub use quality::{Quality, Reading};
pub use slot::{Identity, LatencySummary, Resolution, Stats};
pub use spec::{ChildKind, ChildSpec, RestartType, Strategy, SupervisorSpec};
pub use state::{ExitReason, SlotState};
pub use verb::{Outcome, Verb};
