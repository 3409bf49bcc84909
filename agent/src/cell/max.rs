//! The longest of many durations, in two bytes.

use crate::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// Bits for how often a duration was halved: as many as a shift of 64 bits looks at.
const HALVED_BITS: u32 = 6;

/// Bits for what it was then.
const KEPT_BITS: u32 = u16::BITS - HALVED_BITS;

/// Of one writer, for durations of any length: never below what was measured, exact up to 1 µs, and above that
/// at most a five-hundredth too long.
#[derive(Default, Debug)]
pub(crate) struct Max(AtomicU16);

/// A reading of [`Max`]: how often a duration has to be halved to be short enough (low bits), and what it is
/// then. So little has to be done to have it back, because that comes with every message.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Longest(u16);

impl Longest {
    /// The first at or above `ns` that can be kept.
    const fn at_least(ns: u64) -> Self {
        let digits = u64::BITS - ns.leading_zeros();
        let mut halved = digits.saturating_sub(KEPT_BITS);
        // One more than what is below it is what is not below it; of 0 that is 0.
        let mut kept = (ns.wrapping_sub(1) >> halved).wrapping_add(1);
        if kept >> KEPT_BITS != 0 {
            // Rounded up to a power of two.
            (kept, halved) = (kept >> 1, halved + 1);
        }
        Self((kept << HALVED_BITS) as u16 | halved as u16)
    }

    /// In nanoseconds; 0 before there was any.
    #[inline]
    pub(crate) const fn ns(self) -> u64 {
        (self.0 as u64 >> HALVED_BITS) << (self.0 & ((1 << HALVED_BITS) - 1))
    }
}

impl Max {
    #[inline]
    pub(crate) fn raise(&self, ns: u64) {
        if ns > self.read().ns() {
            self.raise_to(ns);
        }
    }

    #[cold]
    fn raise_to(&self, ns: u64) {
        self.0.store(Longest::at_least(ns).0, Relaxed);
    }

    /// As it is now.
    #[inline]
    pub(crate) fn read(&self) -> Longest {
        Longest(self.0.load(Relaxed))
    }

    pub(crate) fn clear(&self) {
        self.0.store(0, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_short_is_exact() {
        let max = Max::default();
        for ns in [0, 1, 109, 1_022, 1_023, 1_024, 4_096] {
            max.raise(ns);
            max.raise(0);
            assert_eq!(max.read().ns(), ns);
        }
        max.clear();
        assert_eq!(max.read().ns(), 0);
    }

    proptest! {
        #[test]
        fn it_is_never_below_and_hardly_above(ns in any::<u64>(), shift in 1u32..64) {
            let ns = ns >> shift;
            let max = Max::default();
            max.raise(ns);
            prop_assert!((ns..=ns + ns / 500).contains(&max.read().ns()), "{:?} for {ns}", max.read());
        }

        #[test]
        fn the_longest_counts(durations in proptest::collection::vec(0u64..1 << 40, 1..20)) {
            let (all, longest) = (Max::default(), Max::default());
            durations.iter().for_each(|ns| all.raise(*ns));
            longest.raise(durations.into_iter().max().unwrap_or(0));
            prop_assert_eq!(all.read(), longest.read());
        }
    }
}
