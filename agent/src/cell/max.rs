//! The longest of many durations, in four bytes.

use crate::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Of one writer. Kept as a floating-point number, so that no duration is too long for it: never below
/// what was measured, exact up to 4 ms, and above that at most a fifth of a millionth too long.
///
/// The bits of positive numbers are in the order of the numbers.
#[derive(Default, Debug)]
pub(crate) struct Max(AtomicU32);

impl Max {
    #[inline]
    pub(crate) fn raise(&self, ns: u64) {
        // The next number above: the nearest one may be below. What is read is rounded down.
        let bits = (ns as f32).to_bits() + 1;
        if bits > self.0.load(Relaxed) {
            self.0.store(bits, Relaxed);
        }
    }

    /// In nanoseconds; 0 before there was any.
    pub(crate) fn read(&self) -> u64 {
        f32::from_bits(self.0.load(Relaxed)) as u64
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
        for ns in [0, 1, 109, 1_000_001, 4_000_001] {
            max.raise(ns);
            max.raise(0);
            assert_eq!(max.read(), ns);
        }
        max.clear();
        assert_eq!(max.read(), 0);
    }

    proptest! {
        #[test]
        fn it_is_never_below_and_hardly_above(ns in any::<u64>(), shift in 0u32..64) {
            let ns = ns >> shift;
            let max = Max::default();
            max.raise(ns);
            prop_assert!(max.read() >= ns);
            prop_assert!((max.read() - ns) as f64 <= ns as f64 * 2e-7);
        }
    }
}
