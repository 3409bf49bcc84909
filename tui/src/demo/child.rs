//! The demo's two processes, from the outside.

use super::den::Den;
use super::failed;
use crate::cli::DemoArgs;
use crate::output::Failure;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{self, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a process may take to end in order.
const GOODBYE: Duration = Duration::from_secs(2);

/// Lines of a process's complaints that are worth showing.
const LAST_WORDS: usize = 5;

/// A process of ours. Asked to end, then made to, when dropped; never left behind as a zombie.
#[derive(Debug)]
pub struct Child {
    process: process::Child,
    /// What it is, for messages.
    what: &'static str,
    /// Its standard error.
    log: PathBuf,
}

/// Starts the service.
pub fn service(den: &Den, args: &DemoArgs) -> Result<Child, Failure> {
    let mut command = ourselves("__demo-serve")?;
    command
        .arg("--den")
        .arg(den.path())
        .arg("--fault")
        .arg(args.fault.word())
        .stdout(Stdio::piped());
    Child::start(command, den, "service")
}

/// Starts its clients.
pub fn load(den: &Den, args: &DemoArgs, server: &str) -> Result<Child, Failure> {
    let mut command = ourselves("__demo-load")?;
    command
        .arg("--server")
        .arg(server)
        .arg("--sessions")
        .arg(args.sessions.to_string())
        .arg("--calls-per-second")
        .arg(args.calls_per_second.to_string())
        .stdout(Stdio::null());
    Child::start(command, den, "load")
}

fn ourselves(as_what: &str) -> Result<Command, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| failed(format!("this program does not find itself: {error}")))?;
    let mut command = Command::new(program);
    command.arg(as_what);
    Ok(command)
}

impl Child {
    fn start(mut command: Command, den: &Den, what: &'static str) -> Result<Self, Failure> {
        let log = den.path().join(format!("{what}.log"));
        // A file, not a pipe: nobody reads while the terminal UI runs, and a full pipe blocks.
        let stderr = File::create(&log)
            .map_err(|error| failed(format!("{} cannot be written: {error}", log.display())))?;
        let process = command
            .env("ACTORSCOPE_DIR", den.path())
            .env_remove("ACTORSCOPE_TARGET")
            .env_remove("RUST_BACKTRACE")
            // The pipe by which it learns that this process is gone.
            .stdin(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|error| failed(format!("the demo's {what} cannot be started: {error}")))?;
        Ok(Self { process, what, log })
    }

    /// The first line it says, which means that it is ready.
    pub async fn announcement(&mut self, patience: Duration) -> Result<String, Failure> {
        let Some(stdout) = self.process.stdout.take() else {
            return Err(failed(format!("the demo's {} has no output", self.what)));
        };
        let reading = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = tokio::time::timeout(patience, reading).await;
        match line {
            Ok(Ok(Ok(line))) if !line.trim().is_empty() => Ok(line.trim().to_owned()),
            _ => Err(self.ended().unwrap_or_else(|| {
                let message = format!("the demo's {} did not start", self.what);
                self.explain(failed(message))
            })),
        }
    }

    /// Why it ended, if it did.
    pub fn ended(&mut self) -> Option<Failure> {
        let status: ExitStatus = self.process.try_wait().ok()??;
        let message = format!("the demo's {} ended by itself ({status})", self.what);
        Some(self.explain(failed(message)))
    }

    /// Adds its last words to a failure.
    pub fn explain(&self, failure: Failure) -> Failure {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(LAST_WORDS)..];
        if last.is_empty() {
            failure
        } else {
            failure.hint(format!("it said: {}", last.join(" / ")))
        }
    }

    fn wait(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            match self.process.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                // Ended; or not ours any more, which is as good.
                Ok(Some(_)) | Err(_) => return true,
            }
        }
        false
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Closing the pipe asks it to end.
        drop(self.process.stdin.take());
        if !self.wait(GOODBYE) {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}
