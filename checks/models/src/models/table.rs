//! Slots that come, change and go while the sampler follows.

use crate::adapter::Registration;
use crate::clock::wall;
use crate::registry::{Changes, Registry, SlotHandle};
use crate::run::{Model, join, seen, thread};
use crate::slot::{Birth, Phase, Slot, spare_or_new};
use actorscope_core::SlotId;
use actorscope_core::slot::Counters;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn new(name: &str) -> Registration {
    Registration::new("model", name, "M")
}

/// A slot in no registry's table.
pub(super) fn bare_slot() -> Arc<Slot> {
    let (registry, new) = (Registry::new(), new("bare"));
    let birth = Birth { registry, parent: None, new: &new, name: None, now: wall() };
    spare_or_new(SlotId::new(1).expect("small"), Phase::Running, birth)
}

/// A slot with a mailbox whose actor runs.
pub(super) fn running_slot(name: &str) -> SlotHandle {
    let slot = Registry::new().register(new(name));
    slot.set_mailbox(None, None);
    slot.started(None);
    slot
}

/// The slot behind a handle.
pub(super) fn slot_of(handle: &SlotHandle) -> Arc<Slot> {
    handle.registry().slot(handle.id()).expect("it is in the table")
}

pub(super) fn gate_of(handle: &SlotHandle) -> impl std::ops::Deref<Target = crate::gate::Gate> {
    struct Of(Arc<Slot>);
    impl std::ops::Deref for Of {
        type Target = crate::gate::Gate;
        fn deref(&self) -> &crate::gate::Gate {
            &self.0.gate
        }
    }
    Of(slot_of(handle))
}

pub(super) fn handle_one(slot: &SlotHandle) {
    slot.look(1);
    let arrival = slot.take();
    slot.handle(Some(arrival), None).ok(true);
}

/// What a sampler knows that follows the changes.
#[derive(Default)]
struct Mirror {
    slots: BTreeMap<SlotId, (Arc<Slot>, Arc<str>)>,
    departed: Counters,
}

impl Mirror {
    fn follow(&mut self, registry: &Registry) {
        let mut changes = Changes::default();
        registry.take_changes(&mut changes);
        let Changes { there, gone, departed } = changes;
        assert!(self.departed.handled <= departed.handled, "what went does not come back");
        self.departed = departed;
        for gone in gone {
            self.slots.remove(&gone.id);
        }
        for slot in there {
            let name = slot.cold().name.clone();
            self.slots.insert(slot.id, (slot, name));
        }
    }

    fn handled(&self) -> u64 {
        let there = self.slots.values().filter_map(|(slot, _)| slot.read_meter());
        self.departed.handled + there.map(|meter| meter.hot.handled()).sum::<u64>()
    }

    fn names(&self) -> Vec<&str> {
        self.slots.values().map(|(_, name)| &**name).collect()
    }
}

pub(super) const CHANGES: Model = Model {
    name: "table-changes",
    shows: "no slot that comes, changes its name or goes while the sampler begins to follow is missed",
    preemptions: 4,
    must_see: &["came before", "came after", "renamed before", "renamed after"],
    body: || {
        let registry = Registry::new();
        let old = registry.register(new("old"));
        let host = thread(move || {
            let gone = registry.register(new("gone"));
            old.rename("renamed");
            gone.forget();
            registry.register(new("new"));
        });
        registry.track_changes();
        let mut mirror = Mirror::default();
        mirror.follow(&registry);
        let names = mirror.names();
        seen(if names.contains(&"new") { "came before" } else { "came after" });
        seen(if names.contains(&"renamed") { "renamed before" } else { "renamed after" });
        mirror.follow(&registry);
        join(host);
        mirror.follow(&registry);
        assert_eq!(mirror.names(), ["renamed", "new"]);
    },
};

pub(super) const DEPARTED: Model = Model {
    name: "table-departed",
    shows: "what a slot counted is told with it or, once it is gone, with the departed: never both, never \
            neither",
    preemptions: 2,
    must_see: &["before it went", "after it went"],
    body: || {
        let registry = Registry::new();
        let stays = registry.register(new("stays"));
        let goes = registry.register(new("goes"));
        for slot in [&stays, &goes] {
            slot.started(None);
            handle_one(slot);
        }
        registry.track_changes();
        let mut mirror = Mirror::default();
        mirror.follow(&registry);
        assert_eq!(mirror.handled(), 2);
        let actor = thread(move || {
            handle_one(&goes);
            goes.forget();
        });
        mirror.follow(&registry);
        let handled = mirror.handled();
        assert!((2..=3).contains(&handled), "{handled}");
        if mirror.slots.len() == 1 {
            seen("after it went");
            assert_eq!((handled, mirror.departed.handled), (3, 2));
        } else {
            seen("before it went");
            assert_eq!(mirror.departed.handled, 0);
        }
        join(actor);
        mirror.follow(&registry);
        assert_eq!((mirror.handled(), mirror.departed.handled), (3, 2));
    },
};

pub(super) const ATTACHED_AGAIN: Model = Model {
    name: "table-attached-again",
    shows: "an agent that comes when one has gone misses nothing that happens meanwhile",
    preemptions: 3,
    must_see: &["came before", "came after"],
    body: || {
        let registry = Registry::new();
        assert!(registry.claim());
        registry.track_changes();
        let old = registry.register(new("old"));
        let host = thread(move || {
            old.rename("renamed");
            registry.register(new("new"));
        });
        registry.take_changes(&mut Changes::default());
        registry.release();
        assert!(registry.claim());
        registry.track_changes();
        let mut mirror = Mirror::default();
        mirror.follow(&registry);
        seen(if mirror.names().contains(&"new") { "came before" } else { "came after" });
        join(host);
        mirror.follow(&registry);
        assert_eq!(mirror.names(), ["renamed", "new"]);
    },
};
