//! The last trades of each symbol (ractor). Nobody supervises it: without it there is less to read.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};

/// How others find it.
pub const NAME: &str = "tape";
/// Trades remembered of each symbol.
const LENGTH: usize = 5;

/// What it is told.
pub enum Say {
    /// Prices and quantities, in the order in which they happened.
    Traded(Arc<str>, Vec<(u64, u64)>),
    /// Somebody wants to read, the latest first.
    Last(String, RpcReplyPort<Vec<(u64, u64)>>),
}

/// See the module's text.
pub struct Tape;

impl Actor for Tape {
    type Msg = Say;
    type State = HashMap<Arc<str>, VecDeque<(u64, u64)>>;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Say>, (): ()) -> Result<Self::State, ActorProcessingErr> {
        Ok(HashMap::new())
    }

    async fn handle(
        &self,
        _: ActorRef<Say>,
        message: Say,
        trades: &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Say::Traded(symbol, new) => {
                let last = trades.entry(symbol).or_default();
                for trade in new {
                    last.push_front(trade);
                }
                last.truncate(LENGTH);
            }
            Say::Last(symbol, reply) => {
                let last = trades.get(&*symbol).into_iter().flatten().copied().collect();
                // Whoever stopped waiting does not mind.
                let _ = reply.send(last);
            }
        }
        Ok(())
    }
}
