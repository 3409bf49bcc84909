//! Random numbers good enough to trade by: xorshift64*, seeded from the standard library's hash keys.

use std::hash::{BuildHasher, RandomState};

/// A generator of its own, cheap to make.
pub struct Random(u64);

impl Random {
    /// Differs in each process and each call.
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

    /// In `0..limit`; 0 if `limit` is.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next().checked_rem(limit).unwrap_or(0)
    }

    /// In `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        // 53 bits are what a double holds.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
