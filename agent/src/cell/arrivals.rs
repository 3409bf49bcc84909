//! When the queued messages arrived, without a stamp in any message.
//!
//! The receiving side knows two things: the instant at which a sender woke it, and by how much the
//! queue grew between two instants. Both are kept as runs: so many messages, the first at this
//! instant, each later one a step after the one before. A few runs are kept, whatever the backlog:
//! when there is no room for one more, the two neighbours whose join distorts least are made one.
//! Every operation is O(1), and taking a message divides nothing.

use crate::clock::Ticks;
use crate::sync::OnceBox;
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Runs kept, a power of two. Eight keep a backlog built up in bursts apart and fit in 128 bytes.
const RUNS: usize = 8;

/// Runs kept before there ever were more, a power of two: enough for actors that keep up.
const FEW: usize = 2;

/// Steps are kept in units of 16 ticks, so that 32 bits reach 20 s; 5 ns are lost.
const STEP_BITS: u32 = 4;

/// Messages that arrived one step apart.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Run {
    count: u32,
    /// Between one and the next, in units of 16 ticks.
    step: u32,
    first: Ticks,
}

#[inline]
fn step_of(ticks: u64) -> u32 {
    u32::try_from(ticks >> STEP_BITS).unwrap_or(u32::MAX)
}

impl Run {
    /// `count` messages somewhere between `from` and `to`: they divide the span into `count + 1`
    /// equal gaps. A span without width stands for an exact stamp.
    #[inline]
    fn spread(count: u32, from: Ticks, to: Ticks) -> Self {
        let span = to.saturating_sub(from);
        // One message is the usual case and wants no division.
        let gap = if count == 1 { span / 2 } else { span / (u64::from(count) + 1) };
        Self { count, step: step_of(gap), first: from.saturating_add(gap) }
    }

    #[inline]
    const fn step_ticks(self) -> u64 {
        (self.step as u64) << STEP_BITS
    }

    /// When the last of its messages arrived.
    const fn last(self) -> Ticks {
        let steps = self.count.saturating_sub(1) as u64;
        self.first.saturating_add(self.step_ticks().saturating_mul(steps))
    }

    /// Both as one: the first and the last keep their instants.
    fn join(self, next: Self) -> Self {
        let count = self.count.saturating_add(next.count);
        let span = next.last().saturating_sub(self.first);
        let gaps = u64::from(count.saturating_sub(1)).max(1);
        Self { count, step: step_of(span / gaps), first: self.first }
    }

    /// How far a join would move the messages: the first and the last stay, those at the seam move
    /// furthest, the others in proportion; so the ways of both at the seam, times their runs' counts.
    fn distortion(self, next: Self) -> f64 {
        let from_start = |at: Ticks| at.saturating_sub(self.first) as f64;
        let gaps = f64::from(self.count) + f64::from(next.count) - 1.0;
        let step = from_start(next.last()) / gaps;
        let before = (step * (f64::from(self.count) - 1.0) - from_start(self.last())).abs();
        let after = (step * f64::from(self.count) - from_start(next.first)).abs();
        before * f64::from(self.count) + after * f64::from(next.count)
    }
}

/// One run as it is shared.
#[derive(Default, Debug)]
struct Cell {
    /// Count (high half) and step (low half).
    count_and_step: AtomicU64,
    first: AtomicU64,
}

impl Cell {
    #[inline]
    fn load(&self) -> Run {
        let packed = self.count_and_step.load(Relaxed);
        let first = self.first.load(Relaxed);
        Run { count: (packed >> 32) as u32, step: packed as u32, first }
    }

    #[inline]
    fn store(&self, run: Run) {
        self.count_and_step.store(u64::from(run.count) << 32 | u64::from(run.step), Relaxed);
        self.first.store(run.first, Relaxed);
    }
}

/// The arrivals of all queued messages. Written by the actor's task only; atomics make it shareable
/// without a lock and cost what plain fields cost.
#[derive(Default, Debug)]
pub(crate) struct Arrivals {
    /// Messages in all runs.
    total: AtomicU32,
    /// Where the oldest run is (low half) and how many there are (high half).
    ring: AtomicU32,
    few: [Cell; FEW],
    /// In the place of `few`, once those were not enough.
    many: OnceBox<[Cell; RUNS]>,
}

impl Arrivals {
    #[inline]
    fn ring(&self) -> (usize, usize) {
        let packed = self.ring.load(Relaxed);
        ((packed & 0xffff) as usize, (packed >> 16) as usize)
    }

    #[inline]
    fn set_ring(&self, start: usize, used: usize) {
        // Where it starts is taken as a remainder when it is used.
        self.ring.store((used as u32) << 16 | (start as u32 & 0xffff), Relaxed);
    }

    #[inline]
    fn cell(&self, at: usize) -> &Cell {
        // The remainder is always within; the first cell is only there to satisfy the type.
        let [first, ..] = &self.few;
        match self.many.get() {
            Some(many) => many.get(at % RUNS).unwrap_or(first),
            None => self.few.get(at % FEW).unwrap_or(first),
        }
    }

    /// Runs there is room for.
    #[inline]
    fn room(&self) -> usize {
        if self.many.get().is_some() { RUNS } else { FEW }
    }

    /// `count` messages arrived between `from` and `to`.
    #[inline]
    pub(crate) fn push(&self, count: u32, from: Ticks, to: Ticks) {
        if count == 0 {
            return;
        }
        let run = Run::spread(count, from.min(to), to);
        let (start, used) = self.ring();
        self.total.store(self.total.load(Relaxed).saturating_add(count), Relaxed);
        if used < self.room() {
            self.cell(start + used).store(run);
            self.set_ring(start, used + 1);
        } else {
            self.push_full(start, used, run);
        }
    }

    #[cold]
    fn push_full(&self, start: usize, used: usize, run: Run) {
        if self.many.get().is_some() {
            return self.join_and_push(start, run);
        }
        let many: [Cell; RUNS] = Default::default();
        for (i, cell) in many.iter().enumerate().take(used) {
            cell.store(self.cell(start + i).load());
        }
        self.many.get_or_init(|| Box::new(many));
        self.cell(used).store(run);
        self.set_ring(0, used + 1);
    }

    /// Makes room by joining the two neighbours that lose least by it.
    fn join_and_push(&self, start: usize, new: Run) {
        let mut all = [Run::default(); RUNS + 1];
        for (i, run) in all.iter_mut().enumerate() {
            *run = if i < RUNS { self.cell(start + i).load() } else { new };
        }
        let (mut joined_at, mut least) = (0, f64::INFINITY);
        for (i, pair) in all.windows(2).enumerate() {
            if let [a, b] = pair {
                let distortion = a.distortion(*b);
                if distortion < least {
                    (joined_at, least) = (i, distortion);
                }
            }
        }
        let mut to = 0;
        let mut runs = all.into_iter().enumerate().peekable();
        while let Some((i, run)) = runs.next() {
            let run = match runs.peek() {
                Some((_, next)) if i == joined_at => {
                    let joined = run.join(*next);
                    runs.next();
                    joined
                }
                _ => run,
            };
            self.cell(to).store(run);
            to += 1;
        }
        self.set_ring(0, RUNS);
    }

    /// The oldest message leaves; when it arrived.
    #[inline]
    pub(crate) fn pop(&self) -> Option<Ticks> {
        Some(self.pop_and_peek()?.0)
    }

    /// The oldest message leaves; when it arrived, how many remain, and what [`Arrivals::head`] says
    /// now.
    #[inline]
    pub(crate) fn pop_and_peek(&self) -> Option<(Ticks, u32, Ticks)> {
        let (start, used) = self.ring();
        if used == 0 {
            return None;
        }
        let cell = self.cell(start);
        let run = cell.load();
        let left = self.total.load(Relaxed).saturating_sub(1);
        self.total.store(left, Relaxed);
        if run.count > 1 {
            let first = run.first.saturating_add(run.step_ticks());
            cell.store(Run { count: run.count - 1, first, ..run });
            return Some((run.first, left, first));
        }
        self.set_ring(start + 1, used - 1);
        let head = if used == 1 { 0 } else { self.cell(start + 1).first.load(Relaxed) };
        Some((run.first, left, head))
    }

    /// When the oldest queued message arrived; 0 = nothing is queued.
    #[inline]
    pub(crate) fn head(&self) -> Ticks {
        let (start, used) = self.ring();
        if used == 0 { 0 } else { self.cell(start).first.load(Relaxed) }
    }

    /// Messages accounted for.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.total.load(Relaxed)
    }

    /// Messages left in another way than through the actor: forgets the oldest until `len` remain.
    #[cold]
    pub(crate) fn truncate_oldest(&self, len: u32) {
        while self.len() > len && self.pop().is_some() {}
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
        arrivals.push(3, 1_600, 8_000);
        assert_eq!(
            [arrivals.pop(), arrivals.pop(), arrivals.pop()],
            [Some(3_200), Some(4_800), Some(6_400)]
        );
    }

    #[test]
    fn steady_arrivals_survive_merging() {
        let arrivals = Arrivals::default();
        for i in 0..1_000u64 {
            arrivals.push(10, i * 10_000, (i + 1) * 10_000);
        }
        assert_eq!(arrivals.len(), 10_000);
        for i in 0..10_000u64 {
            let truth = i * 1_000 + 500;
            let told = arrivals.pop().unwrap();
            // A step of a run of thousands loses up to 16 ticks a message.
            assert!(told.abs_diff(truth) < 170_000, "message {i}: {told} for {truth}");
        }
    }

    #[test]
    fn bursts_stay_apart() {
        let arrivals = Arrivals::default();
        // Five bursts a second apart, each of a hundred single arrivals 1,000 ticks apart.
        let second = 3_000_000_000;
        for burst in 1..=5u64 {
            for i in 0..100 {
                let at = burst * second + i * 1_000;
                arrivals.push(1, at, at);
            }
        }
        for burst in 1..=5u64 {
            for i in 0..100u64 {
                let told = arrivals.pop().unwrap();
                let truth = burst * second + i * 1_000;
                assert!(told.abs_diff(truth) < 50_000, "burst {burst}, {i}: {told} for {truth}");
            }
        }
    }

    proptest! {
        #[test]
        fn arrivals_come_out_in_order_and_none_is_lost(
            steps in proptest::collection::vec((0u32..50, 0u64..100_000, 0u64..60), 1..100)
        ) {
            let arrivals = Arrivals::default();
            let (mut now, mut pushed, mut popped, mut last) = (1u64, 0u64, 0u64, 0u64);
            for (count, span, take) in steps {
                arrivals.push(count, now, now + span);
                now += span;
                pushed += u64::from(count);
                for _ in 0..take {
                    let Some((at, left, head)) = arrivals.pop_and_peek() else { break };
                    prop_assert_eq!((left, head), (arrivals.len(), arrivals.head()));
                    popped += 1;
                    prop_assert!(at >= last && at <= now, "{at} after {last}, now {now}");
                    last = at;
                }
                prop_assert_eq!(u64::from(arrivals.len()), pushed - popped);
            }
        }
    }
}
