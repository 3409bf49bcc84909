//! Views and previews over rows made by hand.

use actorscope_core::blast::{Effect, QueueFate, preview};
use actorscope_core::capability::{Capabilities, Capability};
use actorscope_core::forest::Forest;
use actorscope_core::link::WaitingFor;
use actorscope_core::node::Summary;
use actorscope_core::quality::Reading;
use actorscope_core::slot::{HandlingNow, Identity, LatencySummary, SlotDetail, Stats};
use actorscope_core::spec::{BudgetUse, ChildKind, ChildSpec, RestartType, SupervisorSpec};
use actorscope_core::view::{
    Expansion, Filter, Folding, Order, RowSource, SortKey, ViewSpec, evaluate, evaluate_while,
};
use actorscope_core::{SlotId, SlotState, Strategy, Timestamp, Verb};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};

#[path = "views/folds.rs"]
mod folds;

#[derive(Default, Debug)]
struct Rows {
    forest: Forest,
    rows: BTreeMap<SlotId, (Identity, Stats)>,
}

impl RowSource for Rows {
    fn forest(&self) -> &Forest {
        &self.forest
    }
    fn identity(&self, id: SlotId) -> Option<Identity> {
        self.rows.get(&id).map(|r| &r.0).cloned()
    }
    fn stats(&self, id: SlotId) -> Option<Stats> {
        self.rows.get(&id).map(|r| r.1.clone())
    }
    fn detail(&self, id: SlotId) -> Option<SlotDetail> {
        self.rows.get(&id).map(|_| SlotDetail::default())
    }
    fn summary(&self) -> Summary {
        Summary::default()
    }
    fn slots(&self) -> Box<dyn Iterator<Item = SlotId> + '_> {
        Box::new(self.rows.keys().copied())
    }
}

const ALL: Capabilities = Capabilities::of(&[
    Capability::Kill,
    Capability::Stop,
    Capability::Restart,
    Capability::Suspend,
    Capability::KeepsMailbox,
]);

impl Rows {
    fn add(&mut self, raw: u64, parent: Option<u64>, name: &str) -> SlotId {
        let id = slot(raw);
        self.forest.insert(id, parent.map(slot), name);
        let name = self.forest.name(id).unwrap();
        let identity = Identity {
            id,
            parent: self.forest.parent(id),
            name,
            actor_type: "my::Actor".into(),
            framework: "test".into(),
            kind: ChildKind::Worker,
            supervisor: None,
            child_spec: None,
            capabilities: ALL,
            mailbox_capacity: None,
            created_at: Timestamp(raw),
            version: 1,
            no_kill: None,
            ordinal: raw,
        };
        self.rows.insert(id, (identity, Stats::new(SlotState::Idle, Timestamp(raw))));
        id
    }

    fn edit(&mut self, raw: u64, edit: impl FnOnce(&mut Identity, &mut Stats)) {
        let (identity, stats) = self.rows.get_mut(&slot(raw)).unwrap();
        edit(identity, stats);
    }

    fn supervised(&mut self, raw: u64, restart: RestartType) {
        let spec = ChildSpec { restart: Some(restart), ..ChildSpec::default() };
        self.edit(raw, |identity, _| identity.child_spec = Some(spec));
    }
}

fn slot(raw: u64) -> SlotId {
    SlotId::new(raw).unwrap()
}

/// A supervisor with three children, the second of which has a child of its own.
fn family(strategy: Strategy) -> Rows {
    let mut rows = Rows::default();
    rows.add(1, None, "sup");
    rows.edit(1, |i, _| {
        i.kind = ChildKind::Supervisor;
        i.supervisor = Some(SupervisorSpec::new(strategy));
    });
    for (raw, name) in [(2, "a"), (3, "b"), (4, "c")] {
        rows.add(raw, Some(1), name);
        rows.supervised(raw, RestartType::Permanent);
    }
    rows.add(5, Some(3), "under-b");
    rows
}

fn paths(rows: &Rows, view: &ViewSpec) -> Vec<String> {
    evaluate(view, rows).rows.iter().map(|p| rows.forest.path(p.slot().unwrap())).collect()
}

fn table(sort: SortKey, order: Order) -> ViewSpec {
    ViewSpec::Table { sort, order, filter: Filter::all(), offset: 0, limit: 100 }
}

fn tree(expansion: Expansion, filter: &str) -> ViewSpec {
    let filter = Filter::containing(filter);
    let folding = Folding::OFF;
    ViewSpec::Tree { root: None, expansion, folding, filter, offset: 0, limit: 100 }
}

#[test]
fn a_filter_sees_figures_and_places() {
    let mut rows = family(Strategy::OneForOne);
    rows.edit(2, |_, s| s.depth = Reading::exact(5));
    let matching = |filter: &str| {
        let filter = Filter::parse(filter).unwrap();
        let ViewSpec::Table { sort, order, offset, limit, .. } =
            table(SortKey::Name, Order::Ascending)
        else {
            unreachable!()
        };
        paths(&rows, &ViewSpec::Table { sort, order, filter, offset, limit })
    };
    assert_eq!(matching("depth>4"), ["/sup/a"]);
    assert_eq!(matching("depth<=4"), Vec::<String>::new(), "of the others it is not known");
    assert_eq!(matching("under:/sup/b"), ["/sup/b", "/sup/b/under-b"]);
    assert_eq!(matching("under:b !name~^b$"), ["/sup/b/under-b"]);
    assert_eq!(matching("state:idle !under:/sup/b !depth>0"), ["/sup/c", "/sup"]);
}

#[test]
fn a_filter_that_takes_too_long_is_cut() {
    let mut rows = family(Strategy::OneForOne);
    for raw in 10..1_000 {
        rows.add(raw, Some(1), "child");
    }
    let view = tree(Expansion::ToDepth(9), "child");
    let mut asked = 0;
    let selection = evaluate_while(&view, &rows, &mut || {
        asked += 1;
        asked < 3
    });
    assert!(selection.cut && selection.matched < 200, "{}", selection.matched);
    let selection = evaluate_while(&view, &rows, &mut || true);
    assert!(!selection.cut && selection.matched > 990, "{}", selection.matched);
}

#[test]
fn what_is_not_known_sorts_last_in_both_directions() {
    let mut rows = family(Strategy::OneForOne);
    rows.edit(2, |_, s| s.depth = Reading::exact(5));
    rows.edit(3, |_, s| s.depth = Reading::exact(9));
    let down = paths(&rows, &table(SortKey::Depth, Order::Descending));
    assert_eq!(down[..2], ["/sup/b", "/sup/a"]);
    let up = paths(&rows, &table(SortKey::Depth, Order::Ascending));
    assert_eq!(up[..2], ["/sup/a", "/sup/b"]);
}

#[test]
fn queue_wait_sorts_by_the_oldest_message_when_that_is_worse_than_the_mean() {
    let mut rows = family(Strategy::OneForOne);
    let wait = |mean| Some(LatencySummary { mean: Some(mean), ..LatencySummary::default() });
    rows.edit(2, |_, s| s.queue_wait = wait(50));
    rows.edit(3, |_, s| {
        s.queue_wait = wait(1);
        s.oldest_wait_ns = Some(60);
    });
    assert_eq!(
        paths(&rows, &table(SortKey::QueueWait, Order::Descending))[..2],
        ["/sup/b", "/sup/a"]
    );
}

#[test]
fn a_tree_opens_what_it_is_told_to() {
    let rows = family(Strategy::OneForOne);
    let all = paths(&rows, &tree(Expansion::ToDepth(9), ""));
    assert_eq!(all, ["/sup", "/sup/a", "/sup/b", "/sup/b/under-b", "/sup/c"]);
    let one = Expansion::Slots(HashSet::from([slot(1)]));
    assert_eq!(paths(&rows, &tree(one, "")), ["/sup", "/sup/a", "/sup/b", "/sup/c"]);
    assert_eq!(paths(&rows, &tree(Expansion::ToDepth(0), "")), ["/sup"]);
}

#[test]
fn a_filtered_tree_shows_the_way_to_each_match() {
    let rows = family(Strategy::OneForOne);
    let found = paths(&rows, &tree(Expansion::ToDepth(0), "UNDER"));
    assert_eq!(found, ["/sup", "/sup/b", "/sup/b/under-b"]);
}

#[test]
fn pages_join_without_gap_or_overlap() {
    let rows = family(Strategy::OneForOne);
    let mut joined = Vec::new();
    for offset in [0, 2, 4] {
        let view = ViewSpec::Tree {
            folding: Folding::OFF,
            root: None,
            expansion: Expansion::ToDepth(9),
            filter: Filter::all(),
            offset,
            limit: 2,
        };
        let page = evaluate(&view, &rows);
        assert_eq!((page.total, page.matched), (5, 5));
        joined.extend(page.rows.iter().map(|p| p.slot().unwrap().get()));
    }
    assert_eq!(joined, [1, 2, 3, 5, 4]);
}

fn effects(rows: &Rows, raw: u64, verb: Verb) -> Vec<(u64, Effect)> {
    let radius = preview(rows, slot(raw), verb).unwrap();
    assert_eq!(radius.impossible, None);
    radius.affected.iter().map(|a| (a.slot.get(), a.effect)).collect()
}

#[test]
fn the_radius_follows_the_strategy() {
    use Effect::{EndsWithParent, Restarts};
    let one = family(Strategy::OneForOne);
    assert_eq!(effects(&one, 3, Verb::Kill), [(3, Restarts), (5, EndsWithParent)]);
    let all = family(Strategy::OneForAll);
    assert_eq!(
        effects(&all, 2, Verb::Kill),
        [(2, Restarts), (3, Restarts), (5, EndsWithParent), (4, Restarts)]
    );
    let rest = family(Strategy::RestForOne);
    assert_eq!(effects(&rest, 3, Verb::Kill), [(3, Restarts), (5, EndsWithParent), (4, Restarts)]);
}

#[test]
fn who_restarts_depends_on_policy_and_verb() {
    let cases = [
        (RestartType::Permanent, Verb::Stop, Effect::Restarts),
        (RestartType::Transient, Verb::Stop, Effect::Ends),
        (RestartType::Transient, Verb::Kill, Effect::Restarts),
        (RestartType::Temporary, Verb::Kill, Effect::Ends),
    ];
    for (policy, verb, effect) in cases {
        let mut rows = family(Strategy::OneForOne);
        rows.supervised(2, policy);
        assert_eq!(effects(&rows, 2, verb), [(2, effect)], "{verb} of a {policy} child");
    }
    let mut rows = family(Strategy::OneForOne);
    rows.supervised(2, RestartType::Transient);
    rows.edit(2, |i, _| i.child_spec.as_mut().unwrap().kill_is_normal_exit = true);
    assert_eq!(effects(&rows, 2, Verb::Kill), [(2, Effect::Ends)]);
}

#[test]
fn a_used_up_budget_and_the_queue_are_part_of_the_preview() {
    let mut rows = family(Strategy::OneForOne);
    let budget = BudgetUse {
        used: 2,
        allowed: 3,
        period_ns: 5_000_000_000,
        expires_in_ns: vec![3_100_000_000],
    };
    rows.edit(2, |_, s| {
        s.budget = Some(budget.clone());
        s.depth = Reading::exact(7);
    });
    let radius = preview(&rows, slot(2), Verb::Kill).unwrap();
    assert!(!radius.exceeds_budget);
    assert_eq!(radius.queued, QueueFate::Kept);
    let text = radius.sentences.join(" ");
    assert!(text.contains("/sup restarts it as incarnation 2."), "{text}");
    assert!(text.contains("7 queued messages are kept"), "{text}");
    assert!(text.contains("2 of 3 restarts in 5 s are used; the oldest is forgotten in 3.1 s"));

    rows.edit(2, |_, s| s.budget.as_mut().unwrap().used = 3);
    let radius = preview(&rows, slot(2), Verb::Kill).unwrap();
    assert!(radius.exceeds_budget);
    assert_eq!((radius.affected[0].effect, radius.queued), (Effect::Ends, QueueFate::Lost));
    assert!(radius.sentences.join(" ").contains("one too many"));
}

#[test]
fn what_is_impossible_says_why() {
    let mut rows = family(Strategy::OneForOne);
    rows.edit(1, |i, _| i.capabilities = i.capabilities.without(Capability::Suspend));
    let why = |rows: &Rows, raw, verb| preview(rows, slot(raw), verb).unwrap().impossible;
    assert!(why(&rows, 1, Verb::Suspend).unwrap().contains("could not restart its children"));
    assert!(why(&rows, 2, Verb::Resume).unwrap().contains("not suspended"));
    // It may be about to be held.
    rows.edit(2, |_, s| s.state = SlotState::Handling);
    assert_eq!(why(&rows, 2, Verb::Resume), None);
    rows.edit(2, |_, s| s.state = SlotState::Stopped);
    assert!(why(&rows, 2, Verb::Kill).unwrap().contains("already ended"));
    assert!(preview(&rows, slot(99), Verb::Kill).is_none());
}

#[test]
fn tasks_on_tokio_outlive_whoever_spawned_them() {
    let mut rows = family(Strategy::OneForOne);
    rows.add(6, Some(5), "spawned-by-that");
    rows.add(7, Some(3), "receiver");
    for raw in [5, 6, 7] {
        rows.edit(raw, |i, _| {
            i.framework = "tokio".into();
            i.kind = if raw == 7 { ChildKind::Mailbox } else { ChildKind::Task };
        });
    }
    let ends = [(3, Effect::Restarts), (7, Effect::EndsWithParent)];
    assert_eq!(effects(&rows, 3, Verb::Kill), ends);
    let said = |rows: &Rows| preview(rows, slot(3), Verb::Kill).unwrap().sentences.join(" ");
    let all = said(&rows);
    assert!(
        all.contains("1 actor below ends with its parent. 2 tasks below run on, except"),
        "{all}"
    );
    rows.edit(6, |_, s| s.state = SlotState::Stopped);
    assert!(said(&rows).contains("1 task below runs on, unless it is awaited in it or is in a"));
}

#[test]
fn who_was_only_started_there_by_another_framework_does_not_end_with_its_parent() {
    let mut rows = family(Strategy::OneForOne);
    rows.add(6, Some(5), "child-of-that");
    rows.edit(5, |i, _| i.framework = "ractor".into());
    rows.edit(6, |i, _| i.framework = "ractor".into());
    assert_eq!(effects(&rows, 3, Verb::Kill), [(3, Effect::Restarts)]);
    let said = |rows: &Rows| preview(rows, slot(3), Verb::Kill).unwrap().sentences.join(" ");
    let all = said(&rows);
    assert!(all.contains("2 actors below run on: they were only started there."), "{all}");
    // Of its own framework it is a child like any other.
    let own = [(5, Effect::Ends), (6, Effect::EndsWithParent)];
    assert_eq!(effects(&rows, 5, Verb::Kill), own);
    // kameo's own may hang below each other without being supervised.
    for raw in 1..=6 {
        rows.edit(raw, |i, _| i.framework = "kameo".into());
    }
    rows.edit(5, |i, _| i.child_spec = None);
    rows.edit(6, |_, s| s.state = SlotState::Stopped);
    assert!(said(&rows).contains("1 actor below runs on: it was only started there."));
}

#[test]
fn stopping_a_group_asks_everybody_below_it() {
    let mut rows = family(Strategy::OneForOne);
    rows.edit(1, |i, _| i.kind = ChildKind::Group);
    rows.edit(3, |i, _| i.kind = ChildKind::Group);
    rows.edit(3, |i, _| i.child_spec = None);
    rows.edit(4, |_, s| s.state = SlotState::Stopped);
    use Effect::{Ends, EndsWithParent};
    let all = [(1, Ends), (2, EndsWithParent), (3, Ends), (5, Ends)];
    assert_eq!(effects(&rows, 1, Verb::Stop), all, "the dead are left alone");
    let radius = preview(&rows, slot(1), Verb::Stop).unwrap();
    assert_eq!((radius.affected_total, radius.queued), (4, QueueFate::Unknown));
    let said: Vec<&str> = radius.sentences.iter().map(String::as_str).collect();
    assert_eq!(
        said,
        [
            "It is cancelled, which asks and forces nobody: everything that listens to it or to a \
             child token ends by itself.",
            "1 group below is cancelled with it.",
            "2 actors below end if they listen to it.",
            "1 of them is supervised and may be started again.",
        ]
    );
}

#[test]
fn a_task_without_a_mailbox_loses_no_messages() {
    let mut rows = family(Strategy::OneForOne);
    rows.edit(5, |i, _| i.kind = ChildKind::Task);
    let radius = preview(&rows, slot(5), Verb::Kill).unwrap();
    assert_eq!(radius.queued, QueueFate::Unknown);
    assert_eq!(radius.sentences, ["Nobody restarts it: it is not supervised."]);
    rows.edit(5, |_, s| s.state = SlotState::Handling);
    let radius = preview(&rows, slot(5), Verb::Kill).unwrap();
    assert!(radius.sentences[1].contains("inside a poll, which nothing can interrupt"));
    rows.edit(5, |_, s| s.state = SlotState::Idle);
    rows.edit(5, |_, s| s.depth = Reading::exact(2));
    let radius = preview(&rows, slot(5), Verb::Kill).unwrap();
    assert_eq!(radius.sentences[1], "2 queued messages are lost.");
}

#[test]
fn what_waits_for_a_running_handler_says_for_which_and_what_would_not() {
    let mut rows = family(Strategy::OneForOne);
    let said = |rows: &Rows, verb| preview(rows, slot(3), verb).unwrap().sentences.join(" ");
    let handles = |for_ns, message_type: Option<&str>| {
        let message_type = message_type.map(Into::into);
        (SlotState::Handling, Some(HandlingNow { message_type, for_ns }))
    };
    rows.edit(3, |_, s| (s.state, s.handling_now) = handles(999_000_000, Some("shop::Charge")));
    for verb in [Verb::Stop, Verb::Restart, Verb::Suspend] {
        assert!(!said(&rows, verb).contains("in its hands"), "{verb}: it is over in a moment");
    }
    rows.edit(3, |_, s| (s.state, s.handling_now) = handles(52_000_000_000, Some("shop::Charge")));
    let waits = |what| format!("The {what} comes after the message in its hands, Charge, which");
    assert!(said(&rows, Verb::Stop).contains(&waits("stop")));
    assert!(said(&rows, Verb::Suspend).contains(&waits("suspension")));
    let restart = said(&rows, Verb::Restart);
    assert!(restart.contains(&(waits("restart") + " has taken 52.0 s so far.")), "{restart}");
    assert!(!restart.contains("A kill would interrupt it"), "{restart}");
    assert!(said(&rows, Verb::Kill).contains("is finished first"));
    rows.edit(3, |i, _| {
        i.capabilities = i.capabilities.with(Capability::InterruptsHandler);
    });
    rows.edit(3, |_, s| {
        (s.state, s.handling_now) = handles(2_000_000_000, None);
        s.waiting_for =
            Some(WaitingFor { slot: slot(2), path: "/root/till".into(), for_ns: 1_900_000_000 });
    });
    let expected = "in its hands, which has taken 2.0 s so far and waits for an answer of \
                    /root/till. A kill would interrupt it.";
    assert!(said(&rows, Verb::Restart).contains(expected), "{}", said(&rows, Verb::Restart));
}

#[test]
fn what_tokio_cannot_do_is_told_with_what_would_help() {
    let mut rows = family(Strategy::OneForOne);
    rows.edit(5, |i, _| {
        i.framework = "tokio".into();
        i.capabilities = Capabilities::NONE;
        i.kind = ChildKind::Task;
    });
    let why = |rows: &Rows, verb| preview(rows, slot(5), verb).unwrap().impossible.unwrap();
    assert!(why(&rows, Verb::Restart).contains("`supervise(name, || fut)`"));
    assert!(why(&rows, Verb::Stop).contains("`channel(name, n)`"));
    assert!(why(&rows, Verb::Suspend).contains("hold a lock that others wait for"));
    rows.edit(5, |i, _| i.no_kill = Some("so it is".into()));
    assert_eq!(why(&rows, Verb::Kill), "so it is");
    for (kind, says) in [
        (ChildKind::Blocking, "asks nobody"),
        (ChildKind::Group, "only gathers"),
        (ChildKind::Mailbox, "the task above it"),
    ] {
        rows.edit(5, |i, _| i.kind = kind);
        assert!(why(&rows, Verb::Suspend).contains(says), "{kind}");
    }
    rows.edit(5, |i, _| {
        i.kind = ChildKind::Group;
        i.capabilities = Capabilities::of(&[Capability::Stop]);
    });
    assert!(why(&rows, Verb::Restart).contains("once and for all"));
}

#[test]
fn what_ractor_cannot_do_is_told_with_what_would_help() {
    let mut rows = family(Strategy::OneForOne);
    rows.edit(5, |i, _| {
        i.framework = "ractor".into();
        i.capabilities = Capabilities::of(&[Capability::Kill, Capability::Stop]);
    });
    let why = |rows: &Rows, verb| preview(rows, slot(5), verb).unwrap().impossible.unwrap();
    assert!(why(&rows, Verb::Suspend).contains("it has children"));
    assert!(why(&rows, Verb::Restart).contains("no supervisor"));
    rows.supervised(5, RestartType::Temporary);
    assert!(why(&rows, Verb::Restart).contains("never started again"));
    rows.edit(5, |i, _| i.kind = ChildKind::Task);
    for verb in [Verb::Suspend, Verb::Restart] {
        assert!(why(&rows, verb).contains("`observe(…)`"), "{verb}");
    }
}

#[test]
fn a_stop_that_drains_loses_nothing_and_says_so() {
    let mut rows = family(Strategy::OneForOne);
    rows.edit(5, |i, s| {
        i.capabilities = i.capabilities.with(Capability::DrainsOnStop);
        s.depth = Reading::exact(7);
    });
    let radius = preview(&rows, slot(5), Verb::Stop).unwrap();
    assert_eq!(radius.queued, QueueFate::HandledFirst);
    let said = "7 queued messages are handled first; what is sent later is refused.";
    assert!(radius.sentences.contains(&said.to_owned()), "{:?}", radius.sentences);
    let radius = preview(&rows, slot(5), Verb::Kill).unwrap();
    assert_eq!(radius.queued, QueueFate::Lost);
}

proptest! {
    #[test]
    fn the_first_n_are_what_sorting_everything_would_give(
        depths in proptest::collection::vec(proptest::option::of(0u64..50), 1..60),
        offset in 0u32..20,
        limit in 1u32..20,
        descending in any::<bool>(),
    ) {
        let mut rows = Rows::default();
        for (raw, depth) in (1u64..).zip(&depths) {
            rows.add(raw, None, "x");
            if let Some(depth) = depth {
                rows.edit(raw, |_, s| s.depth = Reading::exact(*depth));
            }
        }
        let order = if descending { Order::Descending } else { Order::Ascending };
        let page = ViewSpec::Table {
            sort: SortKey::Depth, order, filter: Filter::all(), offset, limit,
        };
        let got: Vec<_> = evaluate(&page, &rows).rows.iter().map(|p| p.slot().unwrap()).collect();
        let mut all: Vec<SlotId> = rows.slots().collect();
        all.sort_by(|a, b| {
            let (x, y) = (rows.sort_value(*a, SortKey::Depth), rows.sort_value(*b, SortKey::Depth));
            x.compare(&y, order).then(a.cmp(b))
        });
        let want: Vec<_> =
            all.into_iter().skip(offset as usize).take(limit as usize).collect();
        prop_assert_eq!(got, want);
    }
}
