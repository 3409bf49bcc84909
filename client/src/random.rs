//! Random numbers, good enough to be unique and to spread retries; not for secrets.

use std::hash::{BuildHasher, RandomState};

/// 64 random bits: the standard library seeds its hash keys from the system once and changes them
/// with every use.
pub(crate) fn bits() -> u64 {
    RandomState::new().hash_one(0u8)
}

/// Sixteen random bytes.
pub(crate) fn bytes16() -> [u8; 16] {
    let both = u128::from(bits()) << 64 | u128::from(bits());
    both.to_be_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_requests_differ() {
        assert_ne!(super::bytes16(), super::bytes16());
    }
}
