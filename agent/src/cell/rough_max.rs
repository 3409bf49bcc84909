//! The longest of many durations, in two bytes: for what every task has and is shown with three digits.

use crate::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// What is kept is a multiple of this many nanoseconds, to the power of two.
const UNIT_BITS: u32 = 4;

/// Bits of a number that are kept behind its first one.
const DIGITS: u32 = 11;

/// Of one writer: never below what was measured, and above it by 15 ns or a two-thousandth at most, whichever
/// is more. Up to 19 hours; what takes longer than that counts as 19 hours.
#[derive(Default, Debug)]
pub(crate) struct RoughMax(AtomicU16);

/// The nanoseconds that a number stands for: as many units, or, from 2¹¹ on, digits behind a first one that is not
/// kept, above which is said how often they are doubled.
const fn meant(kept: u16) -> u64 {
    let digits = kept as u64 & ((1 << DIGITS) - 1);
    match kept as u32 >> DIGITS {
        0 => digits << UNIT_BITS,
        doubled => (digits | 1 << DIGITS) << (doubled - 1 + UNIT_BITS),
    }
}

/// The first number that stands for no less than so many nanoseconds.
const fn first_above(ns: u64) -> u16 {
    let units = ns.div_ceil(1 << UNIT_BITS);
    if units < 1 << DIGITS {
        return units as u16;
    }
    let doubled = units.ilog2() - DIGITS;
    // Where the digits run over, they are those of the next power of two, and add one to what is above them.
    let digits = units.div_ceil(1 << doubled) - (1 << DIGITS);
    let kept = ((doubled as u64 + 1) << DIGITS) + digits;
    if kept > u16::MAX as u64 { u16::MAX } else { kept as u16 }
}

impl RoughMax {
    #[inline]
    pub(crate) fn raise(&self, ns: u64) {
        if ns > meant(self.0.load(Relaxed)) {
            self.0.store(first_above(ns), Relaxed);
        }
    }

    /// In nanoseconds; 0 before there was any.
    pub(crate) fn ns(&self) -> u64 {
        meant(self.0.load(Relaxed))
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
    fn every_number_is_the_first_for_what_it_stands_for_and_they_ascend() {
        for kept in 0..=u16::MAX {
            assert_eq!(first_above(meant(kept)), kept);
            assert!(kept == 0 || meant(kept - 1) < meant(kept), "{kept}");
        }
    }

    #[test]
    fn what_is_too_long_is_the_longest_there_is() {
        let max = RoughMax::default();
        max.raise(u64::MAX);
        assert_eq!(max.ns() / 1_000_000_000 / 3_600, 19);
        max.clear();
        assert_eq!(max.ns(), 0);
    }

    proptest! {
        #[test]
        fn it_is_never_below_and_hardly_above(ns in any::<u64>(), shift in 18u32..64) {
            let ns = ns >> shift;
            let max = RoughMax::default();
            max.raise(ns);
            max.raise(ns / 2);
            prop_assert!((ns..=ns + (ns / 2_000).max(15)).contains(&max.ns()), "{} for {ns}", max.ns());
        }
    }
}
