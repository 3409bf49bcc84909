//! How operators reach an actor.
//!
//! A kill is ractor's own. Everything else is looked at by the actor's own task: before its next
//! message, and at once if it is idle or has a backlog, because a *prompt* goes through its supervision
//! port, which ractor serves before messages. A prompt is an event of our watcher, sent by making the
//! actor a monitor of it for a moment: nobody is linked to anybody, so that no supervisor sees a child
//! that it does not know.

use crate::seen::Seen;
use crate::watcher;
use actorscope_agent::adapter::{Arrival, Controls, DepthProbe, Reaction, Request};
use actorscope_agent::core::capability::{Capabilities, Capability};
use ractor::{ActorStatus, SupervisionEvent};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Wake, Waker};

/// What can be done to an actor whose handler runs inside of ours.
pub(crate) const OBSERVED: Capabilities = Capabilities::of(&[
    Capability::Kill,
    Capability::Stop,
    Capability::Suspend,
    Capability::InterruptsHandler,
]);

/// What can be done to any ractor actor.
pub(crate) const UNOBSERVED: Capabilities =
    Capabilities::of(&[Capability::Kill, Capability::Stop, Capability::InterruptsHandler]);

/// What people are told who ask why an actor stopped.
pub(crate) const STOPPED: &str = "stopped by an operator";

/// The way to one actor: for verbs, and to wake it while it waits for messages. Made once for each.
pub(crate) struct Reach(pub(crate) Weak<Seen>);

pub(crate) fn reach(seen: &Seen) -> Arc<dyn Controls> {
    seen.reach.clone()
}

impl Controls for Reach {
    fn kill(&self) -> Reaction {
        match self.0.upgrade() {
            Some(seen) if seen.cell.get_status() < ActorStatus::Stopping => {
                seen.is_about_to_be_killed();
                seen.cell.kill();
                Reaction::Accepted
            }
            _ => Reaction::Gone,
        }
    }

    fn nudge(&self) {
        // An observed actor was woken through the slot's waker already.
        let Some(seen) = self.0.upgrade().filter(|seen| !seen.is_observed) else { return };
        if seen.slot.check() == Request::Stop {
            seen.cell.stop(Some(STOPPED.to_owned()));
        }
    }

    fn probe(&self) -> Option<&dyn DepthProbe> {
        self.0.upgrade()?.inbox()?;
        Some(self)
    }
}

/// What waits for an actor that is tracked.
impl DepthProbe for Reach {
    fn depth(&self) -> Option<u64> {
        self.0.upgrade()?.inbox()?.depth()
    }

    fn oldest(&self) -> Option<Arrival> {
        self.0.upgrade()?.inbox()?.oldest()
    }
}

/// Held while an actor is a monitor of the watcher. Verbs are rare.
static PROMPTING: Mutex<()> = Mutex::new(());

/// To be left with the slot whenever the actor's task goes back to its mailbox; the caller looks
/// afterwards whether anything was asked meanwhile.
pub(crate) fn prompt(seen: &Seen) -> Waker {
    Waker::from(seen.reach.clone())
}

impl Wake for Reach {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Some(seen) = self.0.upgrade() else { return };
        // Its slot wakes it, too, when it has ended.
        if seen.cell.get_status() >= ActorStatus::Stopping {
            return;
        }
        let Some(watcher) = watcher::cell() else { return };
        // One at a time: whoever ends it must not take another's away.
        let _prompting = PROMPTING.lock().unwrap_or_else(PoisonError::into_inner);
        seen.cell.monitor(watcher.clone());
        watcher.notify_supervisor(SupervisionEvent::ActorStarted(watcher.clone()));
        seen.cell.unmonitor(watcher);
    }
}

/// Whether an event is a prompt and not one of the user's.
pub(crate) fn is_prompt(event: &SupervisionEvent) -> bool {
    match event {
        SupervisionEvent::ActorStarted(cell) => {
            watcher::cell().is_some_and(|watcher| watcher.get_id() == cell.get_id())
        }
        _ => false,
    }
}
