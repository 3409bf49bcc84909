//! One small node for tests of what is written about it.

use super::Snapshot;
use actorscope_client::{Node, Rights, ViewState};
use actorscope_core::forest::Likeness;
use actorscope_core::histogram::{Buckets, Layout};
use actorscope_core::link::{Link, Links, WaitingFor, Waits};
use actorscope_core::quality::{Quality, Reading};
use actorscope_core::slot::{
    Counters, HandlerStats, HandlingNow, Identity, LatencySummary, PastIncarnation, Pending,
    Polling, Resolution, SlotDetail, Stats,
};
use actorscope_core::spec::{BudgetScope, BudgetUse, ChildKind, ChildSpec, RestartType};
use actorscope_core::spec::{Strategy, SupervisorSpec};
use actorscope_core::view::{Fold, FoldId, Placed, RowId, States, Sums};
use actorscope_core::{
    Capabilities, Capability, ExitReason, Incarnation, InstanceId, SlotId, SlotState, Timestamp,
    Verb,
};
use std::sync::Arc;

const SECOND: u64 = 1_000_000_000;

/// 2026-11-21T03:04:05.678Z.
const START: Timestamp = Timestamp(1_795_230_245_678_000_000);

pub fn slot(id: u64) -> SlotId {
    SlotId::new(id).unwrap()
}

/// `/shop`, a supervisor of which little is known, and `/shop/worker`, of which all is known.
pub fn snapshot() -> Snapshot {
    let mut view = ViewState {
        sampled_at: START.plus(90 * SECOND),
        total: 2,
        matched: 2,
        rows: vec![place(1, 0, 1), place(2, 1, 0)],
        detail: Some(detail()),
        ..ViewState::default()
    };
    for (identity, path) in [(supervisor(), "/shop"), (worker(), "/shop/worker")] {
        view.identities.insert(identity.id, (identity, path.to_owned()));
    }
    let idle = Stats {
        total: Some(Counters::default()),
        current: Some(Counters::default()),
        ..Stats::new(SlotState::Idle, START)
    };
    view.stats.insert(slot(1), idle);
    view.stats.insert(slot(2), busy());
    Snapshot {
        node: Arc::new(Node {
            protocol: 1,
            instance: InstanceId(0xabcd),
            name: "shop".into(),
            pid: 4711,
            host: "shore".into(),
            os: "Linux".into(),
            started_at: START,
            now: START.plus(60 * SECOND),
            agent: "actorscope-agent 0.1.0".into(),
            frameworks: vec!["kameo".into()],
            rights: Rights::default(),
            max_rows: 1_000,
        }),
        summary: None,
        view,
    }
}

/// Puts ten thousand connections below `/shop`.
pub fn folded(snapshot: &mut Snapshot) {
    let likeness = Likeness::Stem("Connection".into());
    let id = FoldId::of(Some(slot(1)), &likeness);
    let mut states = States::default();
    states.add(SlotState::Idle, 9_998);
    states.add(SlotState::Handling, 1);
    states.add(SlotState::Failed, 1);
    let sums = Sums {
        count: 10_000,
        states,
        depth: Reading::new(12, Quality::Stale { age_ns: 5 }),
        rate_per_s: Some(123.0),
        total: Some(Counters { handled: 50_000, failed: 7, busy_ns: 9 }),
        restarts: 3,
        wait_ns: Some(4_500_000),
        handling_p99_ns: None,
        utilization: Some(0.25),
    };
    let worst = Some((slot(77), "Connection~70".into()));
    let fold = Fold { id, parent: Some(slot(1)), likeness, sums, worst };
    let row = RowId::Fold(id);
    snapshot.view.rows.push(Placed { row, depth: 1, children: 10_000, open: false });
    snapshot.view.folds.insert(id, fold);
}

fn place(id: u64, depth: u32, children: u32) -> Placed {
    Placed::slot_at(slot(id), depth, children, children > 0)
}

fn supervisor() -> Identity {
    Identity {
        id: slot(1),
        parent: None,
        name: "shop".into(),
        actor_type: "shop::Root".into(),
        framework: "kameo".into(),
        kind: ChildKind::Supervisor,
        supervisor: Some(SupervisorSpec {
            intensity: Some(3),
            period_ns: Some(5 * SECOND),
            scope: Some(BudgetScope::PerChild),
            ..SupervisorSpec::new(Strategy::OneForOne)
        }),
        child_spec: None,
        capabilities: Capabilities::NONE,
        mailbox_capacity: None,
        created_at: START,
        version: 1,
        no_kill: None,
        ordinal: 1,
    }
}

fn worker() -> Identity {
    Identity {
        id: slot(2),
        parent: Some(slot(1)),
        name: "worker".into(),
        actor_type: "shop::Worker<alloc::string::String>".into(),
        kind: ChildKind::Worker,
        supervisor: None,
        child_spec: Some(ChildSpec {
            restart: Some(RestartType::Permanent),
            ..ChildSpec::default()
        }),
        capabilities: Capabilities::of(&[Capability::Kill, Capability::Restart]),
        mailbox_capacity: Some(64),
        no_kill: Some("it was started outside of its supervisor".into()),
        ..supervisor()
    }
}

fn busy() -> Stats {
    let wait = LatencySummary {
        count: 1_000,
        mean: Some(2_000_000),
        p50: Some(1_500_000),
        p95: Some(3_000_000),
        p99: Some(4_500_000),
        max: Some(9_000_000),
        window_ns: Some(10 * SECOND),
        resolution: Some(Resolution::Log2),
    };
    Stats {
        incarnation: Incarnation(3),
        restarts: 2,
        depth: Reading::new(12, Quality::Stale { age_ns: SECOND }),
        total: Some(counters(5_000)),
        current: Some(counters(40)),
        rate_per_s: Some(123.0),
        utilization: Some(0.75),
        oldest_wait_ns: Some(3 * SECOND),
        queue_wait: Some(wait),
        queue_wait_quality: Quality::Measured,
        handling_now: Some(HandlingNow { message_type: Some("Charge".into()), for_ns: SECOND / 2 }),
        budget: Some(BudgetUse {
            used: 2,
            allowed: 3,
            period_ns: 5 * SECOND,
            expires_in_ns: vec![SECOND, 4 * SECOND],
        }),
        polling: Some(Polling {
            polls: 7_000,
            busy_ns: 3 * SECOND,
            poll: wait,
            delay: LatencySummary::default(),
        }),
        waiting_for: Some(WaitingFor {
            slot: slot(1),
            path: "/shop".into(),
            for_ns: 3_200_000_000,
        }),
        ..Stats::new(SlotState::Handling, START.plus(60 * SECOND))
    }
}

fn detail() -> SlotDetail {
    let mut dense = vec![0; Layout::Log2.len()];
    dense[Layout::Log2.index(1_000_000)] = 30;
    dense[Layout::Log2.index(3_000_000)] = 10;
    SlotDetail {
        handlers: vec![HandlerStats {
            message_type: "Charge".into(),
            handled: 40,
            failed: 1,
            busy_ns: 80_000_000,
            max_ns: 9_000_000,
        }],
        history: vec![PastIncarnation {
            incarnation: Incarnation(2),
            started_at: START,
            ended_at: START.plus(60 * SECOND),
            exit: ExitReason::Panic,
            reason: Some("card declined".into()),
            counters: Some(counters(4_960)),
            lost_messages: None,
        }],
        queue_wait: Some(Buckets::from_dense(Layout::Log2, dense)),
        handling: None,
        children: 0,
        links: Some(links()),
        pending: Some(Pending {
            verb: Verb::Restart,
            by: "uid 1000".into(),
            asked_at: START.plus(88 * SECOND),
        }),
        delay: Some(Buckets::from_dense(Layout::Log2, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5])),
        ..SlotDetail::default()
    }
}

fn links() -> Links {
    let ask = LatencySummary {
        count: 11,
        p50: Some(1_200_000),
        p99: Some(40_000_000),
        max: Some(92_000_000),
        ..LatencySummary::default()
    };
    let to_shop = Link {
        peer: Some(slot(1)),
        path: "/shop".into(),
        tells: 40,
        asks: 12,
        failed: 1,
        ask: Some(ask),
        waiting: 1,
        waiting_ns: Some(3_200_000_000),
    };
    let others = Link {
        peer: None,
        path: "_other".into(),
        tells: 3,
        asks: 0,
        failed: 0,
        ask: None,
        waiting: 0,
        waiting_ns: None,
    };
    let waits = |id, path: &str| Waits { slot: slot(id), path: path.into() };
    Links {
        outgoing: vec![to_shop],
        incoming: vec![others],
        cycle: vec![waits(2, "/shop/worker"), waits(1, "/shop")],
    }
}

fn counters(handled: u64) -> Counters {
    Counters { handled, failed: 1, busy_ns: handled * 1_000 }
}
