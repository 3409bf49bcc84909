//! Who comes into an empty slot.

use super::table::new;
use crate::adapter::Fate;
use crate::clock::pass;
use crate::registry::{Registry, SlotHandle};
use crate::run::{Model, join, seen, thread};
use crate::sampler::Sampler;
use actorscope_core::ExitReason;
use actorscope_core::view::RowSource;
use std::sync::Arc;

/// A restarted parent, and the id of its child of before, whose slot is empty.
fn restarted_parent(registry: &Registry) -> (SlotHandle, SlotHandle) {
    let parent = registry.register(new("parent"));
    parent.started(None);
    let child = parent.register_below(new("child").refill_key("k"));
    child.started(None);
    child.exited(ExitReason::Normal, None, Fate::Final);
    parent.exited(ExitReason::Panic, None, Fate::Restarts { at: None });
    parent.started(None);
    (parent, child)
}

fn come(parent: &SlotHandle) -> SlotHandle {
    let child = parent.register_below(new("child").refill_key("k"));
    child.started(None);
    child
}

pub(super) const TWO_COMERS: Model = Model {
    name: "vacancy-two-comers",
    shows: "of two actors that could both fill an empty slot one does, and the other has one of its own",
    preemptions: 3,
    must_see: &["refilled"],
    body: || {
        let registry = Registry::new();
        let (parent, before) = restarted_parent(&registry);
        let first = thread({
            let parent = parent.clone();
            move || come(&parent)
        });
        let second = come(&parent);
        let first = join(first);
        assert_ne!(first.id(), second.id(), "two actors in one slot");
        assert!([first.id(), second.id()].contains(&before.id()), "the empty one is used");
        seen("refilled");
    },
};

pub(super) const PRUNED: Model = Model {
    name: "vacancy-pruned",
    shows: "an actor that comes into a slot which is just being thrown out is not thrown out with it",
    preemptions: 2,
    must_see: &["filled again", "thrown out before"],
    body: || {
        let registry = Registry::new();
        let (parent, before) = restarted_parent(&registry);
        let mut sampler = Sampler::new(registry, None);
        sampler.pass(0, 0);
        pass(60_000_000_000);
        let comer = thread(move || come(&parent));
        sampler.pass(0, 0);
        let now = join(comer);
        seen(if now.id() == before.id() { "filled again" } else { "thrown out before" });
        sampler.pass(0, 0);
        assert!(registry.slot(now.id()).is_some(), "its actor runs, and nobody sees it");
        assert!(sampler.rows().state(now.id()).is_some_and(|state| state.is_live()));
    },
};

pub(super) const SETTLED: Model = Model {
    name: "vacancy-settled",
    shows: "an actor that starts in its slot while the sampler gives the slot up has it, and nobody else \
            comes into it while that actor runs",
    preemptions: 2,
    must_see: &["given up", "not given up"],
    body: || {
        let registry = Registry::new();
        let parent = registry.register(new("parent"));
        parent.started(None);
        let child = parent.register_below(new("child").refill_key("k"));
        child.started(None);
        let mut sampler = Sampler::new(registry, None);
        sampler.pass(0, 0);
        child.exited(ExitReason::Panic, None, Fate::Undecided { is_final: Arc::new(|| true) });
        let actor = thread({
            let child = child.clone();
            move || {
                seen(if child.is_live() { "not given up" } else { "given up" });
                child.started(None);
            }
        });
        sampler.pass(0, 0);
        join(actor);
        assert!(child.has_actor());
        parent.exited(ExitReason::Panic, None, Fate::Restarts { at: None });
        parent.started(None);
        assert_ne!(come(&parent).id(), child.id(), "two actors in one slot");
    },
};
