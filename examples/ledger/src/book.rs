//! What follows from the journal: accounts, balances, statements.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{
    amount::Amount,
    order::{Account, MAX_STATEMENT},
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// An account was opened.
    Open {
        /// Which.
        account: Account,
    },
    /// Money came in.
    Deposit {
        /// To whom.
        account: Account,
        /// How much.
        cents: Amount,
    },
    /// Money changed hands.
    Transfer {
        /// From whom.
        from: Account,
        /// To whom.
        to: Account,
        /// How much.
        cents: Amount,
    },
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number: 1, 2, …
    pub seq: u64,
    /// What happened.
    pub deed: Deed,
}

/// An entry of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of its record.
    pub seq: u64,
    /// Whether money came in.
    pub came_in: bool,
    /// How much.
    pub amount: Amount,
    /// From whom or to whom; nobody for a deposit.
    pub peer: Option<Account>,
}

#[derive(Clone, Debug, Default)]
struct Page {
    balance: Amount,
    /// Of the balance, what orders under way will take.
    held: Amount,
    entries: VecDeque<Entry>,
}

/// Why an order can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is an account with this name.
    #[error("there is an account {0} already")]
    Exists(Account),
    /// There is none.
    #[error("there is no account {0}")]
    NoAccount(Account),
    /// There is not enough in it, or orders under way will take it.
    #[error("there is not enough money in {0}")]
    NoMoney(Account),
}

/// The accounts of one shard.
#[derive(Clone, Debug)]
pub struct Book {
    shard: usize,
    shards: usize,
    pages: HashMap<Account, Page>,
    seq: u64,
}

impl Book {
    /// An empty one, for one shard of so many.
    pub fn new(shard: usize, shards: usize) -> Self {
        Self { shard, shards, pages: HashMap::new(), seq: 0 }
    }

    /// Number of the last record that it knows of.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Notes what happened, if it concerns this shard. What it knows already changes nothing.
    pub fn apply(&mut self, record: &Record) {
        if record.seq <= self.seq {
            return;
        }
        self.seq = record.seq;
        match &record.deed {
            Deed::Open { account } if self.owns(account) => {
                self.pages.entry(account.clone()).or_default();
            }
            Deed::Deposit { account, cents } => self.enter(record.seq, account, true, *cents, None),
            Deed::Transfer { from, to, cents } => {
                if let Some(page) = self.pages.get_mut(from) {
                    page.held.0 = page.held.0.saturating_sub(cents.0);
                }
                self.enter(record.seq, from, false, *cents, Some(to));
                self.enter(record.seq, to, true, *cents, Some(from));
            }
            Deed::Open { .. } => {}
        }
    }

    fn owns(&self, account: &Account) -> bool {
        account.shard(self.shards) == self.shard
    }

    fn enter(
        &mut self,
        seq: u64,
        of: &Account,
        came_in: bool,
        amount: Amount,
        peer: Option<&Account>,
    ) {
        let Some(page) = self.pages.get_mut(of) else { return };
        // All money there is fits into the number, and none is paid out that is not there: the journal and `hold`.
        page.balance.0 = if came_in {
            page.balance.0.saturating_add(amount.0)
        } else {
            page.balance.0.saturating_sub(amount.0)
        };
        if page.entries.len() >= MAX_STATEMENT {
            page.entries.pop_front();
        }
        page.entries.push_back(Entry { seq, came_in, amount, peer: peer.cloned() });
    }

    fn page(&self, account: &Account) -> Result<&Page, Refusal> {
        self.pages.get(account).ok_or_else(|| Refusal::NoAccount(account.clone()))
    }

    /// Whether an account is there.
    pub fn check(&self, account: &Account) -> Result<(), Refusal> {
        self.page(account).map(drop)
    }

    /// What is in an account.
    pub fn balance(&self, account: &Account) -> Result<Amount, Refusal> {
        self.page(account).map(|page| page.balance)
    }

    /// The last entries of an account, oldest first.
    pub fn statement(&self, account: &Account, entries: usize) -> Result<Vec<Entry>, Refusal> {
        let page = self.page(account)?;
        Ok(page.entries.iter().skip(page.entries.len().saturating_sub(entries)).cloned().collect())
    }

    /// Keeps money back for a transfer that is under way. It is let go by the transfer's record, or by
    /// [`Book::let_go`].
    pub fn hold(&mut self, account: &Account, amount: Amount) -> Result<(), Refusal> {
        let page = self.pages.get_mut(account);
        let page = page.ok_or_else(|| Refusal::NoAccount(account.clone()))?;
        if page.balance.0.saturating_sub(page.held.0) < amount.0 {
            return Err(Refusal::NoMoney(account.clone()));
        }
        page.held.0 += amount.0;
        Ok(())
    }

    /// The transfer will not happen.
    pub fn let_go(&mut self, account: &Account, amount: Amount) {
        if let Some(page) = self.pages.get_mut(account) {
            page.held.0 = page.held.0.saturating_sub(amount.0);
        }
    }

    /// How many accounts there are, and what is in all of them.
    pub fn totals(&self) -> (u64, Amount) {
        let sum = self.pages.values().map(|page| page.balance.0).sum();
        (self.pages.len() as u64, Amount(sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str) -> Account {
        name.parse().unwrap()
    }

    fn records(deeds: Vec<Deed>) -> Vec<Record> {
        (1..).zip(deeds).map(|(seq, deed)| Record { seq, deed }).collect()
    }

    fn some() -> Vec<Record> {
        let (a, b) = (account("a"), account("b"));
        records(vec![
            Deed::Open { account: a.clone() },
            Deed::Open { account: b.clone() },
            Deed::Deposit { account: a.clone(), cents: Amount(100) },
            Deed::Transfer { from: a, to: b, cents: Amount(30) },
        ])
    }

    #[test]
    fn however_many_shards_there_are_the_money_is_the_same() {
        for shards in [1, 2, 3, 8] {
            let mut books: Vec<_> = (0..shards).map(|shard| Book::new(shard, shards)).collect();
            for book in &mut books {
                // What was told twice counts once.
                some().iter().chain(&some()).for_each(|record| book.apply(record));
            }
            let of = |name: &str| books[account(name).shard(shards)].balance(&account(name));
            assert_eq!((of("a"), of("b")), (Ok(Amount(70)), Ok(Amount(30))));
            let sum = |(n, m): (u64, Amount), (k, l): (u64, Amount)| (n + k, Amount(m.0 + l.0));
            let totals = books.iter().map(Book::totals).fold((0, Amount(0)), sum);
            assert_eq!(totals, (2, Amount(100)));
        }
    }

    #[test]
    fn what_is_held_can_not_be_spent_twice() {
        let (a, b) = (account("a"), account("b"));
        let mut book = Book::new(0, 1);
        some().iter().for_each(|record| book.apply(record));
        assert_eq!(book.hold(&a, Amount(50)), Ok(()));
        assert_eq!(book.hold(&a, Amount(21)), Err(Refusal::NoMoney(a.clone())));
        let deed = Deed::Transfer { from: a.clone(), to: b.clone(), cents: Amount(50) };
        book.apply(&Record { seq: 5, deed });
        assert_eq!(book.hold(&a, Amount(21)), Err(Refusal::NoMoney(a.clone())));
        assert_eq!(book.hold(&a, Amount(20)), Ok(()));
        book.let_go(&a, Amount(20));
        assert_eq!(book.balance(&a), Ok(Amount(20)));
        let nobody = account("c");
        assert_eq!(book.hold(&nobody, Amount(1)), Err(Refusal::NoAccount(nobody)));
        let last = book.statement(&b, 1).unwrap();
        let entry = Entry { seq: 5, came_in: true, amount: Amount(50), peer: Some(a) };
        assert_eq!(last, [entry]);
    }
}
