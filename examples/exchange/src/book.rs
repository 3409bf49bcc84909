//! One symbol's order book (kameo).

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actorscope_kameo::observed;
use kameo::actor::{Actor, ActorRef};
use kameo::error::Infallible;
use kameo::message::{Context, Message};

use crate::execution::Execution;
use crate::fault::Fault;
use crate::feed::Feed;
use crate::matching::{Book, Order, Side};
use crate::world::{Alive, World};

/// With [`Fault::CrashyBook`], every so many orders.
const CRASHES_AFTER: u64 = 50;

/// Matches orders, one at a time, and tells the feed what they traded.
///
/// Orders that are open when it ends are open no more: the next one begins empty.
pub struct OrderBook {
    symbol: Arc<str>,
    opened: u64,
    executions: u64,
    orders: u64,
    book: Book,
    feed: Feed,
    crashes: bool,
}

/// What each incarnation starts with.
#[derive(Clone)]
pub struct BookArgs {
    pub symbol: Arc<str>,
    pub world: Arc<World>,
    pub alive: Alive,
}

#[observed]
impl Actor for OrderBook {
    type Args = BookArgs;
    type Error = Infallible;

    async fn on_start(args: BookArgs, _: ActorRef<Self>) -> Result<Self, Infallible> {
        let BookArgs { symbol, world, alive } = args;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let is_first = world.symbols.first() == Some(&symbol);
        Ok(Self {
            opened: u64::try_from(since.as_nanos()).unwrap_or(u64::MAX),
            executions: 0,
            orders: 0,
            book: Book::default(),
            // Here, so that an observer sees whose it is.
            feed: Feed::start(&symbol, alive),
            crashes: is_first && world.fault == Some(Fault::CrashyBook),
            symbol,
        })
    }
}

/// An order that risk has let through.
pub struct Place(pub Order);

/// What it traded at once, and what is left of it.
pub struct Placed {
    pub filled: u64,
    pub open: u64,
}

impl Message<Place> for OrderBook {
    type Reply = Result<Placed, Infallible>;

    async fn handle(
        &mut self,
        Place(order): Place,
        _: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        self.orders += 1;
        if self.crashes && self.orders.is_multiple_of(CRASHES_AFTER) {
            panic!("order {} is on no price level", order.id);
        }
        // Room first: from here to the end nothing waits, so nobody can kill this actor between a match
        // and the telling of it.
        let room = self.feed.room().await;
        let quantity = order.quantity;
        let fills = self.book.place(order);
        let filled = fills.iter().map(|fill| fill.quantity).sum();
        if !fills.is_empty() {
            self.executions += 1;
            let (symbol, opened, number) = (self.symbol.clone(), self.opened, self.executions);
            room.send(Execution { symbol, opened, number, fills });
        }
        Ok(Placed { filled, open: quantity.saturating_sub(filled) })
    }
}

/// Somebody wants an order of theirs taken out.
pub struct Cancel {
    pub id: u64,
    pub account: Arc<str>,
}

impl Message<Cancel> for OrderBook {
    /// What was left of it.
    type Reply = Option<u64>;

    async fn handle(&mut self, cancel: Cancel, _: &mut Context<Self, Option<u64>>) -> Option<u64> {
        self.book.cancel(cancel.id, &cancel.account)
    }
}

/// Somebody wants to see the best prices, so many of each side.
pub struct Look(pub usize);

/// See [`Look`].
pub struct Seen {
    pub open: u64,
    pub bids: Vec<(u64, u64)>,
    pub asks: Vec<(u64, u64)>,
}

impl Message<Look> for OrderBook {
    type Reply = Result<Seen, Infallible>;

    async fn handle(
        &mut self,
        Look(most): Look,
        _: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        let levels = |side| self.book.levels(side, most);
        Ok(Seen { open: self.book.open(), bids: levels(Side::Buy), asks: levels(Side::Sell) })
    }
}
