//! Maps and sets by slot id.
//!
//! Slot ids are counted up by the registry, so nobody outside can choose them to collide: they need
//! no hash that resists attacks, and one multiplication spreads them well.

use crate::id::SlotId;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Makes hashers for numbers that no stranger chooses.
pub type IdHash = BuildHasherDefault<IdHasher>;

/// A map by slot id.
pub type IdMap<V> = HashMap<SlotId, V, IdHash>;

/// A set of slot ids.
pub type IdSet = HashSet<SlotId, IdHash>;

/// Hashes one number, or a few. Only for keys that no stranger chooses.
#[derive(Clone, Copy, Default, Debug)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    /// Not taken by slot ids; right for anything else all the same.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }

    fn write_u64(&mut self, id: u64) {
        // 2⁶⁴ divided by the golden ratio; the table takes its control bits from the top and the
        // bucket from the bottom, so the high half is folded onto the low one.
        let spread = (self.0 ^ id).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ (spread >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::BuildHasher;

    #[test]
    fn ids_in_a_row_do_not_share_buckets() {
        let hasher = IdHash::default();
        let buckets: HashSet<u64> =
            (1..=4_096).map(|raw| hasher.hash_one(SlotId::new(raw).unwrap()) & 0xffff).collect();
        // Random hashes would share 120 of 4,096.
        assert!(buckets.len() > 3_900, "{} of 4,096", buckets.len());
    }
}
