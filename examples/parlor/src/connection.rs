//! One client: its identity, its seat, its calls in progress.

use std::{sync::Arc, time::Duration};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef, WeakActorRef},
    error::{ActorStopReason, SendError},
    message::{Context, Message},
};
use tokio::{net::TcpStream, task::JoinHandle};

use crate::{
    directory::{RoomEntry, Seat},
    outbox::{Farewell, Outbox, outbox},
    presence::{Active, Gone, Moved, Presence},
    reader,
    room::Leave,
    rooms::{Open, Rooms},
    spawn,
    wire::{ErrorCode, ServerLine},
    world::World,
};

mod calls;
mod requests;
mod search;

pub use calls::Call;
pub use requests::{Chat, Join, Login, Misunderstood, Ping, Who};
pub use search::Search;

/// Requests of one client that may wait.
pub const MAILBOX: usize = 64;
/// How long a client waits for another part of the service, before it is told to try again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The parts of the service a connection needs.
#[derive(Clone)]
pub struct Services {
    pub world: Arc<World>,
    pub presence: ActorRef<Presence>,
    pub rooms: ActorRef<Rooms>,
}

/// See the module's text.
pub struct Connection {
    id: u64,
    services: Services,
    outbox: Outbox,
    reader: JoinHandle<()>,
    nick: Option<Arc<str>>,
    seat: Option<Seat>,
    calls: usize,
}

/// What a connection starts with.
pub struct ConnectionArgs {
    pub id: u64,
    /// `None` if it was given away before, to an incarnation that is no more.
    pub socket: Option<TcpStream>,
    pub services: Services,
}

/// See [`ConnectionArgs::socket`].
#[derive(Debug, thiserror::Error)]
#[error("the socket was given to an earlier incarnation of this connection")]
pub struct SocketGone;

#[observed]
impl Actor for Connection {
    type Args = ConnectionArgs;
    type Error = SocketGone;

    async fn on_start(args: ConnectionArgs, me: ActorRef<Self>) -> Result<Self, SocketGone> {
        let (read_half, write_half) = args.socket.ok_or(SocketGone)?.into_split();
        let (outbox, writer) = outbox(&args.services.world.writers);
        let connection = me.clone();
        spawn::task("writer", async move {
            let farewell = writer.run(write_half).await;
            let _ = spawn::tell(&connection, Hangup(farewell)).send().await;
        });
        let reader = spawn::task("reader", reader::read(read_half, me));
        Ok(Self {
            id: args.id,
            services: args.services,
            outbox,
            reader,
            nick: None,
            seat: None,
            calls: 0,
        })
    }

    async fn on_stop(
        &mut self,
        _: WeakActorRef<Self>,
        _: ActorStopReason,
    ) -> Result<(), SocketGone> {
        let stopping = *self.services.world.stopping.borrow();
        // If nothing gave a reason before, the actor was killed, or stopped with the service.
        self.outbox.close(if stopping { Farewell::ShuttingDown } else { Farewell::Closed });
        self.reader.abort();
        self.leave();
        // Even without a nick: this may be the end of a login whose claim was granted.
        let gone = Gone { connection: self.id };
        let _ = spawn::tell(&self.services.presence, gone).send().await;
        Ok(())
    }
}

impl Connection {
    fn refuse(&self, code: ErrorCode, message: impl Into<String>) {
        let message = message.into();
        self.outbox.say(&ServerLine::Error { code, message });
    }

    /// Gives up the seat, if there is one, and tells those who stay.
    fn leave(&mut self) {
        let Some(seat) = self.seat.take() else { return };
        let room = seat.room().clone();
        drop(seat);
        if let (Some(nick), Some(actor)) = (self.nick.clone(), room.actor()) {
            // News only: a room too busy to pass it on loses nothing that matters.
            let _ = spawn::tell(&actor, Leave { nick }).try_send();
        }
    }

    async fn moved(&self) {
        if let Some(nick) = self.nick.clone() {
            let moved = Moved {
                connection: self.id,
                nick,
                room: self.seat.as_ref().map(|seat| seat.room().name().to_owned()),
            };
            // Presence is news as well; after a restart it asks again.
            let telling = spawn::tell(&self.services.presence, moved);
            let _ = telling.mailbox_timeout(PATIENCE).send().await;
        }
    }

    /// The client did something.
    fn active(&self) {
        // News only.
        let active = Active { connection: self.id };
        let _ = spawn::tell(&self.services.presence, active).try_send();
    }

    async fn room(&self, name: String) -> Result<Arc<RoomEntry>, String> {
        if let Some(entry) = self.services.world.directory.get(&name)
            && entry.actor().is_some()
        {
            return Ok(entry);
        }
        let opening = spawn::ask(&self.services.rooms, Open(name));
        let opening = opening.mailbox_timeout(PATIENCE).reply_timeout(PATIENCE);
        opening.send().await.map_err(|error| match error {
            SendError::HandlerError(limit) => limit.to_string(),
            _ => "rooms can't be opened at the moment; try again".to_owned(),
        })
    }
}

/// The connection is over.
pub struct Hangup(pub Farewell);

impl Message<Hangup> for Connection {
    type Reply = ();

    async fn handle(&mut self, Hangup(farewell): Hangup, ctx: &mut Context<Self, ()>) {
        self.outbox.close(farewell);
        ctx.stop();
    }
}

/// The service stops.
pub struct Dismiss;

impl Message<Dismiss> for Connection {
    type Reply = ();

    async fn handle(&mut self, _: Dismiss, ctx: &mut Context<Self, ()>) {
        self.outbox.close(Farewell::ShuttingDown);
        ctx.stop();
    }
}

/// Presence has lost its memory.
pub struct Announce;

impl Message<Announce> for Connection {
    type Reply = ();

    async fn handle(&mut self, _: Announce, _: &mut Context<Self, ()>) {
        self.moved().await;
    }
}
