//! The supervisor of connections.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorId, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible},
    message::{Context, Message},
};
use tokio::net::TcpStream;

use crate::{
    connection::{self, Connection, ConnectionArgs, Services},
    spawn,
    wire::{ErrorCode, ServerLine, encode},
};

/// Accepted sockets that may wait for an actor, and ends of connections that may wait to be noted.
pub const MAILBOX: usize = 1024;

/// Starts one actor per TCP connection. A connection is never restarted: its socket is gone with it, and the client
/// connects again.
///
/// kameo 0.22 keeps a supervisor's record of a child after the child's end, so each past connection costs this actor
/// about 4 KiB until it is itself restarted. There is no way around it: the record can't be removed from outside.
pub struct Connections {
    services: Services,
    live: HashMap<ActorId, ActorRef<Connection>>,
}

#[observed]
impl Actor for Connections {
    type Args = Services;
    type Error = Infallible;

    async fn on_start(services: Services, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self { services, live: HashMap::new() })
    }

    /// However a connection ended, the others are not concerned.
    async fn on_link_died(
        &mut self,
        _: WeakActorRef<Self>,
        id: ActorId,
        _: ActorStopReason,
    ) -> Result<ControlFlow<ActorStopReason>, Infallible> {
        self.live.remove(&id);
        Ok(ControlFlow::Continue(()))
    }
}

/// A client has connected.
pub struct Accepted(pub TcpStream);

impl Message<Accepted> for Connections {
    type Reply = ();

    async fn handle(&mut self, Accepted(socket): Accepted, ctx: &mut Context<Self, ()>) {
        let world = &self.services.world;
        if self.live.len() >= world.max_connections {
            let refusal = encode(&ServerLine::Error {
                code: ErrorCode::Busy,
                message: format!(
                    "{} clients are connected already; try again later",
                    self.live.len()
                ),
            });
            // The buffer of a new socket is empty and takes a line at once. A client that is gone already needs none.
            let _ = socket.writable().await;
            let _ = socket.try_write(refusal.as_bytes());
            return;
        }
        // Chat lines are small and wanted now.
        let _ = socket.set_nodelay(true);
        let id = world.accepted.fetch_add(1, Ordering::Relaxed) + 1;
        let services = self.services.clone();
        // The arguments of a child are made by a function, because restarts need them again. Here there is one socket
        // and no restart.
        let socket = Arc::new(Mutex::new(Some(socket)));
        let args = move || ConnectionArgs {
            id,
            socket: socket.lock().unwrap_or_else(PoisonError::into_inner).take(),
            services: services.clone(),
        };
        let spec = spawn::never(format!("conn-{id}"));
        let connection =
            spawn::child::<_, Connection>(ctx.actor_ref(), spec, connection::MAILBOX, args).await;
        self.live.insert(connection.id(), connection);
    }
}

/// Presence has lost its memory: every connection is to tell it again where it is.
pub struct Announce;

impl Message<Announce> for Connections {
    type Reply = ();

    async fn handle(&mut self, _: Announce, _: &mut Context<Self, ()>) {
        for connection in self.live.values() {
            // One that is too busy to hear this says where it is when it next moves.
            let _ = spawn::tell(connection, connection::Announce).try_send();
        }
    }
}

/// The service stops: every client is told and let go.
pub struct DismissAll;

impl Message<DismissAll> for Connections {
    type Reply = ();

    async fn handle(&mut self, _: DismissAll, _: &mut Context<Self, ()>) {
        for connection in self.live.values() {
            let _ = spawn::tell(connection, connection::Dismiss).try_send();
        }
    }
}
