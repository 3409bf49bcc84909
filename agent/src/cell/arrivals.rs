//! When the queued messages arrived, without a stamp in any message.
//!
//! The receiving side knows two things: the instant at which a sender woke it, and by how much the
//! queue grew between two instants. Both are kept as runs: so many messages, the first at this
//! instant, each later one a step after the one before. One run is enough for an actor that keeps up; a few
//! are kept of a backlog, whatever its length: when there is no room for one more, the two neighbours
//! whose join distorts least are made one. Every operation is O(1), and taking a message divides nothing.

use super::rare::Rare;
use crate::clock::Ticks;
use crate::sync::OnceBox;
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Runs kept of a backlog, a power of two. Eight keep one built up in bursts apart and fit in 128 bytes.
const RUNS: usize = 8;

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

    /// One message leaves, unless it is the last one of its run: when it arrived, and the next one.
    #[inline]
    fn pop(&self) -> Result<(Ticks, Ticks), Ticks> {
        let (packed, first) = (self.count_and_step.load(Relaxed), self.first.load(Relaxed));
        if packed < 2 << 32 {
            return Err(first);
        }
        let next = first.saturating_add((packed & u64::from(u32::MAX)) << STEP_BITS);
        self.count_and_step.store(packed - (1 << 32), Relaxed);
        self.first.store(next, Relaxed);
        Ok((first, next))
    }

    #[inline]
    fn store(&self, run: Run) {
        self.count_and_step.store(u64::from(run.count) << 32 | u64::from(run.step), Relaxed);
        self.first.store(run.first, Relaxed);
    }
}

/// The arrivals as they are kept in a meter: those of an actor that keeps up are here.
#[derive(Default, Debug)]
pub(crate) struct Kept {
    /// Messages in all runs.
    total: AtomicU32,
    /// Where the oldest run is (low half), how many there are (high half), and [`LONG`].
    ring: AtomicU32,
    only: Cell,
}

/// In [`Kept::ring`]: the runs are in the backlog. They stay there.
const LONG: u32 = 1 << 31;

/// Runs where one was not enough.
#[derive(Default, Debug)]
pub(crate) struct Backlog([Cell; RUNS]);

/// The arrivals of all queued messages. Written by the actor's task only; atomics make it shareable
/// without a lock and cost what plain fields cost.
#[derive(Clone, Copy)]
pub(crate) struct Arrivals<'a> {
    kept: &'a Kept,
    rare: &'a OnceBox<Rare>,
}

/// Where the runs are.
#[derive(Clone, Copy)]
struct Ring<'a> {
    /// One, or [`RUNS`] of them: a power of two.
    cells: &'a [Cell],
    start: usize,
    used: usize,
    is_long: bool,
}

impl<'a> Ring<'a> {
    /// The cell of the n-th run.
    #[inline]
    fn cell(&self, n: usize) -> Option<&'a Cell> {
        // Always within; never is nothing but what the type allows.
        self.cells.get((self.start + n) & (self.cells.len().wrapping_sub(1)))
    }

    #[inline]
    fn load(&self, n: usize) -> Run {
        self.cell(n).map(Cell::load).unwrap_or_default()
    }

    #[inline]
    fn store(&self, n: usize, run: Run) {
        if let Some(cell) = self.cell(n) {
            cell.store(run);
        }
    }
}

impl<'a> Arrivals<'a> {
    #[inline]
    pub(super) const fn new(kept: &'a Kept, rare: &'a OnceBox<Rare>) -> Self {
        Self { kept, rare }
    }

    #[inline]
    fn ring(self) -> Ring<'a> {
        let packed = self.kept.ring.load(Relaxed);
        let (start, used) = ((packed & 0xffff) as usize, ((packed & !LONG) >> 16) as usize);
        match self.rare.get() {
            Some(rare) if packed & LONG != 0 => {
                Ring { cells: &rare.backlog.0, start, used, is_long: true }
            }
            _ => Ring { cells: std::slice::from_ref(&self.kept.only), start, used, is_long: false },
        }
    }

    /// The cell of the oldest run, if there is any: what comes with every message.
    #[inline]
    fn oldest(self) -> Option<&'a Cell> {
        let packed = self.kept.ring.load(Relaxed);
        if (packed & !LONG) >> 16 == 0 {
            return None;
        }
        if packed & LONG == 0 {
            return Some(&self.kept.only);
        }
        self.rare.get()?.backlog.0.get(packed as usize % RUNS)
    }

    #[inline]
    fn set_ring(self, start: usize, used: usize, is_long: bool) {
        // Where it starts is taken as a remainder when it is used.
        let long = if is_long { LONG } else { 0 };
        self.kept.ring.store(long | (used as u32) << 16 | (start as u32 & 0xffff), Relaxed);
    }

    /// `count` messages arrived between `from` and `to`.
    #[inline]
    pub(crate) fn push(self, count: u32, from: Ticks, to: Ticks) {
        if count == 0 {
            return;
        }
        let run = Run::spread(count, from.min(to), to);
        let ring = self.ring();
        self.kept.total.store(self.len().saturating_add(count), Relaxed);
        if ring.used < ring.cells.len() {
            ring.store(ring.used, run);
            self.set_ring(ring.start, ring.used + 1, ring.is_long);
        } else if ring.is_long {
            self.join_and_push(ring, run);
        } else {
            self.push_second(ring, run);
        }
    }

    /// From here on the runs are in the backlog.
    #[cold]
    fn push_second(self, short: Ring<'_>, run: Run) {
        let rare = self.rare.get_or_init(Box::default);
        let long = Ring { cells: &rare.backlog.0, start: 0, used: short.used, is_long: true };
        for n in 0..short.used {
            long.store(n, short.load(n));
        }
        long.store(long.used, run);
        self.set_ring(0, long.used + 1, true);
    }

    /// Makes room by joining the two neighbours that lose least by it.
    #[cold]
    fn join_and_push(self, ring: Ring<'_>, new: Run) {
        let mut all = [Run::default(); RUNS + 1];
        for (n, run) in all.iter_mut().enumerate() {
            *run = if n < RUNS { ring.load(n) } else { new };
        }
        let (mut joined_at, mut least) = (0, f64::INFINITY);
        for (n, pair) in all.windows(2).enumerate() {
            if let [a, b] = pair {
                let distortion = a.distortion(*b);
                if distortion < least {
                    (joined_at, least) = (n, distortion);
                }
            }
        }
        let ring = Ring { start: 0, ..ring };
        let mut to = 0;
        let mut runs = all.into_iter().enumerate().peekable();
        while let Some((n, run)) = runs.next() {
            let run = match runs.peek() {
                Some((_, next)) if n == joined_at => {
                    let joined = run.join(*next);
                    runs.next();
                    joined
                }
                _ => run,
            };
            ring.store(to, run);
            to += 1;
        }
        self.set_ring(0, RUNS, true);
    }

    /// The oldest message leaves; when it arrived.
    #[inline]
    pub(crate) fn pop(self) -> Option<Ticks> {
        Some(self.pop_and_peek()?.0)
    }

    /// The oldest message leaves; when it arrived, how many remain, and what [`Arrivals::head`] says
    /// now.
    #[inline]
    pub(crate) fn pop_and_peek(self) -> Option<(Ticks, u32, Ticks)> {
        let oldest = self.oldest()?;
        let left = self.len().saturating_sub(1);
        self.kept.total.store(left, Relaxed);
        match oldest.pop() {
            Ok((arrived, next)) => Some((arrived, left, next)),
            Err(arrived) => {
                let ring = self.ring();
                self.set_ring(ring.start + 1, ring.used - 1, ring.is_long);
                let next = if ring.used == 1 { 0 } else { ring.load(1).first };
                Some((arrived, left, next))
            }
        }
    }

    /// When the oldest queued message arrived; 0 = nothing is queued.
    #[inline]
    pub(crate) fn head(self) -> Ticks {
        self.oldest().map_or(0, |oldest| oldest.first.load(Relaxed))
    }

    /// Messages accounted for.
    #[inline]
    pub(crate) fn len(self) -> u32 {
        self.kept.total.load(Relaxed)
    }

    /// Messages left in another way than through the actor: forgets the oldest until `len` remain.
    #[cold]
    pub(crate) fn truncate_oldest(self, len: u32) {
        while self.len() > len && self.pop().is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What arrivals are kept in.
    #[derive(Default)]
    struct Queue(Kept, OnceBox<Rare>);

    impl Queue {
        fn arrivals(&self) -> Arrivals<'_> {
            Arrivals::new(&self.0, &self.1)
        }
    }

    #[test]
    fn one_run_needs_no_backlog() {
        let queue = Queue::default();
        for n in 1..100 {
            queue.arrivals().push(n, 10, 20);
            queue.arrivals().truncate_oldest(0);
        }
        assert!(queue.1.get().is_none());
        queue.arrivals().push(1, 10, 10);
        queue.arrivals().push(1, 20, 20);
        assert!(queue.1.get().is_some());
        assert_eq!([queue.arrivals().pop(), queue.arrivals().pop()], [Some(10), Some(20)]);
    }

    #[test]
    fn exact_stamps_come_back_exactly() {
        let queue = Queue::default();
        let arrivals = queue.arrivals();
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
        let queue = Queue::default();
        let arrivals = queue.arrivals();
        arrivals.push(3, 1_600, 8_000);
        assert_eq!(
            [arrivals.pop(), arrivals.pop(), arrivals.pop()],
            [Some(3_200), Some(4_800), Some(6_400)]
        );
    }

    #[test]
    fn steady_arrivals_survive_merging() {
        let queue = Queue::default();
        let arrivals = queue.arrivals();
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
        let queue = Queue::default();
        let arrivals = queue.arrivals();
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
            let queue = Queue::default();
        let arrivals = queue.arrivals();
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
