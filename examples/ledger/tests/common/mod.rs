//! The real service in a process of its own, and clients.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use actorscope_testkit::Rig;
use tokio::time::{Instant, sleep};

/// No test waits longer for anything.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Calls `step` until it says yes.
pub async fn eventually(what: &str, mut step: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !step().await {
        assert!(Instant::now() < deadline, "waited in vain for this: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// A directory for services, one after another.
pub struct World {
    directory: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        // Short, because the path of a socket has little room.
        Self { directory: tempfile::Builder::new().prefix("le").tempdir().unwrap() }
    }

    /// Starts the service, and attaches to it.
    pub async fn serve(&self, options: &[&str]) -> (Service, Rig) {
        let socket = self.directory.path().join("agent.sock");
        let mut child = Command::new(env!("CARGO_BIN_EXE_ledger"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(self.directory.path().join("data"))
            .arg("--socket")
            .arg(&socket)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("listening on ") {
                break rest.split([',', ' ']).next().unwrap().to_owned();
            }
        };
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let service = Service { child, address };
        (service, Rig::attach(socket).await)
    }
}

/// A running `ledger serve`. Dropped, it is killed.
pub struct Service {
    child: Child,
    address: String,
}

impl Service {
    /// Ends it without any goodbye.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as an operator would, and returns its exit code.
    pub async fn terminate(mut self) -> Option<i32> {
        signal(&self.child);
        let mut status = None;
        eventually("its end", async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.unwrap().code()
    }

    pub fn client(&self) -> Client {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Client { lines: BufReader::new(stream) }
    }

    /// Clients in another process.
    pub fn load(&self, options: &[&str]) -> Load {
        let child = Command::new(env!("CARGO_BIN_EXE_ledger"))
            .args(["load", "--server", &self.address])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Load { child: Some(child) }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As Ctrl-C does to a service manager's child.
fn signal(child: &Child) {
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
}

/// A running `ledger load`.
pub struct Load {
    child: Option<Child>,
}

impl Load {
    /// Asks it to end, and returns what it said in the end.
    pub fn finish(mut self) -> String {
        let child = self.child.take().unwrap();
        signal(&child);
        let Output { status, stdout, .. } = child.wait_with_output().unwrap();
        assert!(status.success());
        String::from_utf8(stdout).unwrap()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Somebody with orders.
pub struct Client {
    lines: BufReader<TcpStream>,
}

impl Client {
    /// Gives an order, and returns the answer: its last line.
    pub fn order(&mut self, line: &str) -> String {
        writeln!(self.lines.get_mut(), "{line}").unwrap();
        loop {
            let mut answer = String::new();
            assert_ne!(self.lines.read_line(&mut answer).unwrap(), 0, "it hung up");
            if !answer.starts_with(' ') {
                return answer.trim_end().to_owned();
            }
        }
    }

    /// Gives an order that is followed.
    #[track_caller]
    pub fn done(&mut self, line: &str) {
        let answer = self.order(line);
        assert!(answer.starts_with("ok "), "{line}: {answer}");
    }
}

/// The number after `name=` in a report.
pub fn figure(report: &str, name: &str) -> String {
    let prefix = format!("{name}=");
    let word = report.split(' ').find_map(|word| word.strip_prefix(&prefix));
    word.unwrap_or_else(|| panic!("no {name} in {report:?}")).to_owned()
}
