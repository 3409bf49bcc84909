//! Sets up calls, one after another.

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};
use tokio::sync::watch;

use crate::media::{MediaError, MediaRelay, Offer, Session, free_media_port};

/// See the module's text.
///
/// It waits for the relay inside its handler, so a call setup takes the actor's whole time: 8 ms each is 125 a second
/// and not one more. That is the bottleneck this service has; the cure is more workers.
pub struct SignalingWorker {
    args: WorkerArgs,
}

/// What each incarnation starts with.
#[derive(Clone)]
pub struct WorkerArgs {
    pub relay: MediaRelay,
    /// Turns true when the service stops: a long queue is then refused instead of worked off.
    pub stopping: watch::Receiver<bool>,
}

#[observed]
impl Actor for SignalingWorker {
    type Args = WorkerArgs;
    type Error = Infallible;

    async fn on_start(args: WorkerArgs, _: ActorRef<Self>) -> Result<Self, Infallible> {
        Ok(Self { args })
    }
}

/// Answered with a session to join, or with why there is none.
pub struct SetUpCall {
    pub offer: String,
}

/// A call that is ready.
#[derive(Debug)]
pub struct CallSession {
    pub session: String,
    pub port: u16,
    pub key: String,
    pub answer: String,
}

/// Why a call is not ready.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    #[error(transparent)]
    Media(#[from] MediaError),
    #[error("the server is shutting down")]
    Stopping,
}

impl Message<SetUpCall> for SignalingWorker {
    type Reply = Result<CallSession, SetUpError>;

    async fn handle(&mut self, call: SetUpCall, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        let offer = Offer::parse(&call.offer)?;
        let session = Session::generate()?;
        let port = free_media_port()?;
        tokio::select! {
            biased;
            _ = self.args.stopping.wait_for(|stopping| *stopping) => return Err(SetUpError::Stopping),
            () = self.args.relay.allocate() => {}
        }
        Ok(CallSession {
            answer: offer.answer(&session, port),
            session: session.id,
            port,
            key: session.key,
        })
    }
}
