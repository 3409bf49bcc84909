//! When to end.

use std::io::{self, IsTerminal as _, Read as _};
use tokio::sync::oneshot;

/// For a child: resolves when the parent has closed its end of standard input, on purpose or by
/// dying, or on a signal: those of the terminal reach parent and children alike.
pub async fn parent_gone() {
    tokio::select! {
        () = input_ends() => {}
        () = signalled() => {}
    }
}

/// For a demo without a screen: resolves on a signal or when standard input ends. A terminal is not
/// read: in the background that would stop the process.
pub async fn asked_to_end() {
    let input = async {
        if io::stdin().is_terminal() {
            std::future::pending().await
        } else {
            input_ends().await;
        }
    };
    tokio::select! {
        () = input => {}
        () = signalled() => {}
    }
}

async fn input_ends() {
    let (ended, end) = oneshot::channel::<()>();
    // A thread of its own, not the runtime's: nothing must wait for it at the end.
    std::thread::spawn(move || {
        let mut buffer = [0u8; 256];
        let mut stdin = io::stdin().lock();
        while !matches!(stdin.read(&mut buffer), Ok(0) | Err(_)) {}
        let _ = ended.send(());
    });
    let _ = end.await;
}

/// Resolves on a signal that asks the process to end.
#[cfg(unix)]
pub async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let waiting = kinds.into_iter().map(|kind| {
        Box::pin(async move {
            match signal(kind) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                // Then this signal ends the process without ceremony, and the children notice.
                Err(_) => std::future::pending().await,
            }
        })
    });
    futures_util::future::select_all(waiting).await;
}

/// Resolves on a signal that asks the process to end.
#[cfg(not(unix))]
pub async fn signalled() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
