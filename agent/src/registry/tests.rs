//! Whatever adapters report, in whatever order: the tree stays sane and the counts add up.

use super::{Registry, SlotHandle};
use crate::adapter::{Fate, Registration};
use crate::sampler::Sampler;
use actorscope_core::view::RowSource;
use actorscope_core::{ChildSpec, EventKind, ExitReason, SlotId};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone, Debug)]
enum Step {
    /// Under one of the slots so far, or under one that never was.
    Register {
        parent: Option<usize>,
        bogus: bool,
        key: bool,
    },
    Start(usize),
    Exit(usize, u8),
    Message(usize, bool),
    SetParent(usize, Option<usize>),
    Rename(usize),
    Forget(usize),
    Pass,
}

fn step() -> impl Strategy<Value = Step> {
    let slot = 0usize..20;
    let maybe = proptest::option::of(0usize..20);
    prop_oneof![
        4 => (maybe.clone(), prop::bool::weighted(0.1), any::<bool>())
            .prop_map(|(parent, bogus, key)| Step::Register { parent, bogus, key }),
        4 => slot.clone().prop_map(Step::Start),
        3 => (slot.clone(), 0u8..4).prop_map(|(s, f)| Step::Exit(s, f)),
        5 => (slot.clone(), any::<bool>()).prop_map(|(s, ok)| Step::Message(s, ok)),
        1 => (slot.clone(), maybe).prop_map(|(s, p)| Step::SetParent(s, p)),
        1 => slot.clone().prop_map(Step::Rename),
        1 => slot.prop_map(Step::Forget),
        2 => Just(Step::Pass),
    ]
}

fn fate(n: u8) -> Fate {
    match n {
        0 => Fate::Restarts { at: None },
        1 => Fate::Undecided { is_final: Arc::new(|| true) },
        2 => Fate::Final,
        _ => Fate::GaveUp,
    }
}

/// What must hold after any sequence of reports.
fn check(registry: &Registry, sampler: &mut Sampler, handled: &HashMap<SlotId, (u64, u64)>) {
    sampler.pass(1, 0);
    let slots = registry.inner().table.all();
    let rows = sampler.rows();
    assert_eq!(rows.forest().len(), slots.len(), "the sampler sees the same slots");
    let reached: usize =
        rows.forest().roots().map(|r| 1 + rows.forest().descendants(r).count()).sum();
    assert_eq!(reached, slots.len(), "everybody hangs in the tree once");
    let events = rows.journal().read(0, usize::MAX).events;
    for slot in &slots {
        let id = slot.id;
        let stats = rows.stats(id).expect("a row");
        let identity = rows.identity(id).expect("a row");
        assert_eq!(identity.parent, slot.parent().map(|parent| parent.id), "in the same place");
        let below = slots.iter().filter(|s| s.cold().parent.as_ref().is_some_and(|p| p.id == id));
        assert_eq!(slot.marks.has_children(), below.count() > 0);
        let of =
            |kind| events.iter().filter(|e| e.slot == Some(id) && e.kind == kind).count() as u64;
        assert_eq!(slot.restarts(), of(EventKind::Restarted));
        assert_eq!(u64::from(slot.incarnation().0), 1 + slot.restarts());
        assert!(of(EventKind::Started) <= 1);
        let (all, failed) = handled.get(&id).copied().unwrap_or_default();
        let (total, current) = (stats.total.unwrap(), stats.current.unwrap());
        assert_eq!((total.handled, total.failed), (all, failed));
        assert!(current.handled <= total.handled);
        let history = slot.history();
        let past: u64 = history.iter().map(|h| h.counters.unwrap().handled).sum();
        if slot.marks.phase().has_actor() && history.len() < 16 {
            assert_eq!(past + current.handled, total.handled, "nothing counted twice");
        }
    }
    let warnings = events.iter().filter(|e| e.kind == EventKind::Warning).count() as u64;
    assert_eq!(registry.warnings(), warnings, "every oddity is told");
    let numbers: Vec<u64> = events.iter().map(|e| e.seq).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
}

#[test]
fn without_an_agent_the_dead_are_not_kept_for_ever() {
    let registry = Registry::new();
    let parent = registry.register(Registration::new("test", "sup", "S"));
    parent.started(None);
    for i in 0..5_000 {
        let new = Registration::new("test", format!("conn-{i}"), "C").parent(Some(parent.id()));
        let conn = registry.register(new.refill_key(format!("conn-{i}")));
        conn.started(None);
        let task = Registration::new("test", "reader", "R").parent(Some(conn.id()));
        let task = registry.register(task);
        task.started(None);
        conn.exited(ExitReason::Normal, None, fate((i % 2) as u8 + 1));
        task.exited(ExitReason::Normal, None, Fate::Final);
    }
    let slots = registry.inner().table.all().len();
    // 16 a shard, and those whose child had not ended when they were looked at.
    assert!(slots < 1_300, "{slots} slots");
    let vacant =
        (0..5_000).filter(|i| parent.slot.cold().vacant(&format!("conn-{i}")).is_some()).count();
    assert!(vacant < 1_300, "{vacant} places to be filled again");
    assert!(registry.slot(parent.id()).is_some());
}

#[test]
fn whom_somebody_may_miss_is_kept_longer_than_who_came_and_went() {
    let registry = Registry::new();
    let mut sampler = Sampler::new(registry, None);
    let end = |slot: &SlotHandle| slot.exited(ExitReason::Normal, None, Fate::Final);
    let started = |n, spec: Option<ChildSpec>| {
        let new = Registration::new("test", format!("a-{n}"), "A");
        let slot = registry.register(match spec {
            Some(spec) => new.child_spec(spec),
            None => new,
        });
        slot.started(None);
        slot
    };
    let shown: Vec<_> = (0..600).map(|n| started(n, None)).collect();
    sampler.pass(1, 0);
    shown.iter().for_each(end);
    // The same number each of such as no pass sees.
    let supervised: Vec<_> = (0..400)
        .map(|n| {
            let slot = started(n, Some(ChildSpec::default()));
            end(&slot);
            slot
        })
        .collect();
    let unseen: Vec<_> = (0..400)
        .map(|n| {
            let slot = started(n, None);
            end(&slot);
            slot
        })
        .collect();
    let kept =
        |all: &[SlotHandle]| all.iter().filter(|slot| registry.slot(slot.id()).is_some()).count();
    assert_eq!((kept(&shown), kept(&supervised)), (600, 400));
    assert_eq!(kept(&unseen), 64);
}

#[test]
fn tasks_that_hand_on_to_each_other_do_not_pile_up() {
    let registry = Registry::new();
    let mut runs = registry.register(Registration::new("test", "relay", "R"));
    runs.started(None);
    for _ in 0..5_000 {
        let next = runs.register_below(Registration::new("test", "relay", "R"));
        next.started(None);
        runs.exited(ExitReason::Normal, None, Fate::Final);
        runs = next;
    }
    let slots = registry.inner().table.all().len();
    assert!(slots < 1_200, "{slots} slots");
    let mut sampler = Sampler::new(registry, None);
    sampler.pass(1, 0);
    assert!(sampler.rows().forest().ancestors(runs.id()).count() < 64);
}

#[test]
fn what_moves_and_starts_between_two_passes_starts_where_it_went() {
    let registry = Registry::new();
    let mut sampler = Sampler::new(registry, None);
    let sup = registry.register(Registration::new("test", "sup", "S"));
    let late = registry.register(Registration::new("test", "late", "L"));
    sampler.pass(1, 0);
    late.set_parent(Some(sup.id()));
    late.started(None);
    sampler.pass(1, 0);
    let events = sampler.rows().journal().read(0, 10).events;
    assert_eq!(events.last().map(|e| (e.kind, &*e.path)), Some((EventKind::Started, "/sup/late")));
}

#[test]
fn what_came_and_went_between_two_passes_has_a_path() {
    let registry = Registry::new();
    let mut sampler = Sampler::new(registry, None);
    let sup = registry.register(Registration::new("test", "sup", "S"));
    sup.started(None);
    let group = sup.register_below(Registration::new("test", "group", "G"));
    let task = group.register_below(Registration::new("test", "task", "T"));
    task.started(None);
    task.exited(ExitReason::Normal, None, Fate::Final);
    for slot in [&task, &group] {
        slot.forget();
    }
    sampler.pass(1, 0);
    let events = sampler.rows().journal().read(0, 10).events;
    let paths: Vec<_> = events.iter().map(|e| (e.kind, &*e.path)).collect();
    assert_eq!(
        paths,
        [
            (EventKind::Started, "/sup"),
            (EventKind::Started, "/sup/group/task"),
            (EventKind::Exited, "/sup/group/task")
        ]
    );
    assert_eq!(sampler.rows().forest().len(), 1);
}

#[test]
fn a_forgotten_slot_hangs_under_nobody() {
    let registry = Registry::new();
    let [parent, late] = ["p", "l"].map(|n| registry.register(Registration::new("t", n, "T")));
    late.set_parent(Some(parent.id()));
    assert!(parent.slot.marks.has_children());
    late.forget();
    late.set_parent(None);
    late.set_parent(Some(parent.id()));
    assert!(!parent.slot.marks.has_children(), "else the parent would never be let go");
}

#[test]
fn what_is_asked_of_an_actor_never_reaches_its_successor() {
    let slot = Registry::new().register(Registration::new("test", "a", "A"));
    let first = slot.incarnation();
    slot.started(None);
    let stop = |whom| slot.slot.ask(whom, |_, gate| gate.stop());
    assert!(stop(first).is_some() && slot.is_asked());
    slot.exited(ExitReason::Panic, None, Fate::Restarts { at: None });
    assert!(stop(first).is_none(), "it has ended");
    slot.started(None);
    assert!(!slot.is_asked(), "that was another one");
    assert!(stop(first).is_none() && !slot.is_asked());
    assert!(stop(slot.incarnation()).is_some() && slot.is_asked());
}

#[test]
fn a_name_that_became_free_can_be_asked_for_again() {
    let registry = Registry::new();
    let mut sampler = Sampler::new(registry, None);
    let [first, second] = [(), ()].map(|()| registry.register(Registration::new("t", "w", "T")));
    sampler.pass(1, 0);
    assert_eq!(sampler.rows().path(second.id()), "/w~2");
    first.forget();
    second.set_capabilities(|c| c.with(actorscope_core::capability::Capability::Kill));
    sampler.pass(1, 0);
    assert_eq!(sampler.rows().path(second.id()), "/w~2", "nobody asked");
    second.rename("w");
    sampler.pass(1, 0);
    assert_eq!(sampler.rows().path(second.id()), "/w");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_tree_stays_sane_and_the_counts_add_up(
        steps in proptest::collection::vec(step(), 0..120),
    ) {
        let registry = Registry::new();
        let mut sampler = Sampler::new(registry, None);
        let mut slots: Vec<SlotHandle> = Vec::new();
        let mut handled: HashMap<SlotId, (u64, u64)> = HashMap::new();
        for step in steps {
            let get = |i: usize| slots.get(i % slots.len().max(1));
            match step {
                Step::Register { parent, bogus, key } => {
                    let parent = if bogus {
                        SlotId::new(SlotId::MAX)
                    } else {
                        parent.and_then(get).map(SlotHandle::id)
                    };
                    let mut new = Registration::new("test", "x", "T").parent(parent);
                    if key {
                        new = new.refill_key("k");
                    }
                    slots.push(registry.register(new));
                }
                Step::Start(i) => {
                    // The contract: an adapter starts an actor only in an empty slot.
                    if let Some(slot) = get(i).filter(|s| !s.is_running() && s.is_known()) {
                        slot.started(None);
                    }
                }
                Step::Exit(i, f) => {
                    if let Some(slot) = get(i) {
                        slot.exited(ExitReason::Panic, None, fate(f));
                    }
                }
                Step::Message(i, ok) => {
                    if let Some(slot) = get(i).filter(|s| s.is_running() && s.is_known()) {
                        slot.look(1);
                        let arrival = slot.take();
                        slot.handle(Some(arrival), Some(slot.message_type("test::M"))).ok(ok);
                        let count = handled.entry(slot.id()).or_default();
                        count.0 += 1;
                        count.1 += u64::from(!ok);
                    }
                }
                Step::SetParent(i, parent) => {
                    if let Some(slot) = get(i).filter(|s| s.is_known()) {
                        slot.set_parent(parent.and_then(get).map(SlotHandle::id));
                    }
                }
                Step::Rename(i) => {
                    if let Some(slot) = get(i).filter(|s| s.is_known()) {
                        slot.rename("y/z");
                    }
                }
                Step::Forget(i) => {
                    if let Some(slot) = get(i) {
                        slot.forget();
                    }
                }
                Step::Pass => check(&registry, &mut sampler, &handled),
            }
        }
        check(&registry, &mut sampler, &handled);
    }
}

impl SlotHandle {
    fn is_running(&self) -> bool {
        self.has_actor() && self.slot.marks.phase() != crate::slot::Phase::Starting
    }

    fn is_known(&self) -> bool {
        self.registry().slot(self.id()).is_some()
    }
}
