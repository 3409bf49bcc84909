//! Messages whose sender says so: who talks to whom, how long answers take, who waits for whom.
//!
//! kameo's own `tell` and `ask` tell nobody who sends. `tell_observed` and `ask_observed` are the same
//! requests with the same options, and count on the sender's side, by the slot of the actor in whose
//! handler or `on_start` they are made:
//!
//! ```
//! use actorscope_kameo::{Actor, AskObserved, TellObserved};
//! use kameo::prelude::{ActorRef, Context, Message};
//! use std::time::Duration;
//!
//! # struct Charge(u32);
//! # struct Ship;
//! # #[derive(Actor)]
//! # struct Payments;
//! # impl Message<Charge> for Payments {
//! #     type Reply = bool;
//! #     async fn handle(&mut self, _: Charge, _: &mut Context<Self, bool>) -> bool { true }
//! # }
//! # #[derive(Actor)]
//! # struct Depot;
//! # impl Message<Ship> for Depot {
//! #     type Reply = ();
//! #     async fn handle(&mut self, _: Ship, _: &mut Context<Self, ()>) {}
//! # }
//! #[derive(Actor)]
//! struct Orders {
//!     payments: ActorRef<Payments>,
//!     depot: ActorRef<Depot>,
//! }
//!
//! # struct Order(u32);
//! impl Message<Order> for Orders {
//!     type Reply = ();
//!     async fn handle(&mut self, Order(sum): Order, _: &mut Context<Self, ()>) {
//!         let paid = self.payments.ask_observed(Charge(sum));
//!         if let Ok(true) = paid.reply_timeout(Duration::from_secs(5)).await {
//!             let _ = self.depot.tell_observed(Ship).await;
//!         }
//!     }
//! }
//! ```
//!
//! A message that could not be delivered counts as failed, and so does an ask whose answer did not
//! come: because the receiver ended, because it took too long, or because nobody waits any more. An
//! answer that is an error of the receiver's is an answer.
//!
//! From elsewhere than an observed actor's task, or to an actor that is not observed, they do exactly
//! what kameo's own do. What kameo has beyond this (`forward`, `send_after`, …) is not observed.

mod ask;
pub(crate) mod early;
mod request;
mod tell;

pub use ask::{AskObserved, ObservedAnswer, ObservedAsk, ObservedReply};
pub use tell::{ObservedTell, TellObserved, Telling};

use crate::ended;
use actorscope_agent::adapter::{Asking, SlotHandle, current_slot};
use actorscope_agent::core::SlotId;
use early::EarlyAsk;
use kameo::actor::ActorId;
use std::sync::Arc;

/// Who sends to whom.
#[derive(Clone, Debug)]
struct Edge {
    sender: SlotHandle,
    receiver: Receiver,
}

#[derive(Clone, Copy, Debug)]
enum Receiver {
    Is(SlotId),
    /// It may turn out to be observed.
    Starting(ActorId),
}

impl Edge {
    /// From the actor whose task this is.
    fn to(receiver: ActorId, is_starting: impl FnOnce() -> bool) -> Option<Self> {
        let sender = current_slot()?;
        let receiver = match ended::slot_of(receiver) {
            Some(slot) => Receiver::Is(slot),
            None if is_starting() => Receiver::Starting(receiver),
            None => return None,
        };
        Some(Self { sender, receiver })
    }

    fn told(self, delivered: bool) {
        match self.receiver {
            Receiver::Is(slot) => self.sender.told(slot, delivered),
            Receiver::Starting(id) => early::told(self.sender, id, delivered),
        }
    }

    fn asks(self) -> Question {
        match self.receiver {
            Receiver::Is(slot) => Question::Asked(self.sender.asks(slot)),
            Receiver::Starting(id) => Question::Early(EarlyAsk::begin(self.sender, id)),
        }
    }
}

/// An answer that is out. Dropped, it will not come.
#[derive(Debug)]
enum Question {
    Asked(Asking),
    Early(Arc<EarlyAsk>),
}

impl Question {
    fn answered(self, ok: bool) {
        match self {
            Self::Asked(asking) => asking.answered(ok),
            Self::Early(ask) => ask.answered(ok),
        }
    }
}

/// Whether a future has not come to its end.
fn is_pending(future: impl Future) -> bool {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::pin!(future).poll(&mut context).is_pending()
}
