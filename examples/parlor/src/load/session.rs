//! One client: connects, logs in, joins its room, does as it is ordered, and connects again when it is cut off.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    time::{Instant, Interval, interval, sleep, timeout},
};

use super::{CONNECT_LIMIT, stats::Stats};
use crate::{
    framing::{Frame, LineReader},
    wire::{ClientLine, LINE_LIMIT, ServerLine, encode},
};
use actorscope_examples::Random;

/// First and longest pause before connecting again; it doubles in between.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// Keeps a quiet connection from being taken for dead.
const PING_EVERY: Duration = Duration::from_secs(60);
/// What people say.
const SAYINGS: [&str; 7] = [
    "good morning everybody",
    "has anyone seen the latest numbers?",
    "I'll be two minutes late, sorry",
    "that was the cat",
    "who's coming to the café at noon?",
    "could you say that again? you were muted",
    "let's take that to the other room",
];

/// What a session is told to do.
pub enum Order {
    /// Say something.
    Say,
    /// Call. The answer is timed from `due`.
    Call { due: Instant },
}

/// See the module's text.
pub struct Session {
    pub index: usize,
    pub server: SocketAddr,
    pub nick: String,
    pub room: String,
    pub orders: mpsc::Receiver<Order>,
    pub stats: Arc<Stats>,
    pub random: Random,
}

/// A connection in use.
struct Link {
    lines: LineReader<OwnedReadHalf>,
    socket: OwnedWriteHalf,
    /// Calls without an answer, by id, and when they were due.
    calls: HashMap<String, Instant>,
    begun: u64,
    pings: Interval,
}

impl Session {
    /// Runs until told to stop.
    pub async fn run(mut self, delay: Duration, mut stop: watch::Receiver<bool>) {
        let mut pause = delay;
        let mut backoff = BACKOFF.0;
        let mut first = true;
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.wait(pause) => {}
            }
            if !std::mem::take(&mut first) {
                self.stats.reconnects.fetch_add(1, Relaxed);
            }
            let (served, result) = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => (true, Ok(())),
                ended = self.serve() => ended,
            };
            self.stats.set_joined(self.index, false);
            let Err(error) = result else { return };
            self.stats.note_failure(error.to_string());
            self.stats.errors.fetch_add(1, Relaxed);
            backoff = if served { BACKOFF.0 } else { (backoff * 2).min(BACKOFF.1) };
            // Hundreds of clients lose the same server at the same time; they must not come back at the same time.
            pause = backoff.mul_f64(0.5 + 0.5 * self.random.unit());
        }
    }

    /// Waits out a pause. What is due meanwhile can't be done.
    async fn wait(&mut self, pause: Duration) {
        let mut over = std::pin::pin!(sleep(pause));
        loop {
            tokio::select! {
                () = &mut over => return,
                order = self.orders.recv() => match order {
                    Some(_) => self.stats.count_unsent(),
                    None => return over.await,
                },
            }
        }
    }

    /// Uses one connection until it is lost. Tells whether the room was reached.
    async fn serve(&mut self) -> (bool, io::Result<()>) {
        let mut link = match Link::connect(self.server).await {
            Ok(link) => link,
            Err(error) => return (false, Err(error)),
        };
        let mut served = false;
        let result = self.converse(&mut link, &mut served).await;
        self.stats.calls_failed.fetch_add(link.calls.len() as u64, Relaxed);
        (served, result)
    }

    async fn converse(&mut self, link: &mut Link, served: &mut bool) -> io::Result<()> {
        link.send(&ClientLine::Login { nick: self.nick.clone() }).await?;
        loop {
            tokio::select! {
                line = link.lines.next() => {
                    let line = parse(line?)?;
                    if self.heard(line, link).await? {
                        *served = true;
                    }
                }
                order = self.orders.recv() => match order {
                    Some(order) => self.obey(order, link).await?,
                    None => return Ok(()),
                },
                _ = link.pings.tick() => link.send(&ClientLine::Ping).await?,
            }
        }
    }

    /// Takes in what the server says. True when the room has been entered.
    async fn heard(&mut self, line: ServerLine, link: &mut Link) -> io::Result<bool> {
        match line {
            ServerLine::Welcome { .. } => {
                link.send(&ClientLine::Join { room: self.room.clone() }).await?;
            }
            ServerLine::Joined { .. } => {
                self.stats.set_joined(self.index, true);
                return Ok(true);
            }
            ServerLine::Chat(_) => {
                self.stats.messages_received.fetch_add(1, Relaxed);
            }
            ServerLine::CallReady { id, .. } => {
                if let Some(due) = link.calls.remove(&id) {
                    self.stats.record_setup(due.elapsed());
                }
            }
            ServerLine::CallFailed { id, reason } if link.calls.remove(&id).is_some() => {
                self.stats.note_failure(reason);
                self.stats.calls_failed.fetch_add(1, Relaxed);
            }
            ServerLine::Error { message, .. } => {
                self.stats.note_failure(message);
                self.stats.errors.fetch_add(1, Relaxed);
                if !self.stats.is_joined(self.index) {
                    return Err(io::Error::other("the server did not let the session in"));
                }
            }
            ServerLine::Bye { reason } => return Err(io::Error::other(reason)),
            _ => {}
        }
        Ok(false)
    }

    async fn obey(&mut self, order: Order, link: &mut Link) -> io::Result<()> {
        match order {
            Order::Say => {
                let index = usize::try_from(self.random.below(SAYINGS.len() as u64)).unwrap_or(0);
                let text = SAYINGS[index].to_owned();
                link.send(&ClientLine::Chat { text }).await?;
                self.stats.messages_sent.fetch_add(1, Relaxed);
            }
            Order::Call { due } => {
                link.begun += 1;
                let id = format!("c-{}", link.begun);
                let offer = self.offer(link.begun);
                link.calls.insert(id.clone(), due);
                self.stats.calls_started.fetch_add(1, Relaxed);
                link.send(&ClientLine::Call { id, offer }).await?;
            }
        }
        Ok(())
    }

    fn offer(&self, number: u64) -> String {
        format!(
            "v=0\r\no={} {number} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=rtpmap:111 opus/48000/2\r\n\
             m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n",
            self.nick
        )
    }
}

impl Link {
    async fn connect(server: SocketAddr) -> io::Result<Self> {
        let socket = timeout(CONNECT_LIMIT, TcpStream::connect(server)).await??;
        socket.set_nodelay(true)?;
        let (read_half, write_half) = socket.into_split();
        let mut pings = interval(PING_EVERY);
        pings.reset();
        Ok(Self {
            lines: LineReader::new(read_half, LINE_LIMIT),
            socket: write_half,
            calls: HashMap::new(),
            begun: 0,
            pings,
        })
    }

    async fn send(&mut self, line: &ClientLine) -> io::Result<()> {
        self.socket.write_all(encode(line).as_bytes()).await
    }
}

fn parse(frame: Frame<'_>) -> io::Result<ServerLine> {
    match frame {
        Frame::Line(line) => serde_json::from_slice(line).map_err(io::Error::other),
        Frame::TooLong => Err(io::Error::other("the server sent an endless line")),
        Frame::End => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
