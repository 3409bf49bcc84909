//! The supervisor of the order books (kameo), and of nobody else: the tape hangs below it because it is
//! started here, and does without.

use std::sync::Arc;
use std::time::Duration;

use actorscope_kameo::{ChildSpec, SuperviseObserved, observed};
use actorscope_ractor::observe;
use kameo::actor::{Actor, ActorRef, WeakActorRef};
use kameo::error::ActorStopReason;
use ractor::SpawnErr;

use crate::book::{BookArgs, OrderBook};
use crate::tape::{self, Tape};
use crate::world::{Alive, World};

/// How often a book is started again before it stays down.
const RESTARTS: (u32, Duration) = (5, Duration::from_secs(60));

/// See the module's text. A book that gives up takes no other with it.
pub struct Books {
    tape: ractor::ActorRef<tape::Say>,
}

/// What it starts with.
pub struct BooksArgs {
    pub world: Arc<World>,
    /// For the feeds.
    pub alive: Alive,
}

#[observed]
impl Actor for Books {
    type Args = BooksArgs;
    type Error = SpawnErr;

    async fn on_start(args: BooksArgs, me: ActorRef<Self>) -> Result<Self, SpawnErr> {
        let BooksArgs { world, alive } = args;
        let name = Some(tape::NAME.to_owned());
        let (tape, _) = ractor::Actor::spawn(name, observe(Tape), ()).await?;
        let mut books = std::collections::BTreeMap::new();
        for symbol in &world.symbols {
            let spec = ChildSpec::new(&**symbol).restart_limit(RESTARTS.0, RESTARTS.1);
            let (symbol, alive) = (symbol.clone(), alive.clone());
            let args = BookArgs { symbol: symbol.clone(), world: world.clone(), alive };
            let book = OrderBook::supervise_observed(&me, spec, args).spawn().await;
            // One after the other: so they are shown in this order.
            book.wait_for_startup().await;
            books.insert(symbol, book);
        }
        world.set_books(books);
        Ok(Self { tape })
    }

    async fn on_link_died(
        &mut self,
        _: WeakActorRef<Self>,
        _: kameo::actor::ActorId,
        _: ActorStopReason,
    ) -> Result<std::ops::ControlFlow<ActorStopReason>, SpawnErr> {
        Ok(std::ops::ControlFlow::Continue(()))
    }

    async fn on_stop(&mut self, _: WeakActorRef<Self>, _: ActorStopReason) -> Result<(), SpawnErr> {
        self.tape.stop(Some("the books are closed".to_owned()));
        Ok(())
    }
}
