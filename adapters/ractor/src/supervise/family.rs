//! The children that a supervisor starts again.

use super::Place;
use super::place::Doom;
use actorscope_agent::adapter::{Registry, SlotHandle};
use actorscope_agent::core::Timestamp;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Places from which on those are looked for that are not needed any more.
const MANY: usize = 64;

/// All children of one supervisor's slot, over all actors that fill it.
pub(crate) struct Family {
    supervisor: SlotHandle,
    /// The supervisor's own place, if it is restarted itself.
    place: Option<Weak<Place>>,
    /// Whether the supervisor lives.
    is_open: AtomicBool,
    places: Mutex<Places>,
}

#[derive(Default)]
struct Places {
    by_id: BTreeMap<String, Arc<Place>>,
    tidied_at: usize,
    restarts: Vec<Timestamp>,
}

impl Family {
    pub(super) fn new(supervisor: SlotHandle, place: Option<&Arc<Place>>) -> Arc<Self> {
        Arc::new(Self {
            supervisor,
            place: place.map(Arc::downgrade),
            is_open: AtomicBool::new(true),
            places: Mutex::default(),
        })
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn supervisor(&self) -> &SlotHandle {
        &self.supervisor
    }

    pub(super) fn registry(&self) -> Registry {
        self.supervisor.registry()
    }

    /// The place of the child with this id.
    pub(super) fn place(self: &Arc<Self>, id: &str) -> Arc<Place> {
        let mut places = self.places();
        if let Some(place) = places.by_id.get(id) {
            return place.clone();
        }
        // Supervisors to which children are added may see any number of ids.
        if places.by_id.len() >= MANY.max(2 * places.tidied_at) {
            places.by_id.retain(|_, place| place.is_needed());
            places.tidied_at = places.by_id.len();
        }
        let place = Arc::new(Place::new(id, self));
        place.set_restarts(&places.restarts);
        places.by_id.insert(id.to_owned(), place.clone());
        place
    }

    /// The place of the child with this id, if one was started.
    pub(super) fn known(&self, id: &str) -> Option<Arc<Place>> {
        self.places().by_id.get(id).cloned()
    }

    fn all(&self) -> Vec<Arc<Place>> {
        self.places().by_id.values().cloned().collect()
    }

    /// A supervisor begins to run.
    pub(super) fn open(&self) {
        self.is_open.store(true, SeqCst);
    }

    /// The supervisor has ended, and its children go with it. What its log counted is over with it,
    /// except for the child whose restart was one too many.
    pub(crate) fn close(&self) {
        self.is_open.store(false, SeqCst);
        for place in self.all() {
            place.doom(Doom::SupervisorEnded);
            place.forget_restarts_if_filled();
        }
    }

    /// The supervisor is about to be killed, and its children with it.
    pub(crate) fn doom(&self) {
        for place in self.all() {
            place.doom(Doom::SupervisorEnded);
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open.load(SeqCst)
    }

    /// Whether nobody will start children here any more.
    pub(super) fn is_over(&self) -> bool {
        !self.is_open()
            && self
                .place
                .as_ref()
                .is_none_or(|place| place.upgrade().is_none_or(|place| !place.may_be_filled()))
    }

    /// Whoever lives was not killed after all.
    pub(super) fn spare(&self) {
        for place in self.all() {
            place.spare();
        }
    }

    /// The supervisor's log of restarts, shown as the budget of each child.
    pub(super) fn restarts(&self, log: &[Timestamp]) {
        self.places().restarts = log.to_vec();
        for place in self.all() {
            place.set_restarts(log);
        }
    }
}
