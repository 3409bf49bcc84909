//! What an adapter learns late of a slot whose supervisor keeps its own books: the log of restarts,
//! and when the next one is due.

use super::{Arrival, Fact, SlotHandle};
use crate::clock::{ticks, wall};
use crate::slot::Phase;
use actorscope_core::{EventKind, Timestamp};

impl Arrival {
    /// This moment, for adapters that stamp messages when they are sent. Readable by any thread.
    #[inline]
    pub fn now() -> Self {
        Self::at(ticks())
    }
}

impl SlotHandle {
    /// The restarts that the slot's budget counts, as its supervisor's own log has them. Replaces what
    /// was counted here: for supervisors that count the restarts of all their children together.
    pub fn set_restart_log(&self, restarts: impl IntoIterator<Item = Timestamp>) {
        self.slot.cold().set_restart_times(restarts.into_iter().collect());
    }

    /// The successor of an actor whose end was reported comes at this moment. Ignored if the slot does
    /// not wait for one.
    pub fn restart_due(&self, at: Timestamp) {
        let now = wall();
        {
            let mut cold = self.slot.cold();
            if self.slot.marks.phase() != Phase::Restarting {
                return;
            }
            cold.set_restart_due(at);
        }
        let pause = at.since(now) / 1_000_000;
        let fact = Fact::because(format!("in {pause} ms"));
        self.registry().event_at(now, EventKind::RestartScheduled, Some(&self.slot), fact);
    }

    /// Whether the registry still knows the slot: those that stay empty are forgotten after a while.
    pub fn is_registered(&self) -> bool {
        self.registry().slot(self.id()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Fate, Registration, Registry};
    use actorscope_core::spec::ChildSpec;
    use actorscope_core::{ExitReason, SlotState};
    use std::sync::Arc;

    fn slot(registry: &Registry) -> SlotHandle {
        let spec = ChildSpec {
            intensity: Some(3),
            period_ns: Some(10_000_000_000),
            ..ChildSpec::default()
        };
        let slot = registry.register(Registration::new("test", "a", "A").child_spec(spec));
        slot.started(None);
        slot
    }

    #[test]
    fn a_supervisors_log_replaces_what_was_counted() {
        let registry = Registry::new();
        let slot = slot(&registry);
        slot.exited(ExitReason::Error, None, Fate::Restarts { at: None });
        slot.started(None);
        let used = || slot.slot.cold().budget(wall()).map(|budget| budget.used);
        assert_eq!(used(), Some(1));
        slot.set_restart_log([wall(), wall()]);
        assert_eq!(used(), Some(2));
        slot.set_restart_log([Timestamp(1)]);
        assert_eq!(used(), Some(0), "that was long ago");
    }

    #[test]
    fn a_restart_is_due_only_where_one_is_waited_for() {
        let registry = Registry::new();
        let slot = slot(&registry);
        let state = || slot.slot.state(false, false, wall());
        slot.restart_due(wall().plus(5_000_000_000));
        assert_eq!(state(), SlotState::Idle);
        let is_final = Arc::new(|| false);
        slot.exited(ExitReason::Error, None, Fate::Undecided { is_final });
        slot.restart_due(wall().plus(5_000_000_000));
        assert!(
            matches!(state(), SlotState::Restarting { attempt: 1, in_ns: Some(ns) } if ns > 4_000_000_000)
        );
    }

    #[test]
    fn a_forgotten_slot_is_not_registered() {
        let registry = Registry::new();
        let slot = slot(&registry);
        assert!(slot.is_registered());
        slot.forget();
        assert!(!slot.is_registered());
    }

    #[test]
    fn a_stamp_is_no_later_than_the_next() {
        let (first, second) = (Arrival::now(), Arrival::now());
        assert!(first.to_raw() > 0 && first.to_raw() <= second.to_raw());
    }
}
