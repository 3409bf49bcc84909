//! From a book to settlement (a tokio task with an observed channel): sends each execution until it is
//! written, then tells those who only want to know.

use std::sync::Arc;
use std::time::Duration;

use actorscope_kameo::agent::tokio::{Receiver, channel, spawn};
use actorscope_ractor::TrackSends;
use ractor::ActorRef;
use ractor::rpc::CallResult;
use tokio::sync::mpsc::{OwnedPermit, Sender};
use tokio::time::sleep;

use crate::execution::Execution;
use crate::world::Alive;
use crate::{risk, settlement, tape};

/// Executions that may wait. Then the book waits.
const CAPACITY: usize = 256;
/// For settlement to say that it is written, before it is asked again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Before a settlement that is just being restarted is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// A book's way to its feed.
pub struct Feed {
    symbol: Arc<str>,
    sender: Sender<Execution>,
    alive: Alive,
}

impl Feed {
    /// Starts the task, which ends when this is dropped and everything is delivered.
    pub fn start(symbol: &Arc<str>, alive: Alive) -> Self {
        let (sender, inbox) = channel("feed", CAPACITY);
        let held = alive.clone();
        spawn("feed", async move {
            deliver_all(inbox).await;
            drop(held);
        });
        Self { symbol: symbol.clone(), sender, alive }
    }

    /// Room for one execution, once there is some. If somebody killed the task, another one begins;
    /// what that one held is lost, as the killer was told.
    pub async fn room(&mut self) -> OwnedPermit<Execution> {
        loop {
            match self.sender.clone().reserve_owned().await {
                Ok(room) => return room,
                Err(_) => *self = Self::start(&self.symbol, self.alive.clone()),
            }
        }
    }
}

async fn deliver_all(mut inbox: Receiver<Execution>) {
    while let Some(execution) = inbox.recv().await {
        while !is_settled(&execution).await {
            sleep(PAUSE).await;
        }
        // News only: whoever is not there misses them.
        let prices: Vec<_> = execution.fills.iter().map(|f| (f.price, f.quantity)).collect();
        let last = prices.last().map(|(price, _)| *price);
        if let Some(tape) = ActorRef::where_is(tape::NAME) {
            let _ = tape.tracked().cast(tape::Say::Traded(execution.symbol.clone(), prices));
        }
        if let (Some(risk), Some(last)) = (ActorRef::where_is(risk::NAME), last) {
            let _ = risk.tracked().cast(risk::Say::Traded(execution.symbol, last));
        }
    }
}

async fn is_settled(execution: &Execution) -> bool {
    let Some(settlement) = ActorRef::where_is(settlement::NAME) else { return false };
    let settle = |reply| settlement::Say::Settle(execution.clone(), reply);
    let answer = settlement.tracked().call(settle, Some(PATIENCE)).await;
    matches!(answer, Ok(CallResult::Success(())))
}
