//! Reads one client's requests and hands them to its connection's actor.

use std::time::Duration;

use kameo::{actor::ActorRef, message::Message};
use tokio::{io::AsyncRead, time::timeout};

use crate::{
    connection::{Call, Chat, Connection, Hangup, Join, Login, Misunderstood, Ping, Search, Who},
    framing::{Frame, LineReader},
    outbox::Farewell,
    spawn,
    wire::{ClientLine, ErrorCode, LINE_LIMIT},
};

/// A client that is silent for this long is taken for dead.
const IDLE_LIMIT: Duration = Duration::from_secs(300);

/// Reads until the client is gone, or the actor is. When the actor can't keep up this waits, and so, through TCP, does
/// the client.
pub async fn read(socket: impl AsyncRead + Unpin, connection: ActorRef<Connection>) {
    let mut lines = LineReader::new(socket, LINE_LIMIT);
    loop {
        let request = match timeout(IDLE_LIMIT, lines.next()).await {
            Ok(Ok(Frame::Line(line))) => parse(line),
            Ok(Ok(Frame::TooLong)) => Err(Misunderstood {
                code: ErrorCode::LineTooLong,
                message: format!("a line may have {LINE_LIMIT} bytes; this one was skipped"),
            }),
            Ok(Ok(Frame::End)) => return hang_up(&connection, Farewell::Quit).await,
            Ok(Err(error)) => {
                return hang_up(&connection, Farewell::Broken(error.to_string())).await;
            }
            Err(_) => return hang_up(&connection, Farewell::Idle).await,
        };
        // One message type a request, so that an observer tells a slow `call` from a slow `chat`.
        let sent = match request {
            Ok(ClientLine::Login { nick }) => say(&connection, Login { nick }).await,
            Ok(ClientLine::Join { room }) => say(&connection, Join { room }).await,
            Ok(ClientLine::Chat { text }) => say(&connection, Chat { text }).await,
            Ok(ClientLine::Call { id, offer }) => say(&connection, Call { id, offer }).await,
            Ok(ClientLine::Search { text }) => say(&connection, Search { text }).await,
            Ok(ClientLine::Who) => say(&connection, Who).await,
            Ok(ClientLine::Ping) => say(&connection, Ping).await,
            Ok(ClientLine::Quit) => return hang_up(&connection, Farewell::Quit).await,
            Err(misunderstood) => say(&connection, misunderstood).await,
        };
        if !sent {
            return;
        }
    }
}

async fn hang_up(connection: &ActorRef<Connection>, farewell: Farewell) {
    // An actor that is gone needs no telling.
    let _ = say(connection, Hangup(farewell)).await;
}

/// `false` when the actor is gone.
async fn say<M: Send + 'static>(connection: &ActorRef<Connection>, message: M) -> bool
where
    Connection: Message<M>,
{
    spawn::tell(connection, message).send().await.is_ok()
}

fn parse(line: &[u8]) -> Result<ClientLine, Misunderstood> {
    serde_json::from_slice(line).map_err(|error| Misunderstood {
        code: ErrorCode::BadRequest,
        message: format!("not a request this server knows: {error}"),
    })
}
