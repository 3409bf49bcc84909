//! Rounds of processes.

use crate::Entry;
use crate::build::Built;
use actorscope_bench::{Figures, Window};
use actorscope_client::{Session, SessionOptions, Target, Update};
use actorscope_core::view::{Filter, Order, SortKey, ViewSpec};
use std::fmt::Display;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// What each entry was found to take: by entry, round and turn.
pub type Found = Vec<Vec<Vec<f64>>>;

/// Longest time for one answer of a process.
const PATIENCE: Duration = Duration::from_secs(120);

/// Turns of each entry in a round, for each kind of window.
const TURNS: usize = 16;

/// Starts every entry once a round, and lets them take turns with a window each; the order of turns rotates. What was
/// found is in the order of `windows`.
pub fn times(
    set: &[Entry],
    windows: &[Window],
    rounds: usize,
    built: &Built,
) -> Result<Vec<Found>, String> {
    runtime()?.block_on(async {
        let mut found: Vec<Found> = vec![vec![Vec::new(); set.len()]; windows.len()];
        for round in 0..rounds {
            eprintln!("time: round {} of {rounds}", round + 1);
            let mut running = Vec::new();
            for entry in set {
                running.push(Running::start(entry, "time", &built[entry.package]).await?);
            }
            for (window, found) in windows.iter().zip(&mut found) {
                found.iter_mut().for_each(|rounds| rounds.push(Vec::with_capacity(TURNS)));
                // The first turn is for memory that was never touched, and not kept.
                for cycle in 0..=TURNS {
                    for turn in 0..set.len() {
                        let at = (round + cycle + turn) % set.len();
                        let ns = running[at].window(*window).await?;
                        if let (1.., Some(turns)) = (cycle, found[at].last_mut()) {
                            turns.push(ns);
                        }
                    }
                }
            }
            for process in running {
                process.end().await?;
            }
        }
        Ok(found)
    })
}

/// Starts every entry once a round, one after the other; each measures itself as a whole.
pub fn wholes(
    set: &[Entry],
    what: &str,
    rounds: usize,
    built: &Built,
) -> Result<Vec<Vec<Figures>>, String> {
    runtime()?.block_on(async {
        let mut found: Vec<_> = set.iter().map(|_| Vec::with_capacity(rounds)).collect();
        for round in 0..rounds {
            eprintln!("{what}: round {} of {rounds}", round + 1);
            for turn in 0..set.len() {
                let at = (round + turn) % set.len();
                let entry = &set[at];
                let mut process = Running::start(entry, what, &built[entry.package]).await?;
                found[at].push(process.figures().await?);
                process.end().await?;
            }
        }
        Ok(found)
    })
}

fn runtime() -> Result<Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())
}

/// An entry's process.
struct Running {
    name: String,
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    /// Who watches it.
    _watching: Option<Watching>,
}

impl Running {
    /// Starts it, and watches it if it is to be.
    async fn start(entry: &Entry, what: &str, binary: &Path) -> Result<Self, String> {
        let name = format!("{} {}", entry.package, entry.mode);
        let wrong = |error: &dyn Display| format!("{name}: {error}");
        let mut child = Command::new(binary)
            .args([entry.mode, what])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| wrong(&error))?;
        let stdin = child.stdin.take().ok_or_else(|| wrong(&"no stdin"))?;
        let stdout = child.stdout.take().ok_or_else(|| wrong(&"no stdout"))?;
        let lines = BufReader::new(stdout).lines();
        let mut running = Self { name, child, stdin, lines, _watching: None };
        if entry.mode == "watched" {
            let socket = running.line().await?;
            let watching = tokio::time::timeout(PATIENCE, Watching::start(&socket)).await;
            running._watching = Some(watching.map_err(|_| running.wrong(&"shows nothing"))??);
            running.say("").await?;
        }
        Ok(running)
    }

    fn wrong(&self, error: &dyn Display) -> String {
        format!("{}: {error}", self.name)
    }

    async fn say(&mut self, line: &str) -> Result<(), String> {
        let written = self.stdin.write_all(format!("{line}\n").as_bytes()).await;
        written.map_err(|error| self.wrong(&error))
    }

    async fn line(&mut self) -> Result<String, String> {
        match tokio::time::timeout(PATIENCE, self.lines.next_line()).await {
            Ok(Ok(Some(line))) => Ok(line),
            Ok(Ok(None)) => Err(self.wrong(&"ended without an answer")),
            Ok(Err(error)) => Err(self.wrong(&error)),
            Err(_) => Err(self.wrong(&"did not answer in time")),
        }
    }

    /// Nanoseconds for one of what the window is of.
    async fn window(&mut self, window: Window) -> Result<f64, String> {
        self.say(window.name()).await?;
        let line = self.line().await?;
        line.parse().map_err(|error| self.wrong(&format!("{error} in {line:?}")))
    }

    async fn figures(&mut self) -> Result<Figures, String> {
        let line = self.line().await?;
        serde_json::from_str(&line).map_err(|error| self.wrong(&format!("{error} in {line:?}")))
    }

    /// Waits for its end: it is asked for nothing any more.
    async fn end(self) -> Result<(), String> {
        let Self { name, mut child, stdin, .. } = self;
        drop(stdin);
        let ended = tokio::time::timeout(PATIENCE, child.wait()).await;
        let status = ended.map_err(|_| format!("{name} did not end in time"))?;
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{name}: {status}")),
            Err(error) => Err(format!("{name}: {error}")),
        }
    }
}

/// A client that shows a table once a second, until this is dropped.
struct Watching(JoinHandle<()>);

impl Watching {
    /// Returns when the first frame has come.
    async fn start(socket: &str) -> Result<Self, String> {
        let target: Target =
            format!("unix:{socket}").parse().map_err(|error| format!("{socket}: {error}"))?;
        let (session, mut updates) = Session::start(target, SessionOptions::default());
        let table = ViewSpec::Table {
            sort: SortKey::QueueWait,
            order: Order::Descending,
            filter: Filter::all(),
            offset: 0,
            limit: 60,
        };
        session.set_view(1, table, Duration::from_secs(1));
        loop {
            match updates.recv().await {
                Some(Update::Frame(_)) => break,
                Some(Update::Lost { reason, .. }) => return Err(reason),
                Some(_) => {}
                None => return Err("the session ended".to_owned()),
            }
        }
        Ok(Self(tokio::spawn(async move {
            let _session = session;
            while updates.recv().await.is_some() {}
        })))
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.abort();
    }
}
