//! When the queued messages arrived, without a stamp in any message.
//!
//! The receiving side knows two things: the instant at which a sender woke it, and by how much the
//! queue grew between two instants. Both are kept as runs `{count, from, to}`: so many messages,
//! spread evenly over that span. A few runs are kept, whatever the backlog: when there is no room
//! for one more, the two neighbours whose join distorts least are made one. Every operation is O(1).

use crate::clock::Ticks;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Runs kept. Six keep a backlog built up in bursts apart and fit in 150 bytes.
const RUNS: usize = 6;

/// Messages that arrived within a span of time.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Run {
    count: u64,
    from: Ticks,
    to: Ticks,
}

impl Run {
    /// The estimated arrival of the first of its messages: `count` messages divide the span into
    /// `count + 1` equal gaps. A run without width stands for an exact stamp.
    fn first(self) -> Ticks {
        let gaps = self.count.saturating_add(1);
        self.from + self.to.saturating_sub(self.from) / gaps
    }

    /// How far the point where `self` meets `next` lies from the straight line through both,
    /// weighted by the messages it would move.
    fn distortion(self, next: Self) -> u64 {
        let all = u128::from(self.count + next.count).max(1);
        let span = u128::from(next.to.saturating_sub(self.from));
        let on_line = (span * u128::from(self.count) / all) as u64;
        let actual = self.to.max(next.from).saturating_sub(self.from);
        on_line.abs_diff(actual).saturating_mul(self.count.min(next.count))
    }
}

/// The arrivals of all queued messages. Written by the actor's task only; atomics make it shareable
/// without a lock and cost what plain fields cost.
#[derive(Default, Debug)]
pub(crate) struct Arrivals {
    /// Runs in use, from index 0, oldest first.
    used: AtomicU64,
    runs: [[AtomicU64; 3]; RUNS],
}

impl Arrivals {
    #[inline]
    fn load(&self) -> ([Run; RUNS], usize) {
        let mut runs = [Run::default(); RUNS];
        for (run, [count, from, to]) in runs.iter_mut().zip(&self.runs) {
            *run =
                Run { count: count.load(Relaxed), from: from.load(Relaxed), to: to.load(Relaxed) };
        }
        (runs, (self.used.load(Relaxed) as usize).min(RUNS))
    }

    #[inline]
    fn store(&self, runs: &[Run]) {
        for ([count, from, to], run) in self.runs.iter().zip(runs) {
            count.store(run.count, Relaxed);
            from.store(run.from, Relaxed);
            to.store(run.to, Relaxed);
        }
        self.used.store(runs.len().min(RUNS) as u64, Relaxed);
    }

    /// `count` messages arrived between `from` and `to`.
    #[inline]
    pub(crate) fn push(&self, count: u64, from: Ticks, to: Ticks) {
        if count == 0 {
            return;
        }
        let new = Run { count, from: from.min(to), to };
        let used = self.used.load(Relaxed) as usize;
        if let Some([c, f, t]) = self.runs.get(used) {
            c.store(new.count, Relaxed);
            f.store(new.from, Relaxed);
            t.store(new.to, Relaxed);
            self.used.store(used as u64 + 1, Relaxed);
        } else {
            self.push_full(new);
        }
    }

    fn push_full(&self, new: Run) {
        let (runs, used) = self.load();
        // Seven runs on the stack, one pair of which becomes one.
        let mut stack = [Run::default(); RUNS + 1];
        for (to, from) in stack.iter_mut().zip(runs.iter().take(used).chain(std::iter::once(&new)))
        {
            *to = *from;
        }
        let merge_at = stack
            .windows(2)
            .map(|pair| match pair {
                [a, b] => a.distortion(*b),
                _ => u64::MAX,
            })
            .enumerate()
            .min_by_key(|(_, distortion)| *distortion)
            .map_or(0, |(i, _)| i);
        let mut merged = [Run::default(); RUNS];
        let mut from = stack.iter().enumerate();
        for to in &mut merged {
            let Some((i, run)) = from.next() else { break };
            *to = *run;
            if i == merge_at
                && let Some((_, next)) = from.next()
            {
                *to =
                    Run { count: run.count + next.count, from: run.from, to: next.to.max(run.to) };
            }
        }
        self.store(&merged);
    }

    /// The oldest message leaves; when it arrived.
    #[inline]
    pub(crate) fn pop(&self) -> Option<Ticks> {
        let used = self.used.load(Relaxed) as usize;
        let [[count, from, to], ..] = &self.runs;
        if used == 0 {
            return None;
        }
        let run =
            Run { count: count.load(Relaxed), from: from.load(Relaxed), to: to.load(Relaxed) };
        let arrived = run.first();
        if run.count > 1 {
            count.store(run.count - 1, Relaxed);
            from.store(arrived, Relaxed);
        } else {
            self.drop_first();
        }
        Some(arrived)
    }

    #[inline]
    fn drop_first(&self) {
        let (runs, used) = self.load();
        self.store(runs.get(1..used).unwrap_or_default());
    }

    /// When the oldest queued message arrived; 0 = nothing is queued.
    #[inline]
    pub(crate) fn head(&self) -> Ticks {
        if self.used.load(Relaxed) == 0 {
            return 0;
        }
        let [[count, from, to], ..] = &self.runs;
        Run { count: count.load(Relaxed), from: from.load(Relaxed), to: to.load(Relaxed) }.first()
    }

    /// Messages accounted for.
    #[inline]
    pub(crate) fn len(&self) -> u64 {
        let used = self.used.load(Relaxed) as usize;
        self.runs.iter().take(used).map(|[count, ..]| count.load(Relaxed)).sum()
    }

    /// Messages left in another way than through the actor: forgets the oldest until `len` remain.
    pub(crate) fn truncate_oldest(&self, len: u64) {
        while self.len() > len {
            self.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exact_stamps_come_back_exactly() {
        let arrivals = Arrivals::default();
        for t in [10, 20, 30] {
            arrivals.push(1, t, t);
        }
        assert_eq!(arrivals.head(), 10);
        assert_eq!(
            [arrivals.pop(), arrivals.pop(), arrivals.pop(), arrivals.pop()],
            [Some(10), Some(20), Some(30), None]
        );
        assert_eq!(arrivals.head(), 0);
    }

    #[test]
    fn a_run_is_spread_evenly() {
        let arrivals = Arrivals::default();
        arrivals.push(3, 100, 140);
        assert_eq!(
            [arrivals.pop(), arrivals.pop(), arrivals.pop()],
            [Some(110), Some(120), Some(130)]
        );
    }

    #[test]
    fn steady_arrivals_survive_merging() {
        let arrivals = Arrivals::default();
        for i in 0..1_000u64 {
            arrivals.push(10, i * 1_000, (i + 1) * 1_000);
        }
        assert_eq!(arrivals.len(), 10_000);
        for i in 0..10_000u64 {
            let truth = i * 100 + 50;
            let told = arrivals.pop().unwrap();
            assert!(told.abs_diff(truth) < 1_000, "message {i}: {told} for {truth}");
        }
    }

    proptest! {
        #[test]
        fn arrivals_come_out_in_order_and_none_is_lost(
            steps in proptest::collection::vec((0u64..50, 0u64..1_000, 0u64..60), 1..100)
        ) {
            let arrivals = Arrivals::default();
            let (mut now, mut pushed, mut popped, mut last) = (1u64, 0u64, 0u64, 0u64);
            for (count, span, take) in steps {
                arrivals.push(count, now, now + span);
                now += span;
                pushed += count;
                for _ in 0..take {
                    let Some(at) = arrivals.pop() else { break };
                    popped += 1;
                    prop_assert!(at >= last && at <= now);
                    last = at;
                }
                prop_assert_eq!(arrivals.len(), pushed - popped);
            }
        }
    }
}
