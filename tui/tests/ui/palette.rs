//! The command palette.

use crate::bench::{Bench, operator, settings};
use actorscope::ui::actions::Context;
use actorscope::ui::app::Settings;
use actorscope::ui::input::{Command, Input};
use actorscope::ui::keymap::Keymap;
use actorscope::ui::palette::entries::entries;
use actorscope::ui::screens::{ScreenId, table};
use actorscope_core::view::{SortKey, ViewSpec};
use std::time::Duration;

const SIZE: (u16, u16) = (80, 24);

fn quits(bench: &Bench) -> bool {
    bench.commands.iter().any(|c| matches!(c, Command::Quit))
}

#[test]
fn every_action_of_the_page_is_a_command() {
    let mut bench = Bench::connected(SIZE);
    for screen in ScreenId::ALL {
        bench.go(*screen);
        let keys = bench.app.settings.keys.clone();
        let bound = keys.of(Context::Screen(*screen));
        // The palette itself, and a second line for the same.
        for bound in bound.filter(|b| !["palette", "quit-anywhere"].contains(&b.id)) {
            let first = entries(&bench.app, bound.id).first().map(|entry| entry.word);
            assert_eq!(first, Some(bound.id));
        }
    }
}

#[test]
fn enter_runs_what_is_marked() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":pau");
    bench.shows("─ Command ─").shows("freeze what is shown").shows("Enter run");
    bench.press("<enter>");
    bench.shows("PAUSED").shows_not("─ Command ─");
    bench.press(":quit<enter>");
    assert!(quits(&bench));
}

#[test]
fn escape_leaves_and_letters_are_letters() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":q?X/");
    bench.shows(": q?X/");
    bench.feed(Input::Paste("\nz".to_owned()));
    bench.shows(": q?X/ z");
    bench.press("<esc>");
    bench.shows_not("─ Command ─").shows("▾ parlor");
    assert!(!quits(&bench));
    bench.press(":<enter>");
    bench.shows_not("─ Command ─");
}

#[test]
fn tab_completes_round_and_round() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":copy<tab>");
    bench.shows(": copy ");
    bench.press("<tab>");
    bench.shows(": copy-json");
    bench.press("<tab>");
    bench.shows(": copy ");
    bench.press("<backtab>");
    bench.shows(": copy-json");
    bench.press("<esc>:sort<tab>");
    bench.shows(": sort ").shows("share of the time spent inside handlers");
    bench.press("bu<tab>");
    bench.shows(": sort busy");
    bench.press("<enter>");
    assert!(matches!(
        bench.asked(table::VIEW),
        Some(ViewSpec::Table { sort: SortKey::Utilization, .. })
    ));
}

#[test]
fn a_screen_goes_by_its_name() {
    let mut bench = Bench::connected(SIZE);
    for screen in ScreenId::ALL {
        bench.press(":").press(screen.word()).press("<enter>");
        assert_eq!(bench.app.agent().unwrap().screen, *screen);
    }
}

#[test]
fn columns_are_sorted_by_from_anywhere() {
    let mut bench = Bench::connected(SIZE);
    bench.press("w:sort queue-wait<enter>");
    assert_eq!(bench.app.agent().unwrap().screen, ScreenId::Table);
    bench.shows("now▼");
    bench.press(":sort wiat<enter>");
    bench.shows("there is no column `wiat`; did you mean `wait`?");
    bench.press("<esc>:sort wait-p50<enter>");
    bench.shows("nothing is sorted by `wait-p50`; there are name, state");
}

#[test]
fn a_filter_is_set_where_there_is_something_to_filter() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":filter room-1<enter>");
    bench.shows("filter “room-1”").shows("room ×10");
    bench.press(":filter<enter>");
    bench.shows("filter: room-1");
    bench.press("<esc>w:filter x<enter>");
    bench.shows("there is nothing to filter here");
}

#[test]
fn actors_are_found_by_path_name_and_number() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":goto signaling-1<enter>");
    bench.shows("SetUpCall for 340 ms");
    bench.press("<esc>:goto nobody<enter>");
    bench.shows("there is no actor nobody");
    let slot = bench.world.named("store");
    bench.press(&format!(":goto {slot}<enter>"));
    bench.shows("/parlor/store");
    bench.press(":goto #x<enter>");
    bench.shows("`#x` is no id");
    bench.press("<esc><esc>:goto /parlor/rooms/room-07");
    bench.press("<tab>");
    bench.shows(": goto /parlor/rooms/room-07");
}

#[test]
fn an_answer_for_another_life_of_the_service_opens_nothing() {
    let mut bench = Bench::connected(SIZE);
    let slot = bench.world.named("store");
    bench.press(":goto store<enter>");
    bench.press("<esc>");
    bench.feed(Input::Found { request: 1, result: Ok((slot, "/parlor/store".to_owned())) });
    assert!(bench.app.agent().unwrap().detail.is_none(), "it was answered already");
}

#[test]
fn the_refresh_rate_is_any_that_is_possible() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":interval 750ms<enter>");
    assert_eq!(bench.app.settings.interval, Duration::from_millis(750));
    bench.press(":interval 1h<enter>");
    bench.shows("`1h` is no time from 250ms to 10s");
    assert_eq!(bench.app.settings.interval, Duration::from_millis(750));
}

#[test]
fn what_is_wrong_is_told_and_what_there_is() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":paues<enter>");
    bench.shows("there is no command `paues`; did you mean `pause`?");
    bench.press("<backtab>");
    bench.press("<esc>:zzzz<enter>");
    bench.shows("there is no command `zzzz`; there are open, filter");
    bench.press("z");
    bench.shows_not("there is no command");
    bench.press("<esc>:pause now<enter>");
    bench.shows("`pause` takes no argument").shows_not("PAUSED");
}

#[test]
fn commands_are_remembered() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":interval 2s<enter>:pause<enter>:pause<enter>:zzz<enter><esc>");
    bench.press(":<up>");
    bench.shows(": pause");
    bench.press("<up>");
    bench.shows(": interval 2s");
    bench.press("<up><up><down>");
    bench.shows(": pause");
    bench.press("<down>");
    bench.shows_not(": pause").shows("─ Command ─");
}

#[test]
fn before_an_agent_answers_there_are_commands_too() {
    let mut bench = Bench::connecting(SIZE);
    bench.press(":conn<enter>");
    assert!(bench.commands.iter().any(|c| matches!(c, Command::RetryNow(_))));
    bench.press(":sort busy<enter>");
    bench.shows("there is no command `sort`");
    let mut bench = Bench::looking(SIZE);
    bench.press(":quit<enter>");
    assert!(quits(&bench));
    let mut bench = Bench::connected(SIZE);
    bench.press("?:");
    bench.shows("─ Command ─").shows_not("─ Help ─");
}

#[test]
fn verbs_still_need_their_dialog_and_read_only_hides_them() {
    let mut bench = Bench::connected(SIZE);
    bench.press("w:verbs<enter>");
    bench.shows("What to do?");
    let mut bench = Bench::connected(SIZE);
    bench.app.settings.read_only = true;
    bench.press(":verbs");
    bench.shows_not("after a preview");
}

#[test]
fn the_users_keys_are_shown() {
    let f5 = ["F5".to_owned()];
    let keys = Keymap::with([("pause", &f5[..])]).unwrap();
    let mut bench = Bench::with(Settings { keys, ..settings() }, SIZE);
    bench.connect(operator());
    bench.press(":freeze");
    assert!(bench.line("freeze what is shown").contains("F5"));
}
