//! The store in a process of its own, clients of it, and an observer on its agent's socket.

use actorscope_proto::v1;
use actorscope_testkit::{Rig, SOON};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A running `homegrown`.
pub struct Store {
    pub rig: Rig,
    pub address: String,
    pub process: Child,
    directory: TempDir,
}

impl Store {
    pub async fn start(args: &[&str]) -> Self {
        // Short, because the path of a socket has little room.
        let directory = tempfile::Builder::new().prefix("hg").tempdir().unwrap();
        Self::start_in(directory, args).await
    }

    pub async fn start_in(directory: TempDir, args: &[&str]) -> Self {
        let mut process = command(directory.path(), args).spawn().unwrap();
        // A pipe that nobody reads is full at some time, and whoever panics then waits for ever.
        let mut said = process.stderr.take().unwrap();
        tokio::spawn(async move { tokio::io::copy(&mut said, &mut tokio::io::sink()).await });
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = timeout(SOON, lines.next_line()).await.expect("it says something").unwrap();
        let line = line.expect("it says where it listens");
        let address = line.rsplit(' ').next().unwrap().to_owned();
        // The socket was bound before, and is the only one there.
        let sockets = std::fs::read_dir(directory.path().join("s")).unwrap();
        let mut sockets = sockets.map(|entry| entry.unwrap().path());
        let socket = sockets.find(|path| path.extension().is_some_and(|e| e == "sock")).unwrap();
        Self { rig: Rig::attach(socket).await, address, process, directory }
    }

    /// Ends it without any goodbye. What is left is its directory.
    pub async fn kill(mut self) -> TempDir {
        self.process.kill().await.unwrap();
        std::fs::remove_dir_all(self.directory.path().join("s")).unwrap();
        self.directory
    }

    pub async fn client(&self) -> Client {
        Client(BufReader::new(TcpStream::connect(&self.address).await.unwrap()))
    }

    /// Acts, and expects that it is done or will be.
    pub async fn act(&self, verb: &str, path: &str) -> v1::ActResponse {
        let answer = self.rig.act(verb, path).await.unwrap();
        assert!(matches!(&*answer.outcome, "done" | "accepted"), "{verb} {path}: {answer:?}");
        answer
    }
}

/// A store that is about to be started, with what it needs in `directory`.
pub fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_homegrown"));
    command
        .arg(directory.join("data"))
        .args(["--listen", "127.0.0.1:0"])
        .args(args)
        .env("ACTORSCOPE_DIR", directory.join("s"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Somebody who asks the store, over one connection.
pub struct Client(BufReader<TcpStream>);

impl Client {
    pub async fn send(&mut self, request: &str) {
        self.0.get_mut().write_all(format!("{request}\n").as_bytes()).await.unwrap();
    }

    pub async fn hear(&mut self) -> String {
        let mut line = String::new();
        timeout(SOON, self.0.read_line(&mut line)).await.expect("an answer").unwrap();
        assert_eq!(line.pop(), Some('\n'), "the connection was closed");
        line
    }

    pub async fn ask(&mut self, request: &str) -> String {
        self.send(request).await;
        self.hear().await
    }
}

/// Milliseconds as nanoseconds.
pub const fn ms(ms: u64) -> u64 {
    Duration::from_millis(ms).as_nanos() as u64
}
