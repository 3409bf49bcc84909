//! Real binaries against each other: the service with real sockets, the command line through its
//! JSON, the terminal UI through a pseudo-terminal.
#![cfg(unix)]

mod mixed;
mod screen;
mod service;
mod terminal;

use screen::Screen;
use serde_json::Value;
use service::{Place, until};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const SIGNALING: &str = "/parlor/signaling/signaling-1";

#[test]
fn the_bottleneck_of_a_service_under_load_is_named() {
    let place = Place::new();
    let service = place.serve(&["--fault", "slow-signaling"]);
    let _load = service.load(30, 60);
    let top = ["top", "--sort", "queue-wait", "--limit", "1"];
    let worst = until("the signaling actor's queue", || {
        let (code, answer) = place.json(&top);
        let worst = answer["slots"][0].clone();
        let piled_up = worst["mailbox_depth"].as_u64() > Some(20);
        // Shares of time are known from the second tick on.
        let is_known = piled_up && worst["utilization"].is_number();
        (code == 0 && worst["path"] == SIGNALING && is_known).then_some(worst)
    });
    assert!(worst["oldest_wait_ns"].as_u64() > Some(100_000_000), "{worst}");
    assert!(worst["utilization"].as_f64() > Some(0.5), "{worst}");
    assert_eq!(worst["quality"]["mailbox_depth"], "exact");

    let (_, text, _) = place.run(&top);
    assert!(text.contains(SIGNALING), "{text}");
    let (code, nodes) = place.json(&["ls"]);
    assert_eq!((code, &nodes["nodes"][0]["pid"]), (0, &Value::from(service.pid())));
    assert!(place.run(&["ls"]).1.contains("parlor"));
    let (code, tree) = place.json(&["tree", "--no-fold"]);
    let paths: Vec<_> = tree["slots"].as_array().unwrap().iter().map(|s| &s["path"]).collect();
    assert_eq!(code, 0);
    for path in [
        "/parlor",
        "/parlor/rooms/lobby",
        "/parlor/connections/conn-1/reader",
        "/parlor/store-write",
    ] {
        assert!(paths.iter().any(|p| *p == path), "{path} is missing in {paths:?}");
    }
    assert_eq!(paths.len() as u64, tree["matched"].as_u64().unwrap());
    assert!(place.run(&["tree", "--depth", "1"]).1.contains("signaling"));
    let shown = place.when(SIGNALING, |s| s["handlers"][0]["message_type"] == "SetUpCall");
    assert_eq!(shown["child_spec"]["restart"], "permanent");
    assert!(place.run(&["show", "signaling-1"]).1.contains("SetUpCall"));
    let (code, events, _) = place.run(&["events", "--json"]);
    assert_eq!(code, 0);
    assert!(events.contains("\"started\""), "{events}");
    assert!(place.run(&["events"]).1.contains("started"));
}

#[test]
fn a_room_is_restarted_and_killed_and_the_others_do_not_notice() {
    let place = Place::new();
    let service = place.serve(&[]);
    let mut here = service.client("ada", "lounge");
    let mut there = service.client("bob", "lobby");
    here.chat("before");
    there.chat("before");
    let room = "/parlor/rooms/lounge";
    place.when(room, |s| s["incarnation"] == 1);

    let (code, answer) = place.json(&["restart", room, "--reason", "a test"]);
    assert_eq!((code, &answer["outcome"]), (0, &"done".into()), "{answer}");
    let slot = place.when(room, |s| s["incarnation"] == 2);
    assert_eq!(slot["restarts"], 1);
    let (code, answer) = place.json(&["kill", room]);
    assert_eq!((code, &answer["outcome"]), (0, &"done".into()), "{answer}");
    let slot = place.when(room, |s| s["incarnation"] == 3);
    assert_eq!((&slot["restarts"], &slot["budget"]["used"]), (&2.into(), &2.into()));
    let exits: Vec<_> =
        slot["restart_history"].as_array().unwrap().iter().map(|h| &h["exit"]).collect();
    assert_eq!(exits, ["killed", "panic"]);

    let (code, stale) = place.json(&["kill", room, "--incarnation", "1"]);
    assert_eq!((code, &stale["error"]["code"]), (1, &"stale_incarnation".into()), "{stale}");
    let (code, again) = place.json(&["show", room]);
    assert_eq!((code, &again["slot"]["incarnation"]), (0, &3.into()));

    let (_, events, _) = place.run(&["events", "--json"]);
    let of_room: Vec<Value> = serde_json::from_str::<Value>(&events)
        .map(|all| all["events"].as_array().cloned().unwrap_or_default())
        .unwrap_or_default()
        .into_iter()
        .filter(|e| e["path"] == room)
        .collect();
    let kinds: Vec<_> = of_room.iter().map(|e| e["kind"].as_str().unwrap()).collect();
    let expected = ["started", "verb", "exited", "restarted", "verb", "exited", "restarted"];
    assert_eq!(kinds, expected);

    // The same connections, in the room that was restarted and in the other one.
    here.chat("after");
    there.chat("after");
}

#[test]
fn without_the_hosts_opt_in_nothing_can_be_done_and_it_says_what_would_allow_it() {
    let place = Place::new();
    let service = place.serve(&["--no-control"]);
    let _client = service.client("ada", "lounge");
    let room = "/parlor/rooms/lounge";
    place.when(room, |s| s["incarnation"] == 1);
    for verb in ["kill", "stop", "restart", "suspend", "resume"] {
        let (code, stdout, stderr) = place.run(&[verb, room]);
        assert_eq!((code, stdout.as_str()), (4, ""), "{verb}");
        assert!(stderr.contains("Agent::builder(\"parlor\").allow_control()"), "{stderr}");
        let (code, answer) = place.json(&[verb, room]);
        assert_eq!(code, 4, "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("allow_control"));
    }
    place.when(room, |s| s["incarnation"] == 1);
}

#[test]
fn what_is_not_clear_is_asked_back_and_nothing_is_done() {
    let place = Place::new();
    let service = place.serve(&[]);
    let _clients = [service.client("ada", "lounge"), service.client("bob", "lobby")];
    place.when("/parlor/rooms/lobby", |s| s["incarnation"] == 1);
    let (code, unknown) = place.json(&["kill", "/parlor/rooms/attic"]);
    assert_eq!(code, 1, "{unknown}");
    assert!(unknown["error"]["message"].as_str().unwrap().contains("attic"), "{unknown}");
    let (code, _, ambiguous) = place.run(&["kill", "reader"]);
    assert_eq!(code, 1);
    assert!(ambiguous.contains("/parlor/connections/conn-1/reader"), "{ambiguous}");
    assert!(ambiguous.contains("/parlor/connections/conn-2/reader"), "{ambiguous}");
    let (code, wrong) = place.json(&["top", "--target", "nobody"]);
    assert_eq!(code, 5, "{wrong}");
    let (code, bare) = place.json(&["restart", "/parlor/store-write"]);
    assert_eq!((code, &bare["error"]["code"]), (1, &"not_supported".into()), "{bare}");

    let _second = place.serve(&["--name", "annex"]);
    let (code, _, several) = until("both services", || {
        let ran = place.run(&["top"]);
        (ran.0 != 0).then_some(ran)
    });
    assert_eq!(code, 1, "{several}");
    assert!(several.contains("annex") && several.contains("parlor"), "{several}");
    assert_eq!(place.run(&["top", "--target", "annex"]).0, 0);
}

#[test]
fn a_watch_ends_in_words_when_the_service_dies() {
    let place = Place::new();
    let service = place.serve(&[]);
    let mut watch = place
        .command(&["top", "--watch", "--json", "--limit", "3", "--interval", "250ms"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(line["schema"], "actorscope/1");
        assert!(line["slots"].as_array().is_some_and(|s| !s.is_empty()));
    }
    service.kill();
    let last = lines.map_while(Result::ok).last().expect("a last word");
    let last: Value = serde_json::from_str(&last).unwrap();
    assert!(last["error"]["message"].is_string(), "{last}");
    assert_eq!(watch.wait().unwrap().code(), Some(5));
}

#[test]
fn the_screen_finds_the_culprit_and_restarts_it() {
    let place = Place::new();
    let service = place.serve(&["--fault", "slow-signaling"]);
    let _load = service.load(20, 60);
    place.when(SIGNALING, |s| s["mailbox_depth"].as_u64() > Some(30));
    let mut screen = Screen::start(&place, &[], &[]);
    // No key pressed yet.
    screen.wait_for(&["parlor", "slowest queue", SIGNALING]);
    assert!(screen.any_cell(|c| c.fgcolor() != vt100::Color::Default));
    screen.press("w");
    screen.wait_for(&["SetUpCall", "incarnation 1"]);
    screen.press("X");
    screen.wait_for(&["What to do?", "restart"]);
    screen.press("jj\r");
    screen.wait_for(&["Restart this actor?", "as incarnation 2", "Cancel"]);
    // Enter alone would cancel: that is the default.
    screen.press("\r");
    until("the dialog's end", || (!screen.text().contains("Restart this actor?")).then_some(()));
    place.when(SIGNALING, |s| s["incarnation"] == 1);

    screen.press("X");
    screen.wait_for(&["What to do?"]);
    screen.press("jj\r");
    screen.wait_for(&["Restart this actor?", "as incarnation 2"]);
    screen.press("\t\t\r");
    place.when(SIGNALING, |s| s["incarnation"] == 2 && s["restarts"] == 1);
    screen.press("\r");
    screen.wait_for(&["incarnation 2", "restarted"]);

    screen.press("X");
    screen.wait_for(&["What to do?"]);
    screen.press("\r");
    screen.wait_for(&["Kill this actor?", "as incarnation 3"]);
    screen.press("\t\t\r");
    place.when(SIGNALING, |s| s["incarnation"] == 3 && s["restart_history"][0]["exit"] == "killed");
    screen.press("\r");
    screen.wait_for(&["incarnation 3"]);
    screen.press("q");
    assert_eq!(screen.ended(), 0);
    until("the terminal as it was", || (!screen.is_alternate()).then_some(()));
}

#[test]
fn the_screen_bridges_a_restart_of_the_service() {
    let place = Place::new();
    let service = place.serve(&[]);
    let first = format!("pid {}", service.pid());
    let mut screen = Screen::start(&place, &["--target", "parlor"], &[]);
    screen.wait_for(&[&first, "live", "supervisors"]);
    service.kill();
    screen.wait_for(&["connection lost"]);
    let again = place.serve(&[]);
    let second = format!("pid {}", again.pid());
    screen.wait_for(&[&second, "live", "supervisors", "restarted"]);
    screen.press("q");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn several_services_have_a_tab_each_and_one_that_is_lost_comes_back() {
    let place = Place::new();
    let first = place.serve(&[]);
    let annex = place.serve(&["--name", "annex"]);
    let mut screen = Screen::start(&place, &["--target", "parlor"], &[]);
    let (of_first, of_annex) = (format!("pid {}", first.pid()), format!("pid {}", annex.pid()));
    screen.wait_for(&[&of_first, "live"]);
    screen.press("6");
    // Tabs come first in the list: the other service is below.
    screen.wait_for(&["this one", "annex"]);
    screen.press("j\r");
    screen.wait_for(&["parlor │ annex", &of_annex, "live"]);
    screen.press("N");
    screen.wait_for(&[&of_first, "live"]);
    annex.kill();
    screen.wait_for(&["annex ✗", "lost", &of_first]);
    let again = place.serve(&["--name", "annex"]);
    let of_annex = format!("pid {}", again.pid());
    screen.press("n");
    screen.wait_for(&[&of_annex, "live"]);
    screen.press("6");
    screen.wait_for(&["this one", "attached"]);
    screen.press("jd");
    screen.wait_for(&[&of_first, "live", "this one"]);
    until("the end of the tabs", || (!screen.text().contains(" │ ")).then_some(()));
    screen.press("q");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn the_screen_waits_for_a_service_to_come() {
    let place = Place::new();
    std::fs::create_dir(place.sockets()).unwrap();
    let mut screen = Screen::start(&place, &[], &[]);
    screen.wait_for(&["no agent"]);
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(place.sockets(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let _service = place.serve(&[]);
    screen.wait_for(&["parlor", "live", "nothing needs attention"]);
    screen.press("q");
    assert_eq!(screen.ended(), 0);
}
