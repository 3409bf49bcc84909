//! Slots that the sampler lets sleep while their actors have messages.

use super::table::{handle_one, running_slot, slot_of};
use crate::run::{Model, join, seen, thread};
use crate::slot::Rest;

pub(super) const NOTHING_MISSED: Model = Model {
    name: "sleep",
    shows: "whatever a slot does while it is let sleep is seen at the last look, or its id is noted",
    preemptions: 3,
    must_see: &["slept", "awake"],
    body: || {
        let slot = running_slot("sleeper");
        let registry = slot.registry();
        registry.track_changes();
        let shared = slot_of(&slot);
        let mut rest = Rest::new();
        // A message while it is told that it may sleep …
        let actor = thread({
            let slot = slot.clone();
            move || handle_one(&slot)
        });
        let before = shared.counters().handled;
        let busy = shared.is_busy();
        assert!(!rest.after_look(&shared, !busy));
        // … is written by the next pass, because time passes between two of them.
        join(actor);
        let actor = thread(move || handle_one(&slot));
        let last = shared.counters().handled;
        let sleeps = rest.after_look(&shared, last == before && !shared.is_busy());
        join(actor);
        let noted = registry.stirrings().take().contains(&shared.id);
        if sleeps {
            assert!(noted, "its second message would never be seen");
            seen("slept");
        } else {
            seen("awake");
        }
    },
};
