//! Knows the balances of its accounts, and answers for them.

use std::time::Duration;

use actix::prelude::*;
use actorscope_actix::Context;
use tokio::sync::oneshot;

use crate::{
    amount::Amount,
    book::{Book, Deed, Entry, Refusal},
    journal::{Append, Journal, NotWritten, Subscribe, Written},
    order::Account,
};

/// Pause before the journal is asked again, when it did not say what there is.
const PAUSE: Duration = Duration::from_secs(1);

/// Why an order is not followed.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// It can't be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is not written down.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
    /// Somebody who is needed for it ended.
    #[error("it was interrupted; look at the balance before you do it again")]
    Interrupted(#[from] MailboxError),
}

type Numbered = Result<u64, NotDone>;

/// To open an account.
#[derive(Message)]
#[rtype(result = "Numbered")]
pub struct Open(pub Account);

/// To put money into an account.
#[derive(Message)]
#[rtype(result = "Numbered")]
pub struct Deposit(pub Account, pub Amount);

/// To give money to another account, which is known to be there.
#[derive(Message)]
#[rtype(result = "Numbered")]
pub struct Transfer {
    pub from: Account,
    pub to: Account,
    pub amount: Amount,
}

/// Whether an account is there.
#[derive(Message)]
#[rtype(result = "Result<(), Refusal>")]
pub struct Check(pub Account);

/// What is in an account.
#[derive(Message)]
#[rtype(result = "Result<Amount, Refusal>")]
pub struct Balance(pub Account);

/// What happened in an account lately.
#[derive(Message)]
#[rtype(result = "Result<Vec<Entry>, Refusal>")]
pub struct Statement(pub Account, pub usize);

/// How much there is, and after which record.
#[derive(Message)]
#[rtype(result = "Totals")]
pub struct Count;

/// See [`Count`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, MessageResponse)]
pub struct Totals {
    pub seq: u64,
    pub accounts: u64,
    pub held: Amount,
}

/// A transfer that was not written; from itself.
#[derive(Message)]
#[rtype(result = "()")]
struct LetGo(Account, Amount);

/// See the module's text.
pub struct Shard {
    index: usize,
    shards: usize,
    book: Book,
    journal: Addr<Journal>,
    /// Accounts that are being opened.
    opening: Vec<Account>,
}

impl Shard {
    /// One of so many.
    pub fn new(index: usize, shards: usize, journal: Addr<Journal>) -> Self {
        Self { index, shards, book: Book::new(index, shards), journal, opening: Vec::new() }
    }

    /// Asks the journal for everything, and handles nothing before that is here.
    fn catch_up(&mut self, ctx: &mut Context<Self>) {
        let subscribe = Subscribe {
            name: format!("shard-{}", self.index),
            book: Book::new(self.index, self.shards),
            to: ctx.address().recipient(),
        };
        let answer = self.journal.send(subscribe).into_actor(self);
        ctx.wait(answer.map(|answer, shard, ctx| match answer {
            Ok(Ok(book)) => {
                shard.book = book;
                shard.opening.clear();
            }
            failed => {
                eprintln!("ledger: shard-{} learns nothing: {failed:?}", shard.index);
                let pause = tokio::time::sleep(PAUSE).into_actor(shard);
                ctx.wait(pause.map(|(), shard, ctx| shard.catch_up(ctx)));
            }
        }));
    }

    /// What the journal answers. Not a future of this actor, so that a restart does not take it.
    fn write(&self, deed: Deed) -> impl Future<Output = Numbered> + use<> {
        let (answer, answered) = oneshot::channel();
        // Whatever its bound: orders are limited by the number of clients, and none is to overtake another.
        self.journal.do_send(Append { deed, answer });
        async { Ok(answered.await.map_err(|_| MailboxError::Closed)??) }
    }
}

impl Actor for Shard {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.catch_up(ctx);
    }
}

impl Supervised for Shard {}

impl Handler<Written> for Shard {
    type Result = ();

    fn handle(&mut self, Written(records): Written, _: &mut Context<Self>) {
        for record in &*records {
            self.book.apply(record);
            if let Deed::Open { account } = &record.deed {
                self.opening.retain(|opening| opening != account);
            }
        }
    }
}

impl Handler<Open> for Shard {
    type Result = ResponseFuture<Numbered>;

    fn handle(&mut self, Open(account): Open, _: &mut Context<Self>) -> Self::Result {
        if self.opening.contains(&account) || self.book.check(&account).is_ok() {
            return Box::pin(async { Err(Refusal::Exists(account).into()) });
        }
        self.opening.push(account.clone());
        Box::pin(self.write(Deed::Open { account }))
    }
}

impl Handler<Deposit> for Shard {
    type Result = ResponseFuture<Numbered>;

    fn handle(&mut self, Deposit(account, cents): Deposit, _: &mut Context<Self>) -> Self::Result {
        if let Err(refusal) = self.book.check(&account) {
            return Box::pin(async { Err(refusal.into()) });
        }
        Box::pin(self.write(Deed::Deposit { account, cents }))
    }
}

impl Handler<Transfer> for Shard {
    type Result = ResponseFuture<Numbered>;

    fn handle(&mut self, order: Transfer, ctx: &mut Context<Self>) -> Self::Result {
        let Transfer { from, to, amount } = order;
        if let Err(refusal) = self.book.hold(&from, amount) {
            return Box::pin(async { Err(refusal.into()) });
        }
        let written = self.write(Deed::Transfer { from: from.clone(), to, cents: amount });
        let shard = ctx.address();
        Box::pin(async move {
            let written = written.await;
            if written.is_err() {
                shard.do_send(LetGo(from, amount));
            }
            written
        })
    }
}

impl Handler<LetGo> for Shard {
    type Result = ();

    fn handle(&mut self, LetGo(account, amount): LetGo, _: &mut Context<Self>) {
        self.book.let_go(&account, amount);
    }
}

impl Handler<Check> for Shard {
    type Result = Result<(), Refusal>;

    fn handle(&mut self, Check(account): Check, _: &mut Context<Self>) -> Self::Result {
        self.book.check(&account)
    }
}

impl Handler<Balance> for Shard {
    type Result = Result<Amount, Refusal>;

    fn handle(&mut self, Balance(account): Balance, _: &mut Context<Self>) -> Self::Result {
        self.book.balance(&account)
    }
}

impl Handler<Statement> for Shard {
    type Result = Result<Vec<Entry>, Refusal>;

    fn handle(
        &mut self,
        Statement(account, entries): Statement,
        _: &mut Context<Self>,
    ) -> Self::Result {
        self.book.statement(&account, entries)
    }
}

impl Handler<Count> for Shard {
    type Result = Totals;

    fn handle(&mut self, _: Count, _: &mut Context<Self>) -> Totals {
        let (accounts, held) = self.book.totals();
        Totals { seq: self.book.seq(), accounts, held }
    }
}
