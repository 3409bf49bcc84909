//! What is known of one slot: who it is ([`Identity`], changes rarely), how it is doing ([`Stats`],
//! changes with every message) and what the detail page adds ([`SlotDetail`]).

use crate::capability::Capabilities;
use crate::histogram::Buckets;
use crate::id::{Incarnation, SlotId, Timestamp};
use crate::link::{Links, WaitingFor};
use crate::quality::{Quality, Reading};
use crate::spec::{BudgetUse, ChildKind, ChildSpec, SupervisorSpec, words};
use crate::state::{ExitReason, SlotState};
use crate::verb::Verb;
use std::sync::Arc;

/// Who a slot is. Has a version, because some of it may be learnt late.
#[derive(Clone, PartialEq, Debug)]
pub struct Identity {
    /// Never reused while the process lives.
    pub id: SlotId,
    /// The supervisor or starter; `None` for a root.
    pub parent: Option<SlotId>,
    /// Unique among its siblings and safe to print (see [`crate::text::segment`]).
    pub name: Arc<str>,
    /// The Rust type of the actor or future, as the compiler writes it.
    pub actor_type: Arc<str>,
    /// The framework it runs in: `tokio`, `kameo`, …
    pub framework: Arc<str>,
    /// What fills the slot.
    pub kind: ChildKind,
    /// What it was told as a supervisor, if it is one.
    pub supervisor: Option<SupervisorSpec>,
    /// What its supervisor was told about it, if it has one that says.
    pub child_spec: Option<ChildSpec>,
    /// What can be done to it.
    pub capabilities: Capabilities,
    /// The mailbox's bound, if it has one.
    pub mailbox_capacity: Option<u64>,
    /// Why it can't be killed and what would change that, in a sentence, where its adapter knows.
    pub no_kill: Option<Arc<str>>,
    /// When the slot came to be.
    pub created_at: Timestamp,
    /// Where it stands among its siblings in the order in which they were started, as its framework
    /// counts: the numbers need not follow each other. Known where the registry is; elsewhere the id.
    pub ordinal: u64,
    /// Grows with every change of the fields above.
    pub version: u32,
}

words! {
    /// How fine the buckets behind a quantile are.
    Resolution {
        /// Buckets double in width: right to within a factor of two.
        Log2 = "log2",
        /// Eight buckets to the octave: right to within 6.25 %.
        Fine = "fine",
    }
}

/// A duration's distribution in a few numbers, all in nanoseconds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct LatencySummary {
    /// Durations recorded within the window.
    pub count: u64,
    /// Their mean.
    pub mean: Option<u64>,
    /// Half were not longer; `None` before enough were recorded for a histogram.
    pub p50: Option<u64>,
    /// 95 % were not longer.
    pub p95: Option<u64>,
    /// 99 % were not longer.
    pub p99: Option<u64>,
    /// The longest.
    pub max: Option<u64>,
    /// The time that the numbers cover; `None` = since the actor started. Of more than 60,000
    /// durations without a window, the older ones weigh less in the quantiles.
    pub window_ns: Option<u64>,
    /// How fine the quantiles are; `None` while there are none.
    pub resolution: Option<Resolution>,
}

/// How the runtime runs a task: what a task is judged by that takes no messages.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Polling {
    /// How often it was polled.
    pub polls: u64,
    /// Nanoseconds inside polls.
    pub busy_ns: u64,
    /// Poll begins → poll ends. A long one keeps a worker of the runtime from everybody else.
    pub poll: LatencySummary,
    /// Woken → polled: what it waits for a worker, the scheduling delay.
    pub delay: LatencySummary,
}

/// Counters of one incarnation or of all of them together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Messages whose handler ended.
    pub handled: u64,
    /// Those whose handler ended in an error, a panic or a kill.
    pub failed: u64,
    /// Nanoseconds inside handlers.
    pub busy_ns: u64,
}

impl Counters {
    /// Counts of two disjoint spans of time together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            handled: self.handled.saturating_add(other.handled),
            failed: self.failed.saturating_add(other.failed),
            busy_ns: self.busy_ns.saturating_add(other.busy_ns),
        }
    }
}

/// What a slot handles at this moment: a message or, if it is a task that takes none, nothing but the
/// poll that it has not come out of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandlingNow {
    /// The message's type, where the framework tells.
    pub message_type: Option<Arc<str>>,
    /// How long it has been at it, in nanoseconds.
    pub for_ns: u64,
}

/// How a slot is doing, as of one pass of the sampler.
#[derive(Clone, PartialEq, Debug)]
pub struct Stats {
    /// What it is doing.
    pub state: SlotState,
    /// Which actor fills it (or filled it last).
    pub incarnation: Incarnation,
    /// When that actor started.
    pub started_at: Timestamp,
    /// How often the slot was filled again.
    pub restarts: u64,
    /// Messages waiting to be handled.
    pub depth: Reading,
    /// Counters over all incarnations; `None` if nobody counts, or it takes no messages.
    pub total: Option<Counters>,
    /// Counters of this incarnation; as above.
    pub current: Option<Counters>,
    /// Messages handled a second, over the last tick.
    pub rate_per_s: Option<f64>,
    /// Share of wall time inside handlers over the last tick, 0 … 1; of a task that takes no
    /// messages, inside polls.
    pub utilization: Option<f64>,
    /// How long the oldest queued message has been waiting, in nanoseconds.
    pub oldest_wait_ns: Option<u64>,
    /// Enqueue → handler begins.
    pub queue_wait: Option<LatencySummary>,
    /// How well the queue wait is known.
    pub queue_wait_quality: Quality,
    /// Handler begins → handler ends.
    pub handling: Option<LatencySummary>,
    /// The message in its hands.
    pub handling_now: Option<HandlingNow>,
    /// The restart budget of this slot, where one is known.
    pub budget: Option<BudgetUse>,
    /// How its task is polled, where that is measured.
    pub polling: Option<Polling>,
    /// Whose answer it waits for the longest, where senders say so.
    pub waiting_for: Option<WaitingFor>,
}

impl Stats {
    /// A slot of which nothing has been measured yet.
    pub const fn new(state: SlotState, started_at: Timestamp) -> Self {
        Self {
            state,
            incarnation: Incarnation::FIRST,
            started_at,
            restarts: 0,
            depth: Reading::ABSENT,
            total: None,
            current: None,
            rate_per_s: None,
            utilization: None,
            oldest_wait_ns: None,
            queue_wait: None,
            queue_wait_quality: Quality::Absent,
            handling: None,
            handling_now: None,
            budget: None,
            polling: None,
            waiting_for: None,
        }
    }
}

/// How one message type is treated by one slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandlerStats {
    /// The message's type; `_other` gathers those beyond the table's size.
    pub message_type: Arc<str>,
    /// Messages handled.
    pub handled: u64,
    /// Those that ended in an error, a panic or a kill.
    pub failed: u64,
    /// Nanoseconds inside their handlers.
    pub busy_ns: u64,
    /// Longest handling in nanoseconds.
    pub max_ns: u64,
}

/// One past actor of a slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastIncarnation {
    /// Its number.
    pub incarnation: Incarnation,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Why.
    pub exit: ExitReason,
    /// The panic's or error's text, or who asked for its end.
    pub reason: Option<String>,
    /// What it counted; `None` if nobody counts, or it takes no messages.
    pub counters: Option<Counters>,
    /// Messages that were lost with it, where that is known.
    pub lost_messages: Option<u64>,
}

/// A kill, stop or restart that was asked for and has not happened yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// Which.
    pub verb: Verb,
    /// Who asked.
    pub by: String,
    /// When.
    pub asked_at: Timestamp,
}

/// What the detail page of one slot adds to its row.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SlotDetail {
    /// By message type, most time first; empty where the framework cannot tell.
    pub handlers: Vec<HandlerStats>,
    /// Past actors, newest first, at most 16.
    pub history: Vec<PastIncarnation>,
    /// Enqueue → handler begins, in buckets.
    pub queue_wait: Option<Buckets>,
    /// Handler begins → handler ends, in buckets.
    pub handling: Option<Buckets>,
    /// Poll begins → poll ends, in buckets.
    pub poll: Option<Buckets>,
    /// Woken → polled, in buckets.
    pub delay: Option<Buckets>,
    /// Messages from and to other slots; `None` where nobody says.
    pub links: Option<Links>,
    /// Children, live and dead.
    pub children: u64,
    /// What it has been asked to do and has not done yet, because a handler runs or the framework
    /// comes to it later.
    pub pending: Option<Pending>,
}
