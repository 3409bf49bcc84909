//! Named places in the tree that nothing runs in itself.

use super::slots::{register, register_under};
use crate::adapter::{Fate, Registration, SlotHandle};
use crate::registry::{InGroup, Placed, inside};
use actorscope_core::{ChildKind, ExitReason};
use std::any::type_name;
use std::future::Future;
use std::sync::Arc;

/// Why a group can't be killed.
const NOTHING_RUNS: &str = "nothing runs in it: it only gathers what hangs below it";

/// A place in the tree with a name, under which things hang that belong together: the tasks of a
/// `JoinSet`, one row for all connections.
///
/// ```
/// # use actorscope_agent::tokio::{JoinSetExt, group};
/// # async fn serve() {}
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut connections = tokio::task::JoinSet::new();
/// let place = group("connections");
/// place.within(|| connections.spawn_observed("connection-1", serve()));
/// # }
/// ```
///
/// To be able to stop what hangs below, use a [`token`](super::token()).
pub fn group(name: &str) -> Group {
    Group::at(register(registration(name)))
}

fn registration(name: &str) -> Registration {
    Registration::new("tokio", name, type_name::<Group>())
        .kind(ChildKind::Group)
        .no_kill(NOTHING_RUNS)
}

/// A named place in the tree. Cheap to clone; it is there until the last clone is dropped, and what
/// hangs below it then moves up.
#[derive(Clone, Debug)]
pub struct Group(Arc<Row>);

impl Group {
    /// The group that is `slot` from here on.
    pub(super) fn at(slot: SlotHandle) -> Self {
        slot.started(None);
        Self(Arc::new(Row(slot)))
    }

    /// A group below this one.
    pub fn group(&self, name: &str) -> Self {
        Self::at(register_under(Some(self.slot()), registration(name)))
    }

    /// What `work` starts hangs below the group. For spawning: `group.within(|| spawn(…))`.
    pub fn within<R>(&self, work: impl FnOnce() -> R) -> R {
        inside(&mut InGroup::new(self.slot().clone(), ()), work)
    }

    /// What `future` starts hangs below the group, which stays as long as the future. Messages that
    /// it receives are still its task's.
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        Placed::new(InGroup::new(self.slot().clone(), self.clone()), future)
    }

    pub(super) fn slot(&self) -> &SlotHandle {
        &self.0.0
    }
}

#[derive(Debug)]
struct Row(SlotHandle);

impl Drop for Row {
    fn drop(&mut self) {
        let why = Some("its last handle was dropped".to_owned());
        self.0.exited(ExitReason::Normal, why, Fate::Final);
        self.0.forget();
    }
}
