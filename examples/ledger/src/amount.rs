//! Money.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The most that one order may move: a thousand million.
pub const MAX_AMOUNT: Amount = Amount(100_000_000_000);

/// So many cents.
///
/// ```
/// use actorscope_ledger::Amount;
///
/// let amount: Amount = "12.5".parse().unwrap();
/// assert_eq!((amount, amount.to_string()), (Amount(1250), "12.50".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub u64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// The text is no amount.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount is a number from 0.01 to {MAX_AMOUNT} with at most two decimals")]
pub struct NoAmount;

impl FromStr for Amount {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(cents) || cents.len() > 2 {
            return Err(NoAmount);
        }
        let whole: u64 = whole.parse().map_err(|_| NoAmount)?;
        let tenfold = if cents.len() == 1 { 10 } else { 1 };
        let cents = cents.parse::<u64>().map_err(|_| NoAmount)? * tenfold;
        let amount = whole.checked_mul(100).and_then(|whole| whole.checked_add(cents));
        amount.map(Self).filter(|a| (Self(1)..=MAX_AMOUNT).contains(a)).ok_or(NoAmount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_back_as_they_are_written() {
        for cents in [1, 9, 10, 99, 100, 123_456, MAX_AMOUNT.0] {
            assert_eq!(Amount(cents).to_string().parse(), Ok(Amount(cents)));
        }
        assert_eq!("7".parse(), Ok(Amount(700)));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        let more = Amount(MAX_AMOUNT.0 + 1).to_string();
        for text in
            ["", "0", "0.00", "-1", "+1", "1.", ".5", "1.234", "1e3", "1,5", "\u{664}", &more]
        {
            assert_eq!(text.parse::<Amount>(), Err(NoAmount), "{text}");
        }
        assert_eq!("99999999999999999999999".parse::<Amount>(), Err(NoAmount));
    }
}
