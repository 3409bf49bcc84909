//! Every screen at three sizes.

use crate::bench::{Bench, operator, viewer};
use crate::night::printed;
use crate::world::{Figures, INSTANCE, MS, World};
use actorscope::ui::input::{Found, Look, Problem};
use actorscope::ui::screens::ScreenId;
use actorscope_client::{Target, Update};
use actorscope_core::{EventKind, InstanceId};
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
                instance: None,
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
        bench.update(Update::Lost {
            reason:
                "no agent named \"parlor\" is running here (searched /run/user/1000/actorscope)"
                    .to_owned(),
            retry_in: Duration::from_millis(1_600),
        });
        bench.wait(200);
        bench
    });
}

/// A minute and a half of a service that works, with a break, and two more minutes of it.
fn over_time(size: (u16, u16)) -> Bench {
    let mut bench = Bench::connected(size);
    let load = |world: &mut World, second: u64| {
        let wave = |period: f64| 0.5 + 0.5 * (second as f64 / period).sin();
        world.figures.process.cpu_cores = Some(0.2 + 0.4 * wave(9.0));
        world.figures.process.memory_bytes = Some(60_000_000 + 300_000 * second);
        if let Some(runtime) = &mut world.figures.runtime {
            runtime.busy_ratio = Some(0.3 + 0.6 * wave(14.0));
        }
        let store = world.named("store");
        world.stats.get_mut(&store).unwrap().rate_per_s = Some(100.0 + 900.0 * wave(25.0));
    };
    bench.run(90, load);
    bench.update(Update::Lost {
        reason: "the agent hung up".to_owned(),
        retry_in: Duration::from_millis(400),
    });
    bench.wait(15_000);
    bench.world.now = bench.world.now.plus(15 * 1_000 * MS);
    let node = bench.world.node(INSTANCE, operator());
    bench.update(Update::Connected(node));
    bench.run(120, load);
    bench.press("<esc>");
    bench
}

#[test]
fn overview() {
    at_every_size("overview", |size| {
        let mut bench = over_time(size);
        bench.go(ScreenId::Overview);
        bench
    });
    at_every_size("overview_calm", |size| {
        let mut bench = Bench::connecting(size);
        bench.world = World::calm();
        bench.connect(operator());
        bench.go(ScreenId::Overview);
        bench
    });
}

#[test]
fn system() {
    at_every_size("system", |size| {
        let mut bench = over_time(size);
        bench.go(ScreenId::System);
        bench
    });
    at_every_size("system_unknown", |size| {
        let mut bench = Bench::connecting(size);
        bench.world.figures = Figures::unknown();
        bench.connect(viewer());
        bench.go(ScreenId::System).press("<end>");
        bench
    });
}

#[test]
fn nodes() {
    at_every_size("nodes", |size| {
        let mut bench = Bench::connected(size);
        let mut found = look(&[("billing", 311, 93_784, 1_204), ("mailer", 9_120, 411, 18)]);
        found.agents.extend(look(&[("parlor", 4_242, 11_045, 104), ("vault", 77, 0, 0)]).agents);
        found.agents[0].instance = Some(InstanceId(0xb111));
        found.agents[2].instance = Some(INSTANCE);
        found.agents[3].problem =
            Some("unix:/run/vault.sock refused this client: uid 1000 has no role here".to_owned());
        found.problems.push(Problem {
            name: "shop".to_owned(),
            pid: 4_711,
            path: "/run/user/1000/actorscope/shop-4711-ab12.sock".to_owned(),
            why: "no answer within 1 s; its process may be stopped or overloaded".to_owned(),
        });
        bench.go(ScreenId::Nodes);
        bench.looked(found);
        // The first one that is not attached to.
        bench.press("<down><enter>");
        bench.connect_as("billing", 311, 0xb111);
        bench.update(Update::Lost {
            reason: "the agent hung up".to_owned(),
            retry_in: Duration::from_millis(1_600),
        });
        bench.wait(3_000);
        bench.press("N<down><down>");
        bench
    });
}

#[test]
fn tree() {
    at_every_size("tree", Bench::connected);
}

#[test]
fn fold() {
    at_every_size("fold", |size| {
        let mut bench = Bench::connected(size);
        bench.press("<end><up><up><up><right>");
        bench
    });
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
fn task() {
    at_every_size("detail_task", |size| {
        let mut bench = Bench::connected(size);
        bench.press("<end><enter>");
        bench
    });
}

#[test]
fn state() {
    at_every_size("state", |size| {
        let mut bench = Bench::connected(size);
        bench.state = Some(Ok(printed()));
        bench.press("wi");
        bench
    });
    at_every_size("state_refused", |size| {
        let mut bench = Bench::connected(size);
        bench.state = Some(Err(
            "showing state is off in parlor: its code has to say Agent::builder(\"parlor\").allow_state_dump()"
                .to_owned(),
        ));
        bench.press("wi");
        bench
    });
}

#[test]
fn suspend() {
    at_every_size("suspend", |size| {
        let mut bench = Bench::connected(size);
        bench.press("wX<down><down><down><enter><tab>");
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
        bench.update(Update::Lost {
            reason: "the agent hung up".to_owned(),
            retry_in: Duration::from_millis(1_600),
        });
        bench.wait(200);
        bench.update(Update::Lost {
            reason: "no agent named \"parlor\" is running here".to_owned(),
            retry_in: Duration::from_millis(3_200),
        });
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
        bench.update(Update::Lost {
            reason: "the agent hung up".to_owned(),
            retry_in: Duration::from_millis(400),
        });
        bench.wait(3_200);
        let node = bench.world.node(INSTANCE, operator());
        bench.update(Update::Connected(node));
        bench.happens(EventKind::Gap, None, Some("12 events are missing here"));
        bench.happens(EventKind::Resumed, Some("/parlor/rooms/room-08"), None);
        bench.wait(20_000);
        bench.refresh();
        bench.go(ScreenId::Events).press("<up>");
        bench
    });
}

#[test]
fn a_view_that_the_agent_finds_dear_says_how_often_it_comes() {
    let mut bench = Bench::connected((80, 24));
    bench.go(ScreenId::Table).shows("● live  every 1 s");
    bench.run(1, |world, _| world.slowed_to = Some(Duration::from_millis(5_000)));
    bench.shows("● live  every 5.0 s");
    // As rare as that is not silent.
    bench.wait(9_000);
    bench.shows("● live");
    bench.run(1, |world, _| world.slowed_to = None);
    bench.shows("● live  every 1 s");
}
