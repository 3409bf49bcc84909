//! What clients say: one order a line.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    str::FromStr,
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::amount::{Amount, NoAmount};

const MAX_NAME: usize = 32;
/// Entries of a statement that can be asked for.
pub const MAX_STATEMENT: usize = 50;

/// The name of an account: 1 to 32 letters, digits, `-` or `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Account(Arc<str>);

impl Account {
    /// Which of so many shards knows it.
    pub fn shard(&self, shards: usize) -> usize {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        (hasher.finish() % shards.max(1) as u64) as usize
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Account> for String {
    fn from(account: Account) -> Self {
        account.0.as_ref().to_owned()
    }
}

impl TryFrom<String> for Account {
    type Error = OrderError;

    fn try_from(name: String) -> Result<Self, OrderError> {
        name.parse()
    }
}

impl FromStr for Account {
    type Err = OrderError;

    fn from_str(name: &str) -> Result<Self, OrderError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(fits) {
            return Err(OrderError::Account);
        }
        Ok(Self(name.into()))
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// `open ACCOUNT`
    Open(Account),
    /// `deposit ACCOUNT AMOUNT`
    Deposit(Account, Amount),
    /// `transfer FROM TO AMOUNT`
    Transfer(Account, Account, Amount),
    /// `balance ACCOUNT`
    Balance(Account),
    /// `statement ACCOUNT [N]`: the last ones, 10 if it does not say how many.
    Statement(Account, usize),
    /// `report`
    Report,
}

/// Why a line is no order.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// None of those that there are.
    #[error(
        "orders are: open ACCOUNT, deposit ACCOUNT AMOUNT, transfer FROM TO AMOUNT, balance ACCOUNT, \
         statement ACCOUNT [N], report"
    )]
    Unknown,
    /// The name of an account is none.
    #[error("an account is 1 to {MAX_NAME} letters, digits, - or _")]
    Account,
    /// The amount is none.
    #[error(transparent)]
    Amount(#[from] NoAmount),
    /// From an account to itself.
    #[error("a transfer is between two accounts")]
    Itself,
    /// Too many entries of a statement, or none.
    #[error("a statement has 1 to {MAX_STATEMENT} entries")]
    Entries,
}

impl FromStr for Order {
    type Err = OrderError;

    fn from_str(line: &str) -> Result<Self, OrderError> {
        let words: Vec<&str> = line.split_ascii_whitespace().take(5).collect();
        match words[..] {
            ["open", account] => Ok(Self::Open(account.parse()?)),
            ["deposit", account, amount] => Ok(Self::Deposit(account.parse()?, amount.parse()?)),
            ["transfer", from, to, amount] => {
                let (from, to): (Account, Account) = (from.parse()?, to.parse()?);
                if from == to {
                    return Err(OrderError::Itself);
                }
                Ok(Self::Transfer(from, to, amount.parse()?))
            }
            ["balance", account] => Ok(Self::Balance(account.parse()?)),
            ["statement", account] => Ok(Self::Statement(account.parse()?, 10)),
            ["statement", account, entries] => {
                let entries = entries.parse().ok().filter(|n| (1..=MAX_STATEMENT).contains(n));
                Ok(Self::Statement(account.parse()?, entries.ok_or(OrderError::Entries)?))
            }
            ["report"] => Ok(Self::Report),
            _ => Err(OrderError::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_words_in_a_line() {
        let account = |name: &str| name.parse::<Account>().unwrap();
        for (line, order) in [
            ("open ada", Order::Open(account("ada"))),
            (" deposit  ada 1.5 ", Order::Deposit(account("ada"), Amount(150))),
            ("transfer a b 2", Order::Transfer(account("a"), account("b"), Amount(200))),
            ("balance ada", Order::Balance(account("ada"))),
            ("statement ada", Order::Statement(account("ada"), 10)),
            ("statement ada 50", Order::Statement(account("ada"), 50)),
            ("report", Order::Report),
        ] {
            assert_eq!(line.parse(), Ok(order), "{line}");
        }
    }

    #[test]
    fn what_is_no_order_is_refused_for_a_reason() {
        let long = format!("open {}", "x".repeat(MAX_NAME + 1));
        for (line, error) in [
            ("", OrderError::Unknown),
            ("close ada", OrderError::Unknown),
            ("deposit ada", OrderError::Unknown),
            ("transfer a b 1 and more", OrderError::Unknown),
            ("open a/b", OrderError::Account),
            (&long, OrderError::Account),
            ("deposit ada -1", OrderError::Amount(NoAmount)),
            ("transfer a a 1", OrderError::Itself),
            ("statement ada 0", OrderError::Entries),
            ("statement ada 51", OrderError::Entries),
        ] {
            assert_eq!(line.parse::<Order>(), Err(error), "{line}");
        }
    }
}
