//! Rows of every shape.

use actorscope_core::link::WaitingFor;
use actorscope_core::quality::{Quality, Reading};
use actorscope_core::slot::{
    Counters, HandlingNow, Identity, LatencySummary, Polling, Resolution, Stats,
};
use actorscope_core::spec::{
    Backoff, BudgetScope, BudgetUse, ChildKind, ChildSpec, RestartType, Shutdown,
    Strategy as RestartStrategy, SupervisorSpec,
};
use actorscope_core::state::SlotState;
use actorscope_core::view::Placed;
use actorscope_core::{Capabilities, Incarnation, SlotId, Timestamp};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use std::sync::Arc;

/// A row as it goes in.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    pub place: Placed,
    pub identity: Identity,
    pub path: String,
    pub stats: Stats,
}

/// Longest duration that is promised to come through.
const LONGEST: u64 = (1 << 63) - 1;

/// Small numbers, middling ones and the largest.
fn number() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![0..4u64, 0..10_000_000_000u64, any::<u64>(), Just(u64::MAX)]
}

fn duration() -> impl Strategy<Value = u64> + Clone {
    number().prop_map(|ns| ns & LONGEST)
}

/// Numbers that come through as they are.
fn share() -> impl Strategy<Value = f64> + Clone {
    let bits = |x: f32| (x.to_bits() >> 11) << 11;
    prop_oneof![Just(0.0f32), 0.0f32..1.0, 0.0f32..1e9, Just(f32::INFINITY)]
        .prop_map(move |x| f32::from_bits(bits(x)).into())
}

fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![select(vec!["", "A", "Say", "kameo"]).prop_map(str::to_owned), ".{0,12}"]
}

fn quality() -> BoxedStrategy<Quality> {
    prop_oneof![
        Just(Quality::Exact),
        Just(Quality::Measured),
        Just(Quality::Sampled),
        Just(Quality::SinceAttach),
        Just(Quality::Absent),
        duration().prop_map(|age_ns| Quality::Stale { age_ns }),
    ]
    .boxed()
}

fn state() -> BoxedStrategy<SlotState> {
    prop_oneof![
        Just(SlotState::Starting),
        Just(SlotState::Idle),
        Just(SlotState::Handling),
        Just(SlotState::Suspended),
        (any::<u32>(), of(duration()))
            .prop_map(|(attempt, in_ns)| SlotState::Restarting { attempt, in_ns }),
        Just(SlotState::Stopping),
        Just(SlotState::Stopped),
        Just(SlotState::Failed),
        Just(SlotState::Ignored),
    ]
    .boxed()
}

fn counters() -> BoxedStrategy<Counters> {
    (number(), number(), number())
        .prop_map(|(handled, failed, busy_ns)| Counters { handled, failed, busy_ns })
        .boxed()
}

fn latency() -> BoxedStrategy<LatencySummary> {
    let ns = || of(prop_oneof![duration(), (0..40u32).prop_map(|bits| 3 << bits >> 1)]);
    // Twelve binary digits come through as they are.
    let short = || of((0..4_096u64, 0..=51u32).prop_map(|(digits, shift)| digits << shift));
    let resolution = of(select(Resolution::ALL));
    (number(), short(), ns(), ns(), ns(), short(), of(duration()), resolution)
        .prop_map(|(count, mean, p50, p95, p99, max, window_ns, resolution)| LatencySummary {
            count,
            mean,
            p50,
            p95,
            p99,
            max,
            window_ns,
            resolution,
        })
        .boxed()
}

fn slot() -> impl Strategy<Value = SlotId> + Clone {
    prop_oneof![1..20u64, 1..=SlotId::MAX].prop_map(|raw| SlotId::new(raw).unwrap())
}

pub fn stats() -> BoxedStrategy<Stats> {
    let now = (of(text()), duration()).prop_map(|(message_type, for_ns)| HandlingNow {
        message_type: message_type.map(Arc::from),
        for_ns,
    });
    let budget = (any::<u32>(), any::<u32>(), duration(), vec(duration(), 0..4)).prop_map(
        |(used, allowed, period_ns, expires_in_ns)| BudgetUse {
            used,
            allowed,
            period_ns,
            expires_in_ns,
        },
    );
    let polling = (number(), number(), latency(), latency())
        .prop_map(|(polls, busy_ns, poll, delay)| Polling { polls, busy_ns, poll, delay });
    let waiting = (slot(), text(), duration()).prop_map(|(slot, path, for_ns)| WaitingFor {
        slot,
        path,
        for_ns,
    });
    let depth = (number(), quality()).prop_map(|(value, quality)| match quality {
        Quality::Absent => Reading::ABSENT,
        quality => Reading::new(value, quality),
    });
    let life = (state(), any::<u32>(), number(), number(), depth);
    let flow = (of(counters()), of(counters()), of(share()), of(share()), of(duration()));
    let waits = (of(latency()), quality(), of(latency()), of(now));
    let rest = (of(budget), of(polling), of(waiting));
    (life, flow, waits, rest)
        .prop_map(|(life, flow, waits, rest)| Stats {
            state: life.0,
            incarnation: Incarnation(life.1),
            started_at: Timestamp(life.2),
            restarts: life.3,
            depth: life.4,
            total: flow.0,
            current: flow.1,
            rate_per_s: flow.2,
            utilization: flow.3,
            oldest_wait_ns: flow.4,
            queue_wait: waits.0,
            queue_wait_quality: waits.1,
            handling: waits.2,
            handling_now: waits.3,
            budget: rest.0,
            polling: rest.1,
            waiting_for: rest.2,
        })
        .boxed()
}

/// Who is in a slot that is given later, and what stands before its name.
pub fn identity() -> BoxedStrategy<(Identity, String)> {
    let supervisor =
        (
            select(RestartStrategy::ALL),
            of(any::<u32>()),
            of(number()),
            of(select(BudgetScope::ALL)),
            any::<bool>(),
        )
            .prop_map(|(strategy, intensity, period_ns, scope, auto_shutdown)| {
                SupervisorSpec { strategy, intensity, period_ns, scope, auto_shutdown }
            });
    let shutdown = prop_oneof![
        Just(Shutdown::Brutal),
        Just(Shutdown::Infinity),
        number().prop_map(Shutdown::TimeoutNs)
    ];
    let backoff = (number(), number()).prop_map(|(first_ns, max_ns)| Backoff { first_ns, max_ns });
    let child_spec = (
        of(select(vec!["a", "b", ""]).prop_map(str::to_owned)),
        of(select(RestartType::ALL)),
        of(any::<u32>()),
        of(shutdown),
        any::<bool>(),
        of(backoff),
    )
        .prop_map(|(child_id, restart, intensity, shutdown, significant, backoff)| ChildSpec {
            child_id,
            restart,
            intensity,
            shutdown,
            significant,
            backoff,
            ..ChildSpec::default()
        });
    let name = select(vec!["a", "b", "worker-17", "", "a/b"]);
    let prefix = select(vec!["", "/shop", "/shop/a", "parent", "none"]);
    let class = (text(), text(), select(ChildKind::ALL), of(supervisor), of(child_spec));
    let rest = (any::<u8>(), of(number()), of(text()), number(), of(1..20u64));
    (name, prefix, class, rest)
        .prop_map(|(name, prefix, class, rest)| {
            let identity = Identity {
                id: SlotId::new(1).unwrap(),
                parent: rest.4.and_then(SlotId::new),
                name: name.into(),
                actor_type: class.0.into(),
                framework: class.1.into(),
                kind: class.2,
                supervisor: class.3,
                child_spec: class.4,
                capabilities: Capabilities::from_bits(rest.0.into()),
                mailbox_capacity: rest.1,
                no_kill: rest.2.map(Arc::from),
                created_at: Timestamp(rest.3),
                ordinal: 1,
                version: 0,
            };
            (identity, prefix.to_owned())
        })
        .boxed()
}

/// What happens between two frames: some slots change, others leave or come, all are shuffled.
#[derive(Clone, Debug)]
pub struct Step {
    pub elapsed: u64,
    /// Slots shown, in order.
    pub shown: Vec<u64>,
    pub places: Vec<(u32, u32, bool)>,
    pub stats: Vec<(u64, Stats)>,
    pub identities: Vec<(u64, (Identity, String))>,
}

/// Slots that the steps are about.
pub const SLOTS: u64 = 12;

pub fn step() -> BoxedStrategy<Step> {
    let shown = Just((1..=SLOTS).collect::<Vec<_>>()).prop_shuffle();
    let sorted =
        (any::<bool>(), 0..=SLOTS as usize, shown).prop_map(|(sorted, count, mut shown)| {
            shown.truncate(count);
            if sorted {
                shown.sort_unstable();
            }
            shown
        });
    let place = (0..3u32, prop_oneof![Just(0u32), any::<u32>()], any::<bool>());
    (
        0..3_000_000_000u64,
        sorted,
        vec(place, SLOTS as usize),
        vec((1..=SLOTS, stats()), 0..4),
        vec((1..=SLOTS, identity()), 0..3),
    )
        .prop_map(|(elapsed, shown, places, stats, identities)| Step {
            elapsed,
            shown,
            places,
            stats,
            identities,
        })
        .boxed()
}
