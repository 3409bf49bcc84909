//! Many like actors as one row of the tree.

use super::bench::Bench;
use actorscope::ui::screens::tree;
use actorscope_core::SlotState;
use actorscope_core::view::{FOLD_SHOWS, Folding, ViewSpec};

const SIZE: (u16, u16) = (80, 24);

/// With the row of all rooms selected.
fn at_the_rooms() -> Bench {
    let mut bench = Bench::connected(SIZE);
    bench.click(bench.find("room ×30"));
    bench
}

fn opened(bench: &Bench) -> Vec<u32> {
    let Some(ViewSpec::Tree { folding: Folding::On(open), .. }) = bench.asked(tree::VIEW) else {
        panic!("{:?}", bench.asked(tree::VIEW));
    };
    open.values().copied().collect()
}

#[test]
fn a_row_of_many_opens_into_the_worst_of_them_and_closes() {
    let mut bench = at_the_rooms();
    bench.shows("✗ 1 failed").shows("▸ connection ×64").shows("of 13 ");
    bench.press("<enter>");
    assert_eq!(opened(&bench), [FOLD_SHOWS]);
    bench.shows("room ×30: 27 idle, 1 failed").shows("1 suspended; wor");
    let at = |bench: &Bench, text: &str| bench.screen().lines().position(|l| l.contains(text));
    assert_eq!(at(&bench, "· room-03"), at(&bench, "▾ room ×30").map(|row| row + 1));
    bench.press("<down>");
    assert_eq!(bench.selected().as_deref(), Some("room-03"));
    bench.press("<left>").shows("▾ room ×30");
    bench.press("<left>").shows("▸ room ×30");
    assert!(opened(&bench).is_empty());
}

#[test]
fn the_rest_of_them_is_shown_on_demand() {
    let mut bench = at_the_rooms();
    bench.press("<right>");
    for _ in 0..=FOLD_SHOWS {
        bench.press("<down>");
    }
    bench.shows("… 10 more");
    bench.press("<enter>");
    assert_eq!(opened(&bench), [FOLD_SHOWS + 100]);
    bench.shows_not("more");
}

#[test]
fn nothing_is_done_to_many_at_once() {
    let mut bench = at_the_rooms();
    bench.press("X");
    bench.shows("this row is 30 actors, and a verb is for one").shows_not("Cancel");
}

#[test]
fn the_selection_stays_on_the_row_when_numbers_change() {
    let mut bench = at_the_rooms();
    bench.press("<right>");
    let slot = bench.world.named("room-17");
    bench.world.stats.get_mut(&slot).unwrap().state = SlotState::Failed;
    bench.refresh();
    bench.shows("✗ 2 failed");
    bench.press("X");
    bench.shows("this row is 30 actors");
    bench.press("<esc><down>");
    assert_eq!(bench.selected().as_deref(), Some("room-17"));
    let slot = bench.world.named("room-05");
    bench.world.stats.get_mut(&slot).unwrap().state = SlotState::Failed;
    bench.refresh();
    assert_eq!(bench.selected().as_deref(), Some("room-17"), "although another is worse now");
}

#[test]
fn every_actor_has_a_row_if_that_is_wanted() {
    let mut bench = at_the_rooms();
    bench.press("o");
    bench.shows("every actor has a row of its own; o: like ones as one").shows("of 105");
    bench.press("o").shows("many like actors are one row").shows("of 13 ");
}

#[test]
fn a_filter_folds_what_it_finds() {
    let mut bench = Bench::connected(SIZE);
    bench.press("/room state:idle");
    bench.shows("room ×27").shows("matching");
    bench.press("<enter>");
    bench.click(bench.find("room ×27"));
    bench.press("<right>").shows("▾ room ×27").shows_not("a filter shows all matches");
    bench.press("<esc><esc>").shows("room ×30");
}
