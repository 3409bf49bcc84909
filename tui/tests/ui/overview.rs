//! The first screen: what needs attention, who is worst, and where its lines lead.

use crate::bench::{Bench, operator, settings};
use crate::world::{MS, S, World};
use actorscope::ui::app::Settings;
use actorscope::ui::screens::{FIRST, ScreenId};
use actorscope::ui::theme::Colors;
use actorscope::ui::wanted;
use actorscope_client::Update;
use actorscope_core::link::WaitingFor;
use actorscope_core::view::{SortKey, ViewSpec};
use actorscope_core::{EventKind, Reading, SlotState};
use ratatui::style::{Color, Modifier};
use std::time::Duration;

const SIZE: (u16, u16) = (80, 24);

fn overview(size: (u16, u16)) -> Bench {
    let mut bench = Bench::with(Settings { first: FIRST, ..settings() }, size);
    bench.connect(operator());
    bench
}

/// The same of a service in which all is well, but for what `change` does.
fn calm(size: (u16, u16), change: impl FnOnce(&mut World)) -> Bench {
    let mut bench = Bench::with(Settings { first: FIRST, ..settings() }, size);
    bench.world = World::calm();
    change(&mut bench.world);
    bench.connect(operator());
    bench
}

fn screen(bench: &Bench) -> ScreenId {
    bench.app.agent().unwrap().screen
}

#[test]
fn the_culprit_is_named_before_any_key_is_pressed() {
    for size in [SIZE, (160, 48), (60, 20), (40, 10)] {
        let bench = overview(size);
        assert_eq!(screen(&bench), ScreenId::Overview);
        let attention = bench.line("oldest me");
        assert!(attention.contains("signaling-1"), "{attention}");
    }
}

#[test]
fn it_asks_for_at_most_eight_views_and_few_rows() {
    let bench = overview((300, 100));
    let attached = bench.app.agent().unwrap();
    assert!(attached.asked.len() <= 6, "two of the eight are left for a page above");
    for asked in attached.asked.values() {
        if let ViewSpec::Table { limit, .. } = asked.spec {
            assert!(limit <= 8);
        }
    }
}

#[test]
fn enter_opens_the_selected_line_wherever_the_arrows_have_led() {
    let mut bench = overview(SIZE);
    // What comes first in the list of what needs attention.
    assert_eq!(bench.selected().as_deref(), Some("room-03"));
    bench.press("<enter>");
    bench.shows("/parlor/rooms/room-03").shows("it failed for good");
    bench.press("<esc><down>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-1"));
    // Through the rest of it into the lists: the left one, the one beside, the one below.
    bench.press("<down><down><down><down>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-2"));
    bench.press("<right>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-1"), "the only deep queue");
    bench.press("<down>l");
    assert_eq!(bench.selected().as_deref(), Some("signaling-1"), "nothing is further right");
    bench.press("<left>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-1"), "the busiest");
    bench.press("j<enter>");
    bench.shows("/parlor/store").shows("incarnation 1");
    bench.press("<esc><home>");
    assert_eq!(bench.selected().as_deref(), Some("room-03"));
    bench.press("<pgdn>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-1"), "the slowest queue");
    bench.press("<end><pgup>k<pgup><pgup>");
    assert_eq!(bench.selected().as_deref(), Some("room-03"));
}

#[test]
fn verbs_act_on_the_selected_line() {
    let mut bench = overview(SIZE);
    bench.press("<down>X");
    bench.shows("What to do?").shows("/parlor/signaling-supervisor/signaling-1");
}

#[test]
fn a_click_on_a_line_opens_its_page_and_the_wheel_moves_the_selection() {
    let mut bench = overview((160, 48));
    bench.click(bench.find("/parlor/store"));
    bench.shows("parlor::store::Store");
    bench.press("<esc>");
    assert_eq!(bench.selected().as_deref(), Some("store"), "where it was left");
    bench.click(bench.find("MOST RESTARTS"));
    bench.shows("NEEDS ATTENTION");
    let (x, y) = bench.find("MOST RESTARTS");
    bench.click((x, y + 1));
    bench.shows("SUPERVISION").shows("incarnation 3");
}

#[test]
fn the_selection_follows_its_slot_within_its_list() {
    let mut bench = overview((160, 48));
    bench.press("<pgdn><down>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-2"));
    let slot = bench.world.named("signaling-4");
    bench.world.stats.get_mut(&slot).unwrap().oldest_wait_ns = Some(500 * MS);
    bench.refresh();
    let line = bench.line("500 ms");
    assert!(line.contains("signaling-4"), "{line}");
    assert_eq!(bench.selected().as_deref(), Some("signaling-2"));
    // Until somebody chooses, the first line is selected, whatever it is.
    let mut bench = calm((160, 48), |_| {});
    assert_eq!(bench.selected().as_deref(), Some("store"));
    let slot = bench.world.named("room-07");
    bench.world.stats.get_mut(&slot).unwrap().oldest_wait_ns = Some(40 * MS);
    bench.refresh();
    assert_eq!(bench.selected().as_deref(), Some("room-07"));
    bench.world.remove("room-07");
    bench.refresh();
    assert_eq!(bench.selected().as_deref(), Some("store"));
}

#[test]
fn what_is_well_is_not_called_worst() {
    let bench = calm(SIZE, |world| {
        for stats in world.stats.values_mut() {
            (stats.queue_wait, stats.utilization) = (None, Some(0.001));
        }
    });
    bench
        .shows("● nothing needs attention")
        .shows("none: nothing waits")
        .shows("none: every queue is empty")
        .shows("none: nobody is inside a handler")
        .shows("none since the service started");
    assert_eq!(bench.selected(), None);
    let mut bench = bench;
    bench.press("<enter><down><left><pgup><end>X");
    bench.shows("nothing needs attention").shows("no actor is selected");
}

#[test]
fn a_deadlock_comes_first_and_leads_to_one_of_those_in_it() {
    let mut bench = overview((120, 30));
    let (room, store) = (bench.world.named("room-09"), bench.world.named("store"));
    bench.world.figures.deadlocks =
        vec![vec!["/parlor/rooms/room-09".to_owned(), "/parlor/store".to_owned()]];
    let stats = bench.world.stats.get_mut(&store).unwrap();
    stats.waiting_for = Some(WaitingFor {
        slot: room,
        path: "/parlor/rooms/room-09".to_owned(),
        for_ns: 3_200 * MS,
    });
    bench.refresh();
    bench
        .shows("deadlock: /parlor/rooms/room-09 waits for /parlor/store waits for /parlor/rooms/room-09")
        .shows("waits for /parlor/rooms/room-09 for 3.20 s");
    bench.feed(actorscope::ui::input::Input::Resize(80, 24));
    bench.shows("deadlock: room-09 waits for store waits for room-09");
    bench.feed(actorscope::ui::input::Input::Resize(120, 30));
    let (_, deadlock) = bench.find("deadlock: ");
    let (_, failed) = bench.find("it failed for good");
    assert!(deadlock < failed);
    bench.press("<home><enter>");
    bench.shows("/parlor/store ");
}

#[test]
fn many_in_the_same_trouble_share_a_line_that_leads_to_all_of_them() {
    let mut bench = overview((120, 30));
    let rooms: Vec<_> = (11..=20).map(|n| bench.world.named(&format!("room-{n}"))).collect();
    for room in rooms {
        bench.world.stats.get_mut(&room).unwrap().state = SlotState::Failed;
    }
    bench.refresh();
    bench.shows("11 actors failed for good: room-").shows(" and 7 more");
    bench.shows("signaling-1").shows_not("room-20");
    bench.press("<home><enter>");
    assert_eq!(screen(&bench), ScreenId::Table);
    assert!(bench.app.agent().unwrap().screens.table.sort == SortKey::State);
    assert_eq!(bench.selected().as_deref(), Some("room-03"));
}

#[test]
fn what_has_no_room_is_counted() {
    let mut bench = calm((80, 24), |world| {
        for n in 1..=20 {
            let slot = world.named(&format!("room-{n:02}"));
            let stats = world.stats.get_mut(&slot).unwrap();
            stats.depth = Reading::exact(1_000);
            stats.oldest_wait_ns = Some(S * n);
        }
    });
    bench.shows("room-20").shows("oldest message waits 20.0 s");
    bench.feed(actorscope::ui::input::Input::Resize(80, 12));
    bench.shows("  and ");
}

#[test]
fn the_adapters_the_agent_and_the_events_are_heard() {
    let mut bench = calm((120, 30), |_| {});
    bench.shows("nothing needs attention");
    bench.world.agent.warnings = 2;
    bench.world.agent.tick_ns = 2 * S;
    bench.world.agent.pass_ns = 100 * MS;
    bench.run(1, |_, _| {});
    bench
        .shows("! adapters reported 2 things that cannot be")
        .shows("! the agent slowed itself: a pass takes 100 ms, so it looks every 2 s only");
    bench.happens(EventKind::Gap, None, Some("12 events are missing here"));
    bench.shows("! events are missing: 12 events are missing here");
    bench.press("<enter>");
    assert_eq!(screen(&bench), ScreenId::Events);
    bench.shows("filter “kind:gap”").shows("12 events are missing here");

    // What was so before anybody looked is told, but is no alarm; nor is a full list of old events.
    let mut bench = calm((120, 30), |world| {
        world.agent.warnings = 2;
        world.agent.events_dropped = 1_000;
    });
    bench.run(3, |world, _| world.agent.events_dropped += 10);
    bench
        .shows("  adapters reported 2 things that cannot be")
        .shows("the agent's list of events is full: 30 events of the past dropped out within 3 s")
        .shows_not("! ");
}

#[test]
fn a_lost_connection_is_a_hole_in_the_charts() {
    let mut bench = calm((160, 48), |_| {});
    bench.run(20, |_, _| {});
    bench.update(Update::Lost {
        reason: "the agent hung up".to_owned(),
        retry_in: Duration::from_millis(400),
    });
    bench.wait(10_000);
    let rows = |bench: &Bench| {
        let screen = bench.screen();
        let bottom = screen.lines().find(|line| line.starts_with("        0 ┤")).unwrap();
        bottom.chars().skip(11).take(68).collect::<String>()
    };
    let lost = rows(&bench);
    assert!(lost.trim_end().chars().count() < lost.chars().count() - 9, "{lost:?}");
    let node = bench.world.node(crate::world::INSTANCE, operator());
    bench.world.now = bench.world.now.plus(10 * S);
    bench.update(Update::Connected(node));
    bench.run(10, |_, _| {});
    let again = rows(&bench);
    let parts: Vec<usize> = again.split_whitespace().map(|part| part.chars().count()).collect();
    assert_eq!(parts.len(), 2, "before and after the hole: {again:?}");
    bench.shows("67 s ago");
}

#[test]
fn what_is_not_known_is_not_drawn_as_zero() {
    let mut bench = calm((160, 48), |world| world.figures = crate::world::Figures::unknown());
    bench.run(5, |_, _| {});
    bench
        .shows("CPU  n/a")
        .shows("n/a: no tokio runtime was current when the agent started")
        .shows("MEMORY  n/a");
}

#[test]
fn trouble_and_selection_are_seen_with_and_without_colour() {
    let mut bench = overview(SIZE);
    for colors in [Colors::Sixteen, Colors::None] {
        bench.app.settings.theme.colors = colors;
        let buffer = bench.buffer();
        let (x, y) = bench.find("signaling-1    ");
        let cell = &buffer[(x, y)];
        let red = if colors == Colors::None { Color::Reset } else { Color::LightRed };
        assert_eq!((cell.fg, cell.modifier), (red, Modifier::BOLD), "{}", bench.screen());
        let mark = &buffer[(1, y)];
        assert_eq!(mark.symbol(), "▌");
        let (x, y) = bench.find("/parlor/rooms/room-03");
        assert!(buffer[(x, y)].modifier.contains(Modifier::REVERSED));
        let (x, y) = bench.find("SLOWEST QUEUES");
        assert!(!buffer[(x, y)].modifier.contains(Modifier::REVERSED));
    }
}

#[test]
fn before_the_first_answer_there_is_no_list_of_worst() {
    let mut bench = Bench::with(Settings { first: FIRST, ..settings() }, SIZE);
    bench.online = false;
    let node = bench.world.node(crate::world::INSTANCE, operator());
    bench.update(Update::Connected(node));
    bench.shows("asking the agent…").shows_not("NEEDS ATTENTION");
    bench.press("<enter><down>");
    assert!(bench.asked(wanted::DETAIL).is_none());
}
