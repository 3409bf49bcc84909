//! What a client asks for, calls excepted. One message type a request.

use std::sync::Arc;

use kameo::{
    error::SendError,
    message::{Context, Message},
};

use super::{Connection, PATIENCE};
use crate::{
    presence::{self, Claim, Gone, Summary},
    room::{Enter, Say},
    spawn,
    wire::{ErrorCode, ServerLine, TEXT_LIMIT, is_name},
};

/// The client wants a nick.
pub struct Login {
    pub nick: String,
}

impl Message<Login> for Connection {
    type Reply = ();

    async fn handle(&mut self, Login { nick }: Login, _: &mut Context<Self, ()>) {
        if let Some(nick) = &self.nick {
            return self.refuse(
                ErrorCode::AlreadyLoggedIn,
                format!("you are `{nick}`; connect again to change it"),
            );
        }
        if !is_name(&nick) {
            return self
                .refuse(ErrorCode::Invalid, "a nick has 1 to 32 letters, digits, `-` and `_`");
        }
        let nick: Arc<str> = nick.into();
        let claim = Claim { connection: self.id, nick: nick.clone() };
        let claiming = spawn::ask(&self.services.presence, claim);
        let claimed = claiming.mailbox_timeout(PATIENCE).reply_timeout(PATIENCE).send().await;
        match claimed {
            Ok(()) => {
                self.nick = Some(nick);
                self.outbox.say(&ServerLine::Welcome {
                    server: self.services.world.name.clone(),
                    connection: self.id,
                });
            }
            Err(SendError::HandlerError(_)) => {
                self.refuse(
                    ErrorCode::NickTaken,
                    format!("`{nick}` is online already; choose another nick"),
                );
            }
            Err(_) => {
                // It may have been granted after all, only too late.
                let gone = Gone { connection: self.id };
                let _ = spawn::tell(&self.services.presence, gone).try_send();
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
            return self.refuse(
                ErrorCode::Invalid,
                "a room's name has 1 to 32 letters, digits, `-` and `_`",
            );
        }
        let entry = match self.room(room).await {
            Ok(entry) => entry,
            Err(message) => return self.refuse(ErrorCode::Busy, message),
        };
        self.leave();
        // Seated before the room knows: should it be restarting, the client still hears everything said from now on.
        let seat = entry.seat(self.id, nick, self.outbox.clone());
        let enter = Enter { connection: self.id };
        let entering = entry.actor().map(|actor| spawn::tell(&actor, enter).try_send());
        if matches!(entering, Some(Ok(()))) {
            self.seat = Some(seat);
        } else {
            self.refuse(
                ErrorCode::Busy,
                format!("`{}` is too busy to enter; try again", entry.name()),
            );
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
            return self
                .refuse(ErrorCode::Invalid, format!("a message has 1 to {TEXT_LIMIT} bytes"));
        }
        let nick = nick.clone();
        let say = Say { connection: self.id, nick, text };
        let saying = seat.room().actor().map(|actor| spawn::tell(&actor, say).try_send());
        if !matches!(saying, Some(Ok(()))) {
            let room = seat.room().name();
            return self.refuse(
                ErrorCode::Busy,
                format!("`{room}` is too busy; the message was not sent"),
            );
        }
        self.active();
    }
}

/// The client wants to know who is online.
pub struct Who;

/// What it is told.
struct WhoAnswered(Option<Summary>);

impl Message<Who> for Connection {
    type Reply = ();

    async fn handle(&mut self, _: Who, ctx: &mut Context<Self, ()>) {
        let presence = self.services.presence.clone();
        ctx.pipe(async move {
            let asking = spawn::ask(&presence, presence::Who);
            let answer = asking.mailbox_timeout(PATIENCE).reply_timeout(PATIENCE).send().await;
            WhoAnswered(answer.ok())
        });
    }
}

impl Message<WhoAnswered> for Connection {
    type Reply = ();

    async fn handle(&mut self, WhoAnswered(summary): WhoAnswered, _: &mut Context<Self, ()>) {
        match summary {
            Some(Summary { online, active, rooms }) => {
                self.outbox.say(&ServerLine::Who { online, active, rooms });
            }
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
