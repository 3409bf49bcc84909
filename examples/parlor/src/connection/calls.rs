//! Calls of one client. Setting one up takes as long as it takes; meanwhile the connection goes on with other requests.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kameo::{
    error::SendError,
    message::{Context, Message},
};
use tokio::time::timeout;

use super::Connection;
use crate::{
    directory::RoomEntry,
    room::CallStarted,
    signaling_worker::{CallSession, SetUpCall},
    spawn,
    wire::{CALL_ID_LIMIT, ErrorCode, ServerLine},
};

/// Calls one client may be setting up at a time.
const LIMIT: usize = 256;
/// After this, a call is given up.
const DEADLINE: Duration = Duration::from_secs(120);

/// The client wants to call.
pub struct Call {
    pub id: String,
    pub offer: String,
}

/// Signaling has answered, or never will.
struct CallAnswered {
    id: String,
    asked: Instant,
    /// The room the client was in when it asked.
    room: Option<Arc<RoomEntry>>,
    outcome: Result<CallSession, String>,
}

impl Message<Call> for Connection {
    type Reply = ();

    async fn handle(&mut self, Call { id, offer }: Call, ctx: &mut Context<Self, ()>) {
        if self.nick.is_none() {
            return self.refuse(ErrorCode::NotLoggedIn, "send `login` before `call`");
        }
        if id.is_empty() || id.len() > CALL_ID_LIMIT {
            return self
                .refuse(ErrorCode::Invalid, format!("a call's id has 1 to {CALL_ID_LIMIT} bytes"));
        }
        if self.calls >= LIMIT {
            let reason = format!("{LIMIT} of your calls are waiting already");
            return self.outbox.say(&ServerLine::CallFailed { id, reason });
        }
        let pending = match self.services.world.signaling.begin((self.id, &id), SetUpCall { offer })
        {
            Ok(pending) => pending,
            Err(not_taken) => {
                let reason = not_taken.to_string();
                return self.outbox.say(&ServerLine::CallFailed { id, reason });
            }
        };
        self.calls += 1;
        self.active();
        let asked = Instant::now();
        let room = self.seat.as_ref().map(|seat| seat.room().clone());
        ctx.pipe(async move {
            let outcome = match timeout(DEADLINE, pending).await {
                Ok(Ok(session)) => Ok(session),
                Ok(Err(SendError::HandlerError(error))) => Err(error.to_string()),
                Ok(Err(_)) => Err("signaling was interrupted; call again".to_owned()),
                Err(_) => {
                    Err(format!("no answer within {} s; call again later", DEADLINE.as_secs()))
                }
            };
            CallAnswered { id, asked, room, outcome }
        });
    }
}

impl Message<CallAnswered> for Connection {
    type Reply = ();

    async fn handle(&mut self, call: CallAnswered, _: &mut Context<Self, ()>) {
        self.calls -= 1;
        let id = call.id;
        match call.outcome {
            Ok(ready) => {
                if let (Some(nick), Some(actor)) =
                    (self.nick.clone(), call.room.and_then(|room| room.actor()))
                {
                    let session = ready.session.clone();
                    // News for the others; the caller has its answer anyway.
                    let _ = spawn::tell(&actor, CallStarted { nick, session }).try_send();
                }
                self.outbox.say(&ServerLine::CallReady {
                    id,
                    session: ready.session,
                    port: ready.port,
                    key: ready.key,
                    answer: ready.answer,
                    setup_us: u64::try_from(call.asked.elapsed().as_micros()).unwrap_or(u64::MAX),
                });
            }
            Err(reason) => self.outbox.say(&ServerLine::CallFailed { id, reason }),
        }
    }
}
