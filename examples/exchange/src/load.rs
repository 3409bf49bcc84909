//! Clients: many sessions with real sockets that trade with each other at a given pace, and count.

mod report;

pub use report::LoadReport;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use actorscope_examples::Random;

/// Prices are drawn from so many ticks around [`MIDDLE`].
const SPREAD: u64 = 5;
/// Around which everybody wants to trade.
const MIDDLE: u64 = 100;
/// Largest quantity of an order.
const MOST: u64 = 20;
/// One request in so many takes an order out again.
const CANCELS: u64 = 8;
/// Open orders of a session that it remembers.
const REMEMBERED: usize = 64;
/// For connecting, and for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What load to put on an exchange.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The exchange. Default: 127.0.0.1:7430.
    pub server: SocketAddr,
    /// Clients. Default: 20.
    pub sessions: usize,
    /// Requests each second, by all together. Default: 100.
    pub orders_per_second: f64,
    /// What they trade. Default: ACME, BOLT, CASK.
    pub symbols: Vec<String>,
    /// How long. Default: until told to stop.
    pub duration: Option<Duration>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            server: (Ipv4Addr::LOCALHOST, 7430).into(),
            sessions: 20,
            orders_per_second: 100.0,
            symbols: ["ACME", "BOLT", "CASK"].map(str::to_owned).to_vec(),
            duration: None,
        }
    }
}

/// Why there was no load, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Nobody listens.
    #[error(
        "can't connect to {server}: {source}; start one with `exchange serve`, or name its address"
    )]
    Unreachable {
        /// The exchange.
        server: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing to do.
    #[error("there must be a session, a symbol and a rate above 0")]
    Nothing,
}

/// Trades until `shutdown` resolves or the duration is over, whichever comes first.
pub async fn load(
    options: LoadOptions,
    shutdown: impl Future<Output = ()>,
) -> Result<LoadReport, LoadError> {
    let LoadOptions { server, sessions, orders_per_second: rate, symbols, duration } = options;
    if sessions == 0 || symbols.is_empty() || rate.is_nan() || rate <= 0.0 {
        return Err(LoadError::Nothing);
    }
    let begun = Instant::now();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut running = JoinSet::new();
    for number in 0..sessions {
        let client = Client::connect(server, &format!("trader-{number}")).await;
        let mut client = client.map_err(|source| LoadError::Unreachable { server, source })?;
        let (symbols, mut stopped) = (symbols.clone(), stopped.clone());
        let gap = Duration::from_secs_f64(sessions as f64 / rate);
        running.spawn(async move {
            let mut random = Random::new();
            // Not all at once.
            let mut due = Instant::now() + gap.mul_f64(random.unit());
            loop {
                tokio::select! {
                    () = sleep_until(due) => {}
                    _ = stopped.wait_for(|stopped| *stopped) => break,
                }
                if !client.trade(&symbols, &mut random).await {
                    break;
                }
                // Those that are late do not hurry: a slow exchange shows in the time that answers take.
                due = (due + gap).max(Instant::now());
            }
            client.report
        });
    }
    let over = async {
        match duration {
            Some(duration) => sleep_until(begun + duration).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = shutdown => {}
        () = over => {}
    }
    stop.send_replace(true);
    let mut report = LoadReport::default();
    while let Some(one) = running.join_next().await {
        report.add(one.unwrap_or_else(|_| LoadReport { lost: 1, ..LoadReport::default() }));
    }
    report.elapsed = begun.elapsed();
    Ok(report)
}

/// One session.
struct Client {
    stream: BufReader<TcpStream>,
    /// What it may still take out: symbol and number.
    open: Vec<(String, u64)>,
    report: LoadReport,
}

impl Client {
    async fn connect(server: SocketAddr, account: &str) -> io::Result<Self> {
        let connecting = timeout(PATIENCE, TcpStream::connect(server));
        let stream = BufReader::new(connecting.await.map_err(|_| io::ErrorKind::TimedOut)??);
        let mut client = Self { stream, open: Vec::new(), report: LoadReport::default() };
        client.ask(&format!("hello {account}")).await?;
        Ok(client)
    }

    async fn ask(&mut self, request: &str) -> io::Result<String> {
        self.stream.write_all(format!("{request}\n").as_bytes()).await?;
        let mut answer = String::new();
        match timeout(PATIENCE, self.stream.read_line(&mut answer)).await {
            Ok(Ok(1..)) => Ok(answer.trim_end().to_owned()),
            Ok(Ok(_)) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// Does one thing. `false` when the exchange is gone.
    async fn trade(&mut self, symbols: &[String], random: &mut Random) -> bool {
        if !self.open.is_empty() && random.below(CANCELS) == 0 {
            let at = usize::try_from(random.below(self.open.len() as u64)).unwrap_or(0);
            let (symbol, id) = self.open.swap_remove(at);
            let answer = self.timed(&format!("cancel {symbol} {id}")).await;
            return answer.is_some_and(|answer| self.cancelled(&answer));
        }
        let at = usize::try_from(random.below(symbols.len() as u64)).unwrap_or(0);
        let Some(symbol) = symbols.get(at) else { return false };
        let side = if random.below(2) == 0 { "buy" } else { "sell" };
        let quantity = 1 + random.below(MOST);
        let price = MIDDLE - SPREAD + random.below(2 * SPREAD + 1);
        let answer = self.timed(&format!("order {side} {symbol} {quantity} {price}")).await;
        answer.is_some_and(|answer| self.placed(symbol, quantity, &answer))
    }

    async fn timed(&mut self, request: &str) -> Option<String> {
        let begun = Instant::now();
        match self.ask(request).await {
            Ok(answer) => {
                self.report.answers.push(begun.elapsed());
                Some(answer)
            }
            Err(_) => {
                self.report.lost += 1;
                None
            }
        }
    }

    fn placed(&mut self, symbol: &str, quantity: u64, answer: &str) -> bool {
        let words: Vec<&str> = answer.split(' ').collect();
        let ["placed", id, "filled", filled, "open", open] = words[..] else {
            return self.refused(answer);
        };
        self.report.orders += 1;
        self.report.quantity += quantity;
        self.report.filled += filled.parse().unwrap_or(0);
        if let (Ok(id), true) = (id.parse(), open != "0") {
            self.open.push((symbol.to_owned(), id));
            if self.open.len() > REMEMBERED {
                self.open.swap_remove(0);
            }
        }
        true
    }

    fn cancelled(&mut self, answer: &str) -> bool {
        let words: Vec<&str> = answer.split(' ').collect();
        match words[..] {
            ["cancelled", _, quantity] => {
                self.report.cancelled += quantity.parse().unwrap_or(0);
                true
            }
            // Somebody traded with it meanwhile.
            ["refused", "no", "order", ..] => true,
            _ => self.refused(answer),
        }
    }

    fn refused(&mut self, answer: &str) -> bool {
        self.report.refused += 1;
        self.report.last_refusal = Some(answer.to_owned());
        true
    }
}
