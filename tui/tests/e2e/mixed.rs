//! One process with actors of kameo, ractor and plain tokio: one tree, and every verb on each, by the
//! command line and by the screen. What a framework can't do is refused in words.

use super::screen::Screen;
use super::service::{Place, Service, built, until};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Supervised, of each framework.
const BOOK: &str = "/exchange/books/ACME";
const RISK: &str = "/exchange/clearing/risk";
const GATEWAY: &str = "/exchange/gateway";
/// Not supervised, of each framework.
const POSITIONS: &str = "/exchange/clearing/settlement/positions";
const TAPE: &str = "/exchange/books/tape";
const FEED: &str = "/exchange/books/CASK/feed";

fn exchange(place: &Place) -> Service {
    static EXCHANGE: OnceLock<PathBuf> = OnceLock::new();
    let service = place.serve_with(EXCHANGE.get_or_init(|| built("exchange")), &[]);
    for path in [BOOK, RISK, GATEWAY, POSITIONS, TAPE, FEED] {
        place.when(path, |s| s["state"] == "idle");
    }
    service
}

/// Kinds of the events of a slot from this one on, and what was said with each verb.
fn events_since(place: &Place, slot: &Value, seen: u64) -> Vec<(String, Option<String>)> {
    let (code, events) = place.json(&["events"]);
    assert_eq!(code, 0, "{events}");
    let events = events["events"].as_array().unwrap().iter();
    let ours = events.filter(|e| e["slot"] == slot["id"] && e["seq"].as_u64() > Some(seen));
    let text = |v: &Value| v.as_str().map(str::to_owned);
    ours.map(|e| (text(&e["kind"]).unwrap(), text(&e["reason"]))).collect()
}

fn last_event(place: &Place) -> u64 {
    let (_, events) = place.json(&["events"]);
    events["events"].as_array().unwrap().last().unwrap()["seq"].as_u64().unwrap()
}

/// Does it with a reason, and expects it to be done and told: these events, the verb first.
#[track_caller]
fn done(place: &Place, verb: &str, path: &str, told: &[&str], after: impl Fn(&Value) -> bool) {
    let before = place.when(path, |_| true);
    let seen = last_event(place);
    let (code, answer) = place.json(&[verb, path, "--reason", "a test"]);
    assert_eq!((code, &answer["outcome"]), (0, &"done".into()), "{verb} {path}: {answer}");
    assert_eq!(answer["slot"], before["id"], "{answer}");
    assert_eq!(answer["incarnation"], before["incarnation"], "{answer}");
    place.when(path, |s| s["id"] == before["id"] && after(s));
    let expected: Vec<&str> = ["verb"].into_iter().chain(told.iter().copied()).collect();
    let events = until(verb, || {
        let events = events_since(place, &before, seen);
        (events.len() >= expected.len()).then_some(events)
    });
    let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, expected, "{verb} {path}");
    assert_eq!(events[0].1.as_deref(), Some(&*format!("{verb}: a test")));
}

/// Expects that it can't be done, for a reason with these words in it, and that nothing happens.
#[track_caller]
fn not_supported(place: &Place, verb: &str, path: &str, why: &str) {
    let before = place.when(path, |_| true);
    let seen = last_event(place);
    let (code, answer) = place.json(&[verb, path]);
    assert_eq!((code, &answer["outcome"]), (1, &"not_supported".into()), "{answer}");
    assert_eq!(answer["error"]["code"], "not_supported", "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains(why), "{answer}");
    let (code, stdout, stderr) = place.run(&[verb, path]);
    assert_eq!((code, stdout.as_str()), (1, ""), "{verb} {path}");
    assert!(stderr.contains(why) && stderr.contains(path), "{stderr}");
    let after = place.when(path, |_| true);
    assert_eq!(
        (&after["incarnation"], &after["state"]),
        (&before["incarnation"], &before["state"])
    );
    let kinds = events_since(place, &before, seen).into_iter().map(|(kind, _)| kind);
    assert!(kinds.clone().all(|kind| kind == "verb"), "{:?}", kinds.collect::<Vec<_>>());
}

fn incarnation(number: u64) -> impl Fn(&Value) -> bool {
    move |s| s["incarnation"] == number && s["state"] == "idle"
}

fn ended(s: &Value) -> bool {
    s["state"] == "stopped"
}

#[test]
fn actors_of_three_frameworks_are_in_one_tree_each_below_whoever_started_it() {
    let place = Place::new();
    let service = exchange(&place);
    let (code, tree) = place.json(&["tree", "--no-fold"]);
    assert_eq!((code, &tree["partial"]), (0, &Value::Null));
    assert_eq!(tree["node"]["pid"], service.pid());
    let slots = tree["slots"].as_array().unwrap();
    let slot = |path: &str| {
        slots.iter().find(|s| s["path"] == path).unwrap_or_else(|| panic!("{path}: {tree}"))
    };
    let roots = slots.iter().filter(|s| s["parent_id"].is_null()).count();
    assert_eq!(roots, 1, "{tree}");
    // Below each framework there is somebody of both others, tokio's included.
    for (path, framework) in [
        ("/exchange", "tokio"),
        ("/exchange/books", "kameo"),
        (BOOK, "kameo"),
        ("/exchange/books/ACME/feed", "tokio"),
        (TAPE, "ractor"),
        ("/exchange/clearing", "ractor"),
        (RISK, "ractor"),
        ("/exchange/clearing/settlement", "ractor"),
        ("/exchange/clearing/settlement/journal", "tokio"),
        (POSITIONS, "kameo"),
        (GATEWAY, "tokio"),
    ] {
        assert_eq!(slot(path)["framework"], framework, "{path}");
        if let Some((parent, _)) = path.rsplit_once('/').filter(|(parent, _)| !parent.is_empty()) {
            assert_eq!(slot(path)["parent_id"], slot(parent)["id"], "{path}");
        }
    }
    assert_eq!(slot("/exchange/books")["supervisor"]["scope"], "per_child");
    assert_eq!(slot("/exchange/clearing")["supervisor"]["scope"], "per_supervisor");
    // Who is only started there does not end with the one above.
    let (_, preview, _) = place.run(&["kill", "/exchange/books", "--dry-run"]);
    assert!(preview.contains("3 actors below end with their parents."), "{preview}");
    assert!(preview.contains("1 actor below runs on"), "{preview}");
}

#[test]
fn every_verb_works_from_the_command_line_on_each_frameworks_supervised_actors() {
    let place = Place::new();
    let _service = exchange(&place);
    for path in [BOOK, RISK] {
        done(&place, "suspend", path, &["suspended"], |s| s["state"] == "suspended");
        done(&place, "resume", path, &["resumed"], incarnation(1));
        done(&place, "restart", path, &["exited", "restarted"], incarnation(2));
        done(&place, "stop", path, &["exited", "restarted"], incarnation(3));
        done(&place, "kill", path, &["exited", "restarted"], incarnation(4));
        let slot = place.when(path, |_| true);
        assert_eq!(slot["restarts"], 3, "{slot}");
        not_supported(&place, "resume", path, "not suspended");
    }
    // A task that takes no messages can be held nowhere, and has no end in order.
    done(&place, "restart", GATEWAY, &["exited", "restarted"], incarnation(2));
    done(&place, "kill", GATEWAY, &["exited", "restarted"], incarnation(3));
    not_supported(&place, "suspend", GATEWAY, "hold a lock that others wait for");
    not_supported(&place, "resume", GATEWAY, "not suspended");
    not_supported(&place, "stop", GATEWAY, "no observed receiver");
}

#[test]
fn who_is_not_supervised_can_be_held_and_ended_and_a_restart_is_refused() {
    let place = Place::new();
    let _service = exchange(&place);
    for (path, why, last) in [
        (TAPE, "no supervisor", "kill"),
        (FEED, "supervise(name, || fut)", "stop"),
        // Last: settlement does not outlive its positions for long.
        (POSITIONS, "no supervisor", "kill"),
    ] {
        done(&place, "suspend", path, &["suspended"], |s| s["state"] == "suspended");
        done(&place, "resume", path, &["resumed"], incarnation(1));
        not_supported(&place, "restart", path, why);
        done(&place, last, path, &["exited"], ended);
        let (code, gone) = place.json(&["kill", path]);
        assert_eq!((code, &gone["error"]["code"]), (1, &"gone".into()), "{gone}");
    }
    // A supervisor that is held could not restart anybody, whichever framework it is of.
    for path in ["/exchange/books", "/exchange/clearing"] {
        not_supported(&place, "suspend", path, "could not restart its children");
    }
    // Nobody started these again, so they can't be.
    not_supported(&place, "restart", "/exchange/clearing", "no supervisor");
    not_supported(&place, "kill", "/exchange", "`spawn` in the place of `task`");
}

/// The verbs in the order of the menu, and what the dialog asks and its button says.
const MENU: [(&str, &str, &str); 5] = [
    ("", "Kill this actor?", "[ Kill ]"),
    ("j", "Stop this actor?", "[ Stop ]"),
    ("jj", "Restart this actor?", "[ Restart ]"),
    ("jjj", "Suspend this actor?", "[ Suspend ]"),
    ("jjjj", "Resume this actor?", "[ Resume ]"),
];

/// Opens the dialog of a verb on the page of an actor.
fn open(screen: &mut Screen, path: &str, verb: usize) {
    let (keys, asks, _) = MENU[verb];
    screen.press(&format!(":goto {path}\r"));
    screen.wait_for(&[path, "SUPERVISION"]);
    screen.press("X");
    screen.wait_for(&["What to do?", path]);
    screen.press(keys);
    screen.press("\r");
    screen.wait_for(&[asks, path]);
}

/// Confirms it and closes what is told.
fn confirm(screen: &mut Screen, verb: usize) {
    // Before the preview has come there is nothing to confirm.
    screen.wait_for(&[MENU[verb].2]);
    // Past the reason; for how long comes before that.
    screen.press(if verb == 3 { "\t\t\t\r" } else { "\t\t\r" });
    screen.wait_for(&["done"]);
    screen.press("\r");
    until("the dialog's end", || (!screen.text().contains(MENU[verb].1)).then_some(()));
}

#[test]
fn every_verb_works_from_the_screen_on_each_frameworks_actors() {
    let [kill, stop, restart, suspend, resume] = [0, 1, 2, 3, 4];
    let place = Place::new();
    let _service = exchange(&place);
    let mut screen = Screen::start(&place, &["--screen", "tree"], &[]);
    screen.wait_for(&["live", "books", "clearing", "gateway"]);
    for path in [BOOK, RISK] {
        open(&mut screen, path, suspend);
        confirm(&mut screen, suspend);
        place.when(path, |s| s["state"] == "suspended");
        open(&mut screen, path, resume);
        confirm(&mut screen, resume);
        place.when(path, incarnation(1));
        for (number, verb) in (2..).zip([restart, stop, kill]) {
            open(&mut screen, path, verb);
            screen.wait_for(&[&format!("restarts it as incarnation {number}")]);
            confirm(&mut screen, verb);
            place.when(path, incarnation(number));
        }
    }
    for (number, verb) in (2..).zip([restart, kill]) {
        open(&mut screen, GATEWAY, verb);
        confirm(&mut screen, verb);
        place.when(GATEWAY, incarnation(number));
    }
    // What can't be done has no button, and says why.
    for (path, verb, why) in [
        (GATEWAY, suspend, "Not possible: it has no observed receiver"),
        (GATEWAY, stop, "Not possible: it has no observed receiver"),
        (TAPE, restart, "Not possible: it has no supervisor"),
        (POSITIONS, restart, "Not possible: it has no supervisor"),
        (FEED, restart, "Not possible: nobody knows how to start it again"),
    ] {
        open(&mut screen, path, verb);
        screen.wait_for(&[why]);
        screen.press("\r");
        until("the dialog's end", || (!screen.text().contains(MENU[verb].1)).then_some(()));
        place.when(path, |s| s["state"] == "idle");
    }
    open(&mut screen, FEED, suspend);
    confirm(&mut screen, suspend);
    place.when(FEED, |s| s["state"] == "suspended");
    open(&mut screen, FEED, resume);
    confirm(&mut screen, resume);
    place.when(FEED, |s| s["state"] == "idle");
    open(&mut screen, FEED, stop);
    confirm(&mut screen, stop);
    place.when(FEED, ended);
    open(&mut screen, TAPE, kill);
    confirm(&mut screen, kill);
    place.when(TAPE, ended);
    screen.press("q");
    assert_eq!(screen.ended(), 0);
}
