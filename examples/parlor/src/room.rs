//! A room: puts what is said in order and passes it to everybody in it.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};

use crate::{
    directory::RoomEntry,
    door::Door,
    pipeline::StoreStats,
    presence::{Presence, RoomOf},
    spawn,
    store::{Append, Store},
    wire::{ChatMessage, ServerLine},
};

/// Messages a newcomer is shown. They live in the actor, so a restarted room has forgotten them.
const RECENT: usize = 20;

/// See the module's text.
pub struct Room {
    entry: Arc<RoomEntry>,
    store: Door<Store>,
    log: StoreStats,
    recent: VecDeque<ChatMessage>,
    handled: u64,
    crash_every: Option<u64>,
    moderator: Option<ActorRef<Presence>>,
}

/// What each incarnation of a room starts with.
pub struct RoomArgs {
    pub entry: Arc<RoomEntry>,
    pub store: Door<Store>,
    /// Where messages that never reach the store are counted.
    pub log: StoreStats,
    /// Panic on every n-th chat message this incarnation handles.
    pub crash_every: Option<u64>,
    /// Asked, before somebody is heard, whether they are here.
    pub moderator: Option<ActorRef<Presence>>,
}

#[observed]
impl Actor for Room {
    type Args = RoomArgs;
    type Error = Infallible;

    async fn on_start(args: RoomArgs, me: ActorRef<Self>) -> Result<Self, Infallible> {
        args.entry.set_actor(Some(me));
        Ok(Self {
            entry: args.entry,
            store: args.store,
            log: args.log,
            recent: VecDeque::with_capacity(RECENT),
            handled: 0,
            crash_every: args.crash_every,
            moderator: args.moderator,
        })
    }
}

/// A client took a seat.
pub struct Enter {
    pub connection: u64,
}

impl Message<Enter> for Room {
    type Reply = ();

    async fn handle(&mut self, Enter { connection }: Enter, _: &mut Context<Self, ()>) {
        // It may have left again while this message waited.
        let Some(nick) = self.entry.nick(connection) else {
            return;
        };
        let room = self.entry.name().to_owned();
        self.entry.tell(
            connection,
            &ServerLine::Joined {
                room: room.clone(),
                members: self.entry.len(),
                recent: self.recent.iter().cloned().collect(),
            },
        );
        let nick = nick.to_string();
        self.entry.tell_all(&ServerLine::Entered { room, nick }, Some(connection));
    }
}

/// A client gave up its seat.
pub struct Leave {
    pub nick: Arc<str>,
}

impl Message<Leave> for Room {
    type Reply = ();

    async fn handle(&mut self, Leave { nick }: Leave, _: &mut Context<Self, ()>) {
        let room = self.entry.name().to_owned();
        let nick = nick.to_string();
        self.entry.tell_all(&ServerLine::Left { room, nick }, None);
    }
}

/// A member says something.
pub struct Say {
    pub connection: u64,
    pub nick: Arc<str>,
    pub text: String,
}

impl Message<Say> for Room {
    type Reply = ();

    async fn handle(&mut self, Say { connection, nick, text }: Say, _: &mut Context<Self, ()>) {
        self.handled += 1;
        if let Some(every) = self.crash_every {
            assert!(
                !self.handled.is_multiple_of(every),
                "fault crashy-room: room `{}` fails on message {} since its start",
                self.entry.name(),
                self.handled,
            );
        }
        if !self.may_speak(connection).await {
            return;
        }
        let message = ChatMessage {
            room: self.entry.name().to_owned(),
            from: nick.to_string(),
            seq: self.entry.next_seq(),
            text,
            sent_at_ms: now_ms(),
        };
        // A store that can't keep up must not slow the conversation: it counts what it missed.
        let append = Append(Arc::new(message.clone()));
        let appending = self.store.actor().map(|store| spawn::tell(&store, append).try_send());
        if !matches!(appending, Some(Ok(()))) {
            self.log.count_dropped();
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(message.clone());
        self.entry.tell_all(&ServerLine::Chat(message), None);
    }
}

impl Room {
    /// Everybody may. The half of [`Fault::Deadlock`](crate::fault::Fault::Deadlock) that is here: with a moderator the
    /// room asks first, which may be asking this actor, and waits.
    async fn may_speak(&self, connection: u64) -> bool {
        let Some(presence) = &self.moderator else { return true };
        match spawn::ask(presence, RoomOf { connection }).send().await {
            Ok(room) => room.as_deref() == Some(self.entry.name()),
            // Presence is new and knows nobody yet.
            Err(_) => true,
        }
    }
}

/// A member's call is ready for others to join.
pub struct CallStarted {
    pub nick: Arc<str>,
    pub session: String,
}

impl Message<CallStarted> for Room {
    type Reply = ();

    async fn handle(&mut self, call: CallStarted, _: &mut Context<Self, ()>) {
        let line = ServerLine::CallStarted {
            room: self.entry.name().to_owned(),
            nick: call.nick.to_string(),
            session: call.session,
        };
        self.entry.tell_all(&line, None);
    }
}

/// Answered with how many are seated.
pub struct Headcount;

impl Message<Headcount> for Room {
    type Reply = Result<usize, Infallible>;

    async fn handle(&mut self, _: Headcount, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        Ok(self.entry.len())
    }
}

/// Answered when everything sent before has been handled.
pub struct Settle;

impl Message<Settle> for Room {
    type Reply = ();

    async fn handle(&mut self, _: Settle, _: &mut Context<Self, ()>) {}
}

fn now_ms() -> u64 {
    // A clock before 1970 reads as 1970.
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
