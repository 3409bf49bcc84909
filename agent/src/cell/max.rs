//! The longest of many durations, in four bytes.

use crate::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Says that what is kept is a longer duration, in units of 2²⁰ ns, about a millisecond.
const LONG: u32 = 1 << 31;

/// See [`LONG`].
const UNIT_BITS: u32 = 20;

/// Of one writer: never below what was measured. Exact up to 2.1 s, above that at most a two-thousandth too
/// long, up to 26 days; what takes longer than that counts as 26 days.
#[derive(Default, Debug)]
pub(crate) struct Max(AtomicU32);

/// A reading of [`Max`].
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Longest(u32);

impl Longest {
    /// The first at or above `ns`, which is too long to be kept as it is, that can be kept.
    const fn of_long(ns: u64) -> Self {
        let units = ns.div_ceil(1 << UNIT_BITS);
        Self(LONG | if units < LONG as u64 { units as u32 } else { LONG - 1 })
    }

    /// In nanoseconds; 0 before there was any.
    pub(crate) const fn ns(self) -> u64 {
        let units = (self.0 & !LONG) as u64;
        if self.0 & LONG == 0 { units } else { units << UNIT_BITS }
    }
}

impl Max {
    #[inline]
    pub(crate) fn raise(&self, ns: u64) {
        // What is no longer than the number that is kept is no longer than what that stands for.
        if ns > self.0.load(Relaxed).into() {
            if ns < LONG.into() {
                self.0.store(ns as u32, Relaxed);
            } else {
                self.raise_long(ns);
            }
        }
    }

    #[cold]
    fn raise_long(&self, ns: u64) {
        let longest = Longest::of_long(ns);
        if longest > self.read() {
            self.0.store(longest.0, Relaxed);
        }
    }

    /// As it is now.
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
        for ns in [0, 1, 109, 1_000_001, 2_000_000_001] {
            max.raise(ns);
            max.raise(0);
            assert_eq!(max.read().ns(), ns);
        }
        max.clear();
        assert_eq!(max.read().ns(), 0);
    }

    #[test]
    fn what_is_too_long_is_the_longest_there_is() {
        let max = Max::default();
        max.raise(u64::MAX);
        let days = max.read().ns() / 1_000_000_000 / 86_400;
        assert_eq!(days, 26);
    }

    proptest! {
        #[test]
        fn it_is_never_below_and_hardly_above(ns in any::<u64>(), shift in 13u32..64) {
            let ns = ns >> shift;
            let max = Max::default();
            max.raise(ns);
            prop_assert!((ns..=ns + ns / 2_000).contains(&max.read().ns()), "{:?} for {ns}", max.read());
        }

        #[test]
        fn the_longest_counts(durations in proptest::collection::vec(0u64..1 << 34, 1..20)) {
            let (all, longest) = (Max::default(), Max::default());
            durations.iter().for_each(|ns| all.raise(*ns));
            longest.raise(durations.into_iter().max().unwrap_or(0));
            prop_assert_eq!(all.read(), longest.read());
        }
    }
}
