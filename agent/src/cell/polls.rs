//! How a runtime runs a slot's task: how often and how long it was polled, and how long it waited
//! for its turn. What a task is judged by that takes no messages, and what finds the one that keeps
//! a worker to itself.
//!
//! Single writer, as in the meter: the task itself, whoever polls it. Slots that are not tasks have
//! none of this; the histograms come with the 16th poll.

use super::bump;
use super::tier1::Log2;
use crate::clock::{Ticks, nanos, ticks};
use actorscope_core::histogram::Buckets;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Polls after which the histograms are allocated: most tasks of most systems see fewer.
const FROM_POLL: u64 = 16;

/// The polls of one slot's tasks over all its incarnations.
#[derive(Default, Debug)]
pub(crate) struct Polls {
    /// Polls that ended.
    polls: AtomicU64,
    busy_ns: AtomicU64,
    max_ns: AtomicU64,
    /// When the running poll began; 0 = none runs.
    since: AtomicU64,
    /// Polls of which the delay is known.
    delays: AtomicU64,
    delay_sum_ns: AtomicU64,
    delay_max_ns: AtomicU64,
    spread: OnceLock<Box<Spread>>,
}

#[derive(Default, Debug)]
struct Spread {
    poll: Log2,
    delay: Log2,
}

/// A reading of [`Polls`], field by field.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub(crate) struct PollsSnapshot {
    pub(crate) polls: u64,
    pub(crate) busy_ns: u64,
    pub(crate) max_ns: u64,
    pub(crate) since: Ticks,
    pub(crate) delays: u64,
    pub(crate) delay_sum_ns: u64,
    pub(crate) delay_max_ns: u64,
}

impl PollsSnapshot {
    /// How long the running poll takes by now.
    pub(crate) fn running_ns(&self, now: Ticks) -> Option<u64> {
        (self.since != 0).then(|| nanos(self.since, now))
    }

    /// Nanoseconds inside polls, the running one included.
    pub(crate) fn busy_until(&self, now: Ticks) -> u64 {
        self.busy_ns.saturating_add(self.running_ns(now).unwrap_or(0))
    }
}

impl Polls {
    /// A poll begins. `woken` is when the task was woken, `ended` when its last poll ended (0 =
    /// never): a task that is woken while it runs waits for its turn only from then on.
    #[inline]
    pub(crate) fn begin(&self, woken: Option<Ticks>, ended: Ticks) {
        let now = ticks();
        self.since.store(now, Relaxed);
        if let Some(woken) = woken {
            let delay = nanos(woken.max(ended), now);
            bump(&self.delays, 1);
            bump(&self.delay_sum_ns, delay);
            raise(&self.delay_max_ns, delay);
            if let Some(spread) = self.spread() {
                spread.delay.record(delay);
            }
        }
    }

    /// The running poll ends; when.
    #[inline]
    pub(crate) fn end(&self) -> Ticks {
        let now = ticks();
        let took = nanos(self.since.load(Relaxed), now);
        bump(&self.polls, 1);
        bump(&self.busy_ns, took);
        raise(&self.max_ns, took);
        self.since.store(0, Relaxed);
        if let Some(spread) = self.spread() {
            spread.poll.record(took);
        }
        now
    }

    #[inline]
    fn spread(&self) -> Option<&Spread> {
        match self.spread.get() {
            Some(spread) => Some(spread),
            None if self.polls.load(Relaxed) >= FROM_POLL => {
                Some(self.spread.get_or_init(Box::default))
            }
            None => None,
        }
    }

    /// Polls that ended.
    pub(crate) fn count(&self) -> u64 {
        self.polls.load(Relaxed)
    }

    /// Whether one runs.
    pub(crate) fn is_running(&self) -> bool {
        self.since.load(Relaxed) != 0
    }

    pub(crate) fn read(&self) -> PollsSnapshot {
        PollsSnapshot {
            polls: self.polls.load(Relaxed),
            busy_ns: self.busy_ns.load(Relaxed),
            max_ns: self.max_ns.load(Relaxed),
            since: self.since.load(Relaxed),
            delays: self.delays.load(Relaxed),
            delay_sum_ns: self.delay_sum_ns.load(Relaxed),
            delay_max_ns: self.delay_max_ns.load(Relaxed),
        }
    }

    /// Poll times and delays in buckets, once there are enough polls.
    pub(crate) fn buckets(&self) -> Option<(Buckets, Buckets)> {
        let spread = self.spread.get()?;
        let with_max = |log2: &Log2, max_ns| Buckets { max_ns: Some(max_ns), ..log2.read() };
        Some((
            with_max(&spread.poll, self.max_ns.load(Relaxed)),
            with_max(&spread.delay, self.delay_max_ns.load(Relaxed)),
        ))
    }
}

#[inline]
fn raise(max: &AtomicU64, to: u64) {
    if to > max.load(Relaxed) {
        max.store(to, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_poll_counts_as_busy_time() {
        let polls = Polls::default();
        polls.begin(None, 0);
        let seen = polls.read();
        assert_eq!((seen.polls, seen.busy_ns, seen.delays), (0, 0, 0));
        assert!(seen.busy_until(seen.since + 1_000_000) > 0);
        polls.end();
        let seen = polls.read();
        assert_eq!((seen.polls, seen.since, seen.running_ns(1)), (1, 0, None));
        assert_eq!(seen.busy_until(u64::MAX), seen.busy_ns);
    }

    #[test]
    fn a_wake_during_a_poll_waits_from_its_end_on() {
        let polls = Polls::default();
        let now = ticks();
        polls.begin(Some(now - 10_000_000), now);
        let seen = polls.read();
        assert_eq!(seen.delays, 1);
        assert!(seen.delay_max_ns < nanos(now - 10_000_000, now), "only since the end");
    }

    #[test]
    fn histograms_come_when_they_are_worth_it() {
        let polls = Polls::default();
        let mut ended = 0;
        for _ in 0..FROM_POLL {
            polls.begin(Some(ticks()), ended);
            ended = polls.end();
        }
        let first = polls.buckets().map(|(poll, delay)| (poll.count(), delay.count()));
        assert_eq!(first, Some((1, 0)), "allocated by the last of them");
        polls.begin(Some(ticks()), ended);
        polls.end();
        let then = polls.buckets().map(|(poll, delay)| (poll.count(), delay.count()));
        assert_eq!(then, Some((2, 1)));
    }
}
