//! What the mouse does.

use crate::bench::{Bench, settings};
use crate::world::S;
use actorscope::ui::app::Settings;
use actorscope::ui::input::{Command, Found, Look};
use actorscope::ui::screens::ScreenId;
use actorscope_client::Target;

const SIZE: (u16, u16) = (80, 24);

#[test]
fn a_click_selects_and_the_wheel_scrolls() {
    let mut bench = Bench::connected(SIZE);
    bench.press("o<esc>");
    bench.click(bench.find("room-02"));
    assert_eq!(bench.selected().as_deref(), Some("room-02"));
    bench.scroll(true);
    bench.shows("4–19 of 105");
    assert_eq!(bench.selected().as_deref(), Some("room-02"), "it is still on screen");
    for _ in 0..10 {
        bench.scroll(true);
    }
    assert_ne!(bench.selected().as_deref(), Some("room-02"));
    for _ in 0..20 {
        bench.scroll(false);
    }
    bench.shows("1–16 of 105");
    // Beyond the rows there is nothing to select.
    let selected = bench.selected();
    bench.click((3, 0)).click((3, 23)).click((500, 500));
    assert_eq!(bench.selected(), selected);
}

#[test]
fn a_click_on_a_heading_sorts_by_the_column_below_it() {
    let mut bench = Bench::connected(SIZE);
    bench.go(ScreenId::Table);
    for (heading, sorted) in [("QUEUED", "QUEUED▼"), ("QUEUED▼", "QUEUED▲"), ("STATE", "STATE▲")]
    {
        bench.click(bench.find(heading));
        bench.shows(sorted);
    }
}

#[test]
fn agents_are_chosen_by_clicks() {
    let found = |name: &str| Found {
        instance: Some(actorscope_core::InstanceId(name.len() as u128)),
        name: name.to_owned(),
        pid: 1,
        uptime_ns: Some(S),
        actors: Some(1),
        problem: None,
        target: Target::Named(name.to_owned()),
    };
    let mut bench = Bench::looking(SIZE);
    let agents = vec![found("billing"), found("parlor")];
    bench.looked(Look { agents, ..Look::default() });
    bench.click(bench.find("AGENT"));
    bench.click(bench.find("parlor"));
    bench.scroll(false).scroll(true);
    assert!(!bench.commands.iter().any(|c| matches!(c, Command::Attach { .. })));
    bench.click(bench.find("parlor"));
    assert!(matches!(bench.commands.last(), Some(Command::SetView { .. })));
    let attached = bench.commands.iter().find_map(|c| match c {
        Command::Attach { target, .. } => Some(target),
        _ => None,
    });
    assert_eq!(attached, Some(&Target::Named("parlor".to_owned())));
}

#[test]
fn commands_are_marked_and_run() {
    let mut bench = Bench::connected(SIZE);
    bench.press(":pau");
    bench.click(bench.find("freeze what"));
    bench.shows(": pause");
    bench.click(bench.find("freeze what"));
    bench.shows("PAUSED").shows_not("─ Command ─");
    bench.press(":sor");
    bench.scroll(true).scroll(true).click((0, 0));
    bench.shows("─ Command ─");
}

#[test]
fn columns_are_chosen_by_clicks() {
    let mut bench = Bench::connected(SIZE);
    bench.press("c");
    bench.click(bench.find("[x] rate"));
    bench.shows("[x] rate");
    bench.click(bench.find("[x] rate"));
    bench.shows("[ ] rate");
    bench.scroll(false).scroll(false).press(" ");
    bench.shows("[ ] state");
}

#[test]
fn no_verb_is_sent_by_a_click() {
    let mut bench = Bench::connected(SIZE);
    bench.press("wX");
    bench.scroll(true);
    bench.press("<enter>");
    bench.shows("Stop this actor?");
    for button in ["[ Stop ]", "[ Cancel ]"] {
        bench.click(bench.find(button));
    }
    bench.scroll(true);
    bench.shows("Stop this actor?");
    assert!(!bench.commands.iter().any(|c| matches!(c, Command::Act { .. })));
}

#[test]
fn help_and_pages_scroll() {
    let mut bench = Bench::connected(SIZE);
    bench.press("?");
    bench.scroll(true).scroll(true);
    bench.shows_not("open the page of the selected");
    bench.press("<esc>w");
    bench.shows("NOW");
    bench.scroll(true).scroll(true);
    bench.shows_not("NOW");
}

#[test]
fn the_mouse_can_be_left_to_the_terminal() {
    let app = Bench::with(Settings { mouse: false, ..settings() }, SIZE).app;
    assert!(!app.mouse);
    let mut bench = Bench::connected(SIZE);
    bench.press("m");
    bench.shows("the mouse is the terminal's");
    assert!(matches!(bench.commands.last(), Some(Command::Mouse(false))));
    bench.press("m");
    assert!(matches!(bench.commands.last(), Some(Command::Mouse(true))));
}
