//! Choosing columns.

use crate::bench::{Bench, operator, settings};
use actorscope::ui::app::Settings;
use actorscope::ui::columns::{Choice, Columns, named};
use actorscope::ui::input::Command;
use actorscope::ui::screens::ScreenId;
use std::path::PathBuf;

const SIZE: (u16, u16) = (80, 24);

fn shown(bench: &Bench, screen: ScreenId) -> Vec<&'static str> {
    bench.app.settings.columns.of(screen).shown().map(|column| column.id).collect()
}

#[test]
fn a_column_is_hidden_and_shown_at_once() {
    let mut bench = Bench::connected((80, 40));
    bench.shows("STATE");
    bench.press("c");
    bench.shows("─ Columns of the tree ─").shows("[x] state").shows("Space show");
    bench.press(" ");
    bench.shows("[ ] state").shows_not("STATE");
    bench.press(" ");
    bench.shows("STATE");
    bench.press("<esc>");
    bench.shows_not("Columns of");
}

#[test]
fn columns_stand_in_the_order_that_the_user_gives_them() {
    let mut bench = Bench::connected((160, 40));
    bench.press("c<down>K");
    assert_eq!(shown(&bench, ScreenId::Tree)[..2], ["queued", "state"]);
    bench.press("<esc>");
    let heads = bench.line("STATE");
    assert!(heads.find("QUEUED") < heads.find("STATE"), "{heads}");
    bench.press("cJJJ");
    assert_eq!(shown(&bench, ScreenId::Tree)[..4], ["state", "rate", "wait", "queued"]);
    bench.press("r<esc>");
    assert_eq!(bench.app.settings.columns, Columns::default());
}

#[test]
fn every_screen_has_its_own() {
    let mut bench = Bench::connected(SIZE);
    bench.press("c <esc>").go(ScreenId::Table).press("c");
    bench.shows("Columns of the table").shows("[x] state");
    assert!(!shown(&bench, ScreenId::Tree).contains(&"state"));
    bench.press("<esc>").go(ScreenId::Events).press("c");
    bench.shows_not("Columns of");
}

#[test]
fn a_tree_without_columns_is_a_tree() {
    let mut columns = Columns::default();
    *columns.of_mut(ScreenId::Tree).unwrap() = Choice::of([]);
    let mut bench = Bench::with(Settings { columns, ..settings() }, SIZE);
    bench.connect(operator());
    bench.shows("· signaling-1").shows_not("STATE").shows_not("handling");
}

#[test]
fn the_sorted_column_is_shown_though_it_was_hidden() {
    let mut columns = Columns::default();
    *columns.of_mut(ScreenId::Table).unwrap() = Choice::of([named("state").unwrap()]);
    let settings = Settings { columns, first: ScreenId::Table, ..settings() };
    let mut bench = Bench::with(settings, SIZE);
    bench.connect(operator());
    bench.shows("WAIT").shows("now▼").shows_not("QUEUED");
    bench.click(bench.find("STATE"));
    bench.shows("STATE▲").shows_not("now");
}

#[test]
fn only_saving_saves() {
    let config = Some(PathBuf::from("/home/ann/config.toml"));
    let mut bench = Bench::with(Settings { config, ..settings() }, SIZE);
    bench.connect(operator());
    let saves = |bench: &Bench| {
        let is_save = |c: &&Command| matches!(c, Command::SaveColumns { .. });
        bench.commands.iter().filter(is_save).count()
    };
    bench.press("c <down> <esc>");
    assert_eq!(saves(&bench), 0);
    bench.press("cs");
    bench.shows("saved in /home/ann/config.toml");
    let Some(Command::SaveColumns { path, columns }) = bench.commands.last() else {
        panic!("{:?}", bench.commands.last());
    };
    assert_eq!(path.to_str(), Some("/home/ann/config.toml"));
    assert_eq!(*columns, bench.app.settings.columns);
}

#[test]
fn what_could_not_be_saved_is_told_and_stays() {
    let mut bench = Bench::connected(SIZE);
    bench.press("c s");
    bench.shows("there is no configuration file to save into");
    bench.app.settings.config = Some(PathBuf::from("/full/config.toml"));
    bench.saves = Err("/full/config.toml can't be written: no space left".to_owned());
    bench.press("s");
    bench.shows("not saved: /full/config.toml can't be written: no space left");
    bench.press("<esc>");
    assert!(!shown(&bench, ScreenId::Tree).contains(&"state"));
}
