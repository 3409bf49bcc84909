//! kameo's requests, as far as they are alike.

use kameo::Actor;
use kameo::error::SendError;
use kameo::message::Message;
use kameo::reply::{Reply, ReplyError};
use kameo::request::{
    AskRequest, RecipientTellRequest, ReplyRecipientAskRequest, ReplyRecipientTellRequest,
    TellRequest, WithRequestTimeout, WithoutRequestTimeout,
};
use std::future::{Future, IntoFuture};
use std::time::Duration;

/// What a request may wait for: nothing in particular, or a moment.
pub trait Timeout: Into<Option<Duration>> + Send + 'static {}

impl<T: Into<Option<Duration>> + Send + 'static> Timeout for T {}

/// A message on its way to a mailbox.
pub trait Tell: Sized {
    /// What is sent.
    type Message;
    /// The same, waiting a limited time for a place in the mailbox.
    type Patient;
    /// The message on its way.
    type Sending: Future<Output = Result<(), SendError<Self::Message>>> + Unpin + Send;
    /// See kameo.
    fn mailbox_timeout(self, duration: Duration) -> Self::Patient;
    /// See kameo.
    fn send(self) -> Self::Sending;
}

/// A [`Tell`] without a timeout.
pub trait TellNow: Tell {
    /// See kameo.
    fn try_send(self) -> Result<(), SendError<Self::Message>>;
    /// See kameo.
    fn blocking_send(self) -> Result<(), SendError<Self::Message>>;
}

/// A message whose answer is waited for.
pub trait Ask: Sized {
    /// What is sent.
    type Message;
    /// What comes back.
    type Ok;
    /// Or this.
    type Error;
    /// The same, waiting a limited time for a place in the mailbox.
    type Patient;
    /// The message on its way, and its answer.
    type Sending: Future<Output = Answer<Self>> + Unpin + Send;
    /// See kameo.
    fn mailbox_timeout(self, duration: Duration) -> Self::Patient;
    /// See kameo.
    fn send(self) -> Self::Sending;
}

/// What comes of an [`Ask`].
pub type Answer<R> = Result<<R as Ask>::Ok, SendError<<R as Ask>::Message, <R as Ask>::Error>>;

/// An [`Ask`] without a timeout for the mailbox.
pub trait AskNow: Ask {
    /// See kameo.
    fn try_send(self) -> impl Future<Output = Answer<Self>> + Send;
}

/// An [`Ask`] without any timeout.
pub trait AskBlocking: Ask {
    /// See kameo.
    fn blocking_send(self) -> Answer<Self>;
}

/// All three kinds of [`Tell`] are written alike.
macro_rules! tell {
    ($request:ident<$($generic:ident),+> where $($bounds:tt)+) => {
        impl<'a, $($generic,)+ Tm: Timeout> Tell for $request<'a, $($generic,)+ Tm>
        where
            $($bounds)+
        {
            type Message = M;
            type Patient = $request<'a, $($generic,)+ WithRequestTimeout>;
            type Sending = <Self as IntoFuture>::IntoFuture;

            fn mailbox_timeout(self, duration: Duration) -> Self::Patient {
                self.mailbox_timeout(duration)
            }

            fn send(self) -> Self::Sending {
                self.into_future()
            }
        }

        impl<'a, $($generic,)+> TellNow for $request<'a, $($generic,)+ WithoutRequestTimeout>
        where
            $($bounds)+
        {
            fn try_send(self) -> Result<(), SendError<M>> {
                self.try_send()
            }

            fn blocking_send(self) -> Result<(), SendError<M>> {
                self.blocking_send()
            }
        }
    };
}

tell!(TellRequest<A, M> where A: Actor + Message<M>, M: Send + 'static);
tell!(RecipientTellRequest<M> where M: Send + 'static);
tell!(ReplyRecipientTellRequest<M, Ok, Err>
    where M: Send + 'static, Ok: Send + 'static, Err: ReplyError);

impl<'a, A, M, Tm: Timeout, Tr: Timeout> Ask for AskRequest<'a, A, M, Tm, Tr>
where
    A: Actor + Message<M>,
    M: Send + 'static,
{
    type Message = M;
    type Ok = <A::Reply as Reply>::Ok;
    type Error = <A::Reply as Reply>::Error;
    type Patient = AskRequest<'a, A, M, WithRequestTimeout, Tr>;
    type Sending = <Self as IntoFuture>::IntoFuture;

    fn mailbox_timeout(self, duration: Duration) -> Self::Patient {
        self.mailbox_timeout(duration)
    }

    fn send(self) -> Self::Sending {
        self.into_future()
    }
}

impl<A, M, Tr: Timeout> AskNow for AskRequest<'_, A, M, WithoutRequestTimeout, Tr>
where
    A: Actor + Message<M>,
    M: Send + 'static,
{
    fn try_send(self) -> impl Future<Output = Answer<Self>> + Send {
        self.try_send()
    }
}

impl<A, M> AskBlocking for AskRequest<'_, A, M, WithoutRequestTimeout, WithoutRequestTimeout>
where
    A: Actor + Message<M>,
    M: Send + 'static,
{
    fn blocking_send(self) -> Answer<Self> {
        self.blocking_send()
    }
}

impl<'a, M, Ok, Err, Tm: Timeout> Ask for ReplyRecipientAskRequest<'a, M, Ok, Err, Tm>
where
    M: Send + 'static,
    Ok: Send + 'static,
    Err: ReplyError,
{
    type Message = M;
    type Ok = Ok;
    type Error = Err;
    type Patient = ReplyRecipientAskRequest<'a, M, Ok, Err, WithRequestTimeout>;
    type Sending = <Self as IntoFuture>::IntoFuture;

    fn mailbox_timeout(self, duration: Duration) -> Self::Patient {
        self.mailbox_timeout(duration)
    }

    fn send(self) -> Self::Sending {
        self.into_future()
    }
}

impl<M, Ok, Err> AskNow for ReplyRecipientAskRequest<'_, M, Ok, Err, WithoutRequestTimeout>
where
    M: Send + 'static,
    Ok: Send + 'static,
    Err: ReplyError,
{
    fn try_send(self) -> impl Future<Output = Answer<Self>> + Send {
        self.try_send()
    }
}

impl<M, Ok, Err> AskBlocking for ReplyRecipientAskRequest<'_, M, Ok, Err, WithoutRequestTimeout>
where
    M: Send + 'static,
    Ok: Send + 'static,
    Err: ReplyError,
{
    fn blocking_send(self) -> Answer<Self> {
        self.blocking_send()
    }
}
