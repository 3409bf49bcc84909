//! Reading filled buckets.

use super::Layout;
use crate::slot::LatencySummary;

/// Counted durations: sparse, mergeable, independent of how they were counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Buckets {
    /// How the indices are to be read.
    pub layout: Layout,
    /// (bucket, durations counted), ascending, no zeros.
    pub counts: Vec<(u16, u64)>,
    /// The longest duration in nanoseconds, where it is known better than by its bucket.
    pub max_ns: Option<u64>,
    /// Their sum in nanoseconds, where it was kept.
    pub sum_ns: Option<u64>,
    /// The time that the counts cover; `None` = since the actor started.
    pub window_ns: Option<u64>,
}

impl Buckets {
    /// No durations yet.
    pub const fn empty(layout: Layout) -> Self {
        Self { layout, counts: Vec::new(), max_ns: None, sum_ns: None, window_ns: None }
    }

    /// Takes dense counts, bucket 0 first.
    pub fn from_dense(layout: Layout, dense: impl IntoIterator<Item = u64>) -> Self {
        let counts = (0u16..).zip(dense).filter(|(_, n)| *n > 0).collect();
        Self { counts, ..Self::empty(layout) }
    }

    /// Durations counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|(_, n)| n).sum()
    }

    /// The duration that a share `q` (0 … 1) of the counted ones does not exceed: the middle of the
    /// bucket it falls into, never above the known maximum. `None` when nothing was counted.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        let total = self.count();
        if total == 0 {
            return None;
        }
        let wanted = ((q.clamp(0.0, 1.0) * total as f64).ceil() as u64).clamp(1, total);
        let mut seen = 0;
        for (i, n) in &self.counts {
            seen += n;
            if seen >= wanted {
                let middle = self.layout.middle(usize::from(*i));
                return Some(self.max_ns.map_or(middle, |max| middle.min(max)));
            }
        }
        None
    }

    /// Adds the counts of `other`; false (and nothing happens) if the layouts differ.
    pub fn merge(&mut self, other: &Self) -> bool {
        if self.layout != other.layout {
            return false;
        }
        let mut merged = Vec::with_capacity(self.counts.len() + other.counts.len());
        let (mut a, mut b) = (self.counts.iter().peekable(), other.counts.iter().peekable());
        while let (Some((i, n)), Some((j, m))) = (a.peek(), b.peek()) {
            match i.cmp(j) {
                std::cmp::Ordering::Less => {
                    merged.push((*i, *n));
                    a.next();
                }
                std::cmp::Ordering::Greater => {
                    merged.push((*j, *m));
                    b.next();
                }
                std::cmp::Ordering::Equal => {
                    merged.push((*i, n.saturating_add(*m)));
                    a.next();
                    b.next();
                }
            }
        }
        merged.extend(a.chain(b).copied());
        self.counts = merged;
        self.max_ns = self.max_ns.max(other.max_ns);
        self.sum_ns = self.sum_ns.zip(other.sum_ns).map(|(a, b)| a.saturating_add(b));
        true
    }

    /// The numbers a row shows.
    pub fn summary(&self) -> LatencySummary {
        let count = self.count();
        LatencySummary {
            count,
            mean: self.sum_ns.and_then(|sum| sum.checked_div(count)),
            p50: self.quantile(0.50),
            p95: self.quantile(0.95),
            p99: self.quantile(0.99),
            max: self.max_ns.or_else(|| self.quantile(1.0)),
            window_ns: self.window_ns,
            resolution: (count > 0).then(|| self.layout.resolution()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(layout: Layout, durations: &[u64]) -> Buckets {
        let mut dense = vec![0; layout.len()];
        for ns in durations {
            dense[layout.index(*ns)] += 1;
        }
        Buckets { max_ns: durations.iter().copied().max(), ..Buckets::from_dense(layout, dense) }
    }

    #[test]
    fn nothing_counted_gives_no_quantile() {
        assert_eq!(Buckets::empty(Layout::Fine).quantile(0.5), None);
        assert_eq!(Buckets::empty(Layout::Fine).summary().p99, None);
    }

    proptest! {
        #[test]
        fn quantiles_are_as_right_as_the_resolution_claims(
            mut durations in proptest::collection::vec(512u64..60_000_000_000, 1..200),
            q in 0.0f64..=1.0,
        ) {
            let fine = counted(Layout::Fine, &durations);
            let coarse = counted(Layout::Log2, &durations);
            durations.sort_unstable();
            let rank = ((q * durations.len() as f64).ceil() as usize).clamp(1, durations.len());
            let truth = durations[rank - 1] as f64;
            let fine = fine.quantile(q).unwrap() as f64;
            prop_assert!((fine - truth).abs() <= truth * 0.0626 + 32.0, "{fine} for {truth}");
            let coarse = coarse.quantile(q).unwrap() as f64;
            prop_assert!(coarse <= truth * 2.0 && coarse >= truth / 2.0, "{coarse} for {truth}");
        }

        #[test]
        fn merging_is_counting_together(
            a in proptest::collection::vec(0u64..100_000_000, 0..50),
            b in proptest::collection::vec(0u64..100_000_000, 0..50),
        ) {
            let mut merged = counted(Layout::Fine, &a);
            prop_assert!(merged.merge(&counted(Layout::Fine, &b)));
            let both: Vec<_> = a.into_iter().chain(b).collect();
            prop_assert_eq!(merged, counted(Layout::Fine, &both));
        }
    }
}
