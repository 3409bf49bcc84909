//! `tell_observed`.

use super::request::{Tell, TellNow};
use super::{Edge, is_pending};
use kameo::Actor;
use kameo::actor::{ActorRef, Recipient, ReplyRecipient};
use kameo::error::SendError;
use kameo::message::Message;
use kameo::reply::ReplyError;
use kameo::request::{
    RecipientTellRequest, ReplyRecipientTellRequest, TellRequest, WithoutRequestTimeout,
};
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Sends that show in the links of sender and receiver.
pub trait TellObserved<M: Send + 'static> {
    /// kameo's own request.
    type Request<'a>
    where
        Self: 'a;

    /// Like kameo's `tell`, counted from the actor whose task this is.
    #[track_caller]
    fn tell_observed(&self, msg: M) -> ObservedTell<Self::Request<'_>>;
}

impl<A: Actor + Message<M>, M: Send + 'static> TellObserved<M> for ActorRef<A> {
    type Request<'a> = TellRequest<'a, A, M, WithoutRequestTimeout>;

    fn tell_observed(&self, msg: M) -> ObservedTell<Self::Request<'_>> {
        let edge = Edge::to(self.id(), || self.with_startup_result(|_| ()).is_none());
        ObservedTell { request: self.tell(msg), edge }
    }
}

impl<M: Send + 'static> TellObserved<M> for Recipient<M> {
    type Request<'a> = RecipientTellRequest<'a, M, WithoutRequestTimeout>;

    fn tell_observed(&self, msg: M) -> ObservedTell<Self::Request<'_>> {
        let edge = Edge::to(self.id(), || is_pending(self.wait_for_startup()));
        ObservedTell { request: self.tell(msg), edge }
    }
}

impl<M, Ok, Err> TellObserved<M> for ReplyRecipient<M, Ok, Err>
where
    M: Send + 'static,
    Ok: Send + 'static,
    Err: ReplyError,
{
    type Request<'a> = ReplyRecipientTellRequest<'a, M, Ok, Err, WithoutRequestTimeout>;

    fn tell_observed(&self, msg: M) -> ObservedTell<Self::Request<'_>> {
        let edge = Edge::to(self.id(), || is_pending(self.wait_for_startup()));
        ObservedTell { request: self.tell(msg), edge }
    }
}

/// kameo's request to send a message, observed: to be awaited, or sent in one of the other ways.
#[must_use = "nothing is sent until it is awaited or sent"]
#[allow(missing_debug_implementations, reason = "kameo's request has none")]
pub struct ObservedTell<R> {
    request: R,
    edge: Option<Edge>,
}

impl<R: Tell> ObservedTell<R> {
    /// How long to wait for a place in the mailbox.
    pub fn mailbox_timeout(self, duration: Duration) -> ObservedTell<R::Patient> {
        ObservedTell { request: self.request.mailbox_timeout(duration), edge: self.edge }
    }

    /// Sends it, waiting for a place in the mailbox.
    pub fn send(self) -> Telling<R::Sending> {
        Telling { sending: self.request.send(), edge: self.edge, begun: false }
    }
}

impl<R: TellNow> ObservedTell<R> {
    /// Sends it if there is a place in the mailbox.
    pub fn try_send(self) -> Result<(), SendError<R::Message>> {
        tell(self.edge, self.request.try_send())
    }

    /// Sends it from code that is not async.
    pub fn blocking_send(self) -> Result<(), SendError<R::Message>> {
        tell(self.edge, self.request.blocking_send())
    }
}

impl<R: Tell> IntoFuture for ObservedTell<R> {
    type Output = Result<(), SendError<R::Message>>;
    type IntoFuture = Telling<R::Sending>;

    fn into_future(self) -> Self::IntoFuture {
        self.send()
    }
}

/// A message that waits for its place in a mailbox. Dropped before it has one, it counts as not
/// delivered.
#[must_use = "nothing is sent until it is awaited"]
#[allow(missing_debug_implementations, reason = "kameo's future has none")]
pub struct Telling<F> {
    sending: F,
    edge: Option<Edge>,
    begun: bool,
}

impl<F, E> Future for Telling<F>
where
    F: Future<Output = Result<(), E>> + Unpin,
{
    type Output = Result<(), E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.begun = true;
        let sent = ready!(Pin::new(&mut self.sending).poll(cx));
        Poll::Ready(tell(self.edge.take(), sent))
    }
}

impl<F> Drop for Telling<F> {
    fn drop(&mut self) {
        if let Some(edge) = self.edge.take().filter(|_| self.begun) {
            edge.told(false);
        }
    }
}

fn tell<E>(edge: Option<Edge>, sent: Result<(), E>) -> Result<(), E> {
    if let Some(edge) = edge {
        edge.told(sent.is_ok());
    }
    sent
}
