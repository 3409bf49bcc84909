//! The machine that carries media, as far as setting up a call is concerned: requests, and answers after a round trip.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::sleep;

use crate::fault::Fault;

/// How long the relay takes to allocate, as it should be and with [`Fault::SlowSignaling`].
const ALLOCATE: (Duration, Duration) = (Duration::from_millis(8), Duration::from_millis(30));
/// How long it takes to open a session.
const OPEN: Duration = Duration::from_millis(8);
/// How long it takes to refresh ports, however many they are.
const REFRESH: Duration = Duration::from_millis(4);

/// See the module's text. Clones are the same machine.
#[derive(Clone)]
pub struct MediaRelay(Arc<Machine>);

struct Machine {
    allocate: Duration,
    /// Number of the session that is open; 0 before the first.
    open: AtomicU64,
}

/// Proves a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayKey(u64);

/// The session is not the one that is open.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the media relay has closed the session; call again")]
pub struct SessionOver;

impl MediaRelay {
    /// A relay with which nobody has a session yet.
    pub fn new(fault: Option<Fault>) -> Self {
        let slow = fault == Some(Fault::SlowSignaling);
        let allocate = if slow { ALLOCATE.1 } else { ALLOCATE.0 };
        Self(Arc::new(Machine { allocate, open: AtomicU64::new(0) }))
    }

    /// Opens a session. It ends the one before, and frees that one's ports.
    pub async fn open(&self) -> RelayKey {
        sleep(OPEN).await;
        RelayKey(self.0.open.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Reserves room for a call.
    pub async fn allocate(&self, key: RelayKey, _port: u16) -> Result<(), SessionOver> {
        sleep(self.0.allocate).await;
        self.check(key)
    }

    /// Keeps ports that carry nothing yet from being taken for abandoned.
    pub async fn refresh(&self, key: RelayKey, _ports: &[u16]) -> Result<(), SessionOver> {
        sleep(REFRESH).await;
        self.check(key)
    }

    fn check(&self, key: RelayKey) -> Result<(), SessionOver> {
        if self.0.open.load(Ordering::Relaxed) == key.0 { Ok(()) } else { Err(SessionOver) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_new_session_ends_the_one_before() {
        let relay = MediaRelay::new(None);
        let old = relay.open().await;
        assert!(relay.allocate(old, 4000).await.is_ok());
        let new = relay.open().await;
        assert!(relay.allocate(old, 4000).await.is_err());
        assert!(relay.refresh(old, &[4000]).await.is_err());
        assert!(relay.refresh(new, &[]).await.is_ok());
    }
}
