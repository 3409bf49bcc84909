//! All slots of the process: who is under whom, and what happened to them.
//!
//! The registry is there before any agent and counts from the first registration on. It keeps what an
//! actor's start and end must not wait for: slots by id ([`table`]), each with a reference to the one
//! it hangs under, and the facts of the last moments ([`log`], in the room
//! that a [`chronicle`] takes). Names that are unique, paths and the order among siblings are made by
//! the sampler, on the agent's thread.

mod chronicle;
mod current;
mod dump;
mod handle;
mod leaving;
mod log;
mod messages;
mod passed;
mod polls;
mod receive;
mod sends;
mod started;
mod stirrings;
mod supervised;
mod table;
#[cfg(test)]
mod tests;
mod vacancy;

pub(crate) use chronicle::{Chronicle, Fact, Noted, Said};
pub(crate) use current::{Current, InGroup, Placed, failed, inside};
pub use current::{InSlot, also_ask, current_place, current_slot, in_slot};
pub(crate) use dump::{Cut, DumpRequest, Dumped};
pub use handle::SlotHandle;
pub(crate) use leaving::Gone;
pub(crate) use log::Taken;
pub use messages::{Arrival, Handling, MessageType};
pub(crate) use receive::Stage;
pub use receive::{Mailbox, Next, Receive};
pub use sends::{Asking, Moment};
pub(crate) use stirrings::Stirrings;
pub(crate) use table::Changes;

use crate::adapter::Registration;
use crate::clock::{Ticks, wall, wall_at};
use crate::measuring;
use crate::slot::{self, Birth, Cold, Facts, Phase, Slot};
use crate::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use crate::sync::{Mutex, MutexGuard, lock};
use actorscope_core::capability::Capability;
use actorscope_core::forest::{MAX_DEPTH, Oddity};
use actorscope_core::{ChildKind, EventKind, SlotId, Timestamp};
use chronicle::Entry;
use leaving::Left;
use log::{Log, Notes};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, LazyLock};
use table::Table;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

tokio::task_local! {
    static CURRENT_REGISTRY: Registry;
}

static GLOBAL: LazyLock<Registry> = LazyLock::new(Registry::new);

/// All slots of the process. Clones are the same registry.
#[derive(Clone, Copy)]
pub struct Registry(&'static Inner);

pub(crate) struct Inner {
    pub(crate) started_at: Timestamp,
    next_id: AtomicU64,
    table: Table,
    stirrings: Stirrings,
    /// Held while a slot moves, so that two moves cannot make a circle.
    moving: Mutex<()>,
    notes: Notes,
    /// Rings when a fact was noted, if somebody listens: see [`Registry::listen`].
    event_added: Notify,
    /// Rings when so many have come to stay that what the agent is to be told of them takes more room.
    pub(crate) crowd_came: Notify,
    warnings: AtomicU64,
    restarts: AtomicU64,
    agent_runs: AtomicBool,
}

impl PartialEq for Registry {
    /// Whether they are the same.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Registry {}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl Registry {
    /// An empty registry, for tests: it is never freed. A process has one of its own
    /// ([`Registry::current`]).
    pub fn new() -> Self {
        // Reading the clock once here calibrates it now and not under the first message.
        crate::clock::ticks();
        Self(Box::leak(Box::new(Inner {
            started_at: wall(),
            next_id: AtomicU64::new(1),
            table: Table::default(),
            stirrings: Stirrings::new(),
            moving: Mutex::default(),
            notes: Notes::default(),
            event_added: Notify::new(),
            crowd_came: Notify::new(),
            warnings: AtomicU64::new(0),
            restarts: AtomicU64::new(0),
            agent_runs: AtomicBool::new(false),
        })))
    }

    /// The process's registry.
    pub fn global() -> Self {
        *GLOBAL
    }

    /// The registry of the surrounding [`scope`], else the process's.
    pub fn current() -> Self {
        CURRENT_REGISTRY.try_with(|registry| *registry).unwrap_or_else(|_| Self::global())
    }

    /// Whether an agent reads what is told. Without one an adapter may save what is costly to find out
    /// and interesting for a moment only.
    pub fn has_agent(&self) -> bool {
        self.0.agent_runs.load(Relaxed)
    }

    pub(crate) const fn inner(self) -> &'static Inner {
        self.0
    }

    /// Makes a slot for an actor that is about to run, or finds the empty one it belongs into.
    pub fn register(&self, new: Registration) -> SlotHandle {
        let parent = new.parent.and_then(|id| self.slot(id));
        let lost = new.parent.filter(|_| parent.is_none());
        let slot = self.register_under(parent, &new);
        if let Some(unknown) = lost {
            self.warn(&slot.slot, Oddity::UnknownParent(unknown));
        }
        slot
    }

    /// [`Registry::register`] where the parent is at hand.
    pub(crate) fn register_under(
        &self,
        parent: Option<Arc<Slot>>,
        new: &Registration,
    ) -> SlotHandle {
        if let Some(parent) = &parent
            && let Some(slot) = self.refill(parent, new.refill_key.as_deref())
        {
            return SlotHandle::new(slot);
        }
        self.make(parent, new, None, Phase::Starting, wall())
    }

    /// Makes a slot for something that runs from this moment on, which is now, and says so. Its name is here, as it was
    /// written, and not in the registration: if the slot was called that before, it need not be looked for.
    pub(crate) fn register_running(
        &self,
        parent: Option<Arc<Slot>>,
        name: &str,
        new: &Registration,
        now: Ticks,
    ) -> SlotHandle {
        let now = wall_at(now);
        let slot = self.make(parent, new, Some(name), Phase::Running, now);
        self.event_at(now, EventKind::Started, Some(&slot.slot), Fact::default());
        slot
    }

    fn make(
        &self,
        parent: Option<Arc<Slot>>,
        new: &Registration,
        name: Option<&str>,
        phase: Phase,
        now: Timestamp,
    ) -> SlotHandle {
        let raw = self.0.next_id.fetch_add(1, Relaxed);
        // 2⁵³ slots outlast any process: at a million a second, 285 years.
        let id = SlotId::new(raw).unwrap_or_else(|| SlotId::new(SlotId::MAX).unwrap_or(FIRST));
        let (parent, oddity) = sane(parent);
        let supervised = new.child_spec.is_some();
        if let Some(parent) = &parent {
            parent.marks.count_child(true);
            if supervised {
                self.become_supervisor(parent);
            }
        }
        let depth = parent.as_ref().map_or(0, |parent| parent.marks.depth() + 1);
        let slot = slot::spare_or_new(id, phase, Birth { registry: *self, parent, new, name, now });
        slot.marks.set_depth(depth);
        if self.0.table.insert(slot.clone()) {
            self.0.crowd_came.notify_one();
        }
        if let Some(oddity) = oddity {
            self.warn(&slot, oddity);
        }
        SlotHandle::new(slot)
    }

    /// Forgets a slot; its children move up.
    pub(crate) fn remove(&self, slot: &Slot) {
        let cold = slot.cold();
        if slot.marks.forget() {
            self.take_out(slot, cold);
        }
    }

    /// Takes a slot that was just forgotten out of everything that knows it.
    fn take_out(&self, slot: &Slot, cold: MutexGuard<'_, Cold>) {
        let (left, gone) = (Left::of(&cold), Gone::of(slot.id, &cold));
        drop(cold);
        left.tell(slot.id);
        self.0.table.remove(gone, &self.0.notes);
    }

    /// Hangs a slot under another one.
    pub(crate) fn set_parent(&self, slot: &Arc<Slot>, parent: Option<SlotId>) {
        let _alone = lock(&self.0.moving);
        if slot.marks.is_forgotten() {
            // It hangs nowhere, and nobody would take it off its new parent's count again.
            return;
        }
        let wanted = parent.and_then(|id| self.slot(id));
        let lost = parent.filter(|_| wanted.is_none()).map(Oddity::UnknownParent);
        let (wanted, too_deep) = sane(wanted);
        let mut above = wanted.clone();
        while let Some(next) = above {
            if Arc::ptr_eq(&next, slot) {
                return self.warn(slot, Oddity::Cycle);
            }
            above = next.cold().parent.clone();
        }
        slot.marks.set_depth(wanted.as_ref().map_or(0, |parent| parent.marks.depth() + 1));
        if let Some(parent) = &wanted {
            parent.marks.count_child(true);
        }
        let (before, refill, supervised) = {
            let mut cold = slot.cold();
            let before = std::mem::replace(&mut cold.parent, wanted.clone());
            let refill = cold.key().and_then(|key| key.refill.clone());
            (before, refill, cold.class.child_spec.is_some())
        };
        Left { parent: before, refill }.tell(slot.id);
        self.touch(slot);
        if supervised && let Some(parent) = &wanted {
            self.become_supervisor(parent);
        }
        if let Some(oddity) = lost.or(too_deep) {
            self.warn(slot, oddity);
        }
    }

    /// Gives a slot another name.
    pub(crate) fn rename(&self, slot: &Slot, name: &str) {
        slot.cold().name = slot::shared_name(name);
        self.name_again(slot);
    }

    /// A slot may have the name it was given, which it could not be called by so far.
    pub(crate) fn name_again(&self, slot: &Slot) {
        slot.marks.rename();
        self.touch(slot);
    }

    /// Notes that a slot became somebody else.
    fn touch(&self, slot: &Slot) {
        slot.marks.next_version();
        self.0.table.touch(slot);
    }

    /// Changes what a slot has in common with others, and with it its class.
    pub(crate) fn edit(&self, slot: &Slot, edit: impl FnOnce(&mut Facts)) {
        {
            let mut cold = slot.cold();
            let mut facts = Facts::clone(&cold.class);
            edit(&mut facts);
            if facts == **cold.class {
                return;
            }
            cold.class = facts.class();
            slot.marks.set_kind(cold.class.kind);
        }
        self.touch(slot);
    }

    /// A supervised child hangs under it: if it can be a supervisor, it is one, and must not be held,
    /// because then it could not restart its children. What only started the child, as tokio's tasks
    /// do, stays what it is.
    fn become_supervisor(&self, slot: &Slot) {
        self.edit(slot, |facts| {
            if let Some(supervisor) = facts.latent_supervisor
                && facts.kind != ChildKind::Supervisor
            {
                facts.kind = ChildKind::Supervisor;
                facts.supervisor = facts.supervisor.or(Some(supervisor));
                facts.capabilities = facts.capabilities.without(Capability::Suspend);
            }
        });
    }

    pub(crate) fn slot(&self, id: SlotId) -> Option<Arc<Slot>> {
        self.0.table.get(id)
    }

    /// All slots as of now.
    #[cfg(test)]
    pub(crate) fn all(&self) -> Vec<Arc<Slot>> {
        self.0.table.all()
    }

    /// See [`Table::changes_kept`].
    #[cfg(test)]
    pub(crate) fn changes_kept(&self) -> (usize, usize) {
        self.0.table.changes_kept()
    }

    /// From here on changes of structure are noted for [`Registry::take_changes`]; all slots there
    /// are now are the first changes.
    pub(crate) fn track_changes(&self) {
        self.0.stirrings.track(true);
        self.0.table.track();
    }

    /// What changed since the last call, into what was emptied.
    pub(crate) fn take_changes(&self, changes: &mut Changes) {
        self.0.table.take_changes(changes);
        self.0.notes.with(Log::told);
    }

    /// Where slots are noted that stir.
    pub(crate) const fn stirrings(&self) -> Stirrings {
        self.0.stirrings
    }

    /// Whether there are changes or facts that nobody has taken.
    pub(crate) fn has_news(&self) -> bool {
        self.0.table.has_changes() || !self.0.notes.with(|log| log.is_empty())
    }

    /// Notes that something happened to a slot.
    pub(crate) fn event(&self, kind: EventKind, slot: Option<&Arc<Slot>>, fact: Fact) {
        self.event_at(wall(), kind, slot, fact);
    }

    /// [`Registry::event`] at a moment that was read already.
    pub(crate) fn event_at(
        &self,
        at: Timestamp,
        kind: EventKind,
        slot: Option<&Arc<Slot>>,
        fact: Fact,
    ) {
        if kind == EventKind::Restarted {
            self.0.restarts.fetch_add(1, Relaxed);
        }
        let entry = Entry::new(at, kind, slot, fact, self.0.table.is_tracking());
        let agent_runs = self.has_agent();
        let pushed = self.0.notes.with(|log| log.push(entry, agent_runs));
        drop(pushed.gone);
        if pushed.is_heard {
            self.0.event_added.notify_waiters();
        }
    }

    /// Listens for facts from now on. Hosts are spared the bell while nobody does.
    pub(crate) fn listen(self) -> Listening {
        // Under the lock under which facts are noted: what was noted before, the listener finds.
        self.0.notes.with(|log| log.listeners += 1);
        Listening(self)
    }

    /// Takes away what was noted; what follows is kept in `room`, which is empty.
    pub(crate) fn take_noted(&self, room: Chronicle) -> Taken {
        self.0.notes.with(|log| log.take(room))
    }

    /// So many facts at a time are no longer noted, as it seems.
    pub(crate) fn shrink_log(&self, needed: usize) {
        self.0.notes.with(|log| log.shrink_to(needed));
    }

    /// Puts back what was taken away, as if it had been noted only now.
    #[cfg(test)]
    pub(crate) fn note_again(&self, noted: Noted) {
        let _ = self.0.notes.with(|log| log.push(noted.into(), true));
    }

    fn warn(&self, slot: &Arc<Slot>, oddity: Oddity) {
        self.0.warnings.fetch_add(1, Relaxed);
        self.event(EventKind::Warning, Some(slot), Fact::because(oddity.to_string()));
    }

    pub(crate) fn warnings(&self) -> u64 {
        self.0.warnings.load(Relaxed)
    }

    pub(crate) fn restarts(&self) -> u64 {
        self.0.restarts.load(Relaxed)
    }

    /// Claims the registry for one agent; false if it has one already.
    pub(crate) fn claim(&self) -> bool {
        let is_first = !self.0.agent_runs.swap(true, Acquire);
        if is_first {
            measuring::begin();
        }
        is_first
    }

    /// The agent is gone: whatever it held goes on.
    pub(crate) fn release(&self) {
        self.0.stirrings.track(false);
        self.0.table.untrack();
        self.0.notes.with(|log| log.keep_slots(|id| self.slot(id)));
        for slot in self.0.table.all() {
            slot.cold().set_suspended_until(None);
            if let Some(meter) = slot.read_meter() {
                meter.lend_fine(None);
            }
            if slot.gate.resume() {
                self.event(EventKind::Resumed, Some(&slot), Fact::because("the agent is gone"));
            }
        }
        self.0.agent_runs.store(false, Release);
    }
}

/// As long as this is there, it can be heard when a fact is noted.
#[derive(Debug)]
pub(crate) struct Listening(Registry);

impl Listening {
    /// Ends with the next fact, or the first since the future was enabled.
    pub(crate) fn heard(&self) -> Notified<'_> {
        self.0.0.event_added.notified()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.0.notes.with(|log| log.listeners -= 1);
    }
}

/// The id of the first slot.
const FIRST: SlotId = match SlotId::new(1) {
    Some(id) => id,
    None => unreachable!(),
};

/// The slot that something hangs under which is to hang under `wanted`: not one that was forgotten,
/// and not too deep down.
fn sane(wanted: Option<Arc<Slot>>) -> (Option<Arc<Slot>>, Option<Oddity>) {
    let wanted = match wanted {
        Some(slot) if slot.marks.is_forgotten() => slot.parent(),
        other => other,
    };
    let Some(parent) = wanted else { return (None, None) };
    if parent.marks.depth() + 1 >= MAX_DEPTH {
        return (parent.parent(), Some(Oddity::TooDeep));
    }
    (Some(parent), None)
}

/// Runs a future whose registrations go into `registry` instead of the process's own. For tests.
pub async fn scope<F: Future>(registry: Registry, future: F) -> F::Output {
    CURRENT_REGISTRY.scope(registry, future).await
}
