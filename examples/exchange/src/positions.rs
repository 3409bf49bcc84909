//! Who has what (kameo). Settlement starts it with what the journal says.

use std::sync::Arc;

use actorscope_kameo::observed;
use kameo::actor::{Actor, ActorRef};
use kameo::error::Infallible;
use kameo::message::{Context, Message};

use crate::execution::Execution;
use crate::ledger::{Holdings, Ledger, Totals};

/// See the module's text.
#[derive(Debug)]
pub struct Positions {
    ledger: Ledger,
}

#[observed(state)]
impl Actor for Positions {
    type Args = Ledger;
    type Error = Infallible;

    async fn on_start(ledger: Ledger, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self { ledger })
    }
}

/// An execution that is written.
pub struct Book(pub Execution);

impl Message<Book> for Positions {
    type Reply = ();

    async fn handle(&mut self, Book(execution): Book, _: &mut Context<Self, ()>) {
        self.ledger.book(&execution);
    }
}

/// What has this account?
pub struct Of(pub Arc<str>);

impl Message<Of> for Positions {
    type Reply = Result<Holdings, Infallible>;

    async fn handle(&mut self, Of(account): Of, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        Ok(self.ledger.of(&account))
    }
}

/// What have all?
pub struct Sum;

impl Message<Sum> for Positions {
    type Reply = Result<Totals, Infallible>;

    async fn handle(&mut self, _: Sum, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        Ok(self.ledger.totals())
    }
}
