//! The real service and the real endpoints, each in a process of its own, and who looks at them.

use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use actorscope_testkit::Rig;
use serde_json::Value;
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

/// A running process of ours. Dropped, it is killed.
pub struct Process {
    child: Child,
    addresses: Vec<String>,
}

impl Process {
    /// Starts it, and waits until it said this often where it listens.
    fn start(mut command: Command, listens: usize) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut addresses = Vec::new();
        while addresses.len() < listens {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("listening on ") {
                addresses.push(rest.split([',', ' ']).next().unwrap().to_owned());
            }
        }
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, addresses }
    }

    /// Ends it without any goodbye.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as an operator would, and returns its exit code.
    pub async fn terminate(mut self) -> Option<i32> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let mut status = None;
        eventually("its end", async || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        })
        .await;
        status.unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Endpoints, and a directory for the service.
pub struct World {
    pub directory: tempfile::TempDir,
    endpoints: Process,
}

impl World {
    pub fn new() -> Self {
        // Short, because the path of a socket has little room.
        let directory = tempfile::Builder::new().prefix("co").tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_courier"));
        command.args(["endpoints", "--first-port", "0", "--slow-ms", "100", "--log"]);
        command.arg(directory.path().join("taken.jsonl"));
        Self { directory, endpoints: Process::start(command, 5) }
    }

    /// Host and port of an endpoint: 0 ok, 1 slow, 2 failing, 3 refusing, 4 dated.
    pub fn endpoint(&self, number: usize) -> &str {
        &self.endpoints.addresses[number]
    }

    pub fn spool(&self) -> PathBuf {
        self.directory.path().join("spool")
    }

    /// Starts the service, and attaches to it.
    pub async fn serve(&self, options: &[&str]) -> (Process, Rig) {
        let socket = self.directory.path().join("agent.sock");
        let mut command = Command::new(env!("CARGO_BIN_EXE_courier"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--backoff-ms", "20", "--spool"]);
        command.arg(self.spool()).arg("--socket").arg(&socket).args(options);
        let process = Process::start(command, 1);
        let rig = Rig::attach(socket).await;
        (process, rig)
    }

    /// Hands in a file, and returns where it is until it was taken.
    pub fn put_file(&self, name: &str, text: &str) -> PathBuf {
        let begun = self.spool().join(format!("{name}.tmp"));
        let done = self.spool().join("incoming").join(name);
        fs::write(&begun, text).unwrap();
        fs::rename(&begun, &done).unwrap();
        done
    }

    /// Ids of the jobs that endpoints took, in order.
    pub fn taken(&self) -> Vec<String> {
        ids(&self.directory.path().join("taken.jsonl"), |line| &line["id"])
    }

    /// Ids of the jobs that are dead.
    pub fn dead(&self) -> Vec<String> {
        ids(&self.spool().join("dead.jsonl"), |line| &line["job"]["id"])
    }

    /// Waits until each of these jobs was taken or is dead.
    pub async fn all_settled(&self, accepted: &HashSet<String>) {
        let mut missing = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let settled: HashSet<_> = self.taken().into_iter().chain(self.dead()).collect();
            missing = accepted.difference(&settled).cloned().collect();
            if missing.is_empty() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("{} jobs are lost: {missing:?}", missing.len());
    }
}

fn ids(path: &PathBuf, id: impl Fn(&Value) -> &Value) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    // The last line may just be written.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            id(&line).as_str().unwrap().to_owned()
        })
        .collect()
}

/// A job as it is handed in.
pub fn job(id: &str, endpoint: &str) -> String {
    let url = format!("http://{endpoint}/hook");
    serde_json::json!({ "id": id, "url": url, "body": { "from": "a test" } }).to_string()
}

/// Somebody who hands in jobs, and connects again when the door was closed.
pub struct Client {
    address: String,
    lines: Option<BufReader<TcpStream>>,
    /// What was promised.
    pub accepted: HashSet<String>,
}

impl Client {
    pub fn new(service: &Process) -> Self {
        Self { address: service.addresses[0].clone(), lines: None, accepted: HashSet::new() }
    }

    /// From here on it hands in jobs at this one.
    pub fn moves_to(&mut self, service: &Process) {
        (self.address, self.lines) = (service.addresses[0].clone(), None);
    }

    /// Sends a line once, and returns the answer if there is one.
    pub fn say(&mut self, line: &str) -> Option<Value> {
        if self.lines.is_none() {
            let stream = TcpStream::connect(&self.address).ok()?;
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            self.lines = Some(BufReader::new(stream));
        }
        let lines = self.lines.as_mut()?;
        let mut answer = String::new();
        let said = writeln!(lines.get_mut(), "{line}").and_then(|()| lines.read_line(&mut answer));
        if said.is_err() || !answer.ends_with('\n') {
            self.lines = None;
            return None;
        }
        Some(serde_json::from_str(&answer).unwrap())
    }

    /// Hands in a job until it is taken.
    pub async fn submit(&mut self, id: &str, endpoint: &str) {
        let job = job(id, endpoint);
        eventually("a job is taken", async || {
            let answer = self.say(&job).unwrap_or_default();
            matches!(answer["answer"].as_str(), Some("accepted" | "known"))
        })
        .await;
        self.accepted.insert(id.to_owned());
    }
}
