//! Price-time matching of one symbol's orders: pure, no clock, no actor.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Which way an order goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Wants to have.
    Buy,
    /// Wants to give.
    Sell,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        })
    }
}

impl FromStr for Side {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "buy" => Ok(Self::Buy),
            "sell" => Ok(Self::Sell),
            _ => Err(()),
        }
    }
}

/// An order at a limit price, in ticks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Unique within a run of the exchange.
    pub id: u64,
    /// Whose it is.
    pub account: Arc<str>,
    /// Which way.
    pub side: Side,
    /// How many.
    pub quantity: u64,
    /// The worst price it takes.
    pub price: u64,
}

/// Two orders met.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fill {
    /// That of the order which was there first.
    pub price: u64,
    /// How many changed hands.
    pub quantity: u64,
    /// Who has them now.
    pub buyer: Arc<str>,
    /// Who had them.
    pub seller: Arc<str>,
    /// The order that was there first.
    pub maker: u64,
    /// The order that came.
    pub taker: u64,
}

/// All open orders of one symbol.
#[derive(Clone, Default, Debug)]
pub struct Book {
    bids: BTreeMap<u64, VecDeque<Order>>,
    asks: BTreeMap<u64, VecDeque<Order>>,
    /// Where each open order is.
    places: HashMap<u64, (Side, u64)>,
    open: u64,
}

impl Book {
    /// Matches an order with those there are, the best price first and of one price the oldest. What is
    /// left of it stays open.
    pub fn place(&mut self, mut order: Order) -> Vec<Fill> {
        let mut fills = Vec::new();
        while order.quantity > 0 {
            let best = match order.side {
                Side::Buy => self.asks.first_entry().filter(|level| *level.key() <= order.price),
                Side::Sell => self.bids.last_entry().filter(|level| *level.key() >= order.price),
            };
            let Some(mut level) = best else { break };
            let queue = level.get_mut();
            let Some(maker) = queue.front_mut() else {
                level.remove();
                continue;
            };
            let quantity = order.quantity.min(maker.quantity);
            order.quantity -= quantity;
            maker.quantity -= quantity;
            self.open -= quantity;
            let (buyer, seller) = match order.side {
                Side::Buy => (&order.account, &maker.account),
                Side::Sell => (&maker.account, &order.account),
            };
            fills.push(Fill {
                price: maker.price,
                quantity,
                buyer: buyer.clone(),
                seller: seller.clone(),
                maker: maker.id,
                taker: order.id,
            });
            if maker.quantity == 0 {
                self.places.remove(&maker.id);
                queue.pop_front();
                if queue.is_empty() {
                    level.remove();
                }
            }
        }
        if order.quantity > 0 {
            self.open += order.quantity;
            self.places.insert(order.id, (order.side, order.price));
            self.levels_mut(order.side).entry(order.price).or_default().push_back(order);
        }
        fills
    }

    /// Takes an open order of this account out; what was left of it.
    pub fn cancel(&mut self, id: u64, account: &str) -> Option<u64> {
        let (side, price) = *self.places.get(&id)?;
        let levels = self.levels_mut(side);
        let queue = levels.get_mut(&price)?;
        let at = queue.iter().position(|order| order.id == id && &*order.account == account)?;
        let order = queue.remove(at)?;
        if queue.is_empty() {
            levels.remove(&price);
        }
        self.places.remove(&id);
        self.open -= order.quantity;
        Some(order.quantity)
    }

    /// The quantity of all open orders.
    pub fn open(&self) -> u64 {
        self.open
    }

    /// Prices with the quantity that is open at each, the best ones first.
    pub fn levels(&self, side: Side, most: usize) -> Vec<(u64, u64)> {
        let sum = |(price, queue): (&u64, &VecDeque<Order>)| {
            (*price, queue.iter().map(|order| order.quantity).sum())
        };
        match side {
            Side::Buy => self.bids.iter().rev().take(most).map(sum).collect(),
            Side::Sell => self.asks.iter().take(most).map(sum).collect(),
        }
    }

    fn levels_mut(&mut self, side: Side) -> &mut BTreeMap<u64, VecDeque<Order>> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What may happen to a book.
    #[derive(Clone, Debug)]
    enum Step {
        Place(Side, u64, u64),
        /// The order that was placed as the n-th.
        Cancel(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
        let place = (side, 1..20_u64, 95..105_u64).prop_map(|(s, q, p)| Step::Place(s, q, p));
        let step = prop_oneof![4 => place, 1 => (0..60_u64).prop_map(Step::Cancel)];
        prop::collection::vec(step, 0..60)
    }

    fn order(id: u64, side: Side, quantity: u64, price: u64) -> Order {
        // Three accounts, so that some trade with themselves.
        Order { id, account: format!("account-{}", id % 3).into(), side, quantity, price }
    }

    /// The same rules in the plainest way: a list in order of time, searched for the best each time.
    #[derive(Default)]
    struct Plain(Vec<Order>);

    impl Plain {
        /// Maker, price and quantity of each fill.
        fn place(&mut self, mut order: Order) -> Vec<(u64, u64, u64)> {
            let mut fills = Vec::new();
            loop {
                let meets = |other: &&Order| match order.side {
                    _ if other.side == order.side => false,
                    Side::Buy => other.price <= order.price,
                    Side::Sell => other.price >= order.price,
                };
                let rank = |other: &&Order| match order.side {
                    Side::Buy => (other.price as i64, other.id),
                    Side::Sell => (-(other.price as i64), other.id),
                };
                let best = self.0.iter().filter(meets).min_by_key(rank).map(|best| best.id);
                let Some(maker) = self.0.iter_mut().find(|o| Some(o.id) == best) else { break };
                let quantity = order.quantity.min(maker.quantity);
                order.quantity -= quantity;
                maker.quantity -= quantity;
                fills.push((maker.id, maker.price, quantity));
                self.0.retain(|order| order.quantity > 0);
                if order.quantity == 0 {
                    break;
                }
            }
            if order.quantity > 0 {
                self.0.push(order);
            }
            fills
        }
    }

    proptest! {
        #[test]
        fn a_book_does_what_the_plainest_rules_say(steps in steps()) {
            let (mut book, mut plain) = (Book::default(), Plain::default());
            for (id, step) in (0..).zip(steps) {
                match step {
                    Step::Place(side, quantity, price) => {
                        let fills = book.place(order(id, side, quantity, price));
                        let ours: Vec<_> =
                            fills.iter().map(|f| (f.maker, f.price, f.quantity)).collect();
                        prop_assert_eq!(ours, plain.place(order(id, side, quantity, price)));
                    }
                    Step::Cancel(id) => {
                        let theirs = plain.0.iter().find(|o| o.id == id).map(|o| o.quantity);
                        plain.0.retain(|order| order.id != id);
                        let account = format!("account-{}", id % 3);
                        prop_assert_eq!(book.cancel(id, "somebody else"), None);
                        prop_assert_eq!(book.cancel(id, &account), theirs);
                    }
                }
                prop_assert_eq!(book.open(), plain.0.iter().map(|o| o.quantity).sum::<u64>());
            }
        }

        #[test]
        fn nothing_is_lost_or_made_and_the_book_never_crosses(steps in steps()) {
            let mut book = Book::default();
            let (mut placed, mut traded, mut cancelled) = (0, 0, 0);
            for (id, step) in (0..).zip(steps) {
                match step {
                    Step::Place(side, quantity, price) => {
                        placed += quantity;
                        for fill in book.place(order(id, side, quantity, price)) {
                            prop_assert!(fill.quantity > 0 && fill.maker != fill.taker);
                            traded += fill.quantity;
                        }
                    }
                    Step::Cancel(id) => {
                        let account = format!("account-{}", id % 3);
                        cancelled += book.cancel(id, &account).unwrap_or(0);
                    }
                }
                prop_assert_eq!(placed, 2 * traded + cancelled + book.open());
                let sum = |side| book.levels(side, usize::MAX).iter().map(|l| l.1).sum::<u64>();
                prop_assert_eq!(book.open(), sum(Side::Buy) + sum(Side::Sell));
                let best = |side| book.levels(side, 1).first().map(|level| level.0);
                if let (Some(bid), Some(ask)) = (best(Side::Buy), best(Side::Sell)) {
                    prop_assert!(bid < ask, "{} {}", bid, ask);
                }
            }
        }
    }

    #[test]
    fn the_older_of_two_orders_of_one_price_goes_first() {
        let mut book = Book::default();
        for id in [1, 2] {
            assert_eq!(book.place(order(id, Side::Sell, 5, 100)), []);
        }
        let fills = book.place(order(3, Side::Buy, 7, 101));
        let short: Vec<_> = fills.iter().map(|f| (f.maker, f.price, f.quantity)).collect();
        assert_eq!(short, [(1, 100, 5), (2, 100, 2)]);
        assert_eq!(book.levels(Side::Sell, 9), [(100, 3)]);
    }
}
