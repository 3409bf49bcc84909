//! What operators want of an actor, looked at by its own task.

use crate::control::{self, STOPPED};
use crate::seen::Seen;
use actorscope_agent::adapter::Request;
use actorscope_agent::core::capability::{Capabilities, Capability};
use ractor::ActorProcessingErr;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

/// How an actor prints its state.
pub(crate) type Printer<S> = fn(&S) -> &dyn fmt::Debug;

/// What the host said about its stop and its state, where it was spawned.
#[derive(Debug)]
pub(crate) struct Options<S> {
    pub(crate) printer: Option<Printer<S>>,
    /// A stop handles what is queued first.
    pub(crate) drains: bool,
}

impl<S> Clone for Options<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Options<S> {}

impl<S> Default for Options<S> {
    fn default() -> Self {
        Self { printer: None, drains: false }
    }
}

/// Why an actor failed that an operator wanted restarted.
#[derive(Debug)]
struct RestartRequested;

impl fmt::Display for RestartRequested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("restarted by an operator")
    }
}

impl std::error::Error for RestartRequested {}

/// What becomes of the message in the actor's hands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Next {
    Handle,
    /// It goes the way of those behind it.
    Drop,
}

impl<S> Options<S> {
    /// What can be done because of them.
    pub(crate) fn capabilities(self) -> Capabilities {
        let mut can = Capabilities::NONE;
        if self.printer.is_some() {
            can = can.with(Capability::DumpState);
        }
        if self.drains {
            can = can.with(Capability::DrainsOnStop);
        }
        can
    }

    fn print(self, seen: &Seen, state: &S) {
        if let Some(printer) = self.printer {
            seen.slot.dump_if_asked(printer(state));
        }
    }

    fn stop(self, seen: &Seen) -> Next {
        if self.drains && seen.cell.drain().is_ok() {
            return Next::Handle;
        }
        seen.cell.stop(Some(STOPPED.to_owned()));
        Next::Drop
    }

    /// Before a message: waits while the actor is held. An error is what the actor fails with.
    #[cold]
    pub(crate) async fn pass(
        self,
        seen: &Arc<Seen>,
        state: &mut S,
    ) -> Result<Next, ActorProcessingErr> {
        loop {
            // Moved in as it is: a shared one would ask of all states to be `Sync`.
            let state = &mut *state;
            let next = poll_fn(move |cx| {
                seen.slot.register(cx.waker());
                self.print(seen, state);
                match seen.slot.check() {
                    Request::Proceed => Poll::Ready(Ok(Next::Handle)),
                    Request::Restart => Poll::Ready(Err(RestartRequested)),
                    Request::Stop => Poll::Ready(Ok(self.stop(seen))),
                    Request::Hold => Poll::Pending,
                }
            })
            .await?;
            seen.slot.register(&control::prompt(seen));
            // Asked between the last look and this waker.
            if next == Next::Drop || !seen.slot.is_asked() {
                return Ok(next);
            }
        }
    }

    /// Between messages, when the actor was prompted. What holds it waits for the next message.
    #[cold]
    pub(crate) fn prompted(self, seen: &Arc<Seen>, state: &S) -> Result<(), ActorProcessingErr> {
        seen.slot.register(&control::prompt(seen));
        self.print(seen, state);
        match seen.slot.check() {
            Request::Restart => return Err(RestartRequested.into()),
            Request::Stop => _ = self.stop(seen),
            Request::Proceed | Request::Hold => {}
        }
        Ok(())
    }
}
