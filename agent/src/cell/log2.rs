//! Histograms of 32 buckets that double in width.

use crate::sync::atomic::{AtomicU16, AtomicU32, Ordering::Relaxed};
use actorscope_core::histogram::{Buckets, Layout, log2};

/// Where several threads may record at once.
#[derive(Default, Debug)]
pub(crate) struct Shared([AtomicU32; log2::LEN]);

impl Shared {
    pub(crate) fn record(&self, ns: u64) {
        if let Some(counter) = self.0.get(log2::index(ns)) {
            counter.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Buckets {
        Buckets::from_dense(Layout::Log2, self.0.iter().map(|c| u64::from(c.load(Relaxed))))
    }
}

/// One less than in the layout: what takes longer than 34 s is one bucket.
const HALVING: usize = log2::LEN - 1;

/// Of one writer, in 62 bytes: when a counter is full all are halved, so that of very many durations
/// the older ones count less. What is rare survives that, because halves are rounded up.
#[derive(Default, Debug)]
pub(crate) struct Halving([AtomicU16; HALVING]);

impl Halving {
    #[inline]
    pub(crate) fn record(&self, ns: u64) {
        let Some(counter) = self.0.get(log2::index(ns).min(HALVING - 1)) else { return };
        let count = counter.load(Relaxed);
        if count == u16::MAX {
            return self.record_full(ns);
        }
        counter.store(count + 1, Relaxed);
    }

    #[cold]
    fn record_full(&self, ns: u64) {
        for counter in &self.0 {
            counter.store(counter.load(Relaxed).div_ceil(2), Relaxed);
        }
        self.record(ns);
    }

    pub(crate) fn read(&self) -> Buckets {
        Buckets::from_dense(Layout::Log2, self.0.iter().map(|c| u64::from(c.load(Relaxed))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_takes_very_long_is_counted() {
        let halving = Halving::default();
        for ns in [0, 35_000_000_000, 500_000_000_000, u64::MAX] {
            halving.record(ns);
        }
        assert_eq!(halving.read().count(), 4);
        assert!(halving.read().quantile(0.9).is_some_and(|q| q > 30_000_000_000));
    }

    #[test]
    fn a_full_histogram_keeps_its_shape() {
        let halving = Halving::default();
        halving.record(1_000_000_000);
        for i in 0..300_000u64 {
            halving.record(if i % 10 == 0 { 1_000_000 } else { 1_000 });
        }
        let read = halving.read();
        assert!((30_000..70_000).contains(&read.count()), "{}", read.count());
        let summary = read.summary();
        assert!(summary.p50.is_some_and(|p50| p50 < 2_000));
        assert!(summary.p95.is_some_and(|p95| p95 > 500_000), "{summary:?}");
        assert!(read.quantile(1.0).is_some_and(|q| q > 500_000_000), "the one outlier is there");
    }
}
