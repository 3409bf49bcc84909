//! Whatever is pressed, whatever arrives, at whatever size: no panic.

use crate::bench::{Bench, operator, viewer};
use crate::night::events;
use crate::world::Figures;
use actorscope::ui::input::{Found, Input, Look, Problem};
use actorscope_client::{Dumped, Frame, Target, Update};
use actorscope_core::node::{ProcessFigures, RuntimeFigures};
use actorscope_core::slot::{Counters, HandlingNow, LatencySummary, Stats};
use actorscope_core::spec::BudgetUse;
use actorscope_core::view::{FoldId, Placed, RowId};
use actorscope_core::{Incarnation, InstanceId, Outcome, Quality, Reading, SlotId, Timestamp};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Step {
    Key(KeyCode, bool),
    Paste(String),
    Mouse(u16, u16, u8),
    Resize(u16, u16),
    Wait(u64),
    Refresh,
    Lost(u64),
    Connect(u128, bool),
    Events,
    Odd(u32, u32, Vec<(u64, u32, u32)>),
    Extreme(u64, u64, f64),
    Late(u32, bool),
    Printed(u32, Option<bool>),
    Figures(Option<u64>, f64),
    Looked(u8),
    Remove(usize),
    Offline(bool),
}

fn key() -> impl Strategy<Value = KeyCode> {
    prop_oneof![
        8 => prop::sample::select("kjhlgGwXepmafindN+-=[]<>,.sI112233445566666789/? r:::cccyYJK".chars().collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
        1 => any::<char>().prop_map(KeyCode::Char),
        8 => prop::sample::select(vec![
            KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::Enter,
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::PageUp,
            KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace, KeyCode::Delete,
            KeyCode::F(9), KeyCode::F(1),
        ]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        24 => (key(), prop::bool::weighted(0.05)).prop_map(|(k, ctrl)| Step::Key(k, ctrl)),
        1 => "\\PC{0,12}".prop_map(Step::Paste),
        2 => (0u16..220, 0u16..80, 0u8..4).prop_map(|(x, y, what)| Step::Mouse(x, y, what)),
        2 => (0u16..=200, 0u16..=60).prop_map(|(w, h)| Step::Resize(w, h)),
        2 => (0u64..30_000).prop_map(Step::Wait),
        4 => Just(Step::Refresh),
        1 => (0u64..9_000).prop_map(Step::Lost),
        1 => (any::<u128>(), any::<bool>()).prop_map(|(i, c)| Step::Connect(i, c)),
        1 => Just(Step::Events),
        1 => (prop_oneof![0u32..7, 16u32..128], any::<u32>(), prop::collection::vec((1u64..200, any::<u32>(), any::<u32>()), 0..5))
            .prop_map(|(view, matched, rows)| Step::Odd(view, matched, rows)),
        2 => (1u64..110, any::<u64>(), prop::num::f64::ANY).prop_map(|(slot, n, f)| Step::Extreme(slot, n, f)),
        1 => (0u32..20, any::<bool>()).prop_map(|(request, ok)| Step::Late(request, ok)),
        1 => (0u32..20, any::<Option<bool>>()).prop_map(|(request, cut)| Step::Printed(request, cut)),
        2 => (any::<Option<u64>>(), prop::num::f64::ANY).prop_map(|(n, f)| Step::Figures(n, f)),
        2 => (0u8..4).prop_map(Step::Looked),
        1 => (0usize..100).prop_map(Step::Remove),
        1 => any::<bool>().prop_map(Step::Offline),
    ]
}

/// Numbers that cannot be, as a broken or hostile agent might send them.
fn extreme(stats: &mut Stats, n: u64, share: f64) {
    let summary = LatencySummary {
        count: n,
        mean: Some(n),
        p50: Some(u64::MAX),
        p95: None,
        p99: Some(0),
        max: Some(n),
        window_ns: Some(n),
        resolution: None,
    };
    stats.incarnation = Incarnation(u32::MAX);
    stats.started_at = Timestamp(u64::MAX);
    stats.restarts = n;
    stats.depth = Reading::new(n, Quality::Stale { age_ns: u64::MAX });
    stats.total = Some(Counters { handled: u64::MAX, ..Counters::default() });
    stats.rate_per_s = Some(share);
    stats.utilization = Some(share);
    stats.oldest_wait_ns = Some(n);
    stats.queue_wait = Some(summary);
    stats.handling = Some(summary);
    stats.handling_now = Some(HandlingNow { message_type: None, for_ns: n });
    stats.budget = Some(BudgetUse {
        used: u32::MAX,
        allowed: (n % 7) as u32,
        period_ns: n,
        expires_in_ns: vec![u64::MAX],
    });
}

/// Figures of a process and its runtime that cannot be.
fn figures(n: Option<u64>, share: f64) -> Figures {
    let process = ProcessFigures {
        cpu_cores: Some(share),
        memory_bytes: n,
        host_cpu: Some(share),
        host_cores: n.map(|n| n as u32),
        host_memory_used: Some(u64::MAX),
        host_memory_total: n,
        threads: n,
        open_files: None,
    };
    let runtime = n.map(|n| RuntimeFigures {
        workers: n,
        alive_tasks: u64::MAX,
        global_queue_depth: n,
        busy_ratio: Some(share),
        worker_busy: vec![share; (n % 70) as usize],
    });
    let path = "/parlor/rooms/日本語".to_owned();
    let group = (0..n.unwrap_or(0) % 4).map(|_| path.clone()).collect();
    Figures { process, runtime, deadlocks: vec![group] }
}

/// Takes a step; what a session reports is about the agent with this number.
fn take(bench: &mut Bench, node: u32, step: Step) {
    match step {
        Step::Key(code, ctrl) => {
            let held = if ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
            bench.feed(Input::Key(KeyEvent::new(code, held)));
        }
        Step::Paste(text) => bench.feed(Input::Paste(text)),
        Step::Mouse(column, row, what) => {
            let kind = match what {
                0 => MouseEventKind::ScrollUp,
                1 => MouseEventKind::ScrollDown,
                2 => MouseEventKind::Moved,
                _ => MouseEventKind::Down(MouseButton::Left),
            };
            bench.feed(Input::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers: KeyModifiers::NONE,
            }));
        }
        Step::Resize(width, height) => bench.feed(Input::Resize(width, height)),
        Step::Wait(ms) => bench.wait(ms),
        Step::Refresh => bench.refresh(),
        Step::Lost(ms) => bench.update_of(
            node,
            Update::Lost {
                reason:
                    "日本語 and a reason that is rather long, longer than most screens are wide"
                        .repeat(2),
                retry_in: Duration::from_millis(ms),
            },
        ),
        Step::Connect(instance, control) => {
            let rights = if control { operator() } else { viewer() };
            let known = bench.world.node(InstanceId(instance % 3), rights);
            bench.update_of(node, Update::Connected(known));
        }
        Step::Events => bench.update_of(node, Update::Events(events())),
        Step::Odd(view_id, matched, rows) => {
            // What no agent of ours sends: rows without identities, positions beyond the end.
            let rows = rows.into_iter().filter_map(|(slot, depth, children)| {
                let row = match (slot % 7, SlotId::new(slot)) {
                    // Nobody said who they are, either.
                    (5, _) => RowId::Fold(FoldId::from_wire(slot)),
                    (6, _) => RowId::Rest(FoldId::from_wire(slot)),
                    (_, slot) => RowId::Slot(slot?),
                };
                Some(Placed { row, depth, children, open: children % 2 == 0 })
            });
            bench.update_of(
                node,
                Update::Frame(Box::new(Frame {
                    view_id,
                    matched: u64::from(matched),
                    total: u64::MAX,
                    order: Some(rows.collect()),
                    ..Frame::default()
                })),
            );
        }
        Step::Extreme(slot, n, share) => {
            let stats = SlotId::new(slot).and_then(|slot| bench.world.stats.get_mut(&slot));
            if let Some(stats) = stats {
                extreme(stats, n, share);
            }
            bench.refresh();
        }
        Step::Late(request, ok) => {
            let result = if ok {
                Ok((Outcome::Done, "done\n  twice".to_owned()))
            } else {
                Err("no".to_owned())
            };
            bench.feed(Input::Acted { request, result });
        }
        Step::Printed(request, cut) => {
            let result = cut.ok_or_else(|| "no: 日本語".repeat(9)).map(|truncated| Dumped {
                outcome: if truncated { Outcome::Done } else { Outcome::Gone },
                message: "it is longer".to_owned(),
                slot: SlotId::new(5).unwrap(),
                incarnation: Incarnation(1),
                text: "Room {\n                            name: \"日本語\",\n\n}".repeat(3),
                truncated,
                taken_at: Timestamp(u64::MAX),
                took: Duration::MAX,
            });
            bench.feed(Input::Dumped { request, result });
        }
        Step::Figures(n, share) => {
            bench.world.figures = figures(n, share);
            bench.refresh();
        }
        Step::Looked(agents) => {
            let agent = |n: u8| Found {
                name: format!("service-{n}"),
                pid: u32::from(n),
                instance: (n > 0).then(|| InstanceId(u128::from(n) % 3)),
                uptime_ns: Some(u64::MAX),
                actors: None,
                problem: (n == 2).then(|| "no".to_owned()),
                target: Target::Local,
            };
            bench.looked(Look {
                places: vec!["/tmp".to_owned()],
                agents: (0..agents).map(agent).collect(),
                problems: vec![Problem {
                    name: "ghost".to_owned(),
                    pid: 0,
                    path: "/tmp/ghost.sock".to_owned(),
                    why: "something".to_owned(),
                }],
            });
        }
        Step::Remove(n) => {
            let names = bench.world.names();
            if let Some(name) = names.get(n % names.len().max(1)) {
                bench.world.remove(name);
            }
        }
        Step::Offline(offline) => bench.online = !offline,
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_panics(
        width in 1u16..=200,
        height in 1u16..=60,
        begins_attached in any::<bool>(),
        ascii in any::<bool>(),
        steps in prop::collection::vec((0u32..5, step()), 0..60),
    ) {
        let mut bench = if begins_attached {
            Bench::connected((width, height))
        } else {
            Bench::looking((width, height))
        };
        bench.app.settings.theme.ascii = ascii;
        for (node, step) in steps {
            take(&mut bench, node, step);
            bench.buffer();
        }
    }
}

#[test]
fn every_small_size_can_be_drawn() {
    for keys in [
        "",
        "<overview>",
        "<overview><down><down><right>",
        "<table>",
        "<events>",
        "<events>/a",
        "<system>",
        "<system><end>",
        "<nodes>",
        "wi",
        "wX<down><down><down><enter><tab>",
        "w",
        "w<end>",
        "wX",
        "wX<enter><tab>",
        "X<enter><tab><tab>",
        "?",
        "e",
        "/",
        ":",
        ":sort <tab>",
        ":no such thing<enter>",
        "c",
        "c<end> ",
    ] {
        let mut bench = Bench::connected((80, 24));
        bench.press(keys);
        for size in
            [(0, 0), (1, 1), (2, 1), (1, 9), (3, 3), (5, 5), (7, 2), (12, 4), (20, 60), (300, 100)]
        {
            bench.feed(Input::Resize(size.0, size.1));
            bench.buffer();
        }
    }
}
