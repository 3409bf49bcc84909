//! The longest of many durations, in two bytes.

use crate::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// Bits kept behind the first one: a thousandth.
const KEPT: u32 = 10;

/// Of one writer, for durations of any length: never below what was measured, exact up to 2 µs, and above that
/// at most a thousandth too long.
///
/// What is stored is how often a duration has to be halved to be that short, and what it is then. So the codes
/// are in the order of the durations.
#[derive(Default, Debug)]
pub(crate) struct Max(AtomicU16);

/// A reading of [`Max`].
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Longest(u16);

impl Longest {
    /// In nanoseconds; 0 before there was any.
    pub(crate) const fn ns(self) -> u64 {
        let halved = (self.0 as u32 >> KEPT).saturating_sub(1);
        (self.0 as u64 - (halved << KEPT) as u64) << halved
    }
}

#[inline]
const fn encode(ns: u64) -> u16 {
    let halved = (ns >> KEPT | 1).ilog2();
    // One more than what is below it is what is not below it; of 0 that is 0.
    let rounded_up = (ns.wrapping_sub(1) >> halved) as u16;
    // Rounding up to a power of two carries into the count, as it should.
    ((halved << KEPT) as u16).wrapping_add(rounded_up).wrapping_add(1)
}

impl Max {
    #[inline]
    pub(crate) fn raise(&self, ns: u64) {
        let code = encode(ns);
        if code > self.0.load(Relaxed) {
            self.0.store(code, Relaxed);
        }
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
        for ns in [0, 1, 109, 1_023, 1_024, 2_047, 2_048] {
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
            prop_assert!((ns..=ns + (ns >> KEPT)).contains(&max.read().ns()), "{:?} for {ns}", max.read());
        }

        #[test]
        fn codes_are_in_the_order_of_durations(a in any::<u64>(), b in any::<u64>(), shift in 0u32..64) {
            let (a, b) = (a >> shift, b >> shift);
            prop_assert!(encode(a.min(b)) <= encode(a.max(b)));
        }
    }
}
