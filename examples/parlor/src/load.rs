//! Clients: many sessions with real sockets that chat and call at a given pace, and count what comes back.
//!
//! The pace is open-loop: calls begin when they are due, whether or not earlier ones were answered, and their setup
//! time counts from when they were due. A server that falls behind can't slow its clients down and look good.

use std::{
    fmt,
    future::Future,
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

mod histogram;
mod pace;
mod report;
mod session;
mod stats;

pub use histogram::Percentiles;
pub use report::LoadReport;

use actorscope_examples::Random;
use session::{Order, Session};
use stats::Stats;

/// Rooms sessions are spread over; more are numbered.
const ROOMS: [&str; 12] = [
    "lobby", "lounge", "kitchen", "library", "terrace", "garden", "studio", "attic", "cellar",
    "workshop", "gallery", "balcony",
];
/// Orders a session may have waiting; more are counted as not sent.
const ORDERS: usize = 256;
/// Gap between the connects of two sessions: hundreds at once would measure the accept queue.
const RAMP: Duration = Duration::from_millis(2);
/// How long connecting to a server may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long sessions may take to say goodbye.
const GOODBYE_LIMIT: Duration = Duration::from_secs(3);

/// What load to put on a server.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The server. Default: 127.0.0.1:7420.
    pub server: SocketAddr,
    /// Clients. Default: 200.
    pub sessions: usize,
    /// Calls begun each second, by all together. Default: 50.
    pub calls_per_second: f64,
    /// Chat messages said each second, by all together. Default: 100.
    pub messages_per_second: f64,
    /// Rooms the clients are spread over. Default: 8.
    pub rooms: usize,
    /// How long; `None` until told to stop. Default: `None`.
    pub duration: Option<Duration>,
    /// Time between two lines on stderr. Default: a second.
    pub report_every: Duration,
    /// No lines on stderr. Default: false.
    pub quiet: bool,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            server: (Ipv4Addr::LOCALHOST, 7420).into(),
            sessions: 200,
            calls_per_second: 50.0,
            messages_per_second: 100.0,
            rooms: 8,
            duration: None,
            report_every: Duration::from_secs(1),
            quiet: false,
        }
    }
}

/// Why there was no load. A server that goes away later is no error: sessions connect again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// An option is out of its range.
    #[error("option `{option}` must be {range}")]
    Option {
        /// Name of the field.
        option: &'static str,
        /// What it may be.
        range: &'static str,
    },
    /// Nobody listens.
    #[error(
        "can't connect to {server}: {source}; start one with `parlor serve`, or name its address"
    )]
    Unreachable {
        /// The server.
        server: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

/// Runs clients until `shutdown` resolves or the duration is over, whichever comes first.
pub async fn load(
    options: LoadOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<LoadReport, LoadError> {
    check(&options)?;
    probe(options.server).await?;

    let stats = Arc::new(Stats::new(options.sessions));
    let (stop, stopped) = watch::channel(false);
    let mut random = Random::new();
    // Nicks of two runs against one server must differ.
    let run = random.below(1 << 20);
    let mut orders = Vec::with_capacity(options.sessions);
    let mut sessions = JoinSet::new();
    for index in 0..options.sessions {
        let (sender, receiver) = mpsc::channel(ORDERS);
        orders.push(sender);
        let session = Session {
            index,
            server: options.server,
            nick: format!("guest-{run:05x}-{index}"),
            room: room_name(index % options.rooms),
            orders: receiver,
            stats: stats.clone(),
            random: Random::new(),
        };
        let delay = RAMP.saturating_mul(u32::try_from(index).unwrap_or(u32::MAX));
        sessions.spawn(session.run(delay, stopped.clone()));
    }
    // Sessions end when nobody can give them orders any more, so these are kept to the end.
    let orders: Arc<[_]> = orders.into();
    let mut pacers = JoinSet::new();
    let mut pace = |rate, order: fn(Instant) -> Order| {
        pacers.spawn(pace::run(rate, orders.clone(), stats.clone(), order));
    };
    pace(options.messages_per_second, |_| Order::Say);
    pace(options.calls_per_second, |due| Order::Call { due });

    let started = Instant::now();
    let mut shutdown = pin!(shutdown);
    let mut over = pin!(async {
        match options.duration {
            Some(duration) => sleep(duration).await,
            None => std::future::pending().await,
        }
    });
    let mut ticks = interval(options.report_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut last = started;
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            () = &mut over => break,
            now = ticks.tick() => {
                // Rates come from the time that really passed.
                let line = stats.window(now - last);
                last = now;
                if !options.quiet {
                    tell(format_args!("{:>4}s  {line}", (now - started).as_secs()));
                }
            }
        }
    }
    pacers.shutdown().await;
    let report = stats.report(started.elapsed());
    let _ = stop.send(true);
    let _ = timeout(GOODBYE_LIMIT, async { while sessions.join_next().await.is_some() {} }).await;
    Ok(report)
}

fn tell(line: fmt::Arguments<'_>) {
    eprintln!("{line}");
}

fn check(options: &LoadOptions) -> Result<(), LoadError> {
    let rates = 0.0..=1_000_000.0;
    let wrong = if options.sessions == 0 {
        ("sessions", "at least 1")
    } else if options.rooms == 0 {
        ("rooms", "at least 1")
    } else if !rates.contains(&options.calls_per_second) {
        ("calls_per_second", "0 to 1000000")
    } else if !rates.contains(&options.messages_per_second) {
        ("messages_per_second", "0 to 1000000")
    } else if options.report_every.is_zero() {
        ("report_every", "more than nothing")
    } else {
        return Ok(());
    };
    let (option, range) = wrong;
    Err(LoadError::Option { option, range })
}

/// Connects once, so that a wrong address is an error at once and not a page of reconnects.
async fn probe(server: SocketAddr) -> Result<(), LoadError> {
    let source = match timeout(CONNECT_LIMIT, TcpStream::connect(server)).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => error,
        Err(_) => io::ErrorKind::TimedOut.into(),
    };
    Err(LoadError::Unreachable { server, source })
}

fn room_name(index: usize) -> String {
    ROOMS.get(index).map_or_else(|| format!("room-{}", index + 1), |name| (*name).to_owned())
}
