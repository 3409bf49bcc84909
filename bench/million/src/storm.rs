//! A running `storm`: started, asked, stopped.

use crate::options::Framework;
use crate::process;
use actorscope_client::Target;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// Longest time until all actors are there.
const PATIENCE: Duration = Duration::from_secs(180);

/// It ends by itself after this long: should this program be killed, nothing is left for good.
const LONGEST: &str = "30m";

/// What it is started with.
#[derive(Clone, Debug)]
pub struct Weather {
    pub framework: Framework,
    pub actors: u32,
    pub active: f64,
    pub rate: u32,
    pub churn: u32,
    pub restarts: u32,
    pub has_agent: bool,
}

impl Weather {
    /// So many actors, this share of which gets a message a second.
    pub const fn calm(framework: Framework, actors: u32, active: f64) -> Self {
        Self { framework, actors, active, rate: 1, churn: 0, restarts: 0, has_agent: true }
    }
}

/// What its actors counted.
#[derive(Clone, Copy, Deserialize, Debug)]
pub struct Totals {
    pub seconds: f64,
    pub handled: u64,
    pub started: u64,
    pub ended: u64,
    pub crashed: u64,
    pub most_at_once: u64,
}

/// A running one. Dropped, it is killed.
#[derive(Debug)]
pub struct Storm {
    child: Child,
    pid: u32,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    /// Where its agent listens.
    directory: TempDir,
    /// How long it took until all actors were there.
    pub took: Duration,
}

impl Storm {
    /// Starts it and waits until all actors are there.
    pub async fn start(binary: &Path, weather: Weather) -> Result<Self, String> {
        let needed = u64::from(weather.actors) * weather.framework.bytes();
        if let Some(available) = process::available().filter(|available| *available < needed) {
            return Err(format!(
                "{} {} actors may need {} MB, and the machine has {} MB",
                weather.actors,
                weather.framework,
                needed / 1_000_000,
                available / 1_000_000
            ));
        }
        let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = Command::new(binary);
        command
            .args(["--orders", "--duration", LONGEST])
            .args(["--framework", &weather.framework.to_string()])
            .args(["--actors", &weather.actors.to_string()])
            .args(["--active", &weather.active.to_string()])
            .args(["--rate", &weather.rate.to_string()])
            .args(["--churn", &weather.churn.to_string()])
            .args(["--restarts", &weather.restarts.to_string()])
            .args((!weather.has_agent).then_some("--no-agent"))
            .env("ACTORSCOPE_DIR", directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let begin = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("storm: {error}"))?;
        let pid = child.id().ok_or("storm ended at once")?;
        let missing = || "storm has no pipes".to_owned();
        let orders = child.stdin.take().ok_or_else(missing)?;
        let answers = BufReader::new(child.stdout.take().ok_or_else(missing)?).lines();
        let said = BufReader::new(child.stderr.take().ok_or_else(missing)?).lines();
        let up = tokio::time::timeout(PATIENCE, until_up(said)).await;
        let said = up.map_err(|_| format!("storm: no actors after {PATIENCE:?}"))??;
        let took = begin.elapsed();
        // What it says each second nobody needs, but a full pipe would stop it.
        tokio::spawn(async move {
            let mut said = said;
            while let Ok(Some(_)) = said.next_line().await {}
        });
        Ok(Self { child, pid, orders, answers, directory, took })
    }

    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// The agent's socket.
    pub fn socket(&self) -> Result<PathBuf, String> {
        let entries = std::fs::read_dir(self.directory.path()).map_err(|e| e.to_string())?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let socket = paths.find(|path| path.extension().is_some_and(|e| e == "sock"));
        socket.ok_or_else(|| "storm's agent has no socket".to_owned())
    }

    /// The same, as clients call it.
    pub fn target(&self) -> Result<Target, String> {
        let socket = self.socket()?;
        format!("unix:{}", socket.display()).parse().map_err(|error| format!("{error}"))
    }

    async fn order(&mut self, order: &str) -> Result<(), String> {
        let line = format!("{order}\n");
        self.orders.write_all(line.as_bytes()).await.map_err(|error| format!("storm: {error}"))
    }

    /// What happened until now.
    pub async fn totals(&mut self) -> Result<Totals, String> {
        self.order("totals").await?;
        let line = tokio::time::timeout(Duration::from_secs(10), self.answers.next_line()).await;
        let line = line.map_err(|_| "storm does not answer".to_owned())?;
        let line = line.map_err(|e| e.to_string())?.ok_or("storm has ended")?;
        serde_json::from_str(&line).map_err(|error| format!("storm said {line:?}: {error}"))
    }

    /// Ends what happens, and waits until everything that began has ended.
    pub async fn calm(&mut self) -> Result<Totals, String> {
        self.order("calm").await?;
        let mut last = self.totals().await?;
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let now = self.totals().await?;
            let counts = |t: &Totals| (t.handled, t.started, t.ended, t.crashed);
            if counts(&now) == counts(&last) {
                return Ok(now);
            }
            if Instant::now() > deadline {
                return Err("storm does not come to rest".to_owned());
            }
            last = now;
        }
    }

    /// Kills it and waits until it is gone: the memory is needed for the next one.
    pub async fn stop(mut self) -> Result<(), String> {
        self.child.kill().await.map_err(|error| format!("storm can't be stopped: {error}"))
    }
}

/// Reads until all actors are there; what comes after that is returned.
async fn until_up(
    mut said: Lines<BufReader<ChildStderr>>,
) -> Result<Lines<BufReader<ChildStderr>>, String> {
    let mut last = String::new();
    while let Some(line) = said.next_line().await.map_err(|error| error.to_string())? {
        if line.contains("actors are up") {
            return Ok(said);
        }
        last = line;
    }
    Err(format!("storm ended before its actors were there: {last}"))
}
