//! A reference that says what is sent: for the mailbox's depth and waits, and for who talks to whom.
//!
//! ractor's references keep to themselves what goes through them. An [`ObservedRef`] is used like one,
//! with ractor's own `cast!`, `call!` and `call_t!` too, and counts and stamps each message beside the
//! mailbox. What is sent from an observed actor's handler also counts as a link from it.
//!
//! ```
//! use actorscope_ractor::{ObservedRef, TrackSends, observe};
//! use ractor::{Actor, call, cast};
//! # use ractor::{ActorProcessingErr, ActorRef, RpcReplyPort};
//! # struct Till;
//! # #[ractor::actor(message = Coin)]
//! # impl Till {
//! #     #[ractor::message(Coin::In(coin))]
//! #     fn coin(&self, coin: u32) {}
//! #     #[ractor::rpc(Coin::Sum(reply))]
//! #     fn sum(&self) -> u32 { 7 }
//! # }
//! # enum Coin { In(u32), Sum(RpcReplyPort<u32>) }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (till, _) = Actor::spawn(None, observe(Till), ()).await?;
//! let till: ObservedRef<Coin> = till.tracked();
//! cast!(till, Coin::In(5))?;
//! let sum = call!(till, Coin::Sum)?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it costs, and what it asks of you
//! A message costs its sender an atomic addition and, while fewer than 64 wait, a reading of the clock and
//! a store; from inside of an observed actor another addition for the link. It costs its receiver a few
//! loads and stores. Of messages beyond those 64 it is known when they arrived on the whole, not each.
//!
//! The numbers are exact while everything that the actor gets comes through tracked references. ractor
//! gives no message a mark, so one that was sent otherwise (by a timer, by the actor to itself) takes
//! the stamp of a tracked one and makes the waits of those behind it look shorter, until the mailbox
//! runs empty. That this happened is noticed then, and from there on the depth is told as *at least*.

mod ask;
mod edge;

use crate::seen::Seen;
use crate::table;
use edge::Edge;
use ractor::concurrency::{Duration, JoinHandle};
use ractor::rpc::CallResult;
use ractor::{ActorCell, ActorRef, ActorStatus, Message, MessagingErr, RpcReplyPort};
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Makes tracked references.
pub trait TrackSends<M> {
    /// The same reference, which from here on says what is sent through it.
    fn tracked(&self) -> ObservedRef<M>;
}

impl<M: Message> TrackSends<M> for ActorRef<M> {
    fn tracked(&self) -> ObservedRef<M> {
        ObservedRef::from(self.clone())
    }
}

/// An [`ActorRef`] that says what is sent through it: see [the module](self). To an actor that is not
/// observed it sends like any other.
///
/// Like an [`ActorRef`] it is one of an [`ActorCell`], with all its methods.
pub struct ObservedRef<M> {
    to: ActorRef<M>,
    /// Whom it reaches, once that is known; `None` for one that is not observed.
    seen: OnceLock<Option<Arc<Seen>>>,
}

impl<M> Clone for ObservedRef<M> {
    fn clone(&self) -> Self {
        Self { to: self.to.clone(), seen: self.seen.clone() }
    }
}

impl<M> fmt::Debug for ObservedRef<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to.fmt(f)
    }
}

impl<M> Deref for ObservedRef<M> {
    type Target = ActorCell;

    fn deref(&self) -> &ActorCell {
        &self.to
    }
}

impl<M> From<ActorRef<M>> for ObservedRef<M> {
    fn from(to: ActorRef<M>) -> Self {
        let reference = Self { to, seen: OnceLock::new() };
        // From here on its mailbox is known to have a depth.
        let _ = reference.seen();
        reference
    }
}

impl<M> From<ObservedRef<M>> for ActorRef<M> {
    fn from(tracked: ObservedRef<M>) -> Self {
        tracked.to
    }
}

impl<M> PartialEq for ObservedRef<M> {
    fn eq(&self, other: &Self) -> bool {
        self.to == other.to
    }
}

impl<M> Eq for ObservedRef<M> {}

impl<M> ObservedRef<M> {
    /// What is known of the actor; `None` if it is not observed or has not started.
    #[inline]
    fn seen(&self) -> Option<&Seen> {
        match self.seen.get() {
            Some(seen) => seen.as_deref(),
            None => self.look_up(),
        }
    }

    #[cold]
    fn look_up(&self) -> Option<&Seen> {
        let seen = table::get(self.to.get_id()).filter(|seen| seen.is_observed);
        // It may turn out to be observed when it starts.
        if seen.is_none() && self.to.get_status() < ActorStatus::Running {
            return None;
        }
        if let Some(seen) = &seen {
            seen.tracked();
        }
        self.seen.get_or_init(|| seen).as_deref()
    }

    /// ractor's own reference, for what is not to be tracked.
    pub const fn untracked(&self) -> &ActorRef<M> {
        &self.to
    }
}

impl<M: Message> ObservedRef<M> {
    /// See [`ActorRef::cast`].
    pub fn cast(&self, message: M) -> Result<(), MessagingErr<M>> {
        self.send_message(message)
    }

    /// See [`ActorRef::send_message`].
    pub fn send_message(&self, message: M) -> Result<(), MessagingErr<M>> {
        let seen = self.seen();
        let sent = self.send(seen, message);
        if let Some(edge) = Edge::to(seen) {
            edge.told(sent.is_ok());
        }
        sent
    }

    fn send(&self, seen: Option<&Seen>, message: M) -> Result<(), MessagingErr<M>> {
        let inbox = seen.and_then(Seen::inbox);
        if let (Some(seen), Some(inbox)) = (seen, inbox)
            && inbox.send()
        {
            seen.slot.arrives();
        }
        let sent = self.to.send_message(message);
        if let (Err(_), Some(inbox)) = (&sent, inbox) {
            inbox.not_sent();
        }
        sent
    }

    /// See [`ActorRef::call`].
    pub fn call<T, B>(
        &self,
        build: B,
        timeout: Option<Duration>,
    ) -> impl Future<Output = Result<CallResult<T>, MessagingErr<M>>> + Send + use<T, B, M>
    where
        B: FnOnce(RpcReplyPort<T>) -> M + Send,
        T: Send + 'static,
    {
        ask::call(self.clone(), build, timeout)
    }

    /// See [`ActorRef::send_after`]. Counts from the moment at which it is sent.
    pub fn send_after<F>(
        &self,
        period: Duration,
        message: F,
    ) -> JoinHandle<Result<(), MessagingErr<M>>>
    where
        F: FnOnce() -> M + Send + 'static,
    {
        let to = self.clone();
        ractor::concurrency::spawn(async move {
            ractor::concurrency::sleep(period).await;
            to.send_message(message())
        })
    }

    /// See [`ActorRef::send_interval`].
    pub fn send_interval<F>(&self, period: Duration, message: F) -> JoinHandle<()>
    where
        F: Fn() -> M + Send + 'static,
    {
        let to = self.clone();
        ractor::concurrency::spawn(async move {
            let mut timer = ractor::concurrency::interval(period);
            // The first tick comes at once.
            timer.tick().await;
            while ractor::ACTIVE_STATES.contains(&to.get_status()) {
                timer.tick().await;
                if to.send_message(message()).is_err() {
                    break;
                }
            }
        })
    }
}
