//! Copying what is selected.

use crate::bench::Bench;
use actorscope::ui::clipboard::{Clipboard, MAX_BYTES};
use actorscope::ui::columns::{Choice, named};
use actorscope::ui::input::Command;
use actorscope::ui::screens::ScreenId;
use serde_json::{Value, json};

const SIZE: (u16, u16) = (120, 30);

fn json_of(bench: &Bench) -> Value {
    serde_json::from_str(bench.copied()).unwrap()
}

#[test]
fn a_row_is_copied_as_the_table_that_is_chosen() {
    let mut bench = Bench::connected(SIZE);
    let choice = Choice::of(["state", "queued", "wait"].map(|id| named(id).unwrap()));
    *bench.app.settings.columns.of_mut(ScreenId::Tree).unwrap() = choice;
    bench.press("/signaling-1<enter><end>y");
    assert_eq!(
        bench.copied(),
        "path\tstate\tqueued\twait\n\
         /parlor/signaling-supervisor/signaling-1\t● handling\t981\t12.3 s\n"
    );
    bench.shows("copied as a table: /parlor/signaling-supervisor/signaling-1 (");
}

#[test]
fn a_row_is_copied_as_the_json_of_the_command_line() {
    let mut bench = Bench::connected(SIZE);
    bench.press("/signaling-1<enter><end>Y");
    let row = json_of(&bench);
    assert_eq!(row["path"], "/parlor/signaling-supervisor/signaling-1");
    assert_eq!((&row["mailbox_depth"], &row["state"]), (&json!(981), &json!("handling")));
    assert_eq!(row["oldest_wait_ns"], json!(12_300_000_000_u64));
    bench.press("wY");
    assert_eq!(json_of(&bench)["id"], row["id"]);
    assert_eq!(bench.copied().lines().count(), 1);
}

#[test]
fn an_event_is_copied_as_an_event() {
    let mut bench = Bench::connected(SIZE);
    bench.go(ScreenId::Events).press("/panic<enter>Y");
    let event = json_of(&bench);
    assert_eq!((&event["kind"], &event["exit"]), (&json!("exited"), &json!("panic")));
    bench.press("y");
    let lines: Vec<&str> = bench.copied().lines().collect();
    assert_eq!(lines[0], "seq\tat\tkind\tpath\tincarnation\texit\treason\tby");
    assert!(lines[1].starts_with("2\t2026-"), "{}", lines[1]);
    bench.shows("copied as a table: the event “exited”");
}

#[test]
fn a_name_cannot_smuggle_in_cells_lines_or_commands() {
    let mut bench = Bench::connected(SIZE);
    let slot = bench.world.named("store");
    bench.world.rename(slot, "a\tb\n\u{1b}[31mc");
    bench.refresh();
    bench.press("<down>y");
    assert!(bench.copied().starts_with("path\t"));
    assert_eq!(bench.copied().lines().count(), 2);
    let columns = |line: usize| bench.copied().lines().nth(line).unwrap().split('\t').count();
    assert_eq!(columns(0), columns(1));
    assert!(!bench.copied().contains('\u{1b}'));
}

#[test]
fn what_cannot_be_copied_is_said() {
    let mut bench = Bench::connected(SIZE);
    bench.press("/nobody<enter>y");
    bench.shows("nothing was copied: ");
    bench.app.settings.clipboard = Clipboard::Off;
    bench.press("<esc><esc>y");
    bench.shows("copying is off");
    bench.app.settings.clipboard = Clipboard::Tmux;
    let slot = bench.world.named("store");
    bench.world.rename(slot, &"x".repeat(MAX_BYTES));
    bench.press("/xxxxxx<enter><end>Y");
    bench.shows("too much for the clipboard");
    assert!(!bench.commands.iter().any(|c| matches!(c, Command::Copy { .. })));
    bench.press("<esc><esc><home>y");
    let Some(Command::Copy { by, .. }) = bench.commands.last() else {
        panic!("{:?}", bench.commands.last());
    };
    assert_eq!(*by, Clipboard::Tmux);
}
