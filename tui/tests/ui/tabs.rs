//! Going from screen to screen.

use crate::bench::{Bench, settings};
use actorscope::ui::app::Settings;
use actorscope::ui::input::Command;
use actorscope::ui::keymap::Keymap;
use actorscope::ui::screens::{ScreenId, table, tree};

const SIZE: (u16, u16) = (80, 24);

fn screen(bench: &Bench) -> ScreenId {
    bench.app.agent().unwrap().screen
}

#[test]
fn tab_goes_round_and_numbers_go_straight() {
    let mut bench = Bench::connected(SIZE);
    let first = screen(&bench);
    for _ in ScreenId::ALL {
        let next = screen(&bench).beside(1);
        bench.press("<tab>");
        assert_eq!(screen(&bench), next);
    }
    assert_eq!(screen(&bench), first, "round and round");
    bench.press("<backtab>");
    assert_eq!(screen(&bench), first.beside(-1));
    for to in ScreenId::ALL {
        bench.go(*to);
        assert_eq!(screen(&bench), *to);
    }
}

#[test]
fn only_the_screen_that_is_shown_asks_for_its_rows() {
    let mut bench = Bench::connected(SIZE);
    assert!(bench.asked(tree::VIEW).is_some() && bench.asked(table::VIEW).is_none());
    bench.go(ScreenId::Table);
    assert!(bench.asked(tree::VIEW).is_none() && bench.asked(table::VIEW).is_some());
    bench.go(ScreenId::Events);
    assert!(bench.asked(tree::VIEW).is_none() && bench.asked(table::VIEW).is_none());
}

#[test]
fn a_screen_is_as_it_was_left() {
    let mut bench = Bench::connected(SIZE);
    bench.press("<down><down>");
    let selected = bench.selected();
    bench.go(ScreenId::Table).press(">").go(ScreenId::Tree);
    assert_eq!(bench.selected(), selected);
    bench.go(ScreenId::Table);
    bench.shows("p99▼").shows_not("WAIT▼");
}

#[test]
fn from_the_page_of_a_slot_one_gets_everywhere() {
    let mut bench = Bench::connected(SIZE);
    bench.press("w");
    bench.shows("signaling-1").shows_not(&Bench::tab(ScreenId::Table));
    bench.go(ScreenId::Table);
    bench.shows("ACTOR").shows(&Bench::tab(ScreenId::Table));
    bench.go(ScreenId::Tree).press("w").go(ScreenId::Tree);
    bench.shows("▾ parlor");
}

#[test]
fn a_click_on_a_tab_shows_its_screen() {
    let mut bench = Bench::connected((120, 30));
    for to in ScreenId::ALL {
        bench.click(bench.find(&Bench::tab(*to)));
        assert_eq!(screen(&bench), *to);
    }
    // Where there is no room for names, keys are tabs too.
    let mut bench = Bench::connected((60, 24));
    bench.go(ScreenId::Events).shows("1  2  3  4 events  5  6");
    bench.click(bench.find("3  4 events"));
    assert_eq!(screen(&bench), ScreenId::Table);
    // Above the page of a slot there is the tab of the screen below.
    bench.go(ScreenId::Tree).press("w");
    bench.click(bench.find(&Bench::tab(ScreenId::Tree)));
    bench.shows("▾ parlor");
}

#[test]
fn tabs_give_way_to_what_the_screen_has_to_say() {
    let mut bench = Bench::connected((40, 12));
    bench.shows_not("events").shows("tree");
    bench.press("/signaling");
    bench.shows("filter “signaling”");
}

#[test]
fn chosen_keys_hold_everywhere() {
    let rows = "kjR".chars().map(String::from).collect::<Vec<_>>();
    let changes = [("table", &rows[2..]), ("help", &rows[2..2]), ("slower", &rows[2..2])];
    let keys = Keymap::with(changes).unwrap();
    let mut bench = Bench::with(Settings { keys, ..settings() }, (120, 40));
    bench.connect(crate::bench::operator());
    bench.shows("R table").shows_not("? help");
    bench.press("?").go(ScreenId::Table);
    assert_eq!(screen(&bench), ScreenId::Tree);
    bench.press("R");
    assert_eq!(screen(&bench), ScreenId::Table);
    bench.press("<f1>-");
    bench.shows_not("Help").shows("every 1 s");
}

#[test]
fn the_first_screen_can_be_another() {
    let mut bench = Bench::with(Settings { first: ScreenId::Events, ..settings() }, SIZE);
    bench.connect(crate::bench::operator());
    assert_eq!(screen(&bench), ScreenId::Events);
    bench.press("q");
    assert!(bench.commands.iter().any(|c| matches!(c, Command::Quit)));
}
