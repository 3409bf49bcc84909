//! Clients that keep the service busy: each opens an account, then deposits and transfers, one order after another.

use std::{
    fmt,
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::codec::{Framed, LinesCodec};

use crate::amount::Amount;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest answer, in bytes.
const MAX_LINE: usize = 4096;
/// Times that are kept of each client.
const TIMES: usize = 10_000;

/// Whom to keep busy, and how.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The service.
    pub server: SocketAddr,
    /// Clients, at least 1.
    pub sessions: u32,
    /// Pause of a client between two orders.
    pub pause: Duration,
    /// Orders of each client; without, until it is told to end.
    pub orders: Option<u64>,
}

/// What the clients saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Orders that were followed.
    pub done: u64,
    /// Orders that were not, for lack of money as a rule.
    pub refused: u64,
    /// Orders of which nobody knows.
    pub unanswered: u64,
    /// What was put in, by the answers.
    pub deposited: Amount,
    /// Time from an order to its answer, ascending; the first 10,000 of each client.
    pub times: Vec<Duration>,
}

/// Nobody there.
#[derive(Debug, thiserror::Error)]
#[error("can't connect to {server}: {source}; is `ledger serve` running?")]
pub struct LoadError {
    server: SocketAddr,
    source: io::Error,
}

impl LoadReport {
    /// The time that this share of the orders did not exceed.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let last = self.times.len().checked_sub(1)?;
        self.times.get((share.clamp(0.0, 1.0) * last as f64).round() as usize).copied()
    }

    fn add(&mut self, other: Self) {
        self.done += other.done;
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.deposited.0 += other.deposited.0;
        self.times.extend(other.times);
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, refused, unanswered, deposited, .. } = self;
        write!(
            f,
            "{done} orders done, {refused} refused, {unanswered} unanswered; {deposited} put in"
        )?;
        if let (Some(p50), Some(p99)) = (self.quantile(0.5), self.quantile(0.99)) {
            write!(f, "; p50 {p50:.1?}, p99 {p99:.1?}")?;
        }
        Ok(())
    }
}

/// Keeps the service busy until all orders are done or `shutdown` resolves.
pub async fn load(
    options: LoadOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<LoadReport, LoadError> {
    let stopping = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for number in 0..options.sessions {
        let server = options.server;
        let stream = TcpStream::connect(server).await;
        let stream = stream.map_err(|source| LoadError { server, source })?;
        clients.spawn(client(stream, options.clone(), number, stopping.clone()));
    }
    let mut total = LoadReport::default();
    let mut shutdown = std::pin::pin!(shutdown);
    let mut is_told = false;
    loop {
        tokio::select! {
            () = &mut shutdown, if !is_told => {
                is_told = true;
                stopping.store(true, Relaxed);
            }
            done = clients.join_next() => match done {
                Some(Ok(part)) => total.add(part),
                Some(Err(_)) => {}
                None => break,
            }
        }
    }
    total.times.sort_unstable();
    Ok(total)
}

async fn client(
    stream: TcpStream,
    options: LoadOptions,
    number: u32,
    stopping: Arc<AtomicBool>,
) -> LoadReport {
    let mut lines = Framed::new(stream, LinesCodec::new_with_max_length(MAX_LINE));
    let mut report = LoadReport::default();
    let account = |number: u32| format!("load-{number}");
    let me = account(number);
    let amount = Amount(1_000);
    for order in 0u64.. {
        if stopping.load(Relaxed) || options.orders.is_some_and(|orders| order >= orders) {
            break;
        }
        let peer = (u64::from(number) + 1 + order * 7) % u64::from(options.sessions);
        let is_deposit = order % 4 == 1;
        let line = match order {
            // It may be there from an earlier run.
            0 => format!("open {me}"),
            _ if is_deposit || peer == u64::from(number) => format!("deposit {me} {amount}"),
            _ => format!("transfer {me} {} 1.00", account(peer as u32)),
        };
        let is_deposit = line.starts_with("deposit");
        let begun = Instant::now();
        let asked = async {
            lines.send(&line).await.ok()?;
            lines.next().await?.ok()
        };
        match timeout(PATIENCE, asked).await.ok().flatten() {
            Some(answer) if answer.starts_with("ok") => {
                report.done += 1;
                report.deposited.0 += if is_deposit { amount.0 } else { 0 };
            }
            Some(_) => report.refused += 1,
            None => {
                report.unanswered += 1;
                break;
            }
        }
        if report.times.len() < TIMES {
            report.times.push(begun.elapsed());
        }
        if !options.pause.is_zero() {
            sleep(options.pause).await;
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_seen() {
        let times = (1..=100).map(Duration::from_millis).collect();
        let report = LoadReport { times, ..LoadReport::default() };
        let millis = |share| report.quantile(share).map(|time| time.as_millis());
        assert_eq!([0.0, 0.5, 1.0].map(millis), [Some(1), Some(51), Some(100)]);
        assert_eq!(LoadReport::default().quantile(0.5), None);
    }
}
