//! What of a slot a filter can speak of.

use crate::id::Timestamp;
use crate::slot::{Identity, LatencySummary, Stats};
use crate::view::SortKey;

/// A number that can be compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Messages waiting.
    Depth,
    /// The mailbox's bound.
    Capacity,
    /// Messages handled a second.
    Rate,
    /// Queue wait in nanoseconds.
    Wait(Quantile),
    /// How long the oldest message has been waiting, in nanoseconds.
    Oldest,
    /// Handling time in nanoseconds.
    Handling(Quantile),
    /// Share of the time inside handlers, 0 … 1.
    Busy,
    /// How often the slot was filled again.
    Restarts,
    /// Messages handled.
    Handled,
    /// Those that failed.
    Failed,
    /// How long its actor has been running, in nanoseconds.
    Age,
}

/// Which of many durations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantile {
    /// What the table sorts by: of waits the mean, or the oldest message's wait when that is longer; of
    /// handlings p99.
    Usual,
    /// The mean.
    Mean,
    /// Half were no longer.
    P50,
    /// 95 of 100 were no longer.
    P95,
    /// 99 of 100 were no longer.
    P99,
    /// The longest.
    Max,
}

impl Quantile {
    fn of(self, summary: &LatencySummary) -> Option<u64> {
        match self {
            Self::Usual => None,
            Self::Mean => summary.mean,
            Self::P50 => summary.p50,
            Self::P95 => summary.p95,
            Self::P99 => summary.p99,
            Self::Max => summary.max,
        }
    }
}

impl Measure {
    /// The column that shows it, whose value is at hand without the whole row.
    pub const fn column(self) -> Option<SortKey> {
        match self {
            Self::Depth => Some(SortKey::Depth),
            Self::Rate => Some(SortKey::Rate),
            Self::Wait(Quantile::Usual) => Some(SortKey::QueueWait),
            Self::Handling(Quantile::Usual) => Some(SortKey::Handling),
            Self::Busy => Some(SortKey::Utilization),
            Self::Restarts => Some(SortKey::Restarts),
            Self::Handled => Some(SortKey::Handled),
            Self::Failed => Some(SortKey::Failed),
            Self::Wait(_) | Self::Handling(_) | Self::Capacity | Self::Oldest | Self::Age => None,
        }
    }

    /// Its value in one row at some moment; `None` = not known.
    pub fn of(self, identity: &Identity, stats: &Stats, now: Timestamp) -> Option<f64> {
        let number = |n: u64| n as f64;
        match self {
            Self::Capacity => identity.mailbox_capacity.map(number),
            Self::Oldest => stats.oldest_wait_ns.map(number),
            Self::Age => Some(number(now.since(stats.started_at))),
            Self::Wait(quantile) if quantile != Quantile::Usual => {
                stats.queue_wait.as_ref().and_then(|wait| quantile.of(wait)).map(number)
            }
            Self::Handling(quantile) if quantile != Quantile::Usual => {
                stats.handling.as_ref().and_then(|handling| quantile.of(handling)).map(number)
            }
            _ => self.column()?.value(identity, stats).number(),
        }
    }

    /// How much more it takes to find out than to look at the slot.
    pub(super) const fn cost(self) -> u8 {
        match self {
            Self::Wait(_) | Self::Handling(_) => 6,
            Self::Capacity | Self::Oldest | Self::Age => 5,
            _ => 1,
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// `100`, `1.5k`, `2M`.
    Count,
    /// `250us`, `5ms`, `10s`, `2h`.
    Duration,
    /// `80%` or `0.8`.
    Share,
}

impl Unit {
    /// What a value looks like, for messages.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Count => "a number such as 100 or 1.5k",
            Self::Duration => "a time such as 250us, 5ms, 10s or 2h",
            Self::Share => "a share such as 80%",
        }
    }
}

/// One thing a filter can compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// As it is typed.
    pub name: &'static str,
    /// What it is.
    pub measure: Measure,
    /// How its values are written.
    pub unit: Unit,
    /// In a few words.
    pub help: &'static str,
}

const fn field(name: &'static str, measure: Measure, unit: Unit, help: &'static str) -> Field {
    Field { name, measure, unit, help }
}

/// Everything that can be compared. To add one, add a line.
#[rustfmt::skip] // A table reads as one: a field a line.
pub const FIELDS: &[Field] = &[
    field("depth", Measure::Depth, Unit::Count, "messages waiting to be handled"),
    field("capacity", Measure::Capacity, Unit::Count, "the mailbox's bound"),
    field("rate", Measure::Rate, Unit::Count, "messages handled a second"),
    field("wait", Measure::Wait(Quantile::Usual), Unit::Duration, "queue wait now: its mean, or the oldest message's when that is longer"),
    field("wait.mean", Measure::Wait(Quantile::Mean), Unit::Duration, "queue wait, mean"),
    field("wait.p50", Measure::Wait(Quantile::P50), Unit::Duration, "queue wait: half waited no longer"),
    field("wait.p95", Measure::Wait(Quantile::P95), Unit::Duration, "queue wait: 95 of 100 waited no longer"),
    field("wait.p99", Measure::Wait(Quantile::P99), Unit::Duration, "queue wait: 99 of 100 waited no longer"),
    field("wait.max", Measure::Wait(Quantile::Max), Unit::Duration, "queue wait, longest"),
    field("oldest", Measure::Oldest, Unit::Duration, "how long the oldest queued message has been waiting"),
    field("handling", Measure::Handling(Quantile::Usual), Unit::Duration, "handling time: 99 of 100 took no longer"),
    field("handling.mean", Measure::Handling(Quantile::Mean), Unit::Duration, "handling time, mean"),
    field("handling.p50", Measure::Handling(Quantile::P50), Unit::Duration, "handling time: half took no longer"),
    field("handling.p95", Measure::Handling(Quantile::P95), Unit::Duration, "handling time: 95 of 100 took no longer"),
    field("handling.p99", Measure::Handling(Quantile::P99), Unit::Duration, "handling time: 99 of 100 took no longer"),
    field("handling.max", Measure::Handling(Quantile::Max), Unit::Duration, "handling time, longest"),
    field("busy", Measure::Busy, Unit::Share, "share of the time inside handlers"),
    field("restarts", Measure::Restarts, Unit::Count, "how often the slot was filled again"),
    field("handled", Measure::Handled, Unit::Count, "messages handled"),
    field("failed", Measure::Failed, Unit::Count, "messages whose handling failed"),
    field("age", Measure::Age, Unit::Duration, "how long its actor has been running"),
];

impl Field {
    /// The field with this name, upper and lower case alike.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// What is written before a colon or, of the last one, a tilde.
#[rustfmt::skip]
pub(super) const KEYS: &[(&str, &str)] = &[
    ("type:", "the actor's type contains it"),
    ("state:", "it is in one of these states"),
    ("framework:", "what it runs on"),
    ("kind:", "supervisor, worker, task, mailbox, blocking, group"),
    ("under:", "that slot and everything below it"),
    ("name~", "its name matches a regular expression"),
];
