//! Jobs over TCP: a line in, a line out.
//!
//! | a line | is answered by |
//! | --- | --- |
//! | `{"id":"a","url":"http://…","body":…}` | `{"answer":"accepted","id":"a"}` when it is on the disk |
//! | the same again | `{"answer":"known","id":"a"}` |
//! | the same, while too many jobs are open | `{"answer":"busy","id":"a"}` |
//! | anything else | `{"answer":"refused","why":"…"}` |

use std::{sync::Arc, time::Duration};

use actorscope_ractor_supervisor::{
    ObservedRef,
    agent::tokio::{JoinSetExt, spawn},
};
use futures_util::SinkExt;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::{codec::Framed, task::AbortOnDropHandle};

use crate::{
    job::Job,
    journal::{JournalMsg, Taken},
    lines::{self, LineError},
    tree::{JOURNAL, World, find},
};

const MAX_CONNECTIONS: usize = 256;
/// How long the journal may keep somebody waiting.
const PATIENCE: Duration = Duration::from_secs(10);
/// A client that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(300);
/// Pause after the system refused a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The actor: it gets no messages, its task does the work and ends with it.
pub struct Door;

impl Actor for Door {
    type Msg = ();
    type State = Option<AbortOnDropHandle<()>>;
    type Arguments = (Arc<TcpListener>, Arc<World>);

    async fn pre_start(
        &self,
        _: ActorRef<()>,
        (listener, world): Self::Arguments,
    ) -> Result<Self::State, ActorProcessingErr> {
        // The journal starts before the door, and the door anew with each new journal.
        let journal = find::<JournalMsg>(JOURNAL).ok_or("there is no journal")?;
        let accepting = spawn("accept", accept(listener, journal, world));
        Ok(Some(AbortOnDropHandle::new(accepting)))
    }
}

async fn accept(listener: Arc<TcpListener>, journal: ObservedRef<JournalMsg>, world: Arc<World>) {
    let mut connections = JoinSet::new();
    let mut refused = false;
    for number in 1u64.. {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => {
                if !std::mem::replace(&mut refused, true) {
                    world.notice(&format!("can't accept connections: {error}; trying again"));
                }
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        refused = false;
        while connections.try_join_next().is_some() {}
        // Beyond the limit it is closed at once.
        if connections.len() < MAX_CONNECTIONS {
            let name = format!("conn-{number}");
            connections.spawn_observed(&name, serve(socket, journal.clone()));
        }
    }
}

async fn serve(socket: TcpStream, journal: ObservedRef<JournalMsg>) {
    let mut lines = Framed::new(socket, lines::codec());
    let mut after_error = false;
    while let Ok(Some(line)) = timeout(SILENCE, lines::next(&mut lines, &mut after_error)).await {
        let answer = match line {
            Ok(line) => submit(&line, &journal).await,
            Err(LineError::Io(_)) => return,
            Err(error) => refused(&error.to_string()),
        };
        if lines.send(answer.to_string()).await.is_err() {
            return;
        }
    }
}

async fn submit(line: &str, journal: &ObservedRef<JournalMsg>) -> Value {
    let job = match Job::parse(line) {
        Ok(job) => job,
        Err(error) => return refused(&error.to_string()),
    };
    let id = job.id().clone();
    let accept = |answer| JournalMsg::Accept(job, answer);
    let answer = match journal.call(accept, Some(PATIENCE)).await {
        Ok(taken) if taken.is_success() => match taken.unwrap() {
            Taken::Accepted => "accepted",
            Taken::Known => "known",
            Taken::Full => "busy",
        },
        // It may be on the disk or not: who sends it again, is safe.
        _ => {
            return json!({ "answer": "unknown", "id": &*id, "why": "no answer from the journal; send it again" });
        }
    };
    json!({ "answer": answer, "id": &*id })
}

fn refused(why: &str) -> Value {
    json!({ "answer": "refused", "why": why })
}
