//! Many like children as one row.

use super::{Rows, family, slot};
use actorscope_core::forest::Likeness;
use actorscope_core::quality::Reading;
use actorscope_core::slot::Counters;
use actorscope_core::view::{
    Expansion, FOLD_FROM, FOLD_SHOWS, Filter, Fold, FoldId, Folding, MAX_ROWS, Placed, RowId,
    Selection, ViewSpec, evaluate,
};
use actorscope_core::{SlotId, SlotState, Strategy};
use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use std::collections::{BTreeSet, HashMap};

/// What is asked for, with all there is unless it says otherwise.
fn view(folding: Folding, filter: &str) -> ViewSpec {
    let (expansion, filter) = (Expansion::ToDepth(64), Filter::parse(filter).unwrap());
    ViewSpec::Tree { root: None, expansion, folding, filter, offset: 0, limit: MAX_ROWS }
}

fn page(mut view: ViewSpec, from: u32, rows: u32) -> ViewSpec {
    if let ViewSpec::Tree { offset, limit, .. } = &mut view {
        (*offset, *limit) = (from, rows);
    }
    view
}

fn open(folds: &[(FoldId, u32)]) -> Folding {
    Folding::On(folds.iter().copied().collect())
}

/// A supervisor with `count` connections, 10 the first of them, and one child that is none.
fn pool(count: u64) -> Rows {
    let mut rows = Rows::default();
    rows.add(1, None, "server");
    rows.add(2, Some(1), "acceptor");
    for raw in 10..10 + count {
        rows.add(raw, Some(1), &format!("conn-{raw}"));
    }
    rows
}

/// Rows as text, a member or slot by its name.
fn lines(rows: &Rows, selection: &Selection) -> Vec<String> {
    let fold = |id| selection.folds.iter().find(|fold: &&Fold| fold.id == id).unwrap();
    let line = |place: &Placed| {
        let text = match place.row {
            RowId::Slot(slot) => rows.forest.name(slot).unwrap().to_string(),
            RowId::Fold(id) => format!("{} ×{}", fold(id).label(), place.children),
            RowId::Rest(_) => format!("… {} more", place.children),
        };
        format!("{}{text}", " ".repeat(place.depth as usize))
    };
    selection.rows.iter().map(line).collect()
}

#[test]
fn many_like_children_are_one_row_behind_the_others() {
    let rows = pool(FOLD_FROM as u64);
    let selection = evaluate(&view(Folding::default(), ""), &rows);
    assert_eq!(lines(&rows, &selection), ["server", " acceptor", " conn ×10"]);
    assert_eq!((selection.matched, selection.total), (3, 12));
    let few = pool(FOLD_FROM as u64 - 1);
    assert_eq!(evaluate(&view(Folding::default(), ""), &few).rows.len(), 11);
    assert_eq!(evaluate(&view(Folding::OFF, ""), &rows).rows.len(), 12);
}

#[test]
fn roots_fold_too() {
    let mut rows = Rows::default();
    for raw in 1..=12 {
        rows.add(raw, None, "Connection");
    }
    rows.add(20, Some(3), "below");
    let selection = evaluate(&view(Folding::default(), ""), &rows);
    assert_eq!(lines(&rows, &selection), ["Connection ×12"]);
}

#[test]
fn a_fold_has_sums_and_the_worst() {
    let mut rows = pool(10);
    let counters = |handled| Some(Counters { handled, failed: 1, busy_ns: 0 });
    rows.edit(12, |_, s| {
        s.state = SlotState::Failed;
        s.restarts = 4;
    });
    rows.edit(13, |_, s| {
        s.depth = Reading::exact(5);
        s.oldest_wait_ns = Some(70);
        s.total = counters(3);
        s.rate_per_s = Some(1.5);
        s.utilization = Some(0.25);
    });
    rows.edit(14, |_, s| {
        s.state = SlotState::Handling;
        s.total = counters(4);
        s.rate_per_s = Some(2.0);
        s.utilization = Some(0.75);
    });
    let selection = evaluate(&view(Folding::default(), ""), &rows);
    let fold = &selection.folds[0];
    assert_eq!(fold.likeness, Likeness::Stem("conn".into()));
    assert_eq!(fold.parent, Some(slot(1)));
    assert_eq!(fold.worst, Some((slot(12), "conn-12".into())));
    let sums = &fold.sums;
    assert_eq!(sums.states.to_string(), "8 idle, 1 failed, 1 handling");
    assert_eq!((sums.depth.value(), sums.depth.is_lower_bound()), (Some(5), true));
    assert_eq!(sums.total, Some(Counters { handled: 7, failed: 2, busy_ns: 0 }));
    assert_eq!((sums.rate_per_s, sums.utilization), (Some(3.5), Some(0.75)));
    assert_eq!((sums.wait_ns, sums.handling_p99_ns, sums.restarts), (Some(70), None, 4));
}

#[test]
fn an_open_fold_shows_its_worst_members_first_and_says_how_many_it_does_not() {
    let mut rows = pool(50);
    rows.edit(30, |_, s| s.state = SlotState::Failed);
    rows.edit(31, |_, s| s.state = SlotState::Restarting { attempt: 1, in_ns: None });
    rows.edit(32, |_, s| s.oldest_wait_ns = Some(9));
    rows.edit(33, |_, s| s.oldest_wait_ns = Some(10));
    rows.edit(34, |_, s| s.depth = Reading::exact(3));
    rows.add(100, Some(33), "below");
    let id = FoldId::of(Some(slot(1)), &Likeness::Stem("conn".into()));
    let selection = evaluate(&view(open(&[(id, 6)]), ""), &rows);
    let expected = [
        "server",
        " acceptor",
        " conn ×50",
        "  conn-30",
        "  conn-31",
        "  conn-33",
        "   below",
        "  conn-32",
        "  conn-34",
        "  conn-10",
        "  … 44 more",
    ];
    assert_eq!(lines(&rows, &selection), expected);
    let more = evaluate(&view(open(&[(id, FOLD_SHOWS)]), ""), &rows);
    assert_eq!(more.rows.len(), 3 + FOLD_SHOWS as usize + 1 + 1);
    let all = evaluate(&view(open(&[(id, 50)]), ""), &rows);
    assert!(all.rows.iter().all(|place| !matches!(place.row, RowId::Rest(_))));
    assert_eq!(all.matched, 2 + 1 + 50 + 1);
    // Only what is on the page is added up.
    assert_eq!(evaluate(&page(view(Folding::default(), ""), 0, 2), &rows).folds, []);
    let end = evaluate(&page(view(open(&[(id, 6)]), ""), 3, 2), &rows);
    assert_eq!(lines(&rows, &end), ["  conn-30", "  conn-31"]);
    assert_eq!(end.matched, selection.matched);
}

#[test]
fn a_filter_folds_what_it_leaves() {
    let mut rows = pool(40);
    for raw in 10..23 {
        rows.edit(raw, |_, s| s.state = SlotState::Failed);
    }
    let failed = evaluate(&view(Folding::default(), "state:failed"), &rows);
    assert_eq!(lines(&rows, &failed), ["server", " conn ×13"]);
    assert_eq!(failed.folds[0].sums.states.to_string(), "13 failed");
    let few = evaluate(&view(Folding::default(), "name~^conn-1[0-4]$"), &rows);
    assert_eq!(few.rows.len(), 6, "few are shown plainly");
    let id = failed.folds[0].id;
    let opened = evaluate(&view(open(&[(id, 2)]), "state:failed"), &rows);
    let expected = ["server", " conn ×13", "  conn-10", "  conn-11", "  … 11 more"];
    assert_eq!(lines(&rows, &opened), expected);
}

#[test]
fn what_folds_stays_named_while_members_come_and_go() {
    let mut rows = pool(1_000);
    let before = evaluate(&view(Folding::default(), ""), &rows);
    for raw in 10..500 {
        rows.forest.remove(slot(raw));
    }
    rows.add(5_000, Some(1), "conn");
    let after = evaluate(&view(Folding::default(), ""), &rows);
    assert_eq!(lines(&rows, &after), ["server", " acceptor", " conn ×511"]);
    assert_eq!(before.rows[2].row, after.rows[2].row);
}

fn two_levels() -> Rows {
    let mut rows = family(Strategy::OneForOne);
    for raw in 10..40 {
        rows.add(raw, Some(3), "worker");
    }
    rows
}

#[test]
fn a_page_goes_on_behind_a_row_that_may_be_gone() {
    let rows = two_levels();
    let all: Vec<SlotId> = slots(&evaluate(&view(Folding::OFF, ""), &rows));
    for at in 0..all.len() {
        let mut line: Vec<SlotId> = rows.forest.ancestors(all[at]).collect();
        line.reverse();
        line.push(all[at]);
        let folding = Folding::Off { after: line };
        let next = evaluate(&page(view(folding.clone(), ""), 7, 4), &rows);
        assert_eq!(slots(&next), all[at + 1..].iter().copied().take(4).collect::<Vec<_>>());
        assert!(
            next.rows
                .iter()
                .all(|p| p.depth == rows.forest.ancestors(p.slot().unwrap()).count() as u32)
        );
        if rows.forest.child_count(all[at]) == 0 {
            let mut without = two_levels();
            without.forest.remove(all[at]);
            let next = evaluate(&page(view(folding, ""), 0, 4), &without);
            assert_eq!(slots(&next), all[at + 1..].iter().copied().take(4).collect::<Vec<_>>());
        }
    }
    let nonsense = Folding::Off { after: vec![slot(900), slot(3)] };
    assert_eq!(evaluate(&view(nonsense, ""), &rows).rows, []);
}

fn slots(selection: &Selection) -> Vec<SlotId> {
    selection.rows.iter().filter_map(Placed::slot).collect()
}

/// A forest of workers of a few names, some of which do something.
fn any_rows() -> impl proptest::strategy::Strategy<Value = Rows> {
    let name = prop_oneof!["[ab]-[0-9]{1,3}", "a", "other[a-z]", "[0-9]{1,2}"];
    proptest::collection::vec((proptest::option::of(0usize..3), name, 0u64..3), 0..120).prop_map(
        |slots| {
            let mut rows = Rows::default();
            for (n, (parent, name, depth)) in (1u64..).zip(slots) {
                let parent = parent.map(|parent| parent as u64 + 1).filter(|parent| *parent < n);
                rows.add(n, parent, &name);
                rows.edit(n, |_, stats| {
                    stats.depth = Reading::exact(depth);
                    if depth == 2 {
                        stats.state = SlotState::Handling;
                    }
                });
            }
            rows
        },
    )
}

proptest! {
    /// Every slot is in exactly one row or one fold, and counts and sums add up; opened completely,
    /// every slot has its row.
    #[test]
    fn nobody_is_lost_and_nobody_is_counted_twice(rows in any_rows(), filtered in any::<bool>()) {
        let filter = if filtered { "depth>0" } else { "" };
        let closed = evaluate(&view(Folding::default(), filter), &rows);
        let plain = evaluate(&view(Folding::OFF, filter), &rows);
        let alone: BTreeSet<SlotId> = slots(&closed).into_iter().collect();
        prop_assert_eq!(alone.len(), slots(&closed).len());
        let wanted: BTreeSet<SlotId> = slots(&plain).into_iter().collect();
        prop_assert!(alone.is_subset(&wanted));
        prop_assert_eq!(closed.matched as usize, closed.rows.len());
        for fold in &closed.folds {
            let is_member = |slot: &&SlotId| {
                rows.forest.parent(**slot) == fold.parent && !alone.contains(slot)
            };
            let count: u64 = fold.sums.states.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(count, fold.sums.count);
            prop_assert!(count >= FOLD_FROM as u64);
            prop_assert!(wanted.iter().filter(is_member).count() as u64 >= count);
        }
        // Opened again and again until nothing is folded away.
        let mut opened = HashMap::new();
        let mut last = closed.clone();
        while let Some(fold) = last.folds.iter().find(|fold| !opened.contains_key(&fold.id)) {
            opened.insert(fold.id, MAX_ROWS);
            last = evaluate(&view(Folding::On(opened.clone()), filter), &rows);
        }
        let mut all = slots(&last);
        all.sort_unstable();
        prop_assert_eq!(&all, &wanted.iter().copied().collect::<Vec<_>>());
        // What stood for members before is their number.
        let shut = wanted.iter().filter(|slot| !alone.contains(slot)).filter(|slot| {
            rows.forest.parent(**slot).is_none_or(|parent| alone.contains(&parent))
        });
        let folded: u64 = closed.folds.iter().map(|fold| fold.sums.count).sum();
        prop_assert_eq!(shut.count() as u64, folded);
        let depth: u64 = last.folds.iter().filter_map(|fold| fold.sums.depth.value()).sum();
        let of_members: u64 = last
            .folds
            .iter()
            .flat_map(|fold| members(&rows, &wanted, fold))
            .filter_map(|slot| rows.rows[&slot].1.depth.value())
            .sum();
        prop_assert_eq!(depth, of_members);
        // Pages of any size put together are the whole.
        let mut pages = Vec::new();
        for from in (0..).step_by(3).take_while(|from| u64::from(*from) < last.matched) {
            pages.extend(evaluate(&page(view(Folding::On(opened.clone()), filter), from, 3), &rows).rows);
        }
        prop_assert_eq!(pages, last.rows);
    }
}

/// Who is in a fold, found out the long way.
fn members(rows: &Rows, wanted: &BTreeSet<SlotId>, fold: &Fold) -> Vec<SlotId> {
    let siblings = rows
        .forest
        .sorted_out(wanted.iter().copied().filter(|slot| rows.forest.parent(*slot) == fold.parent));
    siblings.group(&fold.likeness).unwrap().members().map(|member| member.id).collect()
}
