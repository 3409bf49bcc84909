//! A homegrown actor framework: a trait, a mailbox, a loop. It knows nothing of observers but that each
//! actor has a `Seat`, which it asks for messages and tells what happens to them.

use crate::adapter::Seat;
use std::future::Future;
use tokio::sync::{mpsc, oneshot};

/// Why an actor failed.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Something that handles messages, one after the other.
pub trait Actor: Sized + Send + 'static {
    /// What it handles.
    type Message: Send + 'static;

    /// Handles a message. An error ends the actor.
    fn handle(
        &mut self,
        message: Self::Message,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The receiving end of an actor's messages. Outlives the actor, for the one that follows.
pub(crate) type Mailbox<M> = mpsc::Receiver<M>;

/// Where messages go in, whichever actor takes them out.
#[derive(Clone, Debug)]
pub struct Address<M> {
    sender: mpsc::Sender<M>,
    seat: Seat,
}

/// The actor has ended for good, or ended with the message in its hands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gone;

impl<M> Address<M> {
    pub(crate) const fn new(sender: mpsc::Sender<M>, seat: Seat) -> Self {
        Self { sender, seat }
    }

    /// Sends a message that is answered, and waits for the answer.
    pub async fn ask<R>(&self, message: impl FnOnce(oneshot::Sender<R>) -> M) -> Result<R, Gone> {
        let (reply, answer) = oneshot::channel();
        let asked = async {
            self.sender.send(message(reply)).await.map_err(|_| Gone)?;
            answer.await.map_err(|_| Gone)
        };
        self.seat.asked(asked).await
    }
}

/// An actor's life: it is made, and handles messages until it fails or there are no more.
pub(crate) async fn live<A: Actor>(
    make: impl Future<Output = Result<A, Failure>>,
    mailbox: &mut Mailbox<A::Message>,
    seat: &Seat,
) -> Result<(), Failure> {
    let mut actor = make.await?;
    while let Some((message, arrival)) = seat.next(mailbox).await? {
        seat.handle::<A>(arrival, actor.handle(message)).await?;
    }
    Ok(())
}
