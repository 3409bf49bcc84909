//! What clients get: the services of `actorscope.v1` over any byte stream.
//!
//! [`Server::serve`] takes connections from wherever they come (a unix socket, a duplex pipe in a
//! test, later TLS) together with who is at the other end; everything above it is the same code.
//! It does not use tonic's own transport, whose defaults are not meant for a process that must
//! survive its clients: stream, message and connection limits and the accept loop are set here.

mod act;
mod connection;
mod events;
mod frame;
mod limits;
mod observe;
mod principal;
mod router;
mod shared;
mod state;
mod target;
#[cfg(test)]
mod tests;
#[cfg(unix)]
mod unix;
mod watch;
#[cfg(test)]
mod wire_size;

pub(crate) use principal::{Principal, Role, Roles};
pub(crate) use shared::{NodeInfo, OptIns, Shared};
#[cfg(unix)]
pub use unix::BindError;
#[cfg(unix)]
pub(crate) use unix::Socket;

use crate::registry::Listening;
use futures_util::future::OptionFuture;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;

/// Serves connections. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Server {
    shared: Arc<Shared>,
    connections: Arc<Semaphore>,
}

impl Server {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, connections: Arc::new(Semaphore::new(limits::CONNECTIONS)) }
    }

    /// Serves one connection in a task of its own; closes it at once when there are too many.
    pub(crate) fn serve<I>(&self, io: I, principal: Principal)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Ok(permit) = self.connections.clone().try_acquire_owned() else {
            tracing::warn!("{principal}: connection closed, {} are open", limits::CONNECTIONS);
            return;
        };
        let shared = self.shared.clone();
        tokio::spawn(async move {
            connection::run(io, principal, shared).await;
            drop(permit);
        });
    }

    /// Looks at all slots whenever a pass is due, and sooner when something happened that somebody watches
    /// for. Never ends.
    pub(crate) async fn tick(&self) {
        let registry = self.shared.registry.inner();
        let mut due = self.shared.due();
        // The next pass was brought forward because of what happened.
        let mut is_soon = false;
        loop {
            // Unwatched it does not listen, so that hosts need not wake this thread.
            let listens = self.shared.is_watched() && !is_soon;
            let listening = listens.then(|| self.shared.registry.listen());
            let heard = OptionFuture::from(listening.as_ref().map(Listening::heard));
            let at = *due.borrow_and_update();
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(at) => {
                    self.shared.pass();
                    is_soon = false;
                }
                Some(()) = heard => {
                    self.shared.due_within(self.shared.pause_before_extra_pass());
                    is_soon = true;
                }
                // Somebody had a pass made meanwhile, or needs the next one sooner. Who has just come to watch waits
                // no longer for it than any watcher, however far off it was before.
                Ok(()) = due.changed() => is_soon = false,
                // Not because of those that come and go.
                () = registry.crowd_came.notified() => self.shared.take_in(),
            }
        }
    }
}
