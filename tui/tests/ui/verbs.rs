//! The way to a verb: nothing is sent that was not previewed and confirmed.

use crate::bench::{Bench, viewer};
use actorscope::ui::input::{Command, Input};
use actorscope_core::{Incarnation, Outcome, Verb};

const SIZE: (u16, u16) = (80, 24);

fn acts(bench: &Bench) -> Vec<&Command> {
    let is_act = |c: &&Command| matches!(c, Command::Act { .. });
    bench.commands.iter().filter(is_act).collect()
}

#[test]
fn a_verb_goes_out_only_after_the_preview_was_confirmed() {
    let mut bench = Bench::connected(SIZE);
    bench.press("wX<enter>");
    bench.shows("restarts it as incarnation 4").shows("981 queued messages are kept");
    assert!(acts(&bench).is_empty());
    bench.press("<enter>");
    bench.shows_not("Kill this actor?");
    assert!(acts(&bench).is_empty(), "the default is to cancel");
    bench.press("X<enter><tab>relay stuck<enter><enter>");
    let [Command::Act { verb, incarnation, reason, slot, .. }] = acts(&bench)[..] else {
        panic!("{:?}", acts(&bench));
    };
    assert_eq!((*verb, *incarnation), (Verb::Kill, Incarnation(3)));
    assert_eq!(*slot, bench.world.named("signaling-1"));
    assert_eq!(reason, "relay stuck");
    bench.shows("● done");
}

#[test]
fn a_stale_screen_cannot_hit_the_successor() {
    let mut bench = Bench::connected(SIZE);
    bench.press("wX<enter><tab><tab>");
    let slot = bench.world.named("signaling-1");
    bench.world.stats.get_mut(&slot).unwrap().incarnation = Incarnation(4);
    bench.refresh();
    bench.shows("Its actor was replaced meanwhile");
    bench.press("<enter>");
    let [Command::Act { incarnation, .. }] = acts(&bench)[..] else {
        panic!("{:?}", acts(&bench));
    };
    assert_eq!(*incarnation, Incarnation(3), "what the dialog showed is what is sent");
}

#[test]
fn many_actors_are_only_stopped_by_name() {
    let mut bench = Bench::connected(SIZE);
    bench.press("X<down><enter>");
    bench.shows("Stop this actor?").shows("Touches 103 actors");
    bench.press("<tab><tab>parlo<tab><enter>");
    bench.shows("type the name first");
    assert!(acts(&bench).is_empty());
    bench.press("<backtab>r<tab><enter>");
    assert_eq!(acts(&bench).len(), 1);
}

#[test]
fn impossible_verbs_say_why() {
    let mut bench = Bench::connected(SIZE);
    bench.press("X");
    bench.shows("✗ suspend  a suspended supervisor could not restart its children");
    bench.press("<down><down><down><enter>");
    bench.shows("Not possible: a suspended supervisor could not restart its children");
    bench.press("<tab><enter>");
    assert!(acts(&bench).is_empty());
}

#[test]
fn without_rights_there_is_a_preview_and_no_button() {
    let mut bench = Bench::connecting(SIZE);
    bench.connect(viewer());
    bench.press("wX<enter>");
    bench.shows("This agent refuses").shows("allow_control()").shows_not("[ Kill ]");
    bench.press("<tab><tab><enter>");
    assert!(acts(&bench).is_empty());
}

#[test]
fn an_outcome_that_comes_late_is_still_told() {
    let mut bench = Bench::connected((120, 30));
    bench.outcome = None;
    bench.press("wX<enter><tab><tab><enter>");
    bench.shows("asking the agent");
    bench.press("<enter>");
    let [Command::Act { request, .. }] = acts(&bench)[..] else {
        panic!("{:?}", acts(&bench));
    };
    let request = *request;
    bench.feed(Input::Acted { request, result: Ok((Outcome::Accepted, "it is busy".to_owned())) });
    bench.shows("kill /parlor/signaling-supervisor/signaling-1: accepted. it is busy");
}

#[test]
fn read_only_hides_verbs() {
    let mut bench = Bench::connected(SIZE);
    bench.app.settings.read_only = true;
    bench.shows_not("X verbs").shows("read-only");
    bench.press("X<f9>");
    bench.shows("started with --read-only").shows_not("What to do?");
    bench.press("?");
    bench.shows_not("suspend or resume");
}
