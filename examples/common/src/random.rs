//! Random numbers good enough to spread load: xorshift64*, seeded from the standard library's hash keys.

use std::hash::{BuildHasher, RandomState};

/// A generator of its own, cheap to make.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Differs in each process and each call.
    #[expect(clippy::new_without_default, reason = "no two are equal")]
    pub fn new() -> Self {
        // Zero is the one state xorshift can't leave.
        Self(RandomState::new().hash_one(0) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Uniform in `0..limit`; 0 if `limit` is.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next().checked_rem(limit).unwrap_or(0)
    }

    /// Uniform in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        // 53 bits are what a double holds.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Exponential with mean 1: the gap between two events of a Poisson process.
    pub fn gap(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_have_mean_one() {
        let mut random = Random::new();
        let mean = (0..100_000).map(|_| random.gap()).sum::<f64>() / 100_000.0;
        assert!((0.97..1.03).contains(&mean), "{mean}");
    }
}
