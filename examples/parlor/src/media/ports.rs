//! The table of ports for media: finds a free one for each call, and has those refreshed that carry nothing yet.

use std::{
    io,
    net::{Ipv4Addr, UdpSocket},
    time::Duration,
};

use actorscope_kameo::observed;
use kameo::{
    actor::{Actor, ActorRef},
    error::Infallible,
    message::{Context, Message},
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use super::{
    leases::Leases,
    relay::RelayKey,
    relay_session::{Refresh, RelaySession},
};
use crate::spawn::{self, Ticker};

/// Ports tried before giving up. With half of them taken, a call in 2⁶⁴ fails.
const TRIES: usize = 64;
/// How long a call waits for a session that is being opened.
const OPENING: Duration = Duration::from_secs(1);
/// How long the session may take to have space for a request.
const PATIENCE: Duration = Duration::from_secs(5);

/// See the module's text.
pub struct Ports {
    args: PortsArgs,
    leases: Leases,
    _ticker: Ticker,
}

/// What each incarnation starts with.
#[derive(Clone)]
pub struct PortsArgs {
    /// Key of the session; `None` while there is none.
    pub key: watch::Receiver<Option<RelayKey>>,
    pub session: ActorRef<RelaySession>,
    pub plan: RefreshPlan,
}

/// When ports are refreshed.
#[derive(Clone, Copy, Debug)]
pub struct RefreshPlan {
    /// How often the table is looked through.
    pub every: Duration,
    /// Ports that were refreshed this long ago are refreshed again.
    pub after: Duration,
    /// Ports in one request.
    pub together: usize,
}

impl RefreshPlan {
    /// Each port when its own time has come, all of a second in one request: the relay takes as long for one as for
    /// all.
    pub const SPREAD: Self = Self {
        every: Duration::from_secs(1),
        after: Duration::from_secs(10),
        together: usize::MAX,
    };
    /// [`Fault::Burst`](crate::fault::Fault::Burst): all ports at the same time, each in a request of its own.
    pub const BURST: Self =
        Self { every: Duration::from_secs(10), after: Duration::ZERO, together: 1 };
}

#[observed]
impl Actor for Ports {
    type Args = PortsArgs;
    type Error = Infallible;

    async fn on_start(args: PortsArgs, me: ActorRef<Self>) -> Result<Self, Infallible> {
        let _ticker = spawn::ticker(&me, args.plan.every, || RefreshDue);
        Ok(Self { args, leases: Leases::default(), _ticker })
    }
}

/// A call needs a port.
pub struct Lease;

/// A port that is one call's.
#[derive(Clone, Copy, Debug)]
pub struct Leased {
    pub port: u16,
    /// Of the session with the relay that the port belongs to.
    pub key: RelayKey,
}

/// There is no port for a call.
#[derive(Debug, thiserror::Error)]
pub enum NoPort {
    /// Out of ports, or of file descriptors.
    #[error("no UDP port for media: {0}")]
    System(#[from] io::Error),
    #[error("all media ports are taken; call again later")]
    AllTaken,
    #[error("there is no session with the media relay; call again")]
    NoSession,
}

impl Message<Lease> for Ports {
    type Reply = Result<Leased, NoPort>;

    async fn handle(&mut self, _: Lease, _: &mut Context<Self, Self::Reply>) -> Self::Reply {
        let key = timeout(OPENING, self.args.key.wait_for(Option::is_some)).await;
        let Ok(Ok(Some(key))) = key.map(|key| key.map(|key| *key)) else {
            return Err(NoPort::NoSession);
        };
        let now = Instant::now();
        self.leases.expire(now);
        if self.leases.is_full() {
            return Err(NoPort::AllTaken);
        }
        for _ in 0..TRIES {
            // Free at the moment; the relay binds it when the first packet comes.
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = socket.local_addr()?.port();
            if self.leases.add(port, now) {
                return Ok(Leased { port, key });
            }
        }
        Err(NoPort::AllTaken)
    }
}

/// Time to look through the table.
struct RefreshDue;

impl Message<RefreshDue> for Ports {
    type Reply = ();

    async fn handle(&mut self, _: RefreshDue, _: &mut Context<Self, ()>) {
        let now = Instant::now();
        self.leases.expire(now);
        let plan = self.args.plan;
        for ports in self.leases.due(plan.after, now).chunks(plan.together) {
            let refresh = Refresh { ports: ports.to_vec() };
            // Without a limit, neither could be stopped if the session were waiting for this actor to stop.
            let asking = spawn::tell(&self.args.session, refresh).mailbox_timeout(PATIENCE);
            if asking.send().await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kameo::{
        actor::{PreparedActor, Spawn},
        error::SendError,
        mailbox,
    };
    use tokio::time::sleep;

    use super::*;
    use crate::media::{relay::MediaRelay, relay_session::RelaySessionArgs};

    /// A table of ports, and the session it talks to, which does not run yet: its requests stay in the mailbox.
    struct Bench {
        ports: ActorRef<Ports>,
        session: PreparedActor<RelaySession>,
        key: watch::Sender<Option<RelayKey>>,
        relay: MediaRelay,
    }

    const SPACE: usize = 8;

    impl Bench {
        async fn new(plan: RefreshPlan) -> Self {
            let session = RelaySession::prepare_with_mailbox(mailbox::bounded(SPACE));
            let relay = MediaRelay::new(None);
            let (publish, key) = watch::channel(Some(relay.open().await));
            let args = PortsArgs { key, session: session.actor_ref().clone(), plan };
            Self { ports: Ports::spawn(args), session, key: publish, relay }
        }

        async fn lease(&self, count: usize) -> Vec<u16> {
            let mut leased = Vec::new();
            for _ in 0..count {
                leased.push(self.ports.ask(Lease).await.unwrap().port);
            }
            leased
        }

        fn requests(&self) -> usize {
            SPACE - self.session.actor_ref().mailbox_sender().capacity().unwrap()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn ports_of_one_second_are_refreshed_together_and_only_when_their_time_comes() {
        let bench = Bench::new(RefreshPlan::SPREAD).await;
        let mut leased = bench.lease(50).await;
        leased.sort_unstable();
        leased.dedup();
        assert_eq!(leased.len(), 50, "no port is promised twice");
        sleep(Duration::from_millis(9500)).await;
        assert_eq!(bench.requests(), 0);
        sleep(Duration::from_secs(1)).await;
        assert_eq!(bench.requests(), 1);
        sleep(Duration::from_secs(60)).await;
        assert_eq!(bench.requests(), 1, "by then their calls have begun");
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_fills_the_sessions_mailbox_and_the_table_waits_for_space() {
        let bench = Bench::new(RefreshPlan::BURST).await;
        bench.lease(50).await;
        sleep(Duration::from_secs(9)).await;
        assert_eq!(bench.requests(), 0);
        sleep(Duration::from_secs(2)).await;
        assert_eq!(bench.requests(), SPACE);
        let waiting = bench.ports.ask(Lease).reply_timeout(Duration::from_secs(1)).await;
        assert!(matches!(waiting, Err(SendError::Timeout(_))), "{waiting:?}");

        let args = RelaySessionArgs { relay: bench.relay, key: bench.key };
        bench.session.spawn(args);
        let waited = Instant::now();
        bench.ports.ask(Lease).await.unwrap();
        // What was left of 50 requests when there was space for the last of them, 4 ms each.
        let waited = waited.elapsed();
        assert!(waited >= Duration::from_millis(4) * 40, "{waited:?}");
    }
}
