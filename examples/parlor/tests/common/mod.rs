//! A server on a free port and clients that talk to it, with a deadline on everything.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::{net::SocketAddr, time::Duration};

use actorscope_parlor::{
    Fault, ServeError, ServeOptions, Server, ServerHandle,
    framing::{Frame, LineReader},
    wire::{ClientLine, ErrorCode, LINE_LIMIT, ServerLine, encode},
};
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::oneshot,
    task::JoinHandle,
    time::{sleep, timeout},
};

pub mod observed;

/// No test waits longer for anything.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub const OFFER: &str =
    "v=0\r\no=ada 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";

pub struct TestServer {
    pub address: SocketAddr,
    pub handle: ServerHandle,
    pub data: TempDir,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), ServeError>>,
}

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    pub async fn with_fault(fault: Fault) -> Self {
        Self::start_with(|options| options.fault = Some(fault)).await
    }

    pub async fn start_with(change: impl FnOnce(&mut ServeOptions)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut options = ServeOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            data_dir: data.path().join("data"),
            quiet: true,
            ..ServeOptions::default()
        };
        change(&mut options);
        let server = Server::bind(options).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        Self {
            address: server.local_addr(),
            handle: server.handle(),
            data,
            stop,
            running: tokio::spawn(server.run(async {
                let _ = stopped.await;
            })),
        }
    }

    pub async fn client(&self, nick: &str) -> Client {
        let mut client = Client::connect(self.address).await;
        client.login(nick).await;
        client
    }

    pub async fn client_in(&self, room: &str, nick: &str) -> Client {
        let mut client = self.client(nick).await;
        client.join(room).await;
        client
    }

    /// Ends without stopping the server, which can't stop as it is.
    pub fn abandon(self) {
        self.running.abort();
    }

    /// Stops the server and returns its data directory.
    pub async fn stop(self) -> TempDir {
        let _ = self.stop.send(());
        timeout(DEADLINE, self.running).await.expect("the server stops").unwrap().unwrap();
        self.data
    }
}

pub struct Client {
    lines: LineReader<OwnedReadHalf>,
    pub socket: OwnedWriteHalf,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        let (read_half, socket) = TcpStream::connect(address).await.unwrap().into_split();
        Self { lines: LineReader::new(read_half, 4 * LINE_LIMIT), socket }
    }

    pub async fn send(&mut self, line: ClientLine) {
        self.send_raw(encode(&line).as_bytes()).await;
    }

    pub async fn send_raw(&mut self, bytes: &[u8]) {
        timeout(DEADLINE, self.socket.write_all(bytes))
            .await
            .expect("sending takes no time")
            .unwrap();
    }

    /// The next line; `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<ServerLine> {
        match timeout(DEADLINE, self.lines.next()).await.expect("the server says something") {
            Ok(Frame::Line(line)) => Some(serde_json::from_slice(line).unwrap()),
            Ok(Frame::TooLong) => panic!("the server sent a line that is too long"),
            Ok(Frame::End) | Err(_) => None,
        }
    }

    /// Skips lines until `wanted` finds what it looks for.
    pub async fn find<T>(&mut self, wanted: impl Fn(&ServerLine) -> Option<T>) -> T {
        loop {
            let line = self.next().await.expect("the connection is open");
            if let Some(found) = wanted(&line) {
                return found;
            }
        }
    }

    pub async fn login(&mut self, nick: &str) {
        self.send(ClientLine::Login { nick: nick.into() }).await;
        assert!(matches!(self.next().await, Some(ServerLine::Welcome { .. })));
    }

    pub async fn join(&mut self, room: &str) {
        self.send(ClientLine::Join { room: room.into() }).await;
        self.find(|line| matches!(line, ServerLine::Joined { .. }).then_some(())).await;
    }

    pub async fn say(&mut self, text: &str) {
        self.send(ClientLine::Chat { text: text.into() }).await;
    }

    pub async fn call(&mut self, id: &str) {
        let (id, offer) = (id.into(), OFFER.into());
        self.send(ClientLine::Call { id, offer }).await;
    }

    /// The next call that is answered, and whether it is ready.
    pub async fn answered(&mut self) -> (String, bool) {
        self.find(|line| match line {
            ServerLine::CallReady { id, .. } => Some((id.clone(), true)),
            ServerLine::CallFailed { id, .. } => Some((id.clone(), false)),
            _ => None,
        })
        .await
    }

    /// What is found: number of each message and how it begins, or `None` if searching does not work.
    pub async fn search(&mut self, text: &str) -> Option<Vec<(u64, String)>> {
        self.send(ClientLine::Search { text: text.into() }).await;
        self.find(|line| match line {
            ServerLine::Found { text: looked_for, hits } if looked_for == text => {
                Some(Some(hits.iter().map(|hit| (hit.seq, hit.snippet.clone())).collect()))
            }
            ServerLine::Error { code: ErrorCode::Busy, .. } => Some(None),
            _ => None,
        })
        .await
    }

    /// The text of the next chat message.
    pub async fn hear(&mut self) -> String {
        self.find(|line| match line {
            ServerLine::Chat(message) => Some(message.text.clone()),
            _ => None,
        })
        .await
    }

    /// Everything said to this client up to now: up to the answer to a `ping`.
    pub async fn said_so_far(&mut self) -> Vec<ServerLine> {
        self.send(ClientLine::Ping).await;
        let mut said = Vec::new();
        loop {
            match self.next().await.expect("the connection is open") {
                ServerLine::Pong => return said,
                line => said.push(line),
            }
        }
    }
}

/// Waits until `condition` holds.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !condition().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("never happened: {what}"));
}
