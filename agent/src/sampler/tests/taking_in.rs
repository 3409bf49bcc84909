//! Taking in: who comes and goes between two looks, and what one agent leaves to the next.

use super::*;

#[test]
fn who_takes_the_name_of_one_that_goes_has_it_though_the_going_is_heard_of_later() {
    let mut node = Node::new();
    // Known to the tree by then and not.
    for is_known in [true, false] {
        let channel = node.actor("work");
        node.rows.take_in();
        let task = node.actor("work");
        if is_known {
            node.rows.take_in();
        }
        channel.forget();
        task.rename("work");
        // The changes that are being taken in are from before all that.
        node.rows.place(&node.slot(&task));
        assert_ne!(node.rows.path(task.id()), "/work");
        node.rows.take_in();
        assert_eq!(node.rows.path(task.id()), "/work", "{is_known}");
        task.forget();
        node.rows.take_in();
    }
}

#[test]
fn what_is_told_of_those_that_came_and_went_between_two_looks_says_where_they_were() {
    let mut node = Node::new();
    let parent = node.actor("parent");
    node.pass();
    let start = |above: &SlotHandle, name| {
        let slot = above.register_below(Registration::new("test", name, "T"));
        slot.started(None);
        slot
    };
    let child = start(&parent, "child");
    let below = start(&child, "below");
    for slot in [&below, &child] {
        slot.exited(ExitReason::Normal, None, Fate::Final);
        slot.forget();
    }
    // Said of one that is gone already.
    child.messages_lost(1);
    let from = node.rows.journal().last() + 1;
    node.pass();
    let told = node.rows.journal().read(from, 10).events;
    let told: Vec<_> = told.iter().map(|event| (event.kind, &*event.path)).collect();
    let (started, exited) = (EventKind::Started, EventKind::Exited);
    let expected = [
        (started, "/parent/child"),
        (started, "/parent/child/below"),
        (exited, "/parent/child/below"),
        (exited, "/parent/child"),
        (EventKind::MessagesLost, "/parent/child"),
    ];
    assert_eq!(told, expected);
    assert_eq!(node.rows.summary().slots, 1);
}

#[test]
fn a_fact_that_comes_one_look_after_its_slot_went_says_where_that_was() {
    let mut node = Node::new();
    let parent = node.actor("parent");
    let slot = parent.register_below(Registration::new("test", "a", "T"));
    node.pass();
    slot.started(None);
    // Another thread notes the end and forgets the slot while the agent is between facts and changes.
    let mut late = node.registry.take_noted(Default::default()).noted;
    slot.forget();
    node.pass();
    assert!(!node.rows.forest().contains(slot.id()));
    while let Some(noted) = late.pop() {
        node.registry.note_again(noted);
    }
    let from = node.rows.journal().last() + 1;
    node.pass();
    let told = node.rows.journal().read(from, 10).events;
    assert_eq!(told.iter().map(|event| &*event.path).collect::<Vec<_>>(), ["/parent/a"]);
}

#[test]
fn who_passes_by_while_nobody_looks_is_kept_hardly_longer_than_the_facts_about_it() {
    let mut node = Node::new();
    assert!(node.registry.claim());
    let pool = node.actor("pool");
    let known = node.actor("known");
    node.pass();
    known.exited(ExitReason::Normal, None, Fate::Final);
    known.forget();
    let came_and_went = 50_000;
    for number in 0..came_and_went {
        let new = Registration::new("test", format!("passer-{number}"), "T");
        let passer = pool.register_below(new);
        passer.started(None);
        passer.exited(ExitReason::Normal, None, Fate::Final);
    }
    let (changed, went) = node.registry.changes_kept();
    // A start and an end of each, of 8,192 facts; and of some only the end. They go by generations.
    assert!((4_000..8_600).contains(&went), "{went} that went are kept");
    let there = node.registry.all().len();
    assert!(changed <= 2 * there + 64 * 64, "{changed} that changed are kept, with {there} slots");
    let from = node.rows.journal().last() + 1;
    node.pass();
    assert!(
        !node.rows.forest().contains(known.id()),
        "whom the agent knew is told, however long ago"
    );
    let told = node.rows.journal().read(from, usize::MAX).events;
    let (gaps, told): (Vec<_>, Vec<_>) =
        told.iter().partition(|event| event.kind == EventKind::Gap);
    assert_eq!((gaps.len(), told.len()), (1, 8_192));
    for (number, event) in (0..2 * came_and_went).rev().zip(told.iter().rev()) {
        assert_eq!(*event.path, format!("/pool/passer-{}", number / 2), "{event:?}");
    }
}

#[test]
fn what_one_agent_did_not_take_in_the_next_one_does() {
    let node = Node::new();
    let slot = node.actor("a");
    node.registry.release();
    slot.exited(ExitReason::Normal, None, Fate::Final);
    slot.forget();
    node.registry.track_changes();
    let mut next = Rows::new(node.registry);
    next.take_in();
    let told = next.journal().read(1, 10).events;
    let told: Vec<_> = told.iter().map(|event| (event.kind, &*event.path)).collect();
    assert_eq!(told, [(EventKind::Started, "/a"), (EventKind::Exited, "/a")]);
}
