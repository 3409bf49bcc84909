//! actorscope for [ractor] with its feature `cluster`: how many messages wait in a mailbox and for how
//! long, exactly, with one derive for each type of message and no change where they are sent.
//!
//! With that feature every type of message needs an `impl ractor::Message`. Derive it:
//!
//! ```
//! use actorscope_ractor_cluster::{Kind, ObservedMessage, observe};
//! use ractor::{Actor, RpcReplyPort, call, cast};
//! # use ractor::{ActorProcessingErr, ActorRef};
//!
//! #[derive(ObservedMessage)] // instead of `impl ractor::Message for Coin {}`
//! enum Coin {
//!     In(u32),
//!     Sum(RpcReplyPort<u32>),
//! }
//!
//! # struct Till;
//! # impl Actor for Till {
//! #     type Msg = Coin;
//! #     type State = u32;
//! #     type Arguments = ();
//! #     async fn pre_start(&self, _: ActorRef<Coin>, (): ()) -> Result<u32, ActorProcessingErr> {
//! #         Ok(0)
//! #     }
//! #     async fn handle(
//! #         &self, _: ActorRef<Coin>, coin: Coin, sum: &mut u32,
//! #     ) -> Result<(), ActorProcessingErr> {
//! #         match coin {
//! #             Coin::In(coin) => *sum += coin,
//! #             Coin::Sum(reply) => _ = reply.send(*sum),
//! #         }
//! #         Ok(())
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (till, _) = Actor::spawn(None, observe(Till).messages(Coin::kind), ()).await?;
//! cast!(till, Coin::In(5))?;
//! assert_eq!(call!(till, Coin::Sum)?, 5);
//! # Ok(())
//! # }
//! ```
//!
//! `.messages(Coin::kind)` tells the variants apart, by their names; [`Kind`] is derived along.
//!
//! Whoever sends (with any reference, by a timer, the actor to itself), the message carries the instant
//! at which it was sent, and is counted until its handler begins. Types that go to other nodes of a
//! cluster have an `impl` that serializes them, by ractor's own derives, and can't have this one.
//!
//! # What it costs
//! The feature, which is a decision for the whole build: no type is a message any more without an `impl`,
//! and ractor-supervisor 0.2 does not compile. A message grows by 40 bytes, in the box in which ractor
//! sends it anyway. Its sender reads the clock and adds to a counter of the receiver's, which it finds
//! without a lock if it has sent to it lately.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub use actorscope_macros::ObservedMessage;
pub use actorscope_ractor::{Observed, ObservedLocal, agent, observe, sends, supervise};

/// The name of a message's variant, for [`Observed::messages`]. Implemented for whatever derives
/// [`ObservedMessage`].
pub trait Kind {
    /// The variant's name; of a struct its own.
    fn kind(&self) -> &'static str;
}

/// What the derive expands to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    use actorscope_ractor::__private::Stamp;
    pub use ractor::message::{BoxedDowncastErr, BoxedMessage};
    pub use ractor::{ActorId, Message};
    use std::any::Any;

    /// What is in the mailbox.
    struct Stamped<M>(M, Stamp);

    impl<M: Any + Send> Message for Stamped<M> {}

    /// Runs in the sender.
    pub fn pack<M: Any + Send>(message: M, to: &ActorId) -> Result<BoxedMessage, BoxedDowncastErr> {
        if !to.is_local() {
            // It has no serialized form.
            return Err(BoxedDowncastErr);
        }
        Stamped(message, Stamp::of_message_to(*to)).box_message(to)
    }

    /// Runs in the receiver, right before its handler; or in a sender that could not deliver.
    pub fn unpack<M: Any + Send>(message: BoxedMessage) -> Result<M, BoxedDowncastErr> {
        let Stamped(message, stamp) = Stamped::from_boxed(message)?;
        stamp.unpacked();
        Ok(message)
    }
}
