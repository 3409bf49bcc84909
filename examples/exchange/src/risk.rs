//! Looks at each order before a book does (ractor).

use std::sync::Arc;
use std::time::Duration;

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort};
use tokio::time::sleep;

use crate::limits::{Limits, Refusal};

/// How others find it, and its name in the tree.
pub const NAME: &str = "risk";
/// With [`SlowRisk`](crate::Fault::SlowRisk), what looking something up takes.
const LOOK_UP: Duration = Duration::from_millis(20);

/// What it is told.
pub enum Say {
    /// Whether an order for this symbol, quantity and price may go to its book.
    Check(String, u64, u64, RpcReplyPort<Result<(), Refusal>>),
    /// This was the last price of a symbol.
    Traded(Arc<str>, u64),
}

impl Say {
    /// For an observer.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Check(..) => "Check",
            Self::Traded(..) => "Traded",
        }
    }
}

/// See the module's text. One that is restarted takes any price until the next trade.
pub struct Risk {
    pub is_slow: bool,
}

impl Actor for Risk {
    type Msg = Say;
    type State = Limits;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Say>, (): ()) -> Result<Limits, ActorProcessingErr> {
        Ok(Limits::default())
    }

    async fn handle(
        &self,
        _: ActorRef<Say>,
        message: Say,
        limits: &mut Limits,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Say::Check(symbol, quantity, price, reply) => {
                if self.is_slow {
                    sleep(LOOK_UP).await;
                }
                // Whoever stopped waiting does not mind.
                let _ = reply.send(limits.check(&symbol, quantity, price));
            }
            Say::Traded(symbol, price) => limits.traded(symbol, price),
        }
        Ok(())
    }
}
