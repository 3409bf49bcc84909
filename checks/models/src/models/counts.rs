//! One writer and whoever reads: what a slot counts of messages and polls.

use crate::cell::{Meter, Polls};
use crate::run::{Model, join, seen, thread};
use std::sync::Arc;

/// One message, as an actor's task reports it.
pub(super) fn message(meter: &Meter, ok: bool) {
    meter.look(1);
    let arrived = meter.take();
    meter.begin(Some(arrived), 0);
    meter.end(ok);
}

/// A meter that has tier 1 with its next message.
pub(super) fn all_but_tier_1() -> Arc<Meter> {
    let meter = Arc::new(Meter::default());
    for _ in 0..15 {
        message(&meter, true);
    }
    assert!(meter.read_tier1().is_none());
    meter
}

pub(super) const READ: Model = Model {
    name: "counts-read",
    shows: "a reader never sees a count that was not, nor one that goes back; in the end all are exact",
    preemptions: 3,
    must_see: &["none", "one", "two", "in a handler", "behind"],
    body: || {
        let meter = Arc::new(Meter::default());
        let actor = thread({
            let meter = meter.clone();
            move || {
                message(&meter, true);
                message(&meter, false);
            }
        });
        let first = meter.hot.handled();
        let since = meter.hot.handling.since();
        let second = meter.hot.handled();
        assert!(first <= second && second <= 2, "{first}, then {second}");
        seen(["none", "one", "two"][second as usize]);
        if since != 0 {
            seen("in a handler");
        }
        join(actor);
        let hot = meter.hot.read();
        assert_eq!((hot.handled, hot.failed, hot.handling_since, hot.depth), (2, 1, 0, 0));
        if second < hot.handled {
            seen("behind");
        }
    },
};

pub(super) const TIER_1: Model = Model {
    name: "counts-tier-1",
    shows: "whoever sees tier 1 sees it whole, with no more in it than was recorded, and nothing is lost",
    preemptions: 3,
    must_see: &["no tier 1", "empty", "one", "two"],
    body: || {
        let meter = all_but_tier_1();
        let actor = thread({
            let meter = meter.clone();
            move || {
                message(&meter, true);
                message(&meter, true);
            }
        });
        match meter.read_tier1() {
            None => seen("no tier 1"),
            Some(tier1) => {
                let count = tier1.handling.read().count();
                seen(["empty", "one", "two"][count as usize]);
            }
        }
        join(actor);
        let tier1 = meter.read_tier1().expect("made with the 16th message");
        assert_eq!((tier1.wait.read().count(), tier1.handling.read().count()), (1, 2));
    },
};

pub(super) const FIRST: Model = Model {
    name: "counts-first",
    shows: "actor, sampler and a sender that need the meter at the same time get the same one",
    preemptions: 3,
    must_see: &["made by the actor", "made by another"],
    body: || {
        let slot = super::table::bare_slot();
        let actor = thread({
            let slot = slot.clone();
            move || {
                let was_there = slot.read_meter().is_some();
                message(slot.meter(), true);
                seen(if was_there { "made by another" } else { "made by the actor" });
            }
        });
        let sender = thread({
            let slot = slot.clone();
            move || slot.meter().links().to(slot.id).told(true)
        });
        slot.meter().lend_fine(None);
        join(actor);
        join(sender);
        assert_eq!(slot.counters().handled, 1);
        let links = slot.read_links().expect("the sender's").read();
        assert_eq!(links.iter().map(|link| link.tells).sum::<u64>(), 1);
    },
};

pub(super) const POLLS: Model = Model {
    name: "counts-polls",
    shows: "a task that is polled while somebody begins to look: one histogram, and nothing counted twice",
    preemptions: 2,
    must_see: &["seen by the task", "made too late for it"],
    body: || {
        let polls = Arc::new(Polls::default());
        let task = thread({
            let polls = polls.clone();
            move || {
                polls.begin(Some(1));
                polls.end(false);
            }
        });
        polls.look();
        let before = polls.read();
        // Between the two stores with which a poll ends it counts as ended and as running.
        assert!(before.polls <= 1 && before.delays <= 1 + u64::from(before.since != 0));
        join(task);
        let (poll, delay) = polls.buckets(crate::clock::ticks()).expect("somebody looks");
        assert_eq!(polls.read().polls, 1);
        assert!(poll.count() <= 1 && delay.count() <= poll.count());
        seen(if poll.count() == 1 { "seen by the task" } else { "made too late for it" });
    },
};
