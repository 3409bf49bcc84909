//! Durations in log-linear buckets: any number of them in fixed space, to within 3 %.

use std::{fmt, time::Duration};

/// Buckets for each doubling: a power of two.
const STEPS: usize = 32;
/// log2 of [`STEPS`].
const STEP_BITS: u32 = STEPS.trailing_zeros();
/// Enough for a day, in microseconds.
const BUCKETS: usize = STEPS * 33;

/// Counts of durations, to the microsecond below 32 µs, in 32 steps an octave above.
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: Duration,
}

/// Quantiles of a set of durations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// How many there were. If 0, the rest means nothing.
    pub count: u64,
    /// Half took no longer.
    pub p50: Duration,
    /// 95 of 100 took no longer.
    pub p95: Duration,
    /// 99 of 100 took no longer.
    pub p99: Duration,
    /// The longest, exactly.
    pub max: Duration,
}

impl Histogram {
    pub fn new() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0, max: Duration::ZERO }
    }

    pub fn record(&mut self, duration: Duration) {
        let bucket = bucket(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
        self.counts[bucket] += 1;
        self.total += 1;
        self.max = self.max.max(duration);
    }

    /// Moves all counts into `into`, leaving this empty.
    pub fn drain_into(&mut self, into: &mut Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&mut into.counts) {
            *theirs += std::mem::take(mine);
        }
        into.total += std::mem::take(&mut self.total);
        into.max = into.max.max(std::mem::take(&mut self.max));
    }

    pub fn percentiles(&self) -> Percentiles {
        Percentiles {
            count: self.total,
            p50: self.quantile(50),
            p95: self.quantile(95),
            p99: self.quantile(99),
            max: self.max,
        }
    }

    fn quantile(&self, percent: u64) -> Duration {
        let rank = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                // The bucket's upper end, which the largest value may not reach.
                return Duration::from_micros(upper(bucket)).min(self.max);
            }
        }
        self.max
    }
}

fn bucket(micros: u64) -> usize {
    let octave = (u64::BITS - micros.leading_zeros()).saturating_sub(STEP_BITS + 1);
    let step = (micros >> octave) as usize;
    (octave as usize * STEPS + step).min(BUCKETS - 1)
}

fn upper(bucket: usize) -> u64 {
    let octave = (bucket / STEPS).saturating_sub(1);
    let step = (bucket - octave * STEPS) as u64;
    ((step + 1) << octave) - 1
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return f.write_str("p50 n/a p95 n/a p99 n/a");
        }
        let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
        write!(f, "p50 {:.1} p95 {:.1} p99 {:.1} ms", ms(self.p50), ms(self.p95), ms(self.p99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_falls_into_a_bucket_that_ends_at_most_3_percent_above_it() {
        for micros in (0..5000).chain((1..60).map(|n| n * 1_000_003)) {
            let end = upper(bucket(micros));
            assert!(end >= micros && end <= micros + micros / 32, "{micros}: {end}");
        }
        bucket(u64::MAX);
    }

    #[test]
    fn percentiles_are_ranks() {
        let mut window = Histogram::new();
        let mut total = Histogram::new();
        for ms in 1..=100 {
            window.record(Duration::from_millis(ms));
        }
        window.drain_into(&mut total);
        assert_eq!(window.percentiles().count, 0);
        let all = total.percentiles();
        assert_eq!((all.count, all.max), (100, Duration::from_millis(100)));
        for (found, ms) in [(all.p50, 50), (all.p95, 95), (all.p99, 99)] {
            let found = found.as_micros();
            assert!((ms * 1000..=ms * 1032).contains(&found), "{ms}: {found}");
        }
    }
}
