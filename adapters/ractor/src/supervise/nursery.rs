//! Where a supervisor starts its children.

use super::place::Doom;
use super::{Family, Place};
use crate::hooks::Starting;
use crate::unobserved;
use actorscope_agent::core::Timestamp;
use actorscope_agent::core::spec::ChildSpec;
use ractor::ActorCell;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};

/// Where one supervising actor starts its children. Cheap to clone; before it is attached everything
/// runs as if it were not there.
#[derive(Clone, Default)]
pub struct Nursery {
    family: Arc<OnceLock<Arc<Family>>>,
}

impl fmt::Debug for Nursery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nursery").field("attached", &self.family.get().is_some()).finish()
    }
}

impl Nursery {
    /// The actor that is starting is the one that starts the children.
    pub fn attach(&self, supervisor: &Starting<'_>) {
        let seen = supervisor.seen;
        let family = match &seen.place {
            Some(place) => place.own_family(&seen.slot),
            None => Family::new(seen.slot.clone(), None),
        };
        family.open();
        seen.set_family(family.clone());
        let _ = self.family.set(family);
    }

    /// Runs what starts the child with this id, whose actor must have the same name. If that comes to
    /// an actor that is not observed, it has its place all the same.
    pub fn start<F, E>(
        &self,
        id: &str,
        spec: ChildSpec,
        start: F,
    ) -> impl Future<Output = Result<ActorCell, E>> + use<F, E>
    where
        F: Future<Output = Result<ActorCell, E>>,
    {
        let place = self.family.get().map(|family| family.place(id));
        async move {
            let Some(place) = place else { return start.await };
            let started = place.clone().start(spec, start).await;
            if let Ok(cell) = &started {
                unobserved::take_place(cell, &place);
            }
            started
        }
    }

    /// The child with this id is started again at that moment.
    pub fn restart_due(&self, id: &str, at: Timestamp) {
        if let Some(place) = self.place(id) {
            place.restart_due(at);
        }
    }

    /// The child with this id is taken out for good.
    pub fn release(&self, id: &str) {
        if let Some(place) = self.place(id) {
            place.release();
        }
    }

    /// The children with these ids are about to be killed, to be started again along with a sibling.
    pub fn replaces<'a>(&self, ids: impl IntoIterator<Item = &'a str>) {
        for place in ids.into_iter().filter_map(|id| self.place(id)) {
            place.doom(Doom::Replaced);
        }
    }

    /// That is over. Whoever still lives was not meant.
    pub fn replaced(&self) {
        if let Some(family) = self.family.get() {
            family.spare();
        }
    }

    /// The supervisor's log of restarts, as far as it counts them still. Each counts until the period
    /// in the children's specs has passed since.
    pub fn restarts(&self, log: &[Timestamp]) {
        if let Some(family) = self.family.get() {
            family.restarts(log);
        }
    }

    fn place(&self, id: &str) -> Option<Arc<Place>> {
        self.family.get()?.known(id)
    }
}
