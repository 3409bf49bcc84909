//! How a runtime runs a slot's task: how often and how long it was polled, and how long it waited
//! for its turn. What a task is judged by that takes no messages, and what finds the one that keeps
//! a worker to itself.
//!
//! Single writer, as in the meter: the task itself, whoever polls it. Slots that are not tasks have
//! none of this. The histograms come with the 16th poll; of tasks with a mailbox, whose messages tell
//! more, when somebody looks.

use super::activity::Activity;
use super::bump;
use super::log2::Halving;
use super::rough_max::RoughMax;
use crate::clock::{Ticks, nanos, ticks};
use crate::sync::OnceBox;
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use actorscope_core::histogram::Buckets;

/// Polls after which the histograms are allocated: most tasks of most systems see fewer.
const FROM_POLL: u64 = 16;

/// The polls of one slot's tasks over all its incarnations.
#[derive(Default, Debug)]
pub(crate) struct Polls {
    /// Polls that ended.
    polls: AtomicU64,
    busy_ns: AtomicU64,
    poll: Activity,
    delay_sum_ns: AtomicU64,
    max: RoughMax,
    delay_max: RoughMax,
    /// Polls of which the delay is not known.
    sudden: AtomicU32,
    spread: OnceBox<Spread>,
}

#[derive(Debug)]
struct Spread {
    /// When somebody looked; `None` = made with the 16th poll.
    since: Option<Ticks>,
    poll: Halving,
    delay: Halving,
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
    /// Of a task of which nothing is known but that it is in a poll since then; `None` for 0.
    pub(crate) fn begun(since: Ticks) -> Option<Self> {
        (since != 0).then(|| Self { since, ..Self::default() })
    }

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
    /// As if no task had ever been polled here; false if that can't be had for a few stores.
    pub(crate) fn clear(&self) -> bool {
        let Self { polls, busy_ns, poll, delay_sum_ns, max, delay_max, sudden, spread } = self;
        if spread.get().is_some() {
            return false;
        }
        for count in [polls, busy_ns, delay_sum_ns] {
            count.store(0, Relaxed);
        }
        sudden.store(0, Relaxed);
        max.clear();
        delay_max.clear();
        poll.clear();
        true
    }

    /// Whether a task was ever polled here.
    #[inline]
    pub(crate) fn ever_began(&self) -> bool {
        self.poll.ever_began()
    }

    /// A poll begins. `woken` is when the task was woken for it: a task that is woken while it runs
    /// waits for its turn only from then on.
    #[inline]
    pub(crate) fn begin(&self, woken: Option<Ticks>) {
        let now = ticks();
        let ended = self.poll.ended();
        self.poll.begin(now);
        let Some(woken) = woken else {
            self.sudden.store(self.sudden.load(Relaxed).saturating_add(1), Relaxed);
            return;
        };
        let delay = nanos(woken.max(ended), now);
        bump(&self.delay_sum_ns, delay);
        self.delay_max.raise(delay);
        if let Some(spread) = self.spread.get() {
            spread.delay.record(delay);
        }
    }

    /// The running poll ends, if one runs; when. `spread`: histograms are wanted before anybody looks.
    #[inline]
    pub(crate) fn end(&self, spread: bool) -> Option<Ticks> {
        let began = self.poll.since();
        if began == 0 {
            // Before anything was timed.
            return None;
        }
        let now = ticks();
        let took = nanos(began, now);
        let polls = self.polls.load(Relaxed) + 1;
        self.polls.store(polls, Relaxed);
        bump(&self.busy_ns, took);
        self.max.raise(took);
        self.poll.end(now);
        if let Some(spread) = self.spread.get() {
            spread.poll.record(took);
        } else if spread && polls >= FROM_POLL {
            self.spread(None).poll.record(took);
        }
        Some(now)
    }

    /// Somebody looks: from now on there are histograms.
    pub(crate) fn look(&self) {
        if self.spread.get().is_none() {
            self.spread(Some(ticks()));
        }
    }

    #[cold]
    fn spread(&self, since: Option<Ticks>) -> &Spread {
        let new = || Spread { since, poll: Halving::default(), delay: Halving::default() };
        self.spread.get_or_init(|| Box::new(new()))
    }

    /// Polls that ended.
    pub(crate) fn count(&self) -> u64 {
        self.polls.load(Relaxed)
    }

    /// Whether one runs.
    pub(crate) fn is_running(&self) -> bool {
        self.poll.since() != 0
    }

    pub(crate) fn read(&self) -> PollsSnapshot {
        let (polls, since) = (self.polls.load(Relaxed), self.poll.since());
        let begun = polls + u64::from(since != 0);
        PollsSnapshot {
            polls,
            busy_ns: self.busy_ns.load(Relaxed),
            max_ns: self.max.ns(),
            since,
            delays: begun.saturating_sub(u64::from(self.sudden.load(Relaxed))),
            delay_sum_ns: self.delay_sum_ns.load(Relaxed),
            delay_max_ns: self.delay_max.ns(),
        }
    }

    /// Poll times and delays in buckets, as far as there are any.
    pub(crate) fn buckets(&self, now: Ticks) -> Option<(Buckets, Buckets)> {
        let spread = self.spread.get()?;
        let window_ns = spread.since.map(|since| nanos(since, now));
        let read = |halving: &Halving, max: &RoughMax| Buckets {
            max_ns: Some(max.ns()),
            window_ns,
            ..halving.read()
        };
        Some((read(&spread.poll, &self.max), read(&spread.delay, &self.delay_max)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_small() {
        // Each 8 bytes more are 8 MB of a million tasks.
        assert_eq!(size_of::<Polls>(), 48);
    }

    #[test]
    fn the_running_poll_counts_as_busy_time() {
        let polls = Polls::default();
        polls.begin(None);
        let seen = polls.read();
        assert_eq!((seen.polls, seen.busy_ns, seen.delays), (0, 0, 0));
        assert!(polls.is_running() && seen.busy_until(seen.since + 1_000_000) > 0);
        polls.end(true);
        let seen = polls.read();
        assert_eq!((seen.polls, seen.since, seen.running_ns(1)), (1, 0, None));
        assert_eq!((polls.is_running(), seen.busy_until(u64::MAX)), (false, seen.busy_ns));
    }

    #[test]
    fn a_wake_during_a_poll_waits_from_its_end_on() {
        let polls = Polls::default();
        polls.begin(None);
        let woken = ticks() - 10_000_000;
        polls.end(true);
        polls.begin(Some(woken));
        let seen = polls.read();
        assert_eq!(seen.delays, 1);
        assert!(seen.delay_max_ns < nanos(woken, ticks()), "only since the end");
    }

    #[test]
    fn histograms_come_when_they_are_worth_it_or_somebody_looks() {
        let counts = |polls: &Polls| {
            polls.buckets(ticks()).map(|(poll, delay)| (poll.count(), delay.count()))
        };
        let poll = |polls: &Polls, spread| {
            polls.begin(Some(ticks()));
            polls.end(spread);
        };
        let (bare, with_mailbox) = (Polls::default(), Polls::default());
        for _ in 0..FROM_POLL {
            poll(&bare, true);
            poll(&with_mailbox, false);
        }
        assert_eq!((counts(&bare), counts(&with_mailbox)), (Some((1, 0)), None));
        with_mailbox.look();
        poll(&bare, true);
        poll(&with_mailbox, false);
        assert_eq!((counts(&bare), counts(&with_mailbox)), (Some((2, 1)), Some((1, 1))));
    }
}
