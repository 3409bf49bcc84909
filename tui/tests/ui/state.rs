//! The page of a slot: what its actor prints of itself, who it talks to, how its task is polled.

use crate::bench::{Bench, operator};
use crate::night::printed;
use crate::world::{INSTANCE, NOW};
use actorscope::ui::input::{Command, Input};
use actorscope_client::{Dumped, Update};
use actorscope_core::link::{Link, Links, WaitingFor, Waits};
use actorscope_core::slot::Pending;
use actorscope_core::{Incarnation, Outcome, SlotId, Timestamp, Verb};
use std::time::Duration;

const SIZE: (u16, u16) = (80, 24);

fn asked(bench: &Bench) -> Vec<(u32, SlotId)> {
    let dump = |command: &Command| match command {
        Command::Dump { request, slot, .. } => Some((*request, *slot)),
        _ => None,
    };
    bench.commands.iter().filter_map(dump).collect()
}

#[test]
fn an_actor_is_asked_and_its_answer_stays_until_it_is_asked_again() {
    let mut bench = Bench::connected(SIZE);
    bench.press("wi");
    bench.shows("asking the actor");
    let [(request, slot)] = asked(&bench)[..] else { panic!("{:?}", asked(&bench)) };
    assert_eq!(slot, bench.world.named("signaling-1"));
    bench.feed(Input::Dumped { request, result: Ok(printed()) });
    bench
        .shows("incarnation 3, printed at 03:04:05 in 41.0 µs")
        .shows("! printed its state; it is longer than was wanted")
        .shows("SignalingWorker {");
    // The actor goes on; what it printed does not change.
    bench.refresh();
    bench.shows("SignalingWorker {").shows("more lines");
    bench.state = Some(Ok(Dumped { text: "Other".to_owned(), truncated: false, ..printed() }));
    bench.press("i");
    bench.shows("Other").shows_not("SignalingWorker {").shows_not("longer than was wanted");
    assert_eq!(asked(&bench).len(), 2);
    bench.press("<esc>");
    bench.shows("SUPERVISION").shows_not("STATE");
    bench.press("<esc>");
    bench.shows("▾ parlor");
}

#[test]
fn the_text_scrolls_and_long_lines_are_broken() {
    let mut bench = Bench::connected(SIZE);
    bench.state = Some(Ok(printed()));
    bench.press("wi");
    bench.shows("realm=a-rather-long-realm-tha").shows("t-does-not-fit");
    bench.press("<end>");
    bench.shows("id: 39,").shows_not("SignalingWorker {");
    bench.press("<home>");
    bench.shows("SignalingWorker {");
    bench.press("<pgdn>");
    bench.shows_not("SignalingWorker {");
    bench.press("<esc>");
    bench.shows("worker SignalingWorker");
}

#[test]
fn a_refusal_is_shown_in_the_agents_words() {
    let mut bench = Bench::connected(SIZE);
    bench.state = Some(Err("showing state is off in parlor: its code has to say more".to_owned()));
    bench.press("wi");
    bench.shows("✗ showing state is off in parlor: its code has to say more");
    bench.state = Some(Ok(Dumped {
        outcome: Outcome::NotSupported,
        message: "it does not print its state".to_owned(),
        text: String::new(),
        ..printed()
    }));
    bench.press("i");
    bench.shows("✗ it does not print its state").shows("i asks again");
}

#[test]
fn an_answer_for_a_page_that_was_left_is_nobodys() {
    let mut bench = Bench::connected(SIZE);
    bench.press("wi");
    let [(request, _)] = asked(&bench)[..] else { panic!("{:?}", asked(&bench)) };
    bench.press("<esc><esc>");
    bench.feed(Input::Dumped { request, result: Ok(printed()) });
    bench.shows("▾ parlor");
    bench.press("wi");
    bench.feed(Input::Dumped { request, result: Ok(printed()) });
    bench.shows("asking the actor");
}

#[test]
fn a_state_of_an_actor_that_has_ended_says_so() {
    let mut bench = Bench::connected(SIZE);
    bench.state = Some(Ok(printed()));
    bench.press("wi");
    bench.shows_not("has ended since");
    let slot = bench.world.named("signaling-1");
    bench.world.stats.get_mut(&slot).unwrap().incarnation = Incarnation(4);
    bench.refresh();
    bench.shows("! this actor has ended since: another one fills its slot");
}

#[test]
fn without_a_connection_nobody_is_asked() {
    let mut bench = Bench::connected(SIZE);
    bench.press("w");
    bench.update(Update::Lost { reason: "gone".to_owned(), retry_in: Duration::from_secs(1) });
    bench.press("i");
    bench.shows("connection lost: no actor can be asked now");
    assert!(asked(&bench).is_empty());
    let node = bench.world.node(INSTANCE, operator());
    bench.update(Update::Connected(node));
    bench.press("i");
    assert_eq!(asked(&bench).len(), 1);
}

#[test]
fn what_it_was_asked_for_and_has_not_done_is_told() {
    let mut bench = Bench::connected(SIZE);
    let worker = bench.world.named("signaling-1");
    let asked_at = Timestamp(NOW.0 - 22_000_000_000);
    bench.world.detail_mut(worker).pending =
        Some(Pending { verb: Verb::Restart, by: "ann".to_owned(), asked_at });
    bench.press("w");
    bench.shows("pending    restart, asked for by ann 22.0 s ago");
}

#[test]
fn links_waits_and_cycles_are_told_in_words() {
    let mut bench = Bench::connected((160, 48));
    let (worker, store) = (bench.world.named("signaling-1"), bench.world.named("store"));
    let path = |slot| if slot == store { "/parlor/store" } else { "/parlor/signaling-1" };
    let stats = bench.world.stats.get_mut(&worker).unwrap();
    stats.waiting_for =
        Some(WaitingFor { slot: store, path: "/parlor/store".to_owned(), for_ns: 3_200_000_000 });
    let detail = bench.world.detail_mut(worker);
    let links = detail.links.get_or_insert_with(Links::default);
    // Many send; the one that waits is shown however little it has sent.
    let sender = links.incoming[0].clone();
    links.incoming = (0..30).map(|_| sender.clone()).collect();
    links.incoming[29] = Link {
        path: "/parlor/rooms/room-29".to_owned(),
        waiting: 2,
        waiting_ns: Some(1_500_000_000),
        ..sender
    };
    links.cycle = [worker, store].map(|slot| Waits { slot, path: path(slot).to_owned() }).to_vec();
    bench.press("w");
    bench
        .shows(
            "! deadlock: /parlor/signaling-1 waits for /parlor/store waits for /parlor/signaling-1",
        )
        .shows("waits for  /parlor/store for 3.20 s")
        .shows("waiting for 1 answer, the oldest for 340 ms");
    let out = bench.line("→ /parlor/store");
    for cell in ["12", "7502", "31.0 ms", "104 ms", "340 ms"] {
        assert!(out.contains(cell), "{cell}: {out}");
    }
    bench
        .shows("← /parlor/rooms/room-29")
        .shows("2 answers not given yet, the oldest for 1.50 s")
        .shows("  and 20 more");
}

#[test]
fn a_task_is_judged_by_its_polls() {
    let mut bench = Bench::connected((160, 48));
    bench.press("<end><enter>");
    bench
        .shows("POLL TIME")
        .shows("118,204 polls so far, 6.00 s in all")
        .shows("SCHEDULING DELAY")
        .shows("a poll took 201 ms: its worker ran nothing else meanwhile")
        .shows("it was only named: `spawn(name, …)` makes it killable")
        .shows_not("QUEUE WAIT")
        .shows_not("mailbox");
}

#[test]
fn a_suspension_says_for_how_long() {
    let mut bench = Bench::connected(SIZE);
    let holds = |bench: &Bench| -> Vec<Option<Duration>> {
        let act = |command: &Command| match command {
            Command::Act { hold, .. } => Some(*hold),
            _ => None,
        };
        bench.commands.iter().filter_map(act).collect()
    };
    let suspend = "X<down><down><down><enter>";
    bench.press("w").press(suspend).press("<tab>");
    bench.shows("For      30 s");
    bench.press("<tab><tab><enter><enter>");
    assert_eq!(holds(&bench), [Some(Duration::from_secs(30))]);
    bench.press(suspend).press("<tab><ctrl-u>soon");
    bench.shows("a time such as 90 s, 5m or 1h").shows("say for how long first");
    bench.press("<tab><tab><enter>");
    assert_eq!(holds(&bench).len(), 1, "what is no time is not sent");
    bench.press("<backtab><backtab><ctrl-u>5m<tab>relay<tab><enter><enter>");
    assert_eq!(holds(&bench)[1..], [Some(Duration::from_secs(300))]);
    // Other verbs have no such field.
    bench.press("X<enter><tab>");
    bench.shows_not("For  ");
    bench.press("<tab><enter>");
    assert_eq!(holds(&bench)[2..], [None]);
}
