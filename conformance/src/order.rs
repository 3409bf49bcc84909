//! The little language that every subject's actors understand, and how an order is carried out.

use crate::probe::{Life, Probe};
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// What an actor is told to do with one message.
pub enum Order {
    /// To do nothing but be counted.
    Count,
    /// To stay in the handler, at an await point, until it is let go.
    Wait(Hold),
    /// To do this as part of its handler.
    Run(Box<dyn FnOnce() + Send>),
    /// To fail with this error.
    Fail(String),
    /// To panic with these words.
    Panic(String),
    /// To end itself, in order.
    End,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "Count",
            Self::Wait(_) => "Wait",
            Self::Run(_) => "Run",
            Self::Fail(_) => "Fail",
            Self::Panic(_) => "Panic",
            Self::End => "End",
        })
    }
}

/// An order on its way: the one type of message that all actors of the suite take.
#[derive(Debug)]
pub struct Message {
    order: Order,
    sent: Instant,
}

impl Message {
    /// An order that is sent now.
    pub fn new(order: Order) -> Self {
        Self { order, sent: Instant::now() }
    }
}

/// What an actor has to do after an order was carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use]
pub enum Next {
    /// To take its next message.
    Go,
    /// To end in order.
    End,
    /// To fail with this error, in the way of its framework.
    Fail(String),
}

/// Keeps handlers waiting until it is opened, and then never again.
#[derive(Clone, Debug)]
pub struct Hold(Arc<Semaphore>);

impl Default for Hold {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

impl Hold {
    /// Lets all go that wait here, and those to come.
    pub fn open(&self) {
        self.0.close();
    }

    async fn wait(&self) {
        // An error is what is waited for: it means that the semaphore was closed.
        let _ = self.0.acquire().await;
    }
}

impl Life {
    /// Carries out an order. To be called by the actor when it takes the message; what comes out is to
    /// be awaited in its handler.
    pub fn perform(&self, message: Message) -> impl Future<Output = Next> + Send + use<> {
        let begun = Instant::now();
        let probe: Arc<Probe> = self.probe().clone();
        probe.begins(begun.saturating_duration_since(message.sent));
        async move {
            let next = carry_out(message.order).await;
            probe.ends_handling(begun.elapsed());
            next
        }
    }
}

async fn carry_out(order: Order) -> Next {
    match order {
        Order::Count => Next::Go,
        Order::Wait(hold) => {
            hold.wait().await;
            Next::Go
        }
        Order::Run(work) => {
            work();
            Next::Go
        }
        Order::Fail(error) => Next::Fail(error),
        // Without the hook, whose output would only be noise.
        Order::Panic(words) => resume_unwind(Box::new(words)),
        Order::End => Next::End,
    }
}

/// The longest of some times; zero of none.
pub(crate) fn longest(times: &[Duration]) -> Duration {
    times.iter().copied().max().unwrap_or_default()
}
