//! When to stop.

use std::future::Future;

/// Resolves on the first SIGINT or SIGTERM. A second one, when stopping takes too long for somebody, ends
/// the process.
///
/// # Errors
/// In words, if the signals can't be listened for.
pub fn until_signalled() -> Result<impl Future<Output = ()> + Send, String> {
    let mut signals = Signals::listen().map_err(|e| format!("can't listen for signals: {e}"))?;
    Ok(async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            std::process::exit(1);
        });
    })
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals there is nothing to wait for, and nothing that should end the process.
            std::future::pending::<()>().await;
        }
    }
}
