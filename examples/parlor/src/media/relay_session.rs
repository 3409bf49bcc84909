//! Our session with the media relay: opens it, and keeps ports alive in it.

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};
use tokio::sync::watch;

use super::relay::{MediaRelay, RelayKey, SessionOver};

/// See the module's text. An incarnation is a session.
pub struct RelaySession {
    relay: MediaRelay,
    key: RelayKey,
}

/// What each incarnation starts with.
#[derive(Clone)]
pub struct RelaySessionArgs {
    pub relay: MediaRelay,
    /// Tells the session's key; `None` while there is no session.
    pub key: watch::Sender<Option<RelayKey>>,
}

#[observed]
impl Actor for RelaySession {
    type Args = RelaySessionArgs;
    type Error = Infallible;

    async fn on_start(args: RelaySessionArgs, _: ActorRef<Self>) -> Result<Self, Infallible> {
        args.key.send_replace(None);
        let key = args.relay.open().await;
        args.key.send_replace(Some(key));
        Ok(Self { relay: args.relay, key })
    }
}

/// Ports that are to be kept. A session that is over fails the actor: a new one is needed.
pub struct Refresh {
    pub ports: Vec<u16>,
}

impl Message<Refresh> for RelaySession {
    type Reply = Result<(), SessionOver>;

    async fn handle(
        &mut self,
        Refresh { ports }: Refresh,
        _: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        self.relay.refresh(self.key, &ports).await
    }
}
