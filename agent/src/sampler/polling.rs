//! How a slot's task is polled, as of the last pass.

use crate::cell::{Polls, PollsSnapshot};
use crate::clock::Ticks;
use actorscope_core::histogram::Buckets;
use actorscope_core::slot::{LatencySummary, Polling};

/// A task's polls: their counts, and where they are kept.
#[derive(Clone, Copy)]
pub(super) struct Polled<'a> {
    pub(super) seen: PollsSnapshot,
    pub(super) polls: &'a Polls,
}

impl Polled<'_> {
    pub(super) fn summary(self, now: Ticks) -> Polling {
        let Self { seen, polls } = self;
        let (poll, delay) = polls.buckets(now).unzip();
        let max_ns = (seen.polls > 0).then_some(seen.max_ns);
        Polling {
            polls: seen.polls,
            busy_ns: seen.busy_until(now),
            poll: LatencySummary {
                mean: seen.busy_ns.checked_div(seen.polls),
                // A poll that does not end is the longest at some time.
                max: max_ns.max(seen.running_ns(now)),
                ..summary(poll, seen.polls)
            },
            delay: LatencySummary {
                mean: seen.delay_sum_ns.checked_div(seen.delays),
                max: (seen.delays > 0).then_some(seen.delay_max_ns),
                ..summary(delay, seen.delays)
            },
        }
    }

    /// Poll times and delays in buckets, as far as any were counted.
    pub(super) fn buckets(self, now: Ticks) -> (Option<Buckets>, Option<Buckets>) {
        let (poll, delay) = self.polls.buckets(now).unzip();
        let counted = |buckets: &Buckets| buckets.count() > 0;
        (poll.filter(counted), delay.filter(counted))
    }
}

/// Quantiles as far as there are buckets; how many there were at all.
fn summary(buckets: Option<Buckets>, counted: u64) -> LatencySummary {
    let summary = buckets.filter(|buckets| buckets.count() > 0).map(|buckets| buckets.summary());
    LatencySummary { count: counted, ..summary.unwrap_or_default() }
}
