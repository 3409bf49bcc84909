//! The real service in a process of its own, the command line against it, and a chat client.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// No test waits longer for anything.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The `parlor` binary.
fn parlor() -> &'static Path {
    static PARLOR: OnceLock<PathBuf> = OnceLock::new();
    PARLOR.get_or_init(|| built("parlor"))
}

/// The binary of an example, beside ours; built if only this package was.
pub fn built(example: &str) -> PathBuf {
    let ours = Path::new(env!("CARGO_BIN_EXE_actorscope"));
    let path = ours.with_file_name(example);
    if !path.exists() {
        let package = format!("actorscope-{example}");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--locked", "-p", &package, "--bin", example]);
        if ours.components().any(|c| c.as_os_str() == "release") {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success(), "{example} could not be built");
    }
    path
}

/// Where a service and its observers meet.
pub struct Place {
    pub directory: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        // Short, because the path of a socket has little room.
        Self { directory: tempfile::Builder::new().prefix("as").tempdir().unwrap() }
    }

    pub fn sockets(&self) -> PathBuf {
        self.directory.path().join("s")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_actorscope"));
        command
            .args(args)
            .env("ACTORSCOPE_DIR", self.sockets())
            .env_remove("ACTORSCOPE_TARGET")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end: exit code, stdout, stderr.
    pub fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = self.command(args).output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    /// Runs a command with `--json`.
    pub fn json(&self, args: &[&str]) -> (i32, Value) {
        let (code, stdout, stderr) = self.run(&[args, &["--json"]].concat());
        let value = serde_json::from_str(&stdout)
            .unwrap_or_else(|error| panic!("{args:?}: {error}: {stdout:?} {stderr:?}"));
        (code, value)
    }

    /// The slot with this path, once `good` is content with it.
    #[track_caller]
    pub fn when(&self, path: &str, good: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        until(path, || {
            let (code, answer) = self.json(&["show", path]);
            last = answer;
            (code == 0 && good(&last["slot"])).then(|| last["slot"].clone())
        })
    }

    pub fn serve(&self, args: &[&str]) -> Service {
        self.serve_with(parlor(), args)
    }

    /// An example's `serve`, whichever example that is.
    pub fn serve_with(&self, binary: &Path, args: &[&str]) -> Service {
        let data = self.directory.path().join("data");
        let mut process = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .args(args)
            .env("ACTORSCOPE_DIR", self.sockets())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the service says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("listening on ") {
                break rest.split([',', ' ']).next().unwrap().to_owned();
            }
        };
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Service { process, address }
    }
}

/// Calls `step` until it has something.
#[track_caller]
pub fn until<T>(what: &str, mut step: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = step() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A running `parlor serve`, or that of another example.
pub struct Service {
    process: Child,
    pub address: String,
}

impl Service {
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Ends it without any goodbye.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Clients from another process.
    pub fn load(&self, sessions: u32, calls_per_second: u32) -> Load {
        let (sessions, calls) = (sessions.to_string(), calls_per_second.to_string());
        let process = Command::new(parlor())
            .args(["load", "--server", &self.address, "--sessions", &sessions])
            .args(["--calls-per-second", &calls])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Load { process }
    }

    pub fn client(&self, nick: &str, room: &str) -> Client {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut client = Client { lines: BufReader::new(stream) };
        client.say(&json!({ "type": "login", "nick": nick }));
        client.hear("welcome", |_| true);
        client.say(&json!({ "type": "join", "room": room }));
        client.hear("joined", |_| true);
        client
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A running `parlor load`.
pub struct Load {
    process: Child,
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Somebody who chats, over a real connection that is never made anew.
pub struct Client {
    lines: BufReader<TcpStream>,
}

impl Client {
    pub fn say(&mut self, line: &Value) {
        writeln!(self.lines.get_mut(), "{line}").unwrap();
    }

    /// Reads on until a line of this type that `good` accepts.
    #[track_caller]
    pub fn hear(&mut self, kind: &str, good: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "the connection was closed");
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["type"] == kind && good(&line) {
                return line;
            }
        }
    }

    /// Says something to the room and hears it back.
    #[track_caller]
    pub fn chat(&mut self, text: &str) {
        self.say(&json!({ "type": "chat", "text": text }));
        self.hear("chat", |line| line["text"] == text);
    }
}
