//! `ask_observed`.

use super::request::{Answer, Ask, AskBlocking, AskNow, Timeout};
use super::{Edge, Question, is_pending};
use kameo::Actor;
use kameo::actor::{ActorRef, ReplyRecipient};
use kameo::error::SendError;
use kameo::message::Message;
use kameo::reply::ReplyError;
use kameo::request::{
    AskRequest, PendingReply, ReplyRecipientAskRequest, WithRequestTimeout, WithoutRequestTimeout,
};
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Questions that show in the links of sender and receiver, with the time their answers take.
pub trait AskObserved<M: Send + 'static> {
    /// kameo's own request.
    type Request<'a>
    where
        Self: 'a;

    /// Like kameo's `ask`, counted from the actor whose task this is.
    #[track_caller]
    fn ask_observed(&self, msg: M) -> ObservedAsk<Self::Request<'_>>;
}

impl<A: Actor + Message<M>, M: Send + 'static> AskObserved<M> for ActorRef<A> {
    type Request<'a> = AskRequest<'a, A, M, WithoutRequestTimeout, WithoutRequestTimeout>;

    fn ask_observed(&self, msg: M) -> ObservedAsk<Self::Request<'_>> {
        let edge = Edge::to(self.id(), || self.with_startup_result(|_| ()).is_none());
        ObservedAsk { request: self.ask(msg), edge }
    }
}

impl<M, Ok, Err> AskObserved<M> for ReplyRecipient<M, Ok, Err>
where
    M: Send + 'static,
    Ok: Send + 'static,
    Err: ReplyError,
{
    type Request<'a> = ReplyRecipientAskRequest<'a, M, Ok, Err, WithoutRequestTimeout>;

    fn ask_observed(&self, msg: M) -> ObservedAsk<Self::Request<'_>> {
        let edge = Edge::to(self.id(), || is_pending(self.wait_for_startup()));
        ObservedAsk { request: self.ask(msg), edge }
    }
}

/// kameo's request to send a message and wait for its answer, observed: to be awaited, or sent in one
/// of the other ways.
#[must_use = "nothing is sent until it is awaited or sent"]
#[allow(missing_debug_implementations, reason = "kameo's request has none")]
pub struct ObservedAsk<R> {
    request: R,
    edge: Option<Edge>,
}

impl<R: Ask> ObservedAsk<R> {
    /// How long to wait for a place in the mailbox.
    pub fn mailbox_timeout(self, duration: Duration) -> ObservedAsk<R::Patient> {
        ObservedAsk { request: self.request.mailbox_timeout(duration), edge: self.edge }
    }

    /// Sends it, waiting for a place in the mailbox and then for the answer.
    pub fn send(self) -> ObservedAnswer<R::Sending> {
        ObservedAnswer { answer: self.request.send(), edge: self.edge, question: None }
    }
}

impl<R: AskNow> ObservedAsk<R> {
    /// Sends it if there is a place in the mailbox, and waits for the answer.
    pub async fn try_send(self) -> Answer<R> {
        let question = self.edge.map(Edge::asks);
        end(question, self.request.try_send().await)
    }
}

impl<R: AskBlocking> ObservedAsk<R> {
    /// Sends it from code that is not async, and waits for the answer.
    pub fn blocking_send(self) -> Answer<R> {
        let question = self.edge.map(Edge::asks);
        end(question, self.request.blocking_send())
    }
}

impl<'a, A, M, Tm, Tr> ObservedAsk<AskRequest<'a, A, M, Tm, Tr>>
where
    A: Actor + Message<M>,
    M: Send + 'static,
    Tm: Timeout,
    Tr: Timeout,
{
    /// How long to wait for the answer.
    pub fn reply_timeout(
        self,
        duration: Duration,
    ) -> ObservedAsk<AskRequest<'a, A, M, Tm, WithRequestTimeout>> {
        ObservedAsk { request: self.request.reply_timeout(duration), edge: self.edge }
    }

    /// Sends it, waiting for a place in the mailbox, and leaves the answer for later.
    pub async fn enqueue(self) -> Result<ObservedReply<M, A::Reply>, SendError> {
        let question = self.edge.map(Edge::asks);
        let answer = self.request.enqueue().await?;
        Ok(ObservedAnswer { answer, edge: None, question })
    }
}

impl<A, M, Tr> ObservedAsk<AskRequest<'_, A, M, WithoutRequestTimeout, Tr>>
where
    A: Actor + Message<M>,
    M: Send + 'static,
    Tr: Timeout,
{
    /// Sends it if there is a place in the mailbox, and leaves the answer for later.
    pub fn try_enqueue(self) -> Result<ObservedReply<M, A::Reply>, SendError> {
        let question = self.edge.map(Edge::asks);
        let answer = self.request.try_enqueue()?;
        Ok(ObservedAnswer { answer, edge: None, question })
    }
}

impl<R: Ask> IntoFuture for ObservedAsk<R> {
    type Output = Answer<R>;
    type IntoFuture = ObservedAnswer<R::Sending>;

    fn into_future(self) -> Self::IntoFuture {
        self.send()
    }
}

/// An answer that is waited for until it is here or this is dropped.
#[must_use = "an answer comes to whoever awaits it"]
#[allow(missing_debug_implementations, reason = "kameo's future has none")]
pub struct ObservedAnswer<F> {
    answer: F,
    /// Until the message is sent, which is when this is polled.
    edge: Option<Edge>,
    question: Option<Question>,
}

/// The answer to a message that is sent already.
pub type ObservedReply<M, R> = ObservedAnswer<PendingReply<M, R>>;

impl<F, T, M, E> Future for ObservedAnswer<F>
where
    F: Future<Output = Result<T, SendError<M, E>>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(edge) = self.edge.take() {
            self.question = Some(edge.asks());
        }
        let answer = ready!(Pin::new(&mut self.answer).poll(cx));
        Poll::Ready(end(self.question.take(), answer))
    }
}

/// Dropped without this, an ask counts as failed.
fn end<T, M, E>(
    question: Option<Question>,
    answer: Result<T, SendError<M, E>>,
) -> Result<T, SendError<M, E>> {
    if let Some(question) = question {
        // An error that the handler returned is the answer.
        question.answered(matches!(answer, Ok(_) | Err(SendError::HandlerError(_))));
    }
    answer
}
