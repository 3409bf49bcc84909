//! Every screen at three sizes.

use crate::bench::{Bench, operator, viewer};
use crate::world::{INSTANCE, MS};
use actorscope::ui::input::{Found, Input, Look};
use actorscope::ui::screens::ScreenId;
use actorscope_client::{Target, Update};
use actorscope_core::EventKind;
use std::time::Duration;

const SIZES: [(u16, u16); 3] = [(80, 24), (160, 48), (40, 10)];

/// Takes a snapshot of what `arrange` leads to, at every size.
fn at_every_size(name: &str, arrange: impl Fn((u16, u16)) -> Bench) {
    for size in SIZES {
        let bench = arrange(size);
        let name = format!("{name}_{}x{}", size.0, size.1);
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, bench.screen());
        });
    }
}

pub fn look(agents: &[(&str, u32, u64, u64)]) -> Look {
    Look {
        places: vec!["/run/user/1000/actorscope".to_owned(), "/tmp/actorscope-1000".to_owned()],
        agents: agents
            .iter()
            .map(|(name, pid, uptime, actors)| Found {
                name: (*name).to_owned(),
                pid: *pid,
                uptime_ns: Some(uptime * 1_000 * MS),
                actors: Some(*actors),
                problem: None,
                target: Target::Named((*name).to_owned()),
            })
            .collect(),
        problems: Vec::new(),
    }
}

#[test]
fn waiting() {
    at_every_size("waiting", |size| {
        let mut bench = Bench::looking(size);
        bench.looked(look(&[]));
        bench
    });
}

#[test]
fn picker() {
    at_every_size("picker", |size| {
        let mut bench = Bench::looking(size);
        let mut look = look(&[("billing", 311, 93_784, 1_204), ("parlor", 4_242, 11_045, 103)]);
        look.agents.push(Found {
            problem: Some("no answer within 1 s".to_owned()),
            ..look.agents[0].clone()
        });
        look.agents[2].name = "stuck".to_owned();
        bench.looked(look);
        bench.press("<down>");
        bench
    });
}

#[test]
fn connecting() {
    at_every_size("connect_error", |size| {
        let mut bench = Bench::connecting(size);
        bench.feed(Input::Update(Update::Lost {
            reason:
                "no agent named \"parlor\" is running here (searched /run/user/1000/actorscope)"
                    .to_owned(),
            retry_in: Duration::from_millis(1_600),
        }));
        bench.wait(200);
        bench
    });
}

#[test]
fn tree() {
    at_every_size("tree", Bench::connected);
}

#[test]
fn table() {
    at_every_size("table", |size| {
        let mut bench = Bench::connected(size);
        bench.go(ScreenId::Table);
        bench
    });
}

#[test]
fn filter() {
    at_every_size("filter", |size| {
        let mut bench = Bench::connected(size);
        bench.press("/signaling");
        bench
    });
}

#[test]
fn detail() {
    at_every_size("detail", |size| {
        let mut bench = Bench::connected(size);
        bench.press("w");
        bench
    });
    at_every_size("detail_scrolled", |size| {
        let mut bench = Bench::connected(size);
        bench.press("w<end>");
        bench
    });
}

#[test]
fn verbs() {
    at_every_size("menu", |size| {
        let mut bench = Bench::connected(size);
        bench.press("wX<down>");
        bench
    });
    at_every_size("menu_without_control", |size| {
        let mut bench = Bench::connecting(size);
        bench.connect(viewer());
        bench.press("wX");
        bench
    });
    at_every_size("preview", |size| {
        let mut bench = Bench::connected(size);
        bench.press("wX<enter><tab>too slow<tab>");
        bench
    });
    at_every_size("preview_of_many", |size| {
        let mut bench = Bench::connected(size);
        bench.press("X<enter><tab><tab>par");
        bench
    });
    at_every_size("refused", |size| {
        let mut bench = Bench::connected(size);
        bench.outcome = Some(Ok((
            actorscope_core::Outcome::Refused,
            "control is off in this service; to allow it, write\n    Agent::builder(\"parlor\").allow_control().start_or_warn();".to_owned(),
        )));
        bench.press("wX<enter><tab><tab><enter>");
        bench
    });
}

#[test]
fn lost() {
    at_every_size("lost", |size| {
        let mut bench = Bench::connected(size);
        bench.feed(Input::Update(Update::Lost {
            reason: "the agent hung up".to_owned(),
            retry_in: Duration::from_millis(1_600),
        }));
        bench.wait(200);
        bench.feed(Input::Update(Update::Lost {
            reason: "no agent named \"parlor\" is running here".to_owned(),
            retry_in: Duration::from_millis(3_200),
        }));
        bench.wait(1_800);
        bench
    });
}

#[test]
fn help() {
    at_every_size("help", |size| {
        let mut bench = Bench::connected(size);
        bench.press("?");
        bench
    });
}

#[test]
fn palette() {
    at_every_size("palette", |size| {
        let mut bench = Bench::connected(size);
        bench.press(":so");
        bench
    });
    at_every_size("palette_argument", |size| {
        let mut bench = Bench::connected(size);
        bench.press(":sort <tab><tab><tab>");
        bench
    });
    at_every_size("palette_problem", |size| {
        let mut bench = Bench::connected(size);
        bench.press(":frobnicate<enter>");
        bench
    });
}

#[test]
fn columns() {
    at_every_size("columns", |size| {
        let mut bench = Bench::connected(size);
        bench.press("c<down> J");
        bench
    });
}

#[test]
fn events() {
    at_every_size("events_pane", |size| {
        let mut bench = Bench::connected(size);
        bench.press("e");
        bench
    });
    at_every_size("events", |size| {
        let mut bench = Bench::connecting(size);
        bench.connect(operator());
        bench.feed(Input::Update(Update::Lost {
            reason: "the agent hung up".to_owned(),
            retry_in: Duration::from_millis(400),
        }));
        bench.wait(3_200);
        let node = bench.world.node(INSTANCE, operator());
        bench.feed(Input::Update(Update::Connected(node)));
        bench.happens(EventKind::Gap, None, Some("12 events are missing here"));
        bench.happens(EventKind::Resumed, Some("/parlor/rooms/room-08"), None);
        bench.wait(20_000);
        bench.refresh();
        bench.go(ScreenId::Events).press("<up>");
        bench
    });
}
