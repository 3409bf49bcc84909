//! Sets of small numbers.

use crate::convert::Malformed;

/// A bitmap as it is written: bit n of byte n / 8, no zero bytes at the end.
#[derive(Default)]
pub(super) struct Bits(Vec<u8>);

impl Bits {
    pub(super) fn set(&mut self, n: usize) {
        if self.0.len() <= n / 8 {
            self.0.resize(n / 8 + 1, 0);
        }
        self.0[n / 8] |= 1 << (n % 8);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The same, but nothing where all of `of` are in it, of which there are `count`.
    pub(super) fn into_bytes_unless_all(self, count: usize, of: usize) -> Vec<u8> {
        if count == of { Vec::new() } else { self.0 }
    }
}

/// The numbers in a bitmap, ascending.
pub(super) fn ones(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().enumerate().flat_map(|(at, byte)| {
        (0..8).filter(move |bit| byte & (1 << bit) != 0).map(move |bit| at * 8 + bit)
    })
}

/// How many numbers are in a bitmap.
pub(super) fn count(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| byte.count_ones() as usize).sum()
}

pub(super) fn has(bytes: &[u8], n: usize) -> bool {
    bytes.get(n / 8).is_some_and(|byte| byte & (1 << (n % 8)) != 0)
}

/// The numbers below `of` that a bitmap means; empty means all.
pub(super) fn chosen(
    bytes: &[u8],
    of: usize,
    field: &'static str,
) -> Result<Vec<usize>, Malformed> {
    if bytes.is_empty() {
        return Ok((0..of).collect());
    }
    within(bytes, of, field)?;
    Ok(ones(bytes).collect())
}

/// Refuses a bitmap with a number that is not below `of`.
pub(super) fn within(bytes: &[u8], of: usize, field: &'static str) -> Result<(), Malformed> {
    let Some(last) = bytes.last() else { return Ok(()) };
    let Some(bit) = last.checked_ilog2() else {
        return Err(Malformed::new(field, "a zero byte at its end"));
    };
    match (bytes.len() - 1) * 8 + bit as usize {
        last if last >= of => Err(Malformed::new(field, format!("{last} of {of}"))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_ends_with_a_number_that_is_in_it() {
        assert_eq!(chosen(&[0b101, 0b1], 9, "test"), Ok(vec![0, 2, 8]));
        assert_eq!(chosen(&[], 2, "test"), Ok(vec![0, 1]));
        for (bytes, of) in [(&[0][..], 8), (&[1, 0], 16), (&[0b10], 1), (&[0, 1], 8)] {
            assert!(within(bytes, of, "test").is_err(), "{bytes:?} of {of}");
        }
    }
}
