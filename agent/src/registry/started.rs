//! Making a slot and filling it in one step: for adapters that hear of an actor when it runs.

use super::{Fact, Registry, SlotHandle};
use crate::adapter::{Controls, DepthProbe, Registration};
use crate::clock::wall;
use crate::slot::Phase;
use actorscope_core::EventKind;
use actorscope_core::forest::Oddity;
use std::sync::Arc;

impl Registry {
    /// [`Registry::register`], [`SlotHandle::set_mailbox`] if it takes messages (then the mailbox has
    /// the registration's bound, and perhaps a probe) and [`SlotHandle::started`] as one: the clock is
    /// read and the slot locked once.
    pub fn register_started(
        &self,
        new: Registration,
        takes_messages: bool,
        probe: Option<Arc<dyn DepthProbe>>,
        controls: Option<Arc<dyn Controls>>,
    ) -> SlotHandle {
        let parent = new.parent.and_then(|id| self.slot(id));
        let lost = new.parent.filter(|_| parent.is_none());
        let key = new.refill_key.as_deref();
        let empty = parent.as_ref().and_then(|parent| self.refill(parent, key));
        let slot = if let Some(empty) = empty {
            let slot = SlotHandle::new(empty);
            if takes_messages {
                slot.set_mailbox(new.mailbox_capacity, probe);
            }
            slot.started(controls);
            slot
        } else {
            let now = wall();
            let handle = self.make(parent, &new, None, Phase::Running, now);
            let slot = &handle.slot;
            {
                let mut cold = slot.cold();
                slot.edit_reach(&mut cold, |reach| {
                    reach.set_controls(controls);
                    if takes_messages {
                        reach.set_probe(probe);
                    }
                });
                if takes_messages {
                    slot.marks.set_mailbox(true);
                }
                let parent = cold.parent.as_ref().map_or(0, |parent| parent.incarnation().0);
                if let Some(key) = cold.key_mut() {
                    key.parent_incarnation = parent;
                }
            }
            self.event_at(now, EventKind::Started, Some(slot), Fact::default());
            handle
        };
        if let Some(unknown) = lost {
            self.warn(&slot.slot, Oddity::UnknownParent(unknown));
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Fate, Reaction};
    use actorscope_core::{ExitReason, SlotState};

    struct Reachable;

    impl Controls for Reachable {
        fn kill(&self) -> Reaction {
            Reaction::Accepted
        }
    }

    #[test]
    fn one_step_leaves_what_the_three_leave() {
        let registry = Registry::new();
        let new = || Registration::new("test", "a", "A").mailbox_capacity(Some(7));
        let probe = || Some(Arc::new(|| Some(3_u64)) as Arc<dyn DepthProbe>);
        let controls = || Some(Arc::new(Reachable) as Arc<dyn Controls>);
        let one = registry.register_started(new(), true, probe(), controls());
        let three = registry.register(new());
        three.set_mailbox(Some(7), probe());
        three.started(controls());
        for slot in [&one, &three] {
            assert_eq!(slot.slot.state(false, false, wall()), SlotState::Idle);
            assert!(slot.has_mailbox() && slot.slot.probe_depth() == Some(3));
            assert_eq!(slot.slot.cold().reach().kill(), Reaction::Accepted);
            assert_eq!((slot.incarnation().0, slot.has_history()), (1, false));
        }
        let mut noted = registry.take_noted(Default::default()).noted;
        let kinds: Vec<_> = std::iter::from_fn(|| noted.pop()).map(|noted| noted.kind).collect();
        assert_eq!(kinds, [EventKind::Started; 2]);
        assert!(!registry.register_started(new(), false, None, None).has_mailbox());
    }

    #[test]
    fn an_empty_slot_of_a_restarted_parent_is_filled_again() {
        let registry = Registry::new();
        let parent =
            registry.register_started(Registration::new("test", "p", "P"), false, None, None);
        let start = || {
            let new = Registration::new("test", "a", "A").parent(Some(parent.id()));
            registry.register_started(new.refill_key("a"), true, None, None)
        };
        let first = start();
        first.exited(ExitReason::Normal, None, Fate::Final);
        assert_ne!(start().id(), first.id(), "the parent is the same");
        parent.exited(ExitReason::Panic, None, Fate::Restarts { at: None });
        parent.started(None);
        let again = start();
        assert_eq!((again.id(), again.incarnation().0, again.has_actor()), (first.id(), 2, true));
    }
}
