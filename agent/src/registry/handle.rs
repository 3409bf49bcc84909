//! An adapter's hold on one slot.

use super::vacancy::Vacancy;
use super::{Fact, Registry};
use crate::adapter::{Controls, DepthProbe, Fate, Registration};
use crate::clock::{Ticks, ticks, wall, wall_at};
use crate::gate::Request;
use crate::slot::{Asked, Phase, Reach, Restart, Slot};
use actorscope_core::text;
use actorscope_core::{
    Capabilities, ChildSpec, EventKind, ExitReason, Incarnation, SlotId, SupervisorSpec, Verb,
};
use std::fmt;
use std::sync::Arc;
use tokio::task::AbortHandle;

/// Longest reason of an exit that is kept, in bytes: what a panic says may be of any length.
const REASON_BYTES: usize = 1_000;

/// An adapter's hold on one slot. Cheap to clone; keeps no actor alive.
#[derive(Clone)]
pub struct SlotHandle {
    pub(super) slot: Arc<Slot>,
}

impl fmt::Debug for SlotHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotHandle({})", self.id())
    }
}

impl SlotHandle {
    pub(super) const fn new(slot: Arc<Slot>) -> Self {
        Self { slot }
    }

    /// The slot's id.
    #[inline]
    pub fn id(&self) -> SlotId {
        self.slot.id
    }

    /// The registry the slot is in.
    pub fn registry(&self) -> Registry {
        self.slot.cold().class.registry
    }

    /// Makes a slot under this one, whatever parent the registration names.
    pub fn register_below(&self, new: Registration) -> SlotHandle {
        self.registry().register_under(Some(self.slot.clone()), &new)
    }

    /// [`SlotHandle::register_below`] of something that runs from this moment on, which is now: what
    /// [`SlotHandle::started`] would say of it is said. The registration has no name of its own.
    pub(crate) fn running_below(&self, name: &str, new: &Registration, now: Ticks) -> SlotHandle {
        self.registry().register_running(Some(self.slot.clone()), name, new, now)
    }

    // --- Life ----------------------------------------------------------------------------------

    /// An actor fills the slot and begins to run. `controls` reach that actor; they must not keep
    /// it alive.
    pub fn started(&self, controls: Option<Arc<dyn Controls>>) {
        let now = wall();
        let (registry, first, asked) = {
            let mut cold = self.slot.cold();
            let counted = self.slot.last_exit(&cold) != Some(ExitReason::Shutdown);
            let asked = cold.take_asked();
            let first = self.slot.fill(&mut cold, counted, now);
            self.slot.edit_reach(&mut cold, |reach| reach.set_controls(controls));
            let parent = cold.parent.as_ref().map_or(0, |parent| parent.incarnation().0);
            if let Some(key) = cold.key_mut() {
                key.parent_incarnation = parent;
            }
            (cold.class.registry, first, asked)
        };
        if !first {
            registry.occupied(&self.slot);
        }
        let fact = asked.map(|asked| {
            Fact::said(Some(asked.reason).filter(|reason| !reason.is_empty()), Some(asked.by))
        });
        let kind = if first { EventKind::Started } else { EventKind::Restarted };
        registry.event_at(now, kind, Some(&self.slot), fact.unwrap_or_default());
    }

    /// The actor is cleaning up.
    pub fn stopping(&self) {
        self.slot.stopping();
    }

    /// The actor ended: why, in words if there are any, and what follows. If an operator asked for
    /// it, the event says so instead of `reason`.
    ///
    /// Ignored if no actor fills the slot: ends may be reported by several witnesses.
    pub fn exited(&self, exit: ExitReason, reason: Option<String>, fate: Fate) {
        self.exited_at(ticks(), exit, reason, fate);
    }

    /// [`SlotHandle::exited`] at a moment that was read already.
    pub(crate) fn exited_at(
        &self,
        now: Ticks,
        exit: ExitReason,
        reason: Option<String>,
        fate: Fate,
    ) {
        let now = wall_at(now);
        let (registry, vacancy, exit, fact) = {
            let mut cold = self.slot.cold();
            if !self.slot.marks.phase().has_actor() {
                let was_expected = self.slot.marks.set_expected(false);
                let (registry, vacancy) = (cold.class.registry, Vacancy::of(&cold));
                drop(cold);
                if was_expected {
                    // It never started: the slot is as empty as it was.
                    registry.vacated(&self.slot, vacancy);
                }
                return;
            }
            let exit = match cold.asked() {
                Some(Asked { verb: Verb::Kill, .. }) if !exit.is_normal() => ExitReason::Killed,
                _ => exit,
            };
            let (reason, by) = match cold.asked() {
                Some(asked) => (Some(asked.in_words()), Some(asked.by.clone())),
                None => (reason.map(|reason| text::line(&reason, REASON_BYTES)), None),
            };
            let phase = match &fate {
                Fate::Restarts { .. } | Fate::Undecided { .. } => Phase::Restarting,
                Fate::Final => Phase::after(exit),
                Fate::GaveUp => Phase::Failed,
            };
            self.slot.vacate(&mut cold, exit, reason.clone(), phase, now);
            if phase.is_live() {
                // Counted from the last quiet period on, as the budget is.
                let used = cold.budget(now).map_or(0, |budget| budget.used);
                let attempt = used.saturating_add(1);
                let (at, is_final) = match &fate {
                    Fate::Restarts { at } => (*at, None),
                    Fate::Undecided { is_final } => (None, Some(is_final.clone())),
                    Fate::Final | Fate::GaveUp => (None, None),
                };
                cold.set_restart(Restart { attempt, at }, is_final);
            } else {
                cold.take_asked();
            }
            let fact = Fact::said(reason, by).with_exit(exit);
            (cold.class.registry, Vacancy::of(&cold), exit, fact)
        };
        registry.event_at(now, EventKind::Exited, Some(&self.slot), fact);
        match fate {
            Fate::Restarts { at: Some(at) } => {
                let pause = at.since(now) / 1_000_000;
                let fact = Fact::because(format!("in {pause} ms"));
                registry.event_at(now, EventKind::RestartScheduled, Some(&self.slot), fact);
            }
            Fate::Restarts { at: None } => {}
            // If its supervisor is restarted meanwhile, a new child comes in its place.
            Fate::Undecided { .. } | Fate::Final => registry.vacated(&self.slot, vacancy),
            Fate::GaveUp => {
                let fact = Fact::default().with_exit(exit);
                registry.event_at(now, EventKind::GaveUp, Some(&self.slot), fact);
                registry.vacated(&self.slot, vacancy);
            }
        }
    }

    /// So many messages were lost with an actor.
    pub fn messages_lost(&self, count: u64) {
        self.slot.cold().lose(count);
        let fact = Fact::because(format!("{count} messages"));
        self.registry().event(EventKind::MessagesLost, Some(&self.slot), fact);
    }

    /// Whether the slot has been filled before.
    pub fn has_history(&self) -> bool {
        self.slot.cold().has_history()
    }

    /// Whether an actor fills the slot or is about to.
    pub fn is_live(&self) -> bool {
        self.slot.marks.phase().is_live()
    }

    /// Whether an actor fills the slot now.
    pub fn has_actor(&self) -> bool {
        self.slot.marks.phase().has_actor()
    }

    /// How to reach the actor that fills the slot, when that is known only after its start.
    /// Ignored if it has ended meanwhile.
    pub fn set_controls(&self, controls: Arc<dyn Controls>) {
        self.set_reach(|reach| reach.set_controls(Some(controls)));
    }

    /// [`SlotHandle::set_controls`] of a task that can be aborted and no more.
    pub(crate) fn set_abort(&self, abort: AbortHandle) {
        self.set_reach(|reach| reach.set_task(abort));
    }

    fn set_reach(&self, edit: impl FnOnce(&mut Reach)) {
        let mut cold = self.slot.cold();
        if self.slot.marks.phase().has_actor() {
            self.slot.edit_reach(&mut cold, edit);
        }
    }

    /// The number of the actor that fills the slot.
    #[inline]
    pub fn incarnation(&self) -> Incarnation {
        self.slot.incarnation()
    }

    /// Whether the slot has a mailbox.
    pub fn has_mailbox(&self) -> bool {
        self.slot.marks.has_mailbox()
    }

    /// Whether an operator asked for the restart that the end of this actor is part of.
    pub fn take_restart_request(&self) -> bool {
        let asked = self.slot.cold().asked().is_some_and(|a| a.verb == Verb::Restart);
        // Still flagged if the end came before the actor's task looked.
        asked | (self.slot.gate.check() == Request::Restart)
    }

    /// Forgets the slot at once, without waiting for it to be pruned.
    pub fn forget(&self) {
        self.registry().remove(&self.slot);
    }

    // --- Identity ------------------------------------------------------------------------------

    /// The name it was given. In the tree there may be a number behind it, which tells it apart from
    /// siblings of the same name.
    pub fn name(&self) -> Arc<str> {
        self.slot.cold().name.clone()
    }

    /// The framework it was registered by.
    pub fn framework(&self) -> &'static str {
        self.slot.cold().class.framework
    }

    /// Gives the slot another name.
    pub fn rename(&self, name: &str) {
        self.registry().rename(&self.slot, name);
    }

    /// Hangs the slot under another one, as learnt late.
    pub fn set_parent(&self, parent: Option<SlotId>) {
        self.registry().set_parent(&self.slot, parent);
    }

    /// How it is supervised, as learnt late.
    pub fn set_child_spec(&self, mut spec: ChildSpec) {
        self.slot.cold().set_child_id(spec.child_id.take());
        self.registry().edit(&self.slot, |facts| facts.child_spec = Some(spec));
    }

    /// It is not supervised after all.
    pub fn clear_child_spec(&self) {
        self.slot.cold().set_child_id(None);
        self.registry().edit(&self.slot, |facts| facts.child_spec = None);
    }

    /// Whether somebody supervises it, in whatever way.
    pub fn is_supervised(&self) -> bool {
        self.slot.cold().class.child_spec.is_some()
    }

    /// How it supervises, as learnt late.
    pub fn set_supervisor(&self, spec: SupervisorSpec) {
        self.registry().edit(&self.slot, |facts| facts.supervisor = Some(spec));
    }

    /// What can be done to it, as learnt late.
    pub fn set_capabilities(&self, edit: impl FnOnce(Capabilities) -> Capabilities) {
        self.registry().edit(&self.slot, |facts| facts.capabilities = edit(facts.capabilities));
    }

    /// It has a mailbox with this bound (`None` = no bound) whose waits are measured, and perhaps a
    /// way to read its depth from outside, if its [`Controls`] don't tell it.
    pub fn set_mailbox(&self, capacity: Option<u64>, probe: Option<Arc<dyn DepthProbe>>) {
        self.slot.marks.set_mailbox(true);
        let known = {
            let mut cold = self.slot.cold();
            // Which stirs the slot.
            self.slot.edit_reach(&mut cold, |reach| reach.set_probe(probe));
            cold.class.mailbox_capacity
        };
        if known != capacity {
            self.registry().edit(&self.slot, |facts| facts.mailbox_capacity = capacity);
        }
    }
}

impl Asked {
    /// For exit reasons: `killed by uid 1000: looks stuck`.
    fn in_words(&self) -> String {
        let verb = match self.verb {
            Verb::Kill => "killed",
            Verb::Stop => "stopped",
            Verb::Restart => "restarted",
            Verb::Suspend => "suspended",
            Verb::Resume => "resumed",
        };
        if self.reason.is_empty() {
            format!("{verb} by {}", self.by)
        } else {
            format!("{verb} by {}: {}", self.by, self.reason)
        }
    }
}
