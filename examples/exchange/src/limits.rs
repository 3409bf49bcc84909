//! Which orders are let through: pure.

use std::collections::HashMap;
use std::sync::Arc;

/// Largest quantity of one order.
pub const MOST_QUANTITY: u64 = 1_000_000;
/// Largest price, in ticks.
pub const MOST_PRICE: u64 = 1_000_000;

/// Why an order is not let through.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// None at all, or too many.
    #[error("an order is for 1 to {MOST_QUANTITY}")]
    Quantity,
    /// For nothing, or for too much.
    #[error("a price is 1 to {MOST_PRICE} ticks")]
    Price,
    /// Somebody's finger slipped.
    #[error("the last price was {last}; orders are taken from {least} to {most}")]
    Collar {
        /// At which the symbol was traded last.
        last: u64,
        /// The lowest price taken.
        least: u64,
        /// The highest price taken.
        most: u64,
    },
}

/// What is known when an order comes.
#[derive(Clone, Default, Debug)]
pub struct Limits {
    last: HashMap<Arc<str>, u64>,
}

impl Limits {
    /// Whether an order may go to its book.
    pub fn check(&self, symbol: &str, quantity: u64, price: u64) -> Result<(), Refusal> {
        if !(1..=MOST_QUANTITY).contains(&quantity) {
            return Err(Refusal::Quantity);
        }
        if !(1..=MOST_PRICE).contains(&price) {
            return Err(Refusal::Price);
        }
        // Before the first trade nobody knows what is usual.
        let Some(last) = self.last.get(symbol).copied() else { return Ok(()) };
        let (least, most) = (last.div_ceil(2), last.saturating_mul(2));
        if (least..=most).contains(&price) {
            return Ok(());
        }
        Err(Refusal::Collar { last, least, most })
    }

    /// A symbol was traded at this price.
    pub fn traded(&mut self, symbol: Arc<str>, price: u64) {
        self.last.insert(symbol, price);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_let_through_within_half_and_twice_the_last_price() {
        let mut limits = Limits::default();
        assert_eq!(limits.check("ACME", 1, MOST_PRICE), Ok(()));
        limits.traded("ACME".into(), 101);
        for (price, ok) in [(50, false), (51, true), (202, true), (203, false)] {
            assert_eq!(limits.check("ACME", 1, price).is_ok(), ok, "{price}");
        }
        let says = limits.check("ACME", 1, 203).unwrap_err().to_string();
        assert_eq!(says, "the last price was 101; orders are taken from 51 to 202");
        assert_eq!(limits.check("BOLT", 1, 203), Ok(()));
        assert_eq!(limits.check("ACME", 0, 101), Err(Refusal::Quantity));
        assert_eq!(limits.check("ACME", MOST_QUANTITY + 1, 101), Err(Refusal::Quantity));
        assert_eq!(limits.check("ACME", 1, 0), Err(Refusal::Price));
    }
}
