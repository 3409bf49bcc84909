//! Sets up calls, one after another.

use std::time::Duration;

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::{Infallible, SendError},
    message::{Context, Message},
};
use tokio::sync::watch;

use crate::{
    door::Door,
    media::{Lease, MediaRelay, NoPort, Offer, Ports, SdpError, Session, SessionOver},
    spawn,
};

/// How long a port may be waited for.
const PATIENCE: Duration = Duration::from_secs(5);

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
    pub ports: Door<Ports>,
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
    Sdp(#[from] SdpError),
    #[error(transparent)]
    Port(#[from] NoPort),
    #[error(transparent)]
    Relay(#[from] SessionOver),
    #[error("media is interrupted; call again")]
    Interrupted,
    #[error("the server is shutting down")]
    Stopping,
}

impl Message<SetUpCall> for SignalingWorker {
    type Reply = Result<CallSession, SetUpError>;

    async fn handle(&mut self, call: SetUpCall, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        let offer = Offer::parse(&call.offer)?;
        let session = Session::generate()?;
        let port = tokio::select! {
            biased;
            _ = self.args.stopping.wait_for(|stopping| *stopping) => return Err(SetUpError::Stopping),
            port = media(&self.args.ports, &self.args.relay) => port?,
        };
        Ok(CallSession {
            answer: offer.answer(&session, port),
            session: session.id,
            port,
            key: session.key,
        })
    }
}

/// Finds a port and has the relay listen to it.
async fn media(ports: &Door<Ports>, relay: &MediaRelay) -> Result<u16, SetUpError> {
    let ports = ports.actor().ok_or(SetUpError::Interrupted)?;
    let asking = spawn::ask(&ports, Lease).mailbox_timeout(PATIENCE).reply_timeout(PATIENCE);
    let leased = asking.send().await.map_err(|error| match error {
        SendError::HandlerError(no_port) => SetUpError::Port(no_port),
        _ => SetUpError::Interrupted,
    })?;
    relay.allocate(leased.key, leased.port).await?;
    Ok(leased.port)
}
