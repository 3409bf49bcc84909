//! Real threads all at once: hosts that start, feed and end actors, and an agent that comes, looks and
//! goes. In the end every number is exactly what the threads counted themselves.
//!
//! `checks/models` shows the same for few steps in all orders; this is many steps in some orders.

use crate::adapter::{Fate, Registration};
use crate::registry::{Registry, SlotHandle};
use crate::sampler::Sampler;
use actorscope_core::view::RowSource;
use actorscope_core::{ExitReason, SlotId};
use std::ops::AddAssign;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

const HOSTS: u64 = 8;

/// Actors that each host starts and ends.
const ACTORS: u64 = 50_000;

/// Passes of one agent before the next one comes.
const PASSES: usize = 20;

/// Shards times the empty slots that each keeps and the one that is just added, and what is live or
/// in the hands of a thread.
const MOST_SLOTS: u64 = 64 * 17 + 4 * HOSTS;

/// What a host did, as it counts itself.
#[derive(Clone, Copy, Default)]
struct Done {
    handled: u64,
    failed: u64,
    restarts: u64,
    events: u64,
}

impl AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.handled += other.handled;
        self.failed += other.failed;
        self.restarts += other.restarts;
        self.events += other.events;
    }
}

impl Done {
    fn start(&mut self, slot: &SlotHandle) {
        self.restarts += u64::from(slot.has_history());
        self.events += 1;
        slot.started(None);
    }

    fn messages(&mut self, slot: &SlotHandle, count: u64, ok: bool) {
        for left in (1..=count).rev() {
            let arrival = slot.look_and_take(left as usize);
            slot.handle(Some(arrival), Some(slot.message_type("test::Job"))).ok(ok);
        }
        self.handled += count;
        self.failed += if ok { 0 } else { count };
    }

    fn end(&mut self, slot: &SlotHandle, exit: ExitReason, fate: Fate) {
        self.events += 1;
        slot.exited(exit, None, fate);
    }
}

/// One host's actors below one that stays; what was done, and of that by the one that stays.
fn host(stays: &SlotHandle) -> (Done, Done) {
    let (mut all, mut own) = (Done::default(), Done::default());
    own.start(stays);
    for n in 0..ACTORS {
        let mut new = Registration::new("test", format!("job-{n}"), "Job");
        if n % 3 == 0 {
            // Comes back into the slot of one that ended before the parent was restarted.
            new = new.refill_key(format!("job-{}", n % 7));
        }
        let job = stays.register_below(new);
        all.start(&job);
        all.messages(&job, n % 4, n % 5 != 0);
        own.messages(stays, 1, n % 11 != 0);
        let exit = if n % 13 == 0 { ExitReason::Panic } else { ExitReason::Normal };
        all.end(&job, exit, Fate::Final);
        if n % 17 == 0 {
            job.forget();
        }
        if n % 1_000 == 999 {
            own.end(stays, ExitReason::Panic, Fate::Restarts { at: None });
            own.start(stays);
        }
    }
    all += own;
    (all, own)
}

/// What the agents saw: how many there were, and what happened before their eyes.
#[derive(Default)]
struct Observed {
    agents: u64,
    events: u64,
    suspensions: u64,
}

/// One agent: follows for a while, lends histograms to those that stay, holds one of them, and goes.
fn observe(registry: Registry, stays: &[SlotId], seen: &mut Observed, handled: &mut u64) {
    assert!(registry.claim());
    let mut sampler = Sampler::new(registry, None);
    for pass in 0..PASSES {
        sampler.pass(1, 0);
        let summary = sampler.rows().summary();
        assert!(summary.handled >= *handled, "{} after {handled}", summary.handled);
        assert!(summary.slots <= MOST_SLOTS, "{} slots", summary.slots);
        *handled = summary.handled;
        for id in stays {
            sampler.rows_mut().want(*id);
        }
        let held = stays.get(pass).and_then(|id| registry.slot(*id));
        if let Some(slot) = held {
            slot.gate.suspend();
            slot.nudge();
            seen.suspensions += 1;
        }
    }
    seen.agents += 1;
    seen.events += sampler.rows().journal().last();
    registry.release();
}

#[test]
fn whatever_threads_do_at_once_adds_up_exactly() {
    let registry = Registry::new();
    let stays: Vec<SlotHandle> = (0..HOSTS)
        .map(|n| {
            let slot = registry.register(Registration::new("test", format!("host-{n}"), "Host"));
            slot.set_mailbox(None, None);
            slot
        })
        .collect();
    let ids: Vec<SlotId> = stays.iter().map(SlotHandle::id).collect();
    let (begin, running) = (Barrier::new(HOSTS as usize + 1), AtomicU64::new(HOSTS));
    let mut seen = Observed::default();
    let each: Vec<(Done, Done)> = thread::scope(|scope| {
        let hosts: Vec<_> = stays
            .iter()
            .map(|stays| {
                scope.spawn(|| {
                    begin.wait();
                    let done = host(stays);
                    running.fetch_sub(1, SeqCst);
                    done
                })
            })
            .collect();
        begin.wait();
        let mut handled = 0;
        while running.load(SeqCst) > 0 {
            observe(registry, &ids, &mut seen, &mut handled);
        }
        hosts.into_iter().map(|host| host.join().expect("its panic is the test's")).collect()
    });
    let mut all = Done::default();
    each.iter().for_each(|(done, _)| all += *done);

    let mut sampler = Sampler::new(registry, None);
    sampler.pass(1, 0);
    let summary = sampler.rows().summary();
    assert_eq!((summary.handled, summary.messages_failed), (all.handled, all.failed));
    assert_eq!((summary.restarts, summary.live), (all.restarts, HOSTS));
    assert_eq!((summary.suspended, summary.handling, summary.queued), (0, 0, 0));
    assert!(summary.slots <= MOST_SLOTS, "{} slots", summary.slots);
    // Each hold ended with its agent, and that was told.
    let events = seen.events + sampler.rows().journal().last();
    assert_eq!(events, all.events + seen.suspensions, "with {} agents", seen.agents);
    for (id, (_, own)) in ids.iter().zip(&each) {
        let stats = sampler.rows().stats(*id).expect("it is live");
        let total = stats.total.expect("it takes messages");
        assert_eq!((total.handled, total.failed), (own.handled, own.failed));
        assert_eq!(
            (stats.restarts, u64::from(stats.incarnation.0)),
            (own.restarts, own.restarts + 1)
        );
    }

    // Histograms went from hand to hand: whoever has one now has what it records, and nothing else.
    for id in &ids {
        sampler.rows_mut().want(*id);
    }
    thread::scope(|scope| {
        for (stays, count) in stays.iter().zip(30..) {
            scope.spawn(move || Done::default().messages(stays, count, true));
        }
    });
    for (id, count) in ids.iter().zip(30..) {
        let detail = sampler.rows().detail(*id).expect("it is live");
        let wait = detail.queue_wait.expect("it is measured");
        let handling = detail.handling.expect("it is measured");
        assert_eq!((wait.count(), handling.count()), (count, count));
        assert!(wait.window_ns.is_some(), "the window's, not those since the start");
    }
}
