//! Numbers that are no whole ones, times that go on by themselves, and differences.

use crate::convert::Malformed;

/// Bits of a single that are left out.
const SHARE_CUT: u32 = 11;

/// Bits of a share.
const SHARE_BITS: u32 = 32 - SHARE_CUT;

/// A number as its share; every not-a-number is the same.
pub(super) fn share(x: f64) -> u64 {
    let single = x as f32;
    if single.is_nan() {
        return u64::from(f32::NAN.to_bits() >> SHARE_CUT);
    }
    // Cannot overflow: the largest is infinity, and what rounds up to it is as good as infinite.
    u64::from((single.to_bits() + (1 << (SHARE_CUT - 1))) >> SHARE_CUT)
}

/// A share as a number.
pub(super) fn from_share(share: u64) -> Result<f64, Malformed> {
    match u32::try_from(share) {
        Ok(bits) if bits >> SHARE_BITS == 0 => Ok(f32::from_bits(bits << SHARE_CUT).into()),
        _ => Err(Malformed::new("share", share)),
    }
}

/// The moment that was `age` nanoseconds before `now`.
pub(super) const fn since(now: u64, age: u64) -> u64 {
    if age == 0 { 0 } else { moment(now.wrapping_sub(longest(age))) }
}

/// How long ago a moment is.
pub(super) const fn age(now: u64, since: u64) -> u64 {
    if since == 0 { 0 } else { now.wrapping_sub(since >> 1) & LONGEST }
}

/// The moment that is `to_come` nanoseconds after `now`.
pub(super) const fn until(now: u64, to_come: u64) -> u64 {
    if to_come == 0 { 0 } else { moment(now.wrapping_add(longest(to_come))) }
}

/// How long a moment is to come.
pub(super) const fn to_come(now: u64, until: u64) -> u64 {
    if until == 0 { 0 } else { (until >> 1).wrapping_sub(now) & LONGEST }
}

/// The longest duration on the wire: 292 years.
pub(super) const LONGEST: u64 = (1 << 63) - 1;

/// A duration that fits.
pub(super) const fn longest(ns: u64) -> u64 {
    if ns > LONGEST { LONGEST } else { ns }
}

/// A time as it is sent.
pub(super) const fn moment(at: u64) -> u64 {
    at << 1 | 1
}

/// Whether two moments are the same, as far as clocks can tell.
pub(super) const fn is_same_moment(a: u64, b: u64) -> bool {
    let apart = (a as i64).wrapping_sub(b as i64).unsigned_abs();
    a == b || (a != 0 && b != 0 && apart <= 2 * super::SAME_MOMENT_NS)
}

/// What is sent for `value` to one who knows `base`.
pub(super) const fn difference(value: u64, base: u64) -> i64 {
    value.wrapping_sub(base) as i64
}

/// The value again.
pub(super) const fn added(base: u64, difference: i64) -> u64 {
    base.wrapping_add(difference as u64)
}

pub(super) const fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

pub(super) const fn unzigzag(n: u64) -> i64 {
    (n >> 1) as i64 ^ -((n & 1) as i64)
}

/// Binary digits of a short duration, but for the first.
const SHORT_BITS: u32 = 11;

/// A duration, rounded.
pub(super) const fn short(ns: u64) -> u64 {
    let ns = longest(ns);
    if ns >> (SHORT_BITS + 1) == 0 {
        return ns;
    }
    let cut = ns.ilog2() - SHORT_BITS;
    // What is rounded up to the next power of two carries over as it should.
    ((cut as u64) << SHORT_BITS) + ((ns + (1 << (cut - 1))) >> cut)
}

/// A duration that was rounded.
pub(super) fn from_short(short: u64) -> Result<u64, Malformed> {
    if short >> (SHORT_BITS + 1) == 0 {
        return Ok(short);
    }
    let digits = 1 << SHORT_BITS | short & ((1 << SHORT_BITS) - 1);
    let cut = (short >> SHORT_BITS) - 1;
    if cut > u64::from(63 - SHORT_BITS) {
        return Err(Malformed::new("duration", short));
    }
    Ok(digits << cut)
}

/// Bytes that a difference takes.
pub(super) const fn sent_len(difference: i64) -> usize {
    let bits = 64 - (zigzag(difference) | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odd_shares_stay_what_they_are() {
        for x in [0.0, 1.0, 0.5, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(from_share(share(x)).unwrap(), x);
        }
        assert!(from_share(share(f64::NAN)).unwrap().is_nan());
        assert!(from_share(share(-f64::NAN)).unwrap().is_nan());
        assert!(from_share(1 << SHARE_BITS).is_err() && from_share(u64::MAX).is_err());
    }

    proptest! {
        #[test]
        fn shares_are_as_exact_as_promised(x in 1e-30f64..1e30) {
            let back = from_share(share(x)).unwrap();
            prop_assert!((back - x).abs() <= x * 0.00013, "{back} for {x}");
            prop_assert_eq!(share(back), share(x));
        }

        #[test]
        fn short_durations_are_as_exact_as_promised(ns in 0..=LONGEST, fewer in 0..64u32) {
            let ns = ns >> fewer;
            let back = from_short(short(ns)).unwrap();
            prop_assert!(back.abs_diff(ns) as f64 <= ns as f64 * 0.00025, "{back} for {ns}");
            prop_assert_eq!(from_short(short(back)).unwrap(), back);
        }

        #[test]
        fn no_number_makes_a_reader_panic(any: u64) {
            let _ = (from_short(any), from_share(any));
        }

        #[test]
        fn times_come_back(now: u64, ns in 0..=LONGEST) {
            prop_assert_eq!(age(now, since(now, ns)), ns);
            prop_assert_eq!(to_come(now, until(now, ns)), ns);
        }

        #[test]
        fn differences_add_up(value: u64, base: u64) {
            let apart = difference(value, base);
            prop_assert_eq!(added(base, apart), value);
            prop_assert_eq!(unzigzag(zigzag(apart)), apart);
            let mut sent = Vec::new();
            prost::encoding::encode_varint(zigzag(apart), &mut sent);
            prop_assert_eq!(sent_len(apart), sent.len());
        }
    }
}
