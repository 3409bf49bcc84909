//! Looks each second whether the books balance: what all accounts hold is what was ever deposited.

use std::{fmt, time::Duration};

use actix::prelude::*;
use actorscope_actix::Context;
use futures_util::future::join_all;

use crate::{
    amount::Amount,
    book::{Book, Deed},
    fault::Fault,
    journal::{Journal, Subscribe, Written},
    shard::{Count, Shard, Totals},
};

const EVERY: Duration = Duration::from_secs(1);

/// What was found last.
#[derive(Message)]
#[rtype(result = "Findings")]
pub struct Last;

/// What was found.
#[derive(Clone, Debug, Default, MessageResponse)]
pub struct Findings {
    accounts: u64,
    /// In all accounts.
    held: Amount,
    /// Ever.
    deposited: Amount,
    records: u64,
    per_second: u64,
    average: Option<Amount>,
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accounts, held, deposited, records, per_second, .. } = self;
        let balance = if held == deposited { "balanced" } else { "WRONG" };
        write!(f, "{balance} accounts={accounts} held={held} deposited={deposited} ")?;
        write!(f, "records={records} per_second={per_second} average=")?;
        match self.average {
            Some(average) => average.fmt(f),
            None => f.write_str("n/a"),
        }
    }
}

/// See the module's text.
pub struct Report {
    shards: Vec<Addr<Shard>>,
    journal: Addr<Journal>,
    fault: Option<Fault>,
    deposited: Amount,
    /// Number of the last record that it knows of.
    known: u64,
    last: Findings,
}

impl Report {
    /// On these shards.
    pub fn new(shards: Vec<Addr<Shard>>, journal: Addr<Journal>, fault: Option<Fault>) -> Self {
        let (deposited, last) = (Amount(0), Findings::default());
        Self { shards, journal, fault, deposited, known: 0, last }
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        let counts = join_all(self.shards.iter().map(|shard| shard.send(Count)));
        let counted = counts.into_actor(self).map(|counts, report, _| {
            if let Ok(totals) = counts.into_iter().collect::<Result<Vec<_>, _>>() {
                report.note(&totals);
            }
        });
        ctx.spawn(counted);
    }

    fn note(&mut self, totals: &[Totals]) {
        // While money is on its way from shard to shard there is nothing to compare: next time.
        if totals.iter().any(|shard| shard.seq != self.known) {
            return;
        }
        let accounts: u64 = totals.iter().map(|shard| shard.accounts).sum();
        let held: u64 = totals.iter().map(|shard| shard.held.0).sum();
        let average = if self.fault == Some(Fault::EmptyReport) {
            // The defect.
            Some(held / accounts)
        } else {
            held.checked_div(accounts)
        };
        self.last = Findings {
            accounts,
            held: Amount(held),
            deposited: self.deposited,
            records: self.known,
            per_second: self.known.saturating_sub(self.last.records) / EVERY.as_secs(),
            average: average.map(Amount),
        };
    }
}

impl Actor for Report {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        let book = Book::new(0, 1);
        let to = ctx.address().recipient();
        let subscribe = Subscribe { name: "report".to_owned(), book, to };
        let answer = self.journal.send(subscribe).into_actor(self);
        ctx.wait(answer.map(|answer, report, _| {
            if let Ok(Ok(book)) = answer {
                // What all accounts hold by the journal alone is what came in.
                (report.known, report.deposited) = (book.seq(), book.totals().1);
            }
        }));
        ctx.run_interval(EVERY, Self::look);
    }
}

impl Supervised for Report {}

impl Handler<Written> for Report {
    type Result = ();

    fn handle(&mut self, Written(records): Written, _: &mut Context<Self>) {
        for record in records.iter().filter(|record| record.seq > self.known) {
            if let Deed::Deposit { cents, .. } = record.deed {
                self.deposited.0 += cents.0;
            }
        }
        self.known = records.last().map_or(self.known, |last| last.seq.max(self.known));
    }
}

impl Handler<Last> for Report {
    type Result = Findings;

    fn handle(&mut self, _: Last, _: &mut Context<Self>) -> Findings {
        self.last.clone()
    }
}
