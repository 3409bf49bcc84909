//! Tier-2 histograms: lent by the sampler, written by an actor's task that nobody asks.

use super::counts::{all_but_tier_1, message};
use crate::cell::{Lent, Meter};
use crate::clock::{pass, ticks};
use crate::run::{Model, join, seen, thread};
use crate::sync::atomic::AtomicBool;
use crate::sync::atomic::Ordering::{Acquire, Release};
use std::sync::Arc;

/// Longer than a returned histogram is kept back.
const QUARANTINE: u64 = 200_000_000;

/// One that records into what it is lent.
fn meter() -> Arc<Meter> {
    let meter = all_but_tier_1();
    message(&meter, true);
    meter
}

fn lend(to: &Meter) -> Lent {
    let lent = Lent::take(ticks()).expect("nobody else has any");
    to.lend_fine(Some(&lent));
    lent
}

fn take_back(from: &Meter, lent: Lent) {
    from.lend_fine(None);
    drop(lent);
}

/// Waits and handling times in it.
fn counts(lent: &Lent) -> (u64, u64) {
    lent.with(|fine| (fine.wait(1).count(), fine.handling(1).count())).expect("it is there")
}

pub(super) const ROTATED: Model = Model {
    name: "fine-rotated",
    shows: "what is recorded while the halves change places is counted once, and nothing old comes back",
    preemptions: 4,
    must_see: &["into the older half", "into the newer half"],
    body: || {
        let meter = meter();
        let lent = lend(&meter);
        message(&meter, true);
        lent.with(|fine| fine.rotate());
        let actor = thread({
            let meter = meter.clone();
            move || message(&meter, true)
        });
        lent.with(|fine| fine.rotate());
        join(actor);
        assert_eq!(counts(&lent), (1, 1));
        lent.with(|fine| fine.rotate());
        seen(match counts(&lent) {
            (0, 0) => "into the older half",
            (1, 1) => "into the newer half",
            _ => "one into each",
        });
    },
};

pub(super) const LENT_EMPTY: Model = Model {
    name: "fine-lent-empty",
    shows: "what one slot recorded is not in the histogram when another has it, whatever that one records",
    preemptions: 4,
    must_see: &["recorded", "not recorded"],
    body: || {
        let (first, second) = (meter(), meter());
        let lent = lend(&first);
        message(&first, true);
        take_back(&first, lent);
        pass(QUARANTINE);
        let actor = thread({
            let second = second.clone();
            move || message(&second, true)
        });
        let lent = lend(&second);
        join(actor);
        let (waits, handlings) = counts(&lent);
        assert!(waits <= 1 && handlings <= 1, "{waits} waits and {handlings} handlings of one");
        seen(if handlings == 1 { "recorded" } else { "not recorded" });
    },
};

pub(super) const KEPT_BACK: Model = Model {
    name: "fine-kept-back",
    shows: "what is lent right after a histogram was taken back is another one: nothing of the slot before \
            gets into it",
    preemptions: 3,
    must_see: &["recorded before", "recorded late or not at all"],
    body: || {
        let (first, second) = (meter(), meter());
        let lent = lend(&first);
        first.begin(None, 0);
        let actor = thread({
            let first = first.clone();
            move || first.end(true)
        });
        let before = counts(&lent);
        take_back(&first, lent);
        let lent = lend(&second);
        join(actor);
        assert_eq!(counts(&lent), (0, 0));
        pass(QUARANTINE);
        let again = Lent::take(ticks()).expect("the one that was taken back");
        // Emptied when it is lent, whatever came late.
        assert_eq!(counts(&again), (0, 0));
        seen(if before.1 == 1 { "recorded before" } else { "recorded late or not at all" });
    },
};

pub(super) const TAKEN_BACK: Model = Model {
    name: "fine-taken-back",
    shows: "a slot whose histogram is taken back and lent on leaves at most the one duration there that \
            its task was about to record, and nothing once its task could know",
    preemptions: 2,
    must_see: &["nothing", "one duration", "after it could know"],
    body: || {
        let (first, second) = (meter(), meter());
        let lent = lend(&first);
        first.begin(None, 0);
        let is_known = Arc::new(AtomicBool::new(false));
        let actor = thread({
            let (first, is_known) = (first.clone(), is_known.clone());
            move || {
                // Held up at any moment in here, for as long as the sampler likes.
                first.end(true);
                if is_known.load(Acquire) {
                    message(&first, true);
                    seen("after it could know");
                }
            }
        });
        take_back(&first, lent);
        is_known.store(true, Release);
        pass(QUARANTINE);
        let lent = lend(&second);
        join(actor);
        seen(match counts(&lent) {
            (0, 0) => "nothing",
            (0, 1) => "one duration",
            (waits, handlings) => panic!("{waits} waits and {handlings} handlings of another"),
        });
    },
};
