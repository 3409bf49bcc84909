use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn id(n: u64) -> SlotId {
    SlotId::new(n).unwrap()
}

fn shop() -> Forest {
    let mut forest = Forest::new();
    forest.insert(id(1), None, "shop");
    forest.insert(id(2), Some(id(1)), "payments");
    forest.insert(id(3), Some(id(2)), "worker");
    forest.insert(id(4), Some(id(2)), "worker");
    forest.insert(id(5), Some(id(1)), "stock");
    forest.insert(id(6), Some(id(5)), "worker");
    forest
}

#[test]
fn a_node_is_small() {
    // Each 8 bytes more are 8 MB of a million slots.
    assert_eq!(size_of::<Option<Node>>(), 32);
}

#[test]
fn equal_siblings_are_numbered() {
    let forest = shop();
    assert_eq!(forest.path(id(3)), "/shop/payments/worker");
    assert_eq!(forest.path(id(4)), "/shop/payments/worker~2");
    assert_eq!(forest.path(id(6)), "/shop/stock/worker");
}

#[test]
fn people_find_slots_by_path_by_end_of_path_and_by_number() {
    let forest = shop();
    assert_eq!(forest.find("/shop/payments/worker~2"), Found::One(id(4)));
    assert_eq!(forest.find("stock/worker"), Found::One(id(6)));
    assert_eq!(forest.find("#5"), Found::One(id(5)));
    assert_eq!(forest.find("worker"), Found::Many(vec![id(3), id(6)]));
    for nothing in ["/shop/nobody", "#99", "#x", "", "/", "nobody"] {
        assert_eq!(forest.find(nothing), Found::None, "{nothing:?}");
    }
}

#[test]
fn lies_become_sane_and_are_reported() {
    let mut forest = shop();
    assert_eq!(forest.insert(id(9), Some(id(77)), "x"), Some(Oddity::UnknownParent(id(77))));
    assert_eq!(forest.parent(id(9)), None);
    assert_eq!(forest.set_parent(id(1), Some(id(3))), Some(Oddity::Cycle));
    assert_eq!(forest.set_parent(id(1), Some(id(1))), Some(Oddity::Cycle));
    assert_eq!(forest.insert(id(2), None, "again"), Some(Oddity::Duplicate));
    assert_eq!(forest.path(id(4)), "/shop/payments/worker~2");
}

#[test]
fn children_of_a_removed_slot_move_up() {
    let mut forest = shop();
    assert!(forest.remove(id(2)));
    assert_eq!(forest.path(id(3)), "/shop/worker");
    assert_eq!(forest.path(id(4)), "/shop/worker~2");
    assert!(!forest.remove(id(2)));
}

/// Who is alike: stem and ids.
fn groups(kin: &Kin) -> Vec<(Likeness, Vec<SlotId>)> {
    let mut groups: Vec<_> = kin
        .groups()
        .map(|(likeness, group)| (likeness, group.members().map(|m| m.id).collect()))
        .collect();
    groups.sort();
    groups
}

#[test]
fn children_with_names_that_differ_by_a_number_are_alike() {
    let mut forest = shop();
    forest.insert(id(7), Some(id(2)), "ledger");
    forest.insert(id(8), Some(id(2)), "worker-9");
    let found = groups(&forest.kin(Some(id(2))));
    assert_eq!(
        found,
        [
            (Likeness::Stem("ledger".into()), vec![id(7)]),
            (Likeness::Stem("worker".into()), vec![id(3), id(4), id(8)]),
        ]
    );
    assert_eq!(groups(&forest.kin(Some(id(99)))), []);
}

#[test]
fn unlike_children_beyond_a_number_are_alike_in_that() {
    let mut forest = Forest::new();
    let names = |n: u64| format!("{}x", n.to_string().replace('1', "a"));
    for n in 1..=3_000 {
        forest.insert(id(n), None, &names(n));
    }
    let kin = forest.kin(None);
    assert_eq!(kin.groups().count(), MAX_STEMS + 1);
    assert_eq!(kin.group(&Likeness::Others).unwrap().len(), 3_000 - MAX_STEMS);
    drop(kin);
    for n in 1..=3_000 {
        assert!(forest.remove(id(n)));
        let all: usize = forest.kin(None).groups().map(|(_, group)| group.len()).sum();
        assert_eq!(all as u64, 3_000 - n);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u64, Option<u64>, String),
    Reparent(u64, Option<u64>),
    Rename(u64, String),
    Remove(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let slot = 1u64..24;
    let parent = proptest::option::of(1u64..24);
    let name = prop_oneof!["a", "b", "a~2", "/", ""];
    prop_oneof![
        4 => (slot.clone(), parent.clone(), name.clone()).prop_map(|(i, p, n)| Step::Insert(i, p, n)),
        2 => (slot.clone(), parent).prop_map(|(i, p)| Step::Reparent(i, p)),
        1 => (slot.clone(), name).prop_map(|(i, n)| Step::Rename(i, n)),
        1 => slot.prop_map(Step::Remove),
    ]
}

proptest! {
    #[test]
    fn whatever_adapters_claim_it_stays_a_forest(steps in proptest::collection::vec(step(), 0..200)) {
        let mut forest = Forest::new();
        for step in steps {
            match step {
                Step::Insert(i, p, n) => { forest.insert(id(i), p.map(id), &n); }
                Step::Reparent(i, p) => { forest.set_parent(id(i), p.map(id)); }
                Step::Rename(i, n) => { let _ = forest.rename(id(i), &n); }
                Step::Remove(i) => { forest.remove(id(i)); }
            }
            // Everybody is reached from the roots exactly once: no cycles, no orphans.
            let mut reached: Vec<_> = forest.roots().collect();
            reached.extend(forest.roots().flat_map(|r| forest.descendants(r).collect::<Vec<_>>()));
            let all: BTreeSet<_> = reached.iter().copied().collect();
            prop_assert_eq!(reached.len(), forest.len());
            prop_assert_eq!(all.len(), forest.len());
            // What is kept of who is alike is what comes out anew.
            for parent in [None].into_iter().chain(all.iter().copied().map(Some)) {
                let anew = forest.sorted_out(match parent {
                    None => forest.roots().collect::<Vec<_>>(),
                    Some(parent) => forest.children(parent).collect(),
                }.into_iter());
                prop_assert_eq!(groups(&forest.kin(parent)), groups(&anew));
                forest.keep_kin(parent);
            }
            // Paths are unique and lead back.
            for slot in all {
                prop_assert_eq!(forest.find(&forest.path(slot)), Found::One(slot));
            }
        }
    }
}
