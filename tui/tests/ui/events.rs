//! The screen of events.

use crate::bench::{Bench, operator};
use crate::world::INSTANCE;
use actorscope::ui::input::Input;
use actorscope::ui::screens::ScreenId;
use actorscope_client::Update;
use actorscope_core::{EventKind, InstanceId};
use std::time::Duration;

const SIZE: (u16, u16) = (80, 24);
const ROOM: Option<&str> = Some("/parlor/rooms/room-08");

fn on_events(size: (u16, u16)) -> Bench {
    let mut bench = Bench::connected(size);
    bench.go(ScreenId::Events);
    bench
}

/// The line that keys act on.
fn cursor(bench: &Bench) -> String {
    use ratatui::style::Modifier;
    let buffer = bench.buffer();
    let (width, height) = bench.app.size;
    let reversed = |y: u16| buffer[(0, y)].modifier.contains(Modifier::REVERSED);
    let y = (0..height).find(|y| reversed(*y)).expect("a selected line");
    (0..width).map(|x| buffer[(x, y)].symbol()).collect()
}

fn lose(bench: &mut Bench) {
    bench.update(Update::Lost {
        reason: "the agent hung up".to_owned(),
        retry_in: Duration::from_secs(1),
    });
}

fn connect(bench: &mut Bench, instance: InstanceId) {
    let node = bench.world.node(instance, operator());
    bench.update(Update::Connected(node));
}

#[test]
fn the_newest_is_followed_until_one_goes_up() {
    let mut bench = on_events((80, 14));
    bench.shows("following");
    for n in 0..30 {
        bench.happens(EventKind::Suspended, ROOM, Some(&format!("number {n}")));
    }
    assert!(cursor(&bench).contains("number 29"));
    bench.press("<up>");
    bench.shows("not following");
    let before = bench.screen();
    bench.happens(EventKind::Suspended, ROOM, Some("number 30"));
    assert!(cursor(&bench).contains("number 28"));
    bench.shows_not("number 30");
    let rows = |screen: &str| {
        screen.lines().filter(|l| l.contains("number")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(rows(&bench.screen()), rows(&before), "nothing moves under the eye");
    bench.press("f");
    assert!(cursor(&bench).contains("number 30"));
    bench.press("f");
    bench.happens(EventKind::Suspended, ROOM, Some("number 31"));
    assert!(cursor(&bench).contains("number 30"));
    bench.press("<home>");
    assert!(cursor(&bench).contains("started"), "{}", cursor(&bench));
    bench.press("<end>");
    assert!(cursor(&bench).contains("number 31"));
}

#[test]
fn events_are_filtered_by_words_and_by_kind() {
    let mut bench = on_events(SIZE);
    bench.press("/signaling PANIC");
    bench.shows("exited").shows_not("restart scheduled").shows_not("gave up");
    bench.press("<esc>/kind:gave,susp<enter>");
    bench.shows("gave up").shows("suspended").shows_not("exited").shows("1–2 of 2");
    bench.press("<esc>");
    bench.shows("exited");
    bench.press("/kind:frozen");
    bench.shows("no kind of event \"frozen\"").shows("restart_scheduled");
    bench.press("<esc>/nobody<enter>");
    bench.shows("No event contains all of this. Esc drops the filter.");
    bench.press("<down><up><pgdn><home><end><enter>f");
    // The filter of events is no filter of rows.
    bench.go(ScreenId::Tree);
    bench.shows("▾ parlor");
}

#[test]
fn enter_opens_the_page_of_the_slot() {
    let mut bench = on_events(SIZE);
    bench.press("/panic<enter><enter>");
    bench.shows("signaling-1").shows("SetUpCall for 340 ms");
    bench.press("<esc>");
    bench.shows("filter “panic”").shows("exited");
}

#[test]
fn verbs_need_to_know_the_actor() {
    let mut bench = on_events(SIZE);
    bench.happens(EventKind::Suspended, ROOM, None);
    bench.press("X");
    bench.shows("open its details first").shows_not("What to do?");
    bench.press("<esc><enter>X");
    bench.shows("What to do?").shows("room-08");
}

#[test]
fn what_is_missing_has_a_line() {
    let mut bench = on_events(SIZE);
    bench.shows_not("no longer kept");
    bench.happens(EventKind::Gap, None, Some("12 events are missing here"));
    bench.press("/nobody<enter>");
    bench.shows("12 events are missing here");
    bench.press("<enter>");
    bench.shows("this line is about no actor");
}

#[test]
fn what_fell_out_of_the_ring_has_a_line() {
    let mut bench = on_events(SIZE);
    for n in 0..actorscope_client::model::MAX_EVENTS {
        bench.happens(EventKind::Suspended, ROOM, Some(&format!("number {n}")));
    }
    bench.press("<home>");
    bench.shows("6 earlier events are no longer kept");
    bench.press("<down>");
    assert!(cursor(&bench).contains("number 0 ") || cursor(&bench).contains("number 0"));
    // The selected line falls out: the one after it is selected.
    for _ in 0..3 {
        bench.happens(EventKind::Resumed, ROOM, None);
    }
    bench.shows("9 earlier events");
    assert!(cursor(&bench).contains("number 3"), "{}", cursor(&bench));
}

#[test]
fn a_lost_connection_stands_where_it_was() {
    let mut bench = on_events(SIZE);
    lose(&mut bench);
    bench.wait(2_000);
    bench.shows("connection lost   2.0 s ago: the agent hung up");
    lose(&mut bench);
    bench.wait(1_000);
    connect(&mut bench, INSTANCE);
    bench.happens(EventKind::Resumed, ROOM, None);
    let screen = bench.screen();
    let line = |text: &str| screen.lines().position(|l| l.contains(text)).expect(text);
    assert!(line("gave up") < line("connection lost   for 3.0 s: the agent hung up"));
    assert!(line("connection lost ") < line("resumed"));
    assert_eq!(screen.matches("connection lost ").count(), 1);
}

#[test]
fn a_restarted_service_begins_a_new_list() {
    let mut bench = on_events(SIZE);
    lose(&mut bench);
    bench.wait(1_000);
    connect(&mut bench, InstanceId(7));
    bench.happens(EventKind::Started, Some("/parlor"), None);
    bench.shows("for 1.0 s; a new instance answered").shows("started").shows_not("gave up");
}

#[test]
fn pause_holds_the_list() {
    let mut bench = on_events(SIZE);
    bench.press("p");
    bench.happens(EventKind::Resumed, ROOM, None);
    bench.shows_not("resumed");
    bench.press("p");
    bench.shows("resumed");
}

#[test]
fn the_mouse_selects_and_scrolls() {
    use crossterm::event::{KeyModifiers, MouseEvent, MouseEventKind};
    let mut bench = on_events((80, 14));
    for n in 0..30 {
        bench.happens(EventKind::Suspended, ROOM, Some(&format!("number {n}")));
    }
    let wheel = |bench: &mut Bench, kind| {
        let modifiers = KeyModifiers::NONE;
        bench.feed(Input::Mouse(MouseEvent { kind, column: 5, row: 8, modifiers }));
    };
    wheel(&mut bench, MouseEventKind::ScrollDown);
    assert!(!bench.screen().contains("not following"), "there is nothing below");
    bench.click(bench.find("number 27"));
    assert!(cursor(&bench).contains("number 27"));
    bench.shows("not following").shows("number 29");
    wheel(&mut bench, MouseEventKind::ScrollUp);
    bench.shows_not("number 29").shows("number 26");
}
