//! The service as a whole: check, bind, run until told to stop, stop in order.

use std::{
    future::Future,
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
    time::Duration,
};

use actorscope_ractor_supervisor::agent::Agent;
use tokio::net::TcpListener;

use crate::{
    dispatcher::DispatcherMsg,
    journal::JournalMsg,
    options::{ServeError, ServeOptions},
    spool,
    tree::{self, DISPATCHER, JOURNAL, World, find},
};

/// How long the last lines of the journal may take, and the end of the actors.
const STEP: Duration = Duration::from_secs(5);

/// Serves until `shutdown` resolves.
pub async fn serve(
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    if !options.listen.ip().is_loopback() {
        return Err(ServeError::NotLoopback(options.listen));
    }
    if let Err(source) = tokio::fs::create_dir_all(spool::incoming(&options.spool)).await {
        return Err(ServeError::Spool { path: options.spool, source });
    }
    let refused = |source| ServeError::Listen { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let world = Arc::new(World { options, stopping: AtomicBool::new(false) });

    // Runs as long as the service does; without it the service runs all the same.
    let _agent = observer(&world.options)
        .start()
        .inspect_err(|error| world.notice(&format!("not observed: {error}")));
    let (root, mut ended) = tree::start(&world, listener).await.map_err(|_| ServeError::GaveUp)?;
    let fault = world.options.fault.map(|fault| format!(", fault {fault}")).unwrap_or_default();
    world.notice(&format!("listening on {address}{fault}"));

    tokio::select! {
        () = shutdown => {}
        _ = &mut ended => return Err(ServeError::GaveUp),
    }
    world.notice("stopping");
    world.stopping.store(true, Ordering::Relaxed);
    // Attempts that have begun are waited for, or they would be made again at the next start.
    if let Some(dispatcher) = find::<DispatcherMsg>(DISPATCHER) {
        let patience = world.options.timeout + STEP;
        let _ = dispatcher.call(DispatcherMsg::Drained, Some(patience)).await;
    }
    if let Some(journal) = find::<JournalMsg>(JOURNAL) {
        let _ = journal.call(JournalMsg::Flush, Some(STEP)).await;
    }
    if root.stop_and_wait(None, Some(STEP)).await.is_err() {
        world.notice("some actors do not stop; leaving them behind");
    }
    world.notice("stopped");
    Ok(())
}

fn observer(options: &ServeOptions) -> actorscope_ractor_supervisor::agent::Builder {
    let mut builder = Agent::builder(&options.name);
    if let Some(path) = &options.socket {
        builder = builder.socket(path);
    }
    if options.allow_control { builder.allow_control() } else { builder }
}
