//! What is still to be written to one client: a bounded queue, and the task that empties it into the socket.
//!
//! Nobody ever waits for a slow client. A queue that overflows ends the connection, with a reason.

use std::{
    io,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::{Notify, mpsc, watch},
    time::timeout,
};

use crate::wire::{Line, ServerLine, encode};

/// Lines that may wait for one client. Some seconds of a busy room.
const CAPACITY: usize = 1024;
/// Lines put into one write.
const BATCH: usize = 64;
/// How long a client that is being let go may take to read its last lines.
const FAREWELL: Duration = Duration::from_secs(2);

/// Why a connection ends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Farewell {
    /// Asked for, or the client is gone already.
    #[error("goodbye")]
    Quit,
    /// The server stops.
    #[error("the server is shutting down")]
    ShuttingDown,
    /// An operator or a defect ended the connection's actor.
    #[error("the connection was closed by the server; connect again")]
    Closed,
    /// The client does not read.
    #[error("too slow: {CAPACITY} lines were waiting to be read")]
    TooSlow,
    /// The client said nothing for long.
    #[error("idle for too long; send `ping` from time to time")]
    Idle,
    /// The socket failed.
    #[error("the connection broke: {0}")]
    Broken(String),
}

/// The sending side, shared by all who have something to tell the client.
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    lines: mpsc::Sender<Line>,
    farewell: OnceLock<Farewell>,
    closing: Notify,
}

/// The writing side; [`Writer::run`] is the body of the connection's writer task.
pub struct Writer {
    outbox: Outbox,
    lines: mpsc::Receiver<Line>,
    _live: Live,
}

/// Counts writers that still have something to write, so that a shutdown can wait for the last goodbye.
#[derive(Clone)]
pub struct WriterCount(watch::Sender<usize>);

struct Live(WriterCount);

impl WriterCount {
    pub fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Returns when no writer is left.
    pub async fn none_left(&self) {
        // It can't fail: `self` holds a sender.
        let _ = self.0.subscribe().wait_for(|live| *live == 0).await;
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.0.send_modify(|live| *live -= 1);
    }
}

/// An empty outbox and its writer.
pub fn outbox(count: &WriterCount) -> (Outbox, Writer) {
    let (sender, lines) = mpsc::channel(CAPACITY);
    let outbox = Outbox(Arc::new(Inner {
        lines: sender,
        farewell: OnceLock::new(),
        closing: Notify::new(),
    }));
    count.0.send_modify(|live| *live += 1);
    let writer = Writer { outbox: outbox.clone(), lines, _live: Live(count.clone()) };
    (outbox, writer)
}

impl Outbox {
    /// Queues a line. A closed outbox drops it; a full one closes.
    pub fn push(&self, line: Line) {
        if self.0.farewell.get().is_none()
            && let Err(mpsc::error::TrySendError::Full(_)) = self.0.lines.try_send(line)
        {
            self.close(Farewell::TooSlow);
        }
    }

    /// Queues a line that is for this client only.
    pub fn say(&self, line: &ServerLine) {
        self.push(encode(line));
    }

    /// Ends the connection after what is queued now. The first reason given is the one told.
    pub fn close(&self, farewell: Farewell) {
        let _ = self.0.farewell.set(farewell);
        self.0.closing.notify_one();
    }
}

impl Writer {
    /// Writes until the outbox is closed or the socket fails, and tells which.
    pub async fn run(mut self, mut socket: impl AsyncWrite + Unpin) -> Farewell {
        let mut lines = Vec::with_capacity(BATCH);
        let mut batch = Batch::default();
        let closed = self.outbox.clone();
        loop {
            let written = async {
                self.lines.recv_many(&mut lines, BATCH).await;
                batch.fill(&mut lines);
                batch.write(&mut socket).await
            };
            tokio::select! {
                result = written => if let Err(error) = result {
                    self.outbox.close(Farewell::Broken(error.to_string()));
                    break;
                },
                () = closed.0.closing.notified() => break,
            }
        }
        let farewell = closed.0.farewell.get().cloned().unwrap_or(Farewell::Closed);
        if !matches!(farewell, Farewell::Broken(_)) {
            let _ = timeout(FAREWELL, self.finish(&farewell, batch, lines, &mut socket)).await;
        }
        farewell
    }

    async fn finish(
        &mut self,
        farewell: &Farewell,
        mut batch: Batch,
        mut lines: Vec<Line>,
        socket: &mut (impl AsyncWrite + Unpin),
    ) -> io::Result<()> {
        batch.write(socket).await?;
        // Who did not read a thousand lines will not read them now.
        if *farewell != Farewell::TooSlow {
            while let Ok(line) = self.lines.try_recv() {
                lines.push(line);
            }
        }
        lines.push(encode(&ServerLine::Bye { reason: farewell.to_string() }));
        batch.fill(&mut lines);
        batch.write(socket).await?;
        socket.shutdown().await
    }
}

/// Bytes on their way. Survives a cancelled write without losing or repeating any.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    written: usize,
}

impl Batch {
    fn fill(&mut self, lines: &mut Vec<Line>) {
        for line in lines.drain(..) {
            self.bytes.extend_from_slice(line.as_bytes());
        }
    }

    async fn write(&mut self, socket: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        while self.written < self.bytes.len() {
            match socket.write(&self.bytes[self.written..]).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => self.written += count,
            }
        }
        self.bytes.clear();
        self.written = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn what_was_queued_is_written_before_the_goodbye() {
        let count = WriterCount::new();
        let (outbox, writer) = outbox(&count);
        outbox.say(&ServerLine::Pong);
        outbox.close(Farewell::ShuttingDown);
        outbox.say(&ServerLine::Pong);
        let mut written = Vec::new();
        assert_eq!(writer.run(&mut written).await, Farewell::ShuttingDown);
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.ends_with("\"the server is shutting down\"}\n"), "{text}");
        count.none_left().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_let_go() {
        let (mut client, server) = tokio::io::duplex(64);
        let (outbox, writer) = outbox(&WriterCount::new());
        let writing = tokio::spawn(writer.run(server));
        tokio::task::yield_now().await;
        for _ in 0..CAPACITY + 2 * BATCH {
            outbox.say(&ServerLine::Pong);
        }
        assert_eq!(writing.await.unwrap(), Farewell::TooSlow);
        let mut read = Vec::new();
        client.read_to_end(&mut read).await.unwrap();
        assert!(read.len() <= 64, "the rest was dropped, not kept");
    }
}
