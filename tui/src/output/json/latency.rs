//! Durations, counted.

use actorscope_core::histogram::Buckets;
use actorscope_core::slot::{self, LatencySummary};
use serde::Serialize;

/// A distribution in a few numbers, all nanoseconds but the count.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Latency {
    count: u64,
    mean: Option<u64>,
    p50: Option<u64>,
    p95: Option<u64>,
    p99: Option<u64>,
    max: Option<u64>,
    window_ns: Option<u64>,
    resolution: Option<&'static str>,
}

impl From<LatencySummary> for Latency {
    fn from(summary: LatencySummary) -> Self {
        Self {
            count: summary.count,
            mean: summary.mean,
            p50: summary.p50,
            p95: summary.p95,
            p99: summary.p99,
            max: summary.max,
            window_ns: summary.window_ns,
            resolution: summary.resolution.map(|r| r.word()),
        }
    }
}

/// How the runtime runs a task.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Polling {
    polls: u64,
    busy_ns: u64,
    poll_ns: Latency,
    delay_ns: Latency,
}

impl From<slot::Polling> for Polling {
    fn from(polling: slot::Polling) -> Self {
        Self {
            polls: polling.polls,
            busy_ns: polling.busy_ns,
            poll_ns: polling.poll.into(),
            delay_ns: polling.delay.into(),
        }
    }
}

/// A distribution in full.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Histogram {
    resolution: &'static str,
    count: u64,
    sum_ns: Option<u64>,
    max_ns: Option<u64>,
    window_ns: Option<u64>,
    buckets: Vec<Bucket>,
}

/// Durations from `from_ns` to below `to_ns`; the last bucket of a layout is open.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
struct Bucket {
    from_ns: u64,
    to_ns: Option<u64>,
    count: u64,
}

impl From<&Buckets> for Histogram {
    fn from(buckets: &Buckets) -> Self {
        let layout = buckets.layout;
        let bucket = |(index, count): &(u16, u64)| {
            let i = usize::from(*index);
            Bucket {
                from_ns: layout.lower(i),
                to_ns: (i + 1 < layout.len()).then(|| layout.lower(i + 1)),
                count: *count,
            }
        };
        Self {
            resolution: layout.resolution().word(),
            count: buckets.count(),
            sum_ns: buckets.sum_ns,
            max_ns: buckets.max_ns,
            window_ns: buckets.window_ns,
            buckets: buckets.counts.iter().map(bucket).collect(),
        }
    }
}
