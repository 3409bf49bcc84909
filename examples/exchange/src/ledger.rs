//! Who has what: every fill booked twice, so that all of it together is nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::execution::Execution;

/// What one account has. Both may be negative.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Holdings {
    /// How many of each symbol; those that came to 0 again are not kept.
    pub positions: BTreeMap<Arc<str>, i64>,
    /// In ticks.
    pub cash: i128,
}

/// Sums over all accounts.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    /// Orders that traded when they came.
    pub executions: u64,
    /// How many changed hands.
    pub quantity: u64,
    /// Of all positions of all accounts: 0.
    pub positions: i64,
    /// Of all accounts: 0.
    pub cash: i128,
}

/// All accounts.
#[derive(Clone, Default, Debug)]
pub struct Ledger {
    accounts: BTreeMap<Arc<str>, Holdings>,
    executions: u64,
    quantity: u64,
}

impl Ledger {
    /// Books all fills of an execution.
    pub fn book(&mut self, execution: &Execution) {
        self.executions += 1;
        for fill in &execution.fills {
            self.quantity += fill.quantity;
            // Orders are limited in both (see `limits`), so these do not overflow.
            let quantity = i64::try_from(fill.quantity).unwrap_or(i64::MAX);
            let cash = i128::from(fill.quantity) * i128::from(fill.price);
            self.add(&fill.buyer, &execution.symbol, quantity, -cash);
            self.add(&fill.seller, &execution.symbol, -quantity, cash);
        }
    }

    fn add(&mut self, account: &Arc<str>, symbol: &Arc<str>, quantity: i64, cash: i128) {
        let holdings = self.accounts.entry(account.clone()).or_default();
        holdings.cash += cash;
        let position = holdings.positions.entry(symbol.clone()).or_default();
        *position += quantity;
        if *position == 0 {
            holdings.positions.remove(symbol);
        }
    }

    /// What one account has: nothing, if it never traded.
    pub fn of(&self, account: &str) -> Holdings {
        self.accounts.get(account).cloned().unwrap_or_default()
    }

    /// Sums over all accounts.
    pub fn totals(&self) -> Totals {
        Totals {
            executions: self.executions,
            quantity: self.quantity,
            positions: self.accounts.values().flat_map(|a| a.positions.values()).sum(),
            cash: self.accounts.values().map(|a| a.cash).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Fill;
    use proptest::prelude::*;

    fn fill((price, quantity, buyer, seller): (u64, u64, u8, u8)) -> Fill {
        let account = |n: u8| format!("account-{n}").into();
        Fill { price, quantity, buyer: account(buyer), seller: account(seller), maker: 1, taker: 2 }
    }

    proptest! {
        #[test]
        fn all_of_it_together_is_nothing(
            fills in prop::collection::vec((1..1_000_u64, 1..1_000_u64, 0..5_u8, 0..5_u8), 1..40),
        ) {
            let mut ledger = Ledger::default();
            for (number, one) in (1..).zip(&fills) {
                let fills = vec![fill(*one)];
                ledger.book(&Execution { symbol: "ACME".into(), opened: 1, number, fills });
            }
            let totals = ledger.totals();
            prop_assert_eq!((totals.positions, totals.cash), (0, 0));
            prop_assert_eq!(totals.quantity, fills.iter().map(|f| f.1).sum::<u64>());
            let bought = |n: u8| fills.iter().filter(|f| f.2 == n).map(|f| f.1 as i64).sum::<i64>();
            let sold = |n: u8| fills.iter().filter(|f| f.3 == n).map(|f| f.1 as i64).sum::<i64>();
            for n in 0..5 {
                let held = ledger.of(&format!("account-{n}"));
                let position = held.positions.get("ACME").copied().unwrap_or(0);
                prop_assert_eq!(position, bought(n) - sold(n));
            }
        }
    }

    #[test]
    fn a_buyer_pays_and_a_seller_is_paid() {
        let mut ledger = Ledger::default();
        let fills = vec![fill((100, 3, 1, 2))];
        ledger.book(&Execution { symbol: "ACME".into(), opened: 1, number: 1, fills });
        let (buyer, seller) = (ledger.of("account-1"), ledger.of("account-2"));
        assert_eq!((buyer.positions["ACME"], buyer.cash), (3, -300));
        assert_eq!((seller.positions["ACME"], seller.cash), (-3, 300));
        assert_eq!(ledger.of("nobody"), Holdings::default());
    }
}
