//! Slots that sleep: whatever happens to them, the totals are those of a count over all slots.

use super::Rows;
use crate::adapter::{Fate, Registration};
use crate::clock::{nanos, ticks, wall};
use crate::registry::{Registry, SlotHandle};
use crate::slot::Slot;
use actorscope_core::forest::Member;
use actorscope_core::node::AgentCost;
use actorscope_core::quality::Quality;
use actorscope_core::spec::ChildSpec;
use actorscope_core::view::{Best, Order, RowSource, SortKey, Weight};
use actorscope_core::{ChildKind, EventKind, ExitReason, SlotId, SlotState};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

mod taking_in;

/// Rows whose passes are a second apart, whatever the clock says.
struct Node {
    registry: Registry,
    rows: Rows,
    now: u64,
    second: u64,
}

impl Node {
    fn new() -> Self {
        let registry = Registry::new();
        registry.track_changes();
        let now = ticks();
        let second = 1_000_000_000 * 1_000_000 / nanos(now, now + 1_000_000).max(1);
        Self { registry, rows: Rows::new(registry), now, second }
    }

    fn actor(&self, name: &str) -> SlotHandle {
        let slot = self.registry.register(Registration::new("test", name, "T"));
        slot.set_mailbox(None, None);
        slot.started(None);
        slot
    }

    fn slot(&self, slot: &SlotHandle) -> Arc<Slot> {
        self.registry.slot(slot.id()).unwrap()
    }

    fn pass(&mut self) {
        self.now += self.second;
        self.rows.pass(self.now, wall(), Default::default(), AgentCost::default());
    }

    fn pass_until_all_sleep(&mut self) {
        // Longer than a histogram is lent to one whose waits were among the longest.
        for _ in 0..70 {
            self.pass();
        }
    }

    /// What the summary must say, counted over all slots.
    fn check(&self) {
        let summary = self.rows.summary();
        let slots = self.registry.all();
        let stats: Vec<_> = slots.iter().map(|s| self.rows.stats(s.id).expect("a row")).collect();
        let count = |is: &dyn Fn(SlotState) -> bool| {
            stats.iter().filter(|stats| is(stats.state)).count() as u64
        };
        assert_eq!(summary.live, count(&SlotState::is_live));
        assert_eq!(summary.suspended, count(&|state| state == SlotState::Suspended));
        assert_eq!(summary.failed, count(&|state| state == SlotState::Failed));
        let is_supervisor = |id: SlotId| {
            self.rows.identity(id).is_some_and(|who| who.kind == ChildKind::Supervisor)
        };
        let live = slots.iter().zip(&stats).filter(|(_, stats)| stats.state.is_live());
        let supervisors = live.filter(|(slot, _)| is_supervisor(slot.id)).count() as u64;
        assert_eq!(summary.supervisors, supervisors);
        self.check_weights();
        for key in SortKey::ALL {
            for order in [Order::Ascending, Order::Descending] {
                self.check_order(*key, order);
            }
        }
    }

    /// What each slot adds to a fold is what its row says.
    fn check_weights(&self) {
        let forest = self.rows.forest();
        for id in self.rows.slots() {
            let place = forest.place(id).expect("it is in the forest");
            let weight = self.rows.weight(Member { id, place }).expect("a row");
            let stats = self.rows.stats(id).expect("a row");
            let of_stats = Weight::of(&stats);
            assert_eq!(weight.depth.value(), of_stats.depth.value(), "{stats:?}");
            assert_eq!(weight.state.rank(), of_stats.state.rank(), "{stats:?}");
            assert_eq!((weight.total, weight.restarts), (of_stats.total, of_stats.restarts));
            assert_eq!(weight.rate_per_s, of_stats.rate_per_s, "{stats:?}");
            assert_eq!(weight.utilization, of_stats.utilization, "{stats:?}");
        }
    }

    /// The first rows are those that looking at each of them says.
    fn check_order(&self, key: SortKey, order: Order) {
        let (mut quick, mut slow) = (Best::new(3, order), Best::new(3, order));
        self.rows.offer_all(key, &mut quick);
        for id in self.rows.slots() {
            slow.offer(self.rows.sort_value(id, key), || Some(id));
        }
        assert_eq!(quick.offered(), slow.offered());
        let [quick, slow] = [quick, slow].map(|best| best.into_rows().collect::<Vec<_>>());
        assert_eq!(quick, slow, "{key:?} {order:?}");
    }

    fn handled(&self) -> u64 {
        self.rows.summary().handled
    }
}

fn message(slot: &SlotHandle) {
    slot.look(1);
    let arrival = slot.take();
    slot.handle(Some(arrival), None).ok(true);
}

#[test]
fn what_began_after_the_pass_has_lasted_for_some_time() {
    let mut node = Node::new();
    let slot = node.actor("a");
    node.rows.pass(ticks(), wall(), Default::default(), AgentCost::default());
    slot.look(2);
    let arrival = slot.take();
    let handling = slot.handle(Some(arrival), None);
    let begun = ticks();
    while nanos(begun, ticks()) < 1_000 {}
    let stats = node.rows.stats(slot.id()).unwrap();
    assert!(stats.handling_now.is_some_and(|now| now.for_ns >= 1_000));
    assert!(matches!(stats.depth.quality(), Quality::Stale { age_ns } if age_ns >= 1_000));
    handling.ok(true);
}

#[test]
fn what_does_nothing_sleeps_until_it_does_something() {
    let mut node = Node::new();
    let [slot, other] = ["a", "b"].map(|name| node.actor(name));
    message(&slot);
    node.pass();
    assert_eq!((node.rows.count_awake(), node.handled()), (2, 1));
    node.pass_until_all_sleep();
    assert_eq!((node.rows.count_asleep(), node.handled()), (2, 1));
    assert_eq!(node.rows.stats(slot.id()).unwrap().rate_per_s, Some(0.0));
    message(&slot);
    node.pass();
    assert_eq!((node.rows.count_asleep(), node.handled()), (1, 2));
    assert_eq!(node.rows.count_awake(), 1);
    assert!(!node.slot(&other).marks.is_stirred());
    node.check();
}

/// More than are kept of any order: some fall asleep and wake up that are among the first, and some that are
/// not.
#[test]
fn who_comes_first_of_many_is_who_would_of_all() {
    let mut node = Node::new();
    let slots: Vec<SlotHandle> = (0..150).map(|n| node.actor(&format!("a{n}"))).collect();
    let mut random = 7_usize;
    for round in 0..60 {
        for _ in 0..if round % 3 == 0 { 40 } else { 2 } {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888);
            let slot = slots.get((random >> 33) % slots.len()).expect("one of them");
            for _ in 0..=random % 5 {
                message(slot);
            }
        }
        node.pass();
        node.check();
    }
    node.pass_until_all_sleep();
    assert_eq!(node.rows.count_awake(), 0);
    for woken in slots.iter().rev().take(100) {
        message(woken);
        node.pass();
        node.check();
    }
}

#[test]
fn what_is_busy_held_or_ended_does_not_sleep() {
    let mut node = Node::new();
    let [busy, held, ended, full] = ["b", "h", "e", "f"].map(|name| node.actor(name));
    let handling = busy.handle(None, None);
    node.slot(&held).gate.suspend();
    node.slot(&held).nudge();
    ended.exited(ExitReason::Panic, None, Fate::Final);
    full.look(2);
    node.pass_until_all_sleep();
    assert_eq!((node.rows.count_asleep(), node.rows.count_awake()), (0, 4));
    handling.ok(true);
    node.slot(&held).gate.resume();
    full.take();
    full.take();
    node.pass_until_all_sleep();
    assert_eq!(node.rows.count_asleep(), 3, "all but the one that ended");
    node.check();
}

#[test]
fn whoever_can_be_sent_to_unseen_does_not_sleep() {
    let mut node = Node::new();
    let slot = node.actor("a");
    let queued = Arc::new(AtomicU64::new(0));
    let seen = queued.clone();
    let probe = move || Some(seen.load(Relaxed));
    slot.set_mailbox(None, Some(Arc::new(probe)));
    node.pass_until_all_sleep();
    assert_eq!(node.rows.count_asleep(), 0);
    // It sleeps before its mailbox, with a waker that says so.
    slot.set_parked(true);
    node.pass_until_all_sleep();
    assert_eq!(node.rows.count_asleep(), 1);
    queued.store(1, Relaxed);
    slot.waker().wake();
    node.pass();
    assert_eq!(node.rows.stats(slot.id()).unwrap().depth.value(), Some(1));
    assert_eq!(node.rows.summary().queued, 1);
}

#[test]
fn what_is_sent_to_a_mailbox_of_which_senders_tell_is_seen() {
    let mut node = Node::new();
    let slot = node.actor("a");
    let queued = Arc::new(AtomicU64::new(0));
    let seen = queued.clone();
    slot.set_mailbox(None, Some(Arc::new(move || Some(seen.load(Relaxed)))));
    slot.announces_arrivals();
    node.pass_until_all_sleep();
    assert_eq!(node.rows.count_asleep(), 1);
    queued.store(2, Relaxed);
    slot.arrives();
    node.pass();
    assert_eq!(node.rows.summary().queued, 2);
}

#[test]
fn whoever_sends_and_does_nothing_else_has_links() {
    let mut node = Node::new();
    let [sender, receiver] = ["s", "r"].map(|name| node.actor(name));
    node.pass_until_all_sleep();
    sender.told(&receiver, true);
    node.pass();
    for slot in [&sender, &receiver] {
        let links = node.rows.detail(slot.id()).and_then(|detail| detail.links);
        assert!(links.is_some_and(|links| links.outgoing.len() + links.incoming.len() == 1));
    }
}

#[test]
fn where_nobody_hears_them_all_are_looked_at() {
    let mut node = Node::new();
    let slot = node.actor("a");
    node.pass_until_all_sleep();
    node.registry.release();
    let mut late = Rows::new(node.registry);
    late.pass(node.now, wall(), Default::default(), AgentCost::default());
    message(&slot);
    for n in 1..10 {
        let now = node.now + n * node.second;
        late.pass(now, wall(), Default::default(), AgentCost::default());
    }
    assert_eq!(late.count_asleep(), 0);
}

#[derive(Clone, Debug)]
enum Step {
    Start,
    Message(usize),
    Begin(usize),
    End(usize),
    Hold(usize, bool),
    Exit(usize, bool),
    Forget(usize),
    Pass(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let slot = 0usize..8;
    prop_oneof![
        2 => Just(Step::Start),
        3 => slot.clone().prop_map(Step::Message),
        1 => slot.clone().prop_map(Step::Begin),
        2 => slot.clone().prop_map(Step::End),
        1 => (slot.clone(), any::<bool>()).prop_map(|(slot, held)| Step::Hold(slot, held)),
        1 => (slot.clone(), any::<bool>()).prop_map(|(slot, fails)| Step::Exit(slot, fails)),
        1 => slot.prop_map(Step::Forget),
        5 => (1u8..8).prop_map(Step::Pass),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_totals_are_those_of_all_slots(steps in proptest::collection::vec(step(), 0..60)) {
        let mut node = Node::new();
        let mut slots: Vec<SlotHandle> = Vec::new();
        let mut handled = 0;
        for step in steps {
            let of = |n: usize| slots.get(n % slots.len().max(1)).filter(|slot| slot.has_actor());
            match step {
                Step::Start => slots.push(node.actor("a")),
                Step::Message(n) => {
                    if let Some(slot) = of(n).filter(|slot| !slot.is_handling()) {
                        message(slot);
                        handled += 1;
                    }
                }
                Step::Begin(n) => {
                    if let Some(slot) = of(n).filter(|slot| !slot.is_handling()) {
                        slot.begin(None, None);
                    }
                }
                Step::End(n) => {
                    if let Some(slot) = of(n).filter(|slot| slot.is_handling()) {
                        slot.end(true);
                        handled += 1;
                    }
                }
                Step::Hold(n, held) => {
                    if let Some(slot) = of(n) {
                        let slot = node.slot(slot);
                        if held {
                            slot.gate.suspend();
                            slot.nudge();
                        } else {
                            slot.gate.resume();
                        }
                    }
                }
                Step::Exit(n, fails) => {
                    if let Some(slot) = of(n) {
                        // A handler that runs ends with its actor.
                        handled += u64::from(slot.is_handling());
                        let exit = if fails { ExitReason::Panic } else { ExitReason::Normal };
                        slot.exited(exit, None, Fate::Final);
                    }
                }
                Step::Forget(n) => {
                    let slot = slots.get(n % slots.len().max(1));
                    if let Some(slot) = slot.filter(|slot| !slot.is_handling()) {
                        slot.forget();
                        slots.retain(|other| other.registry().slot(other.id()).is_some());
                    }
                }
                Step::Pass(times) => {
                    for _ in 0..times {
                        node.pass();
                    }
                    node.check();
                    prop_assert_eq!(node.handled(), handled);
                }
            }
        }
        node.pass();
        node.check();
        prop_assert_eq!(node.handled(), handled);
    }
}

#[test]
fn a_restart_and_what_it_used_of_the_budget_are_told_together() {
    let mut node = Node::new();
    for n in 0..100 {
        let spec =
            ChildSpec { intensity: Some(99), period_ns: Some(u64::MAX), ..Default::default() };
        let new = Registration::new("test", format!("a-{n}"), "T").child_spec(spec);
        let slot = node.registry.register(new);
        slot.started(None);
        node.pass();
        let told = || {
            let stats = node.rows.stats(slot.id()).unwrap();
            (stats.restarts, u64::from(stats.budget.unwrap().used))
        };
        std::thread::scope(|scope| {
            let restarts = scope.spawn(|| {
                for _ in 0..20 {
                    slot.exited(ExitReason::Error, None, Fate::Restarts { at: None });
                    slot.started(None);
                }
            });
            while !restarts.is_finished() {
                let (restarts, used) = told();
                assert_eq!(restarts, used);
            }
        });
        assert_eq!(told(), (20, 20));
    }
}
