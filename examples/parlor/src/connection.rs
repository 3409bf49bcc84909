//! One client: its identity, its seat, its calls in progress.

use std::{sync::Arc, time::Duration};

use kameo::{
    actor::{Actor, ActorRef, WeakActorRef},
    error::{ActorStopReason, Infallible, SendError},
    message::{Context, Message},
};
use tokio::{net::TcpStream, task::JoinHandle};

use crate::{
    directory::{RoomEntry, Seat},
    outbox::{Farewell, Outbox, outbox},
    presence::{Claim, Gone, Moved, Presence},
    reader,
    room::{Enter, Leave, Say},
    rooms::{Open, Rooms},
    spawn,
    wire::{ErrorCode, ServerLine, TEXT_LIMIT, is_name},
    world::World,
};

mod calls;

pub use calls::Call;

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
    reader: Option<JoinHandle<()>>,
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

impl Actor for Connection {
    type Args = ConnectionArgs;
    type Error = Infallible;

    async fn on_start(args: ConnectionArgs, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let (outbox, writer) = outbox(&args.services.world.writers);
        let reader = args.socket.map(|socket| {
            let (read_half, write_half) = socket.into_split();
            let connection = me.clone();
            spawn::task("writer", async move {
                let farewell = writer.run(write_half).await;
                let _ = connection.tell(Hangup(farewell)).send().await;
            });
            spawn::task("reader", reader::read(read_half, me))
        });
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

    async fn on_stop(&mut self, _: WeakActorRef<Self>, _: ActorStopReason) -> Result<(), Infallible> {
        let stopping = *self.services.world.stopping.borrow();
        // If nothing gave a reason before, the actor was killed, or stopped with the service.
        self.outbox.close(if stopping { Farewell::ShuttingDown } else { Farewell::Closed });
        if let Some(reader) = self.reader.take() {
            reader.abort();
        }
        self.leave();
        if self.nick.is_some() {
            let _ = self.services.presence.tell(Gone { connection: self.id }).send().await;
        }
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
            let _ = actor.tell(Leave { nick }).try_send();
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
            let _ = self.services.presence.tell(moved).mailbox_timeout(PATIENCE).send().await;
        }
    }

    async fn room(&self, name: String) -> Result<Arc<RoomEntry>, String> {
        if let Some(entry) = self.services.world.directory.get(&name)
            && entry.actor().is_some()
        {
            return Ok(entry);
        }
        let opening = self.services.rooms.ask(Open(name)).mailbox_timeout(PATIENCE).reply_timeout(PATIENCE);
        opening.send().await.map_err(|error| match error {
            SendError::HandlerError(limit) => limit.to_string(),
            _ => "rooms can't be opened at the moment; try again".to_owned(),
        })
    }
}

/// The client wants a nick.
pub struct Login {
    pub nick: String,
}

impl Message<Login> for Connection {
    type Reply = ();

    async fn handle(&mut self, Login { nick }: Login, _: &mut Context<Self, ()>) {
        if let Some(nick) = &self.nick {
            return self.refuse(ErrorCode::AlreadyLoggedIn, format!("you are `{nick}`; connect again to change it"));
        }
        if !is_name(&nick) {
            return self.refuse(ErrorCode::Invalid, "a nick has 1 to 32 letters, digits, `-` and `_`");
        }
        let nick: Arc<str> = nick.into();
        let claim = Claim {
            connection: self.id,
            nick: nick.clone(),
        };
        let claimed = self.services.presence.ask(claim).mailbox_timeout(PATIENCE).reply_timeout(PATIENCE).send().await;
        match claimed {
            Ok(()) => {
                self.nick = Some(nick);
                self.outbox.say(&ServerLine::Welcome {
                    server: self.services.world.name.clone(),
                    connection: self.id,
                });
            }
            Err(SendError::HandlerError(_)) => {
                self.refuse(ErrorCode::NickTaken, format!("`{nick}` is online already; choose another nick"));
            }
            Err(_) => {
                // It may have been granted after all, only too late.
                let _ = self.services.presence.tell(Gone { connection: self.id }).try_send();
                self.refuse(ErrorCode::Busy, "logging in does not work at the moment; try again");
            }
        }
    }
}

/// The client wants to enter a room.
pub struct Join {
    pub room: String,
}

impl Message<Join> for Connection {
    type Reply = ();

    async fn handle(&mut self, Join { room }: Join, _: &mut Context<Self, ()>) {
        let Some(nick) = self.nick.clone() else {
            return self.refuse(ErrorCode::NotLoggedIn, "send `login` before `join`");
        };
        if !is_name(&room) {
            return self.refuse(ErrorCode::Invalid, "a room's name has 1 to 32 letters, digits, `-` and `_`");
        }
        let entry = match self.room(room).await {
            Ok(entry) => entry,
            Err(message) => return self.refuse(ErrorCode::Busy, message),
        };
        self.leave();
        // Seated before the room knows: should it be restarting, the client still hears everything said from now on.
        let seat = entry.seat(self.id, nick, self.outbox.clone());
        let entering = entry.actor().map(|actor| actor.tell(Enter { connection: self.id }).try_send());
        if matches!(entering, Some(Ok(()))) {
            self.seat = Some(seat);
        } else {
            self.refuse(ErrorCode::Busy, format!("`{}` is too busy to enter; try again", entry.name()));
        }
        self.moved().await;
    }
}

/// The client says something.
pub struct Chat {
    pub text: String,
}

impl Message<Chat> for Connection {
    type Reply = ();

    async fn handle(&mut self, Chat { text }: Chat, _: &mut Context<Self, ()>) {
        let (Some(seat), Some(nick)) = (&self.seat, &self.nick) else {
            return self.refuse(ErrorCode::NotInRoom, "send `join` before `chat`");
        };
        if text.is_empty() || text.len() > TEXT_LIMIT {
            return self.refuse(ErrorCode::Invalid, format!("a message has 1 to {TEXT_LIMIT} bytes"));
        }
        let nick = nick.clone();
        let saying = seat.room().actor().map(|actor| actor.tell(Say { nick, text }).try_send());
        if !matches!(saying, Some(Ok(()))) {
            let room = seat.room().name();
            self.refuse(ErrorCode::Busy, format!("`{room}` is too busy; the message was not sent"));
        }
    }
}

/// The client wants to know who is online.
pub struct Who;

/// What it is told.
struct WhoAnswered(Option<crate::presence::Summary>);

impl Message<Who> for Connection {
    type Reply = ();

    async fn handle(&mut self, _: Who, ctx: &mut Context<Self, ()>) {
        let presence = self.services.presence.clone();
        ctx.pipe(async move {
            let asking = presence.ask(crate::presence::Who).mailbox_timeout(PATIENCE).reply_timeout(PATIENCE);
            WhoAnswered(asking.send().await.ok())
        });
    }
}

impl Message<WhoAnswered> for Connection {
    type Reply = ();

    async fn handle(&mut self, WhoAnswered(summary): WhoAnswered, _: &mut Context<Self, ()>) {
        match summary {
            Some(summary) => self.outbox.say(&ServerLine::Who {
                online: summary.online,
                rooms: summary.rooms,
            }),
            None => self.refuse(ErrorCode::Busy, "presence does not answer; try again"),
        }
    }
}

/// The client wants to know whether anybody is there.
pub struct Ping;

impl Message<Ping> for Connection {
    type Reply = ();

    async fn handle(&mut self, _: Ping, _: &mut Context<Self, ()>) {
        self.outbox.say(&ServerLine::Pong);
    }
}

/// The client sent something else.
pub struct Misunderstood {
    pub code: ErrorCode,
    pub message: String,
}

impl Message<Misunderstood> for Connection {
    type Reply = ();

    async fn handle(&mut self, said: Misunderstood, _: &mut Context<Self, ()>) {
        self.refuse(said.code, said.message);
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
