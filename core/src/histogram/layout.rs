//! Where a duration is counted.

use crate::slot::Resolution;

/// Buckets that double in width: bucket 0 holds 0 … 63 ns, bucket i holds 2^(i+5) … 2^(i+6) − 1 ns,
/// the last everything longer. 32 counters of 32 bits are two cache lines.
pub mod log2 {
    /// Counters in this layout.
    pub const LEN: usize = 32;
    /// log2 of the first bucket's width in nanoseconds.
    const FIRST_BITS: u32 = 6;

    /// The bucket that counts a duration of `ns`.
    #[inline]
    pub const fn index(ns: u64) -> usize {
        let octave = (ns >> FIRST_BITS).checked_ilog2();
        match octave {
            None => 0,
            Some(octave) if octave as usize >= LEN - 2 => LEN - 1,
            Some(octave) => octave as usize + 1,
        }
    }

    /// The shortest duration that bucket `i` counts.
    pub const fn lower(i: usize) -> u64 {
        if i == 0 { 0 } else { 1 << (i as u32 + FIRST_BITS - 1) }
    }
}

/// Log-linear buckets: eight to the octave from 64 ns to 68.7 s, so that a bucket's middle is within
/// 6.25 % of everything in it; below 512 ns they are 64 ns wide.
pub mod fine {
    /// log2 of the buckets in one octave.
    const SUB_BITS: u32 = 3;
    /// log2 of the finest width in nanoseconds.
    const UNIT_BITS: u32 = 6;
    /// log2 of the longest duration told apart, in nanoseconds.
    const MAX_BITS: u32 = 36;
    /// Counters in this layout.
    pub const LEN: usize = ((MAX_BITS - UNIT_BITS - SUB_BITS + 1) as usize) << SUB_BITS;

    /// The bucket that counts a duration of `ns`.
    #[inline]
    pub const fn index(ns: u64) -> usize {
        let units = ns >> UNIT_BITS;
        let most = (1 << (MAX_BITS - UNIT_BITS)) - 1;
        let units = if units > most { most } else { units };
        if units < 1 << SUB_BITS {
            return units as usize;
        }
        let octave = units.ilog2();
        let sub = (units >> (octave - SUB_BITS)) as usize & ((1 << SUB_BITS) - 1);
        (((octave - SUB_BITS + 1) as usize) << SUB_BITS) + sub
    }

    /// The shortest duration that bucket `i` counts.
    pub const fn lower(i: usize) -> u64 {
        if i < 1 << SUB_BITS {
            return (i as u64) << UNIT_BITS;
        }
        let octave = (i >> SUB_BITS) as u32 + SUB_BITS - 1;
        let sub = (i & ((1 << SUB_BITS) - 1)) as u64;
        (((1 << SUB_BITS) + sub) << (octave - SUB_BITS)) << UNIT_BITS
    }
}

/// One of the two layouts, as a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// See [`log2`].
    Log2,
    /// See [`fine`].
    Fine,
}

impl Layout {
    /// Counters in this layout.
    pub const fn len(self) -> usize {
        match self {
            Self::Log2 => log2::LEN,
            Self::Fine => fine::LEN,
        }
    }

    /// Always false; layouts have buckets.
    pub const fn is_empty(self) -> bool {
        false
    }

    /// The middle of bucket `i`, which stands for everything in it; of the open last one, its lower
    /// edge.
    pub const fn middle(self, i: usize) -> u64 {
        let low = self.lower(i);
        if i + 1 < self.len() { low.midpoint(self.lower(i + 1)) } else { low }
    }

    /// The bucket that counts a duration of `ns`.
    pub const fn index(self, ns: u64) -> usize {
        match self {
            Self::Log2 => log2::index(ns),
            Self::Fine => fine::index(ns),
        }
    }

    /// The shortest duration that bucket `i` counts.
    pub const fn lower(self, i: usize) -> u64 {
        match self {
            Self::Log2 => log2::lower(i),
            Self::Fine => fine::lower(i),
        }
    }

    /// What quantiles from this layout may claim.
    pub const fn resolution(self) -> Resolution {
        match self {
            Self::Log2 => Resolution::Log2,
            Self::Fine => Resolution::Fine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges_fall_where_they_should() {
        for layout in [Layout::Log2, Layout::Fine] {
            for i in 0..layout.len() {
                assert_eq!(layout.index(layout.lower(i)), i, "{layout:?} bucket {i}");
                if i > 0 {
                    assert_eq!(layout.index(layout.lower(i) - 1), i - 1, "{layout:?} before {i}");
                }
            }
            assert_eq!(layout.index(u64::MAX), layout.len() - 1);
        }
        assert_eq!(fine::LEN, 224);
    }

    proptest! {
        #[test]
        fn a_fine_bucket_is_narrow(ns in 512u64..60_000_000_000) {
            let i = fine::index(ns);
            let (low, high) = (fine::lower(i), fine::lower(i + 1));
            prop_assert!(low <= ns && ns < high);
            prop_assert!((high - low) * 8 <= low + 8 * 64);
        }
    }
}
