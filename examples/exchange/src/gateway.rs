//! Accepts clients (a supervised tokio task), each a task of its own.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use actorscope_kameo::agent::tokio::{Supervised, spawn, supervise};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::session;
use crate::world::{Alive, World};

/// After the system refused a connection, for lack of file descriptors for example.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts until it is aborted. Clients that connect during a restart of it wait.
pub fn start(listener: TcpListener, world: Arc<World>, alive: Alive) -> Supervised {
    let listener = Arc::new(listener);
    let accepting = move || accept(listener.clone(), world.clone(), alive.clone());
    supervise("gateway", accepting).intensity(10, Duration::from_secs(60)).spawn()
}

async fn accept(listener: Arc<TcpListener>, world: Arc<World>, alive: Alive) {
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let number = world.next_session.fetch_add(1, Relaxed);
        let (world, alive) = (world.clone(), alive.clone());
        spawn(&format!("session-{number}"), async move {
            session::run(socket, world).await;
            drop(alive);
        });
    }
}
