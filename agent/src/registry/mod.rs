//! All slots of the process: who is under whom, and what happened to them.
//!
//! The registry is there before any agent and counts from the first registration on. Structure is
//! behind one lock that only lifecycle events take; messages never do.

mod current;
mod dump;
mod handle;
mod messages;
mod polls;
mod ring;
mod sends;
mod supervised;
#[cfg(test)]
mod tests;
mod vacancy;

pub(crate) use current::{Current, InGroup, Placed, failed, inside};
pub use current::{InSlot, current_place, current_slot, in_slot};
pub(crate) use dump::{Cut, DumpRequest, Dumped};
pub use handle::SlotHandle;
pub use messages::{Arrival, Handling, MessageType};
pub(crate) use ring::{Read, Ring};
pub use sends::{Asking, Moment};

use crate::adapter::Registration;
use crate::clock::wall;
use crate::slot::Slot;
use crate::sync::lock;
use actorscope_core::capability::Capability;
use actorscope_core::forest::{Forest, Oddity};
use actorscope_core::id_map::IdHasher;
use actorscope_core::{
    ChildKind, Event, EventKind, ExitReason, IdMap, IdSet, Identity, SlotId, Timestamp,
};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::future::Future;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex};
use tokio::sync::Notify;

tokio::task_local! {
    static CURRENT_REGISTRY: Registry;
}

static GLOBAL: LazyLock<Registry> = LazyLock::new(Registry::new);

/// All slots of the process. Cheap to clone; clones are the same registry.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) started_at: Timestamp,
    next_id: AtomicU64,
    structure: Mutex<Structure>,
    events: Mutex<Ring>,
    /// Rings when an event was added.
    pub(crate) event_added: Notify,
    warnings: AtomicU64,
    restarts: AtomicU64,
    agent_runs: AtomicBool,
}

/// Slots and who is under whom.
#[derive(Default)]
pub(crate) struct Structure {
    pub(crate) forest: Forest,
    pub(crate) slots: IdMap<Arc<Slot>>,
    /// Names of types and frameworks, which many slots share, by address and length: there are no
    /// more of them than the program has texts.
    names: HashMap<(usize, usize), Arc<str>, BuildHasherDefault<IdHasher>>,
    /// Frameworks that registered actors.
    frameworks: BTreeSet<&'static str>,
    /// Slots whose identity or place changed since the sampler last looked; `None` while nobody
    /// looks, so that it does not grow.
    dirty: Option<IdSet>,
    /// Empty slots by parent and refill key.
    vacant: HashMap<(SlotId, String), BTreeSet<SlotId>>,
    /// Slots whose actor ended, oldest first; some may have been filled again since.
    ended: VecDeque<SlotId>,
}

impl Structure {
    /// Takes a slot out of those that wait to be refilled.
    fn no_longer_vacant(&mut self, parent: SlotId, key: String, id: SlotId) {
        if let Entry::Occupied(mut ids) = self.vacant.entry((parent, key)) {
            ids.get_mut().remove(&id);
            if ids.get().is_empty() {
                ids.remove();
            }
        }
    }

    fn remove(&mut self, id: SlotId) {
        let parent = self.forest.parent(id);
        let children: Vec<SlotId> = self.forest.children(id).collect();
        self.forest.remove(id);
        let key = self.slots.remove(&id).and_then(|slot| slot.cold().refill_key.clone());
        if let (Some(parent), Some(key)) = (parent, key) {
            self.no_longer_vacant(parent, key, id);
        }
        if !children.is_empty() {
            self.vacant.retain(|(parent, _), _| *parent != id);
        }
        self.touch(id);
        for child in children {
            sync_identity(self, child);
        }
    }

    /// The one copy of a static text.
    fn shared_name(&mut self, name: &'static str) -> Arc<str> {
        let key = (name.as_ptr() as usize, name.len());
        self.names.entry(key).or_insert_with(|| name.into()).clone()
    }

    fn touch(&mut self, id: SlotId) {
        if let Some(dirty) = &mut self.dirty {
            dirty.insert(id);
        }
    }
}

/// What an event is about, for [`Registry::event`].
#[derive(Default)]
pub(crate) struct Fact {
    pub(crate) exit: Option<ExitReason>,
    pub(crate) reason: Option<String>,
    pub(crate) by: Option<String>,
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl Registry {
    /// An empty registry, for tests; a process has one of its own ([`Registry::current`]).
    pub fn new() -> Self {
        // Reading the clock once here calibrates it now and not under the first message.
        crate::clock::ticks();
        Self(Arc::new(Inner {
            started_at: wall(),
            next_id: AtomicU64::new(1),
            structure: Mutex::default(),
            events: Mutex::new(Ring::new(ring::DEFAULT_BYTES)),
            event_added: Notify::new(),
            warnings: AtomicU64::new(0),
            restarts: AtomicU64::new(0),
            agent_runs: AtomicBool::new(false),
        }))
    }

    /// The process's registry.
    pub fn global() -> Self {
        GLOBAL.clone()
    }

    /// The registry of the surrounding [`scope`], else the process's.
    pub fn current() -> Self {
        CURRENT_REGISTRY.try_with(Clone::clone).unwrap_or_else(|_| Self::global())
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Makes a slot for an actor that is about to run, or finds the empty one it belongs into.
    pub fn register(&self, registration: Registration) -> SlotHandle {
        let now = wall();
        let mut structure = lock(&self.0.structure);
        if !structure.frameworks.contains(registration.framework) {
            structure.frameworks.insert(registration.framework);
        }
        if let Some(slot) = self.refill(&mut structure, &registration) {
            return SlotHandle::new(slot);
        }
        let raw = self.0.next_id.fetch_add(1, Relaxed);
        // 2⁵³ slots outlast any process: at a million a second, 285 years.
        let id = SlotId::new(raw).unwrap_or_else(|| SlotId::new(SlotId::MAX).unwrap_or(FIRST));
        let (name, oddity) = structure.forest.insert(id, registration.parent, &registration.name);
        let parent = structure.forest.parent(id);
        let kind = if registration.supervisor.is_some() {
            ChildKind::Supervisor
        } else {
            registration.kind
        };
        let supervised = registration.child_spec.is_some();
        let identity = Identity {
            id,
            parent,
            name,
            actor_type: structure.shared_name(registration.actor_type),
            framework: structure.shared_name(registration.framework),
            kind,
            supervisor: registration.supervisor,
            child_spec: registration.child_spec,
            capabilities: registration.capabilities,
            mailbox_capacity: registration.mailbox_capacity,
            created_at: now,
            version: 1,
            no_kill: registration.no_kill.map(Into::into),
            ordinal: registration.ordinal.unwrap_or(raw),
        };
        let slot = Arc::new(Slot::new(
            Arc::downgrade(&self.0),
            identity,
            registration.budget_rule,
            registration.refill_key,
            registration.latent_supervisor,
        ));
        structure.slots.insert(id, slot.clone());
        structure.touch(id);
        if supervised && let Some(parent) = parent {
            become_supervisor(&mut structure, parent);
        }
        drop(structure);
        if let Some(oddity) = oddity {
            self.warn(id, oddity);
        }
        SlotHandle::new(slot)
    }

    /// Forgets a slot; its children move up.
    pub(crate) fn remove(&self, id: SlotId) {
        lock(&self.0.structure).remove(id);
    }

    pub(crate) fn set_parent(&self, id: SlotId, parent: Option<SlotId>) {
        let mut structure = lock(&self.0.structure);
        let oddity = structure.forest.set_parent(id, parent);
        sync_identity(&mut structure, id);
        let supervised =
            structure.slots.get(&id).is_some_and(|s| s.cold().identity.child_spec.is_some());
        if supervised && let Some(parent) = structure.forest.parent(id) {
            become_supervisor(&mut structure, parent);
        }
        drop(structure);
        if let Some(oddity) = oddity {
            self.warn(id, oddity);
        }
    }

    pub(crate) fn rename(&self, id: SlotId, name: &str) {
        let mut structure = lock(&self.0.structure);
        let renamed = structure.forest.rename(id, name);
        sync_identity(&mut structure, id);
        drop(structure);
        if let Err(oddity) = renamed {
            self.warn(id, oddity);
        }
    }

    /// Changes a slot's identity in place.
    pub(crate) fn edit(&self, slot: &Slot, edit: impl FnOnce(&mut Identity)) {
        let mut structure = lock(&self.0.structure);
        {
            let mut cold = slot.cold();
            edit(&mut cold.identity);
            cold.identity.version = cold.identity.version.saturating_add(1);
        }
        structure.touch(slot.id);
    }

    pub(crate) fn slot(&self, id: SlotId) -> Option<Arc<Slot>> {
        lock(&self.0.structure).slots.get(&id).cloned()
    }

    pub(crate) fn path(&self, id: SlotId) -> String {
        lock(&self.0.structure).forest.path(id)
    }

    /// From here on changes of structure are noted for [`Registry::take_changes`]; all slots there
    /// are now are the first changes.
    pub(crate) fn track_changes(&self) {
        let mut structure = lock(&self.0.structure);
        structure.dirty = Some(structure.slots.keys().copied().collect());
    }

    /// Nobody looks any more.
    pub(crate) fn untrack_changes(&self) {
        lock(&self.0.structure).dirty = None;
    }

    /// Slots that came, changed (`Some`) or went (`None`) since the last call, ascending.
    pub(crate) fn take_changes(&self) -> Vec<(SlotId, Option<Arc<Slot>>)> {
        let mut structure = lock(&self.0.structure);
        let Some(dirty) = &mut structure.dirty else {
            return Vec::new();
        };
        let mut ids: Vec<SlotId> = std::mem::take(dirty).into_iter().collect();
        ids.sort_unstable();
        ids.into_iter().map(|id| (id, structure.slots.get(&id).cloned())).collect()
    }

    /// Whether [`Registry::take_changes`] would return any.
    pub(crate) fn has_changes(&self) -> bool {
        lock(&self.0.structure).dirty.as_ref().is_some_and(|dirty| !dirty.is_empty())
    }

    /// Records that something happened to a slot.
    pub(crate) fn event(&self, kind: EventKind, slot: Option<&Slot>, fact: Fact) {
        self.event_at(wall(), kind, slot, fact);
    }

    /// [`Registry::event`] at a moment that was read already.
    pub(crate) fn event_at(&self, at: Timestamp, kind: EventKind, slot: Option<&Slot>, fact: Fact) {
        let path = slot.map(|s| self.path(s.id)).unwrap_or_default();
        let text = |t: Option<String>| t.map(|t| actorscope_core::text::line(&t, 1_000));
        let event = Event {
            seq: 0,
            at,
            kind,
            slot: slot.map(|s| s.id),
            incarnation: slot.map(Slot::incarnation),
            path,
            exit: fact.exit,
            reason: text(fact.reason),
            by: text(fact.by),
        };
        if kind == EventKind::Restarted {
            self.0.restarts.fetch_add(1, Relaxed);
        }
        lock(&self.0.events).push(event);
        self.0.event_added.notify_waiters();
    }

    fn warn(&self, id: SlotId, oddity: Oddity) {
        self.0.warnings.fetch_add(1, Relaxed);
        let slot = self.slot(id);
        let fact = Fact { reason: Some(oddity.to_string()), ..Fact::default() };
        self.event(EventKind::Warning, slot.as_deref(), fact);
    }

    pub(crate) fn events<T>(&self, read: impl FnOnce(&Ring) -> T) -> T {
        read(&lock(&self.0.events))
    }

    pub(crate) fn warnings(&self) -> u64 {
        self.0.warnings.load(Relaxed)
    }

    pub(crate) fn restarts(&self) -> u64 {
        self.0.restarts.load(Relaxed)
    }

    /// Names of the frameworks that registered actors.
    pub(crate) fn frameworks(&self) -> Vec<String> {
        lock(&self.0.structure).frameworks.iter().map(|f| (*f).to_owned()).collect()
    }

    /// Claims the registry for one agent; false if it has one already.
    pub(crate) fn claim(&self) -> bool {
        !self.0.agent_runs.swap(true, Relaxed)
    }

    /// The agent is gone: whatever it held goes on.
    pub(crate) fn release(&self) {
        let slots: Vec<Arc<Slot>> = lock(&self.0.structure).slots.values().cloned().collect();
        for slot in slots {
            slot.cold().suspended_until = None;
            slot.meter.lend_fine(None);
            if slot.gate.resume() {
                let reason = Some("the agent is gone".to_owned());
                self.event(EventKind::Resumed, Some(&slot), Fact { reason, ..Fact::default() });
            }
        }
        self.untrack_changes();
        self.0.agent_runs.store(false, Relaxed);
    }
}

/// The id of the first slot.
const FIRST: SlotId = match SlotId::new(1) {
    Some(id) => id,
    None => unreachable!(),
};

/// Copies a slot's place and name from the forest into its identity.
fn sync_identity(structure: &mut Structure, id: SlotId) {
    let (parent, name) = (structure.forest.parent(id), structure.forest.name(id).cloned());
    if let (Some(slot), Some(name)) = (structure.slots.get(&id), name) {
        let mut cold = slot.cold();
        cold.identity.parent = parent;
        cold.identity.name = name;
        cold.identity.version = cold.identity.version.saturating_add(1);
    }
    structure.touch(id);
}

/// A supervised child hangs under `id`: if that can be a supervisor, it is one, and must not be held,
/// because then it could not restart its children. What only started the child, as tokio's tasks do,
/// stays what it is.
fn become_supervisor(structure: &mut Structure, id: SlotId) {
    let Some(slot) = structure.slots.get(&id) else {
        return;
    };
    {
        let mut cold = slot.cold();
        let Some(supervisor) = cold.latent_supervisor else { return };
        if cold.identity.kind == ChildKind::Supervisor {
            return;
        }
        cold.identity.kind = ChildKind::Supervisor;
        cold.identity.supervisor = cold.identity.supervisor.or(Some(supervisor));
        cold.identity.capabilities = cold.identity.capabilities.without(Capability::Suspend);
        cold.identity.version = cold.identity.version.saturating_add(1);
    }
    structure.touch(id);
}

/// Runs a future whose registrations go into `registry` instead of the process's own. For tests.
pub async fn scope<F: Future>(registry: Registry, future: F) -> F::Output {
    CURRENT_REGISTRY.scope(registry, future).await
}
