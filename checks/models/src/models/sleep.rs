//! Slots that the sampler lets sleep while something happens to them.

use super::table::bare_slot;
use crate::run::{Model, join, seen, thread};
use crate::slot::Rest;
use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

pub(super) const NOTHING_MISSED: Model = Model {
    name: "sleep",
    shows: "what happens to a slot that is let sleep is seen at the last look, or its id is noted",
    preemptions: 3,
    must_see: &["slept", "awake", "seen at the last look"],
    body: || {
        let slot = bare_slot();
        let registry = slot.cold().class.registry;
        registry.track_changes();
        // What a meter is to a real slot: written first, before the slot stirs.
        let written = Arc::new(AtomicU64::new(0));
        let happens = |what| {
            let (slot, written) = (slot.clone(), written.clone());
            thread(move || {
                written.store(what, Relaxed);
                slot.stir();
            })
        };
        let mut rest = Rest::new();
        // Something happens while the slot is told that it may sleep …
        let actor = happens(1);
        let before = written.load(Relaxed);
        assert!(!rest.after_look(&slot, true), "it is looked at once more");
        // … is written by the next pass, because time passes between two of them.
        join(actor);
        let actor = happens(2);
        let last = written.load(Relaxed);
        let sleeps = rest.after_look(&slot, last == before);
        join(actor);
        let noted = registry.stirrings().take().contains(&slot.id);
        if sleeps {
            assert!(noted, "what happened last would never be seen");
            seen("slept");
        } else {
            seen("awake");
        }
        if last == 1 && before == 0 {
            seen("seen at the last look");
        }
    },
};
