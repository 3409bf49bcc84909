//! What keys do, as a user sees it.

use crate::bench::{Bench, operator};
use crate::world::{INSTANCE, S, World};
use actorscope::ui::input::{Command, Found, Input, Look};
use actorscope::ui::screens::{ScreenId, table, tree};
use actorscope::ui::wanted;
use actorscope_client::{Target, Update};
use actorscope_core::view::{Expansion, Order, SortKey, ViewSpec};
use actorscope_core::{InstanceId, Reading};
use std::time::Duration;

const SIZE: (u16, u16) = (80, 24);

fn agent(name: &str, pid: u32) -> Found {
    Found {
        name: name.to_owned(),
        pid,
        instance: None,
        uptime_ns: Some(S),
        actors: Some(1),
        problem: None,
        target: Target::Named(name.to_owned()),
    }
}

fn look(agents: &[(&str, u32)]) -> Look {
    Look { agents: agents.iter().map(|(name, pid)| agent(name, *pid)).collect(), ..Look::default() }
}

fn attached_to(bench: &Bench) -> Option<&Target> {
    bench.commands.iter().rev().find_map(|command| match command {
        Command::Attach { target, .. } => Some(target),
        _ => None,
    })
}

#[test]
fn the_only_agent_is_attached_to_as_soon_as_it_is_there() {
    let mut bench = Bench::looking(SIZE);
    bench.looked(look(&[]));
    bench.shows("no agent is running");
    let looks = |bench: &Bench| {
        let is_look = |c: &&Command| matches!(c, Command::Look);
        bench.commands.iter().filter(is_look).count()
    };
    let before = looks(&bench);
    bench.wait(400);
    assert_eq!(looks(&bench), before, "too early to look again");
    bench.wait(600);
    assert_eq!(looks(&bench), before + 1);
    bench.looked(look(&[("parlor", 7)]));
    assert_eq!(attached_to(&bench), Some(&Target::Named("parlor".to_owned())));
    bench.connect(operator());
    bench.shows("signaling-supervisor");
}

#[test]
fn among_several_agents_the_user_chooses() {
    let mut bench = Bench::looking(SIZE);
    bench.looked(look(&[("billing", 1), ("parlor", 2)]));
    assert_eq!(attached_to(&bench), None);
    bench.press("<down>");
    // Another one starts in between: the selection stays with its agent.
    bench.looked(look(&[("accounts", 3), ("billing", 1), ("parlor", 2)]));
    bench.press("<enter>");
    assert_eq!(attached_to(&bench), Some(&Target::Named("parlor".to_owned())));
}

#[test]
fn an_agent_that_ends_does_not_choose_for_the_user() {
    let mut bench = Bench::looking(SIZE);
    bench.looked(look(&[("billing", 1), ("parlor", 2)]));
    bench.looked(look(&[("billing", 1)]));
    assert_eq!(attached_to(&bench), None);
}

/// With a row for each actor.
fn unfolded() -> Bench {
    let mut bench = Bench::connected(SIZE);
    bench.press("o<esc>");
    bench
}

#[test]
fn the_tree_opens_and_closes() {
    let mut bench = unfolded();
    assert_eq!(bench.selected().as_deref(), Some("parlor"));
    bench.press("<down><down><down>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-supervisor"));
    bench.press("<left>");
    bench.shows("signaling-supervisor +4").shows("▾ rooms");
    assert!(!bench.screen().contains("· signaling-1"));
    bench.press("<right>");
    bench.shows("· signaling-1");
    bench.press("<right>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-1"));
    bench.press("<left>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-supervisor"));
    bench.press("[");
    bench.shows("rooms +30");
    bench.press("]");
    bench.shows("· room-01");
}

#[test]
fn opening_one_branch_leaves_the_others_as_they_were() {
    let mut bench = Bench::connected(SIZE);
    bench.press("<down><down><down> ");
    let Some(ViewSpec::Tree { expansion: Expansion::Slots(open), .. }) = bench.asked(tree::VIEW)
    else {
        panic!("{:?}", bench.asked(tree::VIEW));
    };
    assert!(open.contains(&bench.world.named("rooms")));
    assert!(!open.contains(&bench.world.named("signaling-supervisor")));
}

#[test]
fn scrolling_asks_for_the_rows_on_screen_and_shows_the_right_ones() {
    let mut bench = unfolded();
    bench.press("<end>");
    assert_eq!(bench.selected().as_deref(), Some("accept-loop"));
    bench.shows("connection-64").shows("90–105 of 105");
    let Some(ViewSpec::Tree { offset, limit, .. }) = bench.asked(tree::VIEW) else {
        panic!("no tree is asked for");
    };
    assert!(*offset >= 64 && *limit <= 64, "{offset} {limit}");
    bench.press("<home>");
    assert_eq!(bench.selected().as_deref(), Some("parlor"));
}

#[test]
fn rows_that_are_not_here_yet_are_marked_and_then_found() {
    let mut bench = unfolded();
    bench.online = false;
    bench.press("<end>");
    bench.shows(" …");
    bench.online = true;
    bench.refresh();
    assert_eq!(bench.selected().as_deref(), Some("accept-loop"));
}

#[test]
fn the_table_begins_with_the_slowest_queue_and_sorts_by_any_column() {
    let mut bench = Bench::connected(SIZE);
    bench.go(ScreenId::Table);
    assert_eq!(bench.selected().as_deref(), Some("signaling-1"));
    bench.press("I");
    assert!(matches!(
        bench.asked(table::VIEW),
        Some(ViewSpec::Table { sort: SortKey::QueueWait, order: Order::Ascending, .. })
    ));
    bench.click(bench.find("ACTOR"));
    bench.shows("ACTOR▲");
    bench.click(bench.find("ACTOR"));
    bench.shows("ACTOR▼");
    for (key, heading) in [(">", "STATE▲"), (">", "QUEUED▼"), ("<", "STATE▲")] {
        bench.press(key);
        bench.shows(heading);
    }
    assert_eq!(bench.selected().as_deref(), Some("room-03"), "trouble first");
}

#[test]
fn the_selection_follows_its_actor_when_the_order_changes() {
    let mut bench = Bench::connected(SIZE);
    bench.press("<table><down>");
    let before = bench.selected();
    let slot = bench.world.named("signaling-4");
    let stats = bench.world.stats.get_mut(&slot).unwrap();
    stats.oldest_wait_ns = Some(90 * S);
    stats.depth = Reading::exact(12);
    bench.refresh();
    assert_eq!(bench.selected(), before);
    let first = bench.line("▌");
    assert!(first.contains("signaling-4"), "{first}");
}

#[test]
fn an_actor_that_is_gone_hands_the_selection_to_its_neighbour() {
    let mut bench = Bench::connected((80, 60));
    bench.press("/signaling-<enter><down><down><down>");
    assert_eq!(bench.selected().as_deref(), Some("signaling-2"));
    bench.world.remove("signaling-2");
    bench.refresh();
    assert_eq!(bench.selected().as_deref(), Some("signaling-3"));
}

#[test]
fn a_filter_says_what_is_wrong_and_how_it_may_go_on() {
    let mut bench = Bench::connected((100, 30));
    bench.press("<tree>/").shows("state:failed  under:/path");
    bench.press("room st<tab>fa").shows("filter: room state:fa").shows("failed");
    bench.press("<tab>").shows("filter: room state:failed");
    bench.shows("room-03").shows_not("room-01");
    // What is not right yet shows what is right so far.
    bench.press(" depth>").shows("expected a number such as 100").shows("room-03");
    bench.press("many").shows("                                 vvvv expected a number");
    bench.press("<enter>").shows("filter: room state:failed depth>many");
    bench
        .press("<ctrl-u>room state:failed depth>=0<enter>")
        .shows("filter “room state:failed depth>=0”");
    bench.press("<esc>:filter depth><enter>").shows("expected a number such as 100");
}

#[test]
fn a_filter_works_while_it_is_typed_and_goes_with_escape() {
    let mut bench = unfolded();
    bench.press("/ROOM-1");
    bench.shows("room-19").shows("filter: ROOM-1");
    bench.shows_not("signaling-1  ");
    bench.press("<enter>");
    bench.shows("filter “ROOM-1”").shows("Enter details");
    bench.press("<table>");
    bench.shows("/parlor/rooms/room-10");
    bench.press("<esc>");
    bench.shows_not("filter “");
    bench.press("/nobody");
    bench.shows("No actor matches this filter");
    bench.press("<esc>");
    bench.shows("of 105");
}

#[test]
fn letters_that_are_keys_are_letters_while_typing() {
    let mut bench = Bench::connected(SIZE);
    bench.press("/quX?");
    bench.shows("filter: quX?");
    bench.feed(Input::Paste("a\nb".to_owned()));
    bench.shows("filter: quX?a b");
}

#[test]
fn the_detail_page_is_asked_for_and_left_again() {
    let mut bench = Bench::connected(SIZE);
    bench.press("w");
    bench
        .shows("SetUpCall for 340 ms")
        .shows("2 of 5 restarts used in 10 s, oldest forgotten in 3.1 s");
    assert!(bench.asked(tree::VIEW).is_none(), "what is not on screen is not asked for");
    bench.press("<esc>");
    assert!(bench.asked(wanted::DETAIL).is_none());
    bench.shows("▾ parlor");
}

#[test]
fn a_detail_page_says_when_its_slot_is_gone() {
    let mut bench = Bench::connected(SIZE);
    bench.press("w");
    bench.world.remove("signaling-1");
    bench.refresh();
    bench.shows("is gone");
}

#[test]
fn readings_say_how_well_they_are_known() {
    let mut bench = Bench::connected(SIZE);
    let slot = bench.world.named("signaling-1");
    let quality = actorscope_core::Quality::Stale { age_ns: 1_200_000_000 };
    bench.world.stats.get_mut(&slot).unwrap().depth = Reading::new(17, quality);
    let absent = bench.world.named("store");
    let stats = bench.world.stats.get_mut(&absent).unwrap();
    stats.depth = Reading::ABSENT;
    stats.queue_wait = None;
    bench.refresh();
    assert!(bench.line("· signaling-1").contains("≥17"));
    assert!(bench.line("· store").contains("n/a"));
    bench.press("w");
    bench.shows("≥ 17 (1.20 s old) of 1,024");
}

#[test]
fn a_lost_connection_is_shown_with_its_age_and_the_next_try() {
    let mut bench = Bench::connected((120, 30));
    bench.update(Update::Lost {
        reason: "the agent hung up".to_owned(),
        retry_in: Duration::from_millis(1_600),
    });
    bench.wait(200);
    bench.shows("connection lost 0.2 s ago: the agent hung up; retrying in 1.4 s");
    bench.shows("▾ parlor");
    bench.press("X");
    bench.shows("nothing can be done").shows_not("What to do?");
    bench.press("r");
    assert!(bench.commands.iter().any(|c| matches!(c, Command::RetryNow(_))));
    bench.now += Duration::from_secs(3);
    let node = bench.world.node(INSTANCE, operator());
    bench.update(Update::Connected(node));
    bench.shows("connected again").shows("3.2 s").shows("● live");
}

#[test]
fn a_restarted_service_keeps_nothing_of_its_former_life() {
    let mut bench = Bench::connected(SIZE);
    bench.press("wX<enter>");
    let node = bench.world.node(InstanceId(7), operator());
    bench.update(Update::Lost { reason: "gone".to_owned(), retry_in: Duration::ZERO });
    bench.update(Update::Connected(node));
    bench.refresh();
    bench
        .shows("service restarted: new instance")
        .shows_not("Kill this actor?")
        .shows("▾ parlor")
        .shows("instance 0007");
    assert!(bench.commands.iter().all(|c| !matches!(c, Command::Act { .. })));
}

#[test]
fn pause_freezes_what_is_shown_and_lets_the_user_walk_about() {
    let mut bench = unfolded();
    bench.press("p");
    bench.wait(2_000);
    bench.shows("PAUSED 2.0 s");
    let slot = bench.world.named("signaling-1");
    bench.world.stats.get_mut(&slot).unwrap().oldest_wait_ns = Some(77 * S);
    bench.refresh();
    bench.shows("waits 12.3 s");
    bench.press("<end>");
    bench.shows("connection-64");
    bench.press("p");
    bench.shows("waits 77.0 s").shows_not("PAUSED");
}

#[test]
fn the_refresh_rate_has_steps_and_ends() {
    let mut bench = Bench::connected(SIZE);
    bench.press("+++++");
    bench.shows("every 0.25 s");
    bench.press("----------");
    bench.shows("every 10 s");
    let last = bench.commands.iter().rev().find_map(|c| match c {
        Command::SetView { interval, .. } => Some(*interval),
        _ => None,
    });
    assert_eq!(last, Some(Duration::from_secs(10)));
}

#[test]
fn silence_on_a_live_connection_is_noticed() {
    let mut bench = Bench::connected(SIZE);
    bench.wait(9_000);
    bench.shows("no data for 9 s");
    bench.refresh();
    bench.shows("● live");
}

#[test]
fn an_agent_that_looks_rarely_says_so_and_is_not_silent() {
    let mut bench = Bench::connected(SIZE);
    bench.world.agent.tick_ns = 4_700_000_000;
    bench.refresh();
    bench.shows("every 4.7 s");
    bench.wait(9_000);
    bench.shows("● live");
    bench.wait(1_000);
    bench.shows("no data for 10 s");
}

#[test]
fn events_and_help_come_and_go() {
    let mut bench = Bench::connected(SIZE);
    bench.press("e");
    bench.shows("Events").shows("maintenance, by ann");
    bench.press("<esc>");
    bench.shows_not("Events");
    bench.press("?");
    bench.shows("─ Help ─");
    bench.press("<end>");
    bench.shows("how often the slot was filled again");
    bench.press("?");
    bench.shows_not("─ Help ─");
}

#[test]
fn every_way_out_works() {
    for keys in ["q", "<ctrl-c>", "/x<ctrl-c>", "wX<enter><ctrl-c>", "?q"] {
        let mut bench = Bench::connected(SIZE);
        bench.press(keys);
        let quit = bench.commands.iter().any(|c| matches!(c, Command::Quit));
        assert!(quit, "{keys}");
    }
}

#[test]
fn who_does_not_answer_is_left_for_another_one() {
    let mut bench = Bench::connecting(SIZE);
    bench.press("a");
    assert!(bench.commands.iter().any(|c| matches!(c, Command::Detach(_))));
    bench.looked(look(&[("parlor", 4_242)]));
    bench.shows("1 agent on this machine");
}

#[test]
fn the_tree_keeps_its_place_while_rows_come_and_go_above() {
    let mut bench = unfolded();
    bench.press("<pgdn><pgdn>");
    let (selected, before) = (bench.selected().unwrap(), bench.screen());
    let line = |screen: &str| screen.lines().position(|l| l.contains(&selected));
    bench.world.remove("signaling-2");
    bench.refresh();
    assert_eq!(line(&bench.screen()), line(&before));
}

#[test]
fn an_empty_service_is_no_error() {
    let mut bench = Bench::connecting(SIZE);
    bench.world = World::empty();
    bench.connect(operator());
    bench.shows("No actors yet");
    bench.press("<down><enter>X w<end>");
    bench.shows("0 actors");
}
