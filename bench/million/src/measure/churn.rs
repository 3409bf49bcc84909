//! Starts and ends, and restarts, by the thousand a second: what they cost, whether all are counted,
//! whether anything grows.

use super::screen;
use crate::binaries::{Binaries, Variants};
use crate::options::{Framework, Options};
use crate::process::memory;
use crate::stats::{median, median_within};
use crate::storm::{Storm, Totals, Weather};
use crate::watch::{Watch, connection, summary};
use actorscope_bench::Figures;
use actorscope_client::{Connection, EventsQuery};
use actorscope_core::node::Summary;
use actorscope_core::{Event, EventKind};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::Instant;

/// Actors that just live meanwhile.
const LIVING: u32 = 1_000;

/// Actors below one parent, as storm has them.
const FAMILY: u32 = 1_000;

/// Times that starts and ends are timed: a few differ by more than what is looked for, on a machine that others use, too.
const ROUNDS: usize = 60;

/// Longest wait until the agent has counted what happened.
const PATIENCE: Duration = Duration::from_secs(15);

/// Nanoseconds that one start and end takes more than plain tokio's, one after another: the median of the differences
/// within a round, and its 95 % interval.
pub type More = (f64, [f64; 2]);

/// [`More`] without an agent, and with one. Whose turn is first differs from round to round.
pub async fn spawn_exit(variants: &Variants) -> Result<[More; 2], String> {
    let turns = [(&variants.plain, "off"), (&variants.observed, "off"), (&variants.observed, "on")];
    let (mut off, mut on) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut took = [0.0; 3];
        for turn in 0..turns.len() {
            let which = (round + turn) % turns.len();
            let (binary, mode) = turns[which];
            took[which] = timed(binary, mode).await?;
        }
        let [plain, unstarted, started] = took;
        off.push(unstarted - plain);
        on.push(started - plain);
    }
    let more = |all: &[f64]| median_within(all).ok_or("too few rounds");
    Ok([more(&off)?, more(&on)?])
}

async fn timed(binary: &Path, mode: &str) -> Result<f64, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", binary.display());
    let mut command = Command::new(binary);
    command.args([mode, "spawn"]).stdin(Stdio::null()).kill_on_drop(true);
    let out = tokio::time::timeout(Duration::from_secs(60), command.output()).await;
    let out = out.map_err(|_| wrong(&"did not end in time"))?.map_err(|e| wrong(&e))?;
    let figures: Figures = serde_json::from_slice(&out.stdout).map_err(|e| wrong(&e))?;
    figures.spawn_exit_ns.ok_or_else(|| wrong(&"no time for a start and an end"))
}

/// What a while of starts and ends came to.
#[derive(Clone, Debug)]
pub struct Churned {
    /// Starts a second.
    pub each_second: f64,
    /// Events and living actors: what happened, and what the agent counted.
    pub happened: (u64, u64),
    pub counted: (u64, u64),
    /// Resident bytes after a quarter of the time, and at its end.
    pub memory: (f64, f64),
    /// The most actors that lived at once.
    pub most_at_once: u64,
}

/// Lets actors start and end for a while, with a screen open.
pub async fn churn(binary: &Path, options: &Options) -> Result<Churned, String> {
    let weather = Weather {
        churn: options.churn,
        ..Weather::calm(options.framework, LIVING, options.active)
    };
    let mut storm = Storm::start(binary, weather).await?;
    let watch = Watch::attach(&storm).await?;
    let before = storm.totals().await?;
    let mut resident = Vec::new();
    let end = Instant::now() + Duration::from_secs(options.churn_for);
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_secs(1)).await;
        resident.push(memory(storm.pid())?.now as f64);
    }
    let after = storm.totals().await?;
    let each_second = (after.started - before.started) as f64 / (after.seconds - before.seconds);
    drop(watch);
    let totals = storm.calm().await?;
    let events = events(&totals, options.framework);
    let happened = (events + parents(1), living(&totals) + parents(1));
    let connection = connection(&storm).await?;
    let agrees = |s: &Summary| (s.last_event, s.live) == happened;
    let seen = until(&connection, agrees).await?;
    storm.stop().await?;
    let quarter = resident.len() / 4;
    let part = |from: usize, to: usize| median(resident.get(from..to).unwrap_or_default());
    Ok(Churned {
        each_second,
        happened,
        counted: (seen.last_event, seen.live),
        memory: (
            part(quarter, 2 * quarter).unwrap_or_default(),
            part(resident.len() - quarter, resident.len()).unwrap_or_default(),
        ),
        most_at_once: totals.most_at_once,
    })
}

/// One event for each start and each end. A channel of tokio's is a slot of its own until its task
/// receives from it, and so starts, too.
const fn events(totals: &Totals, framework: Framework) -> u64 {
    let channels = match framework {
        Framework::Tokio => totals.started,
        Framework::Kameo | Framework::Ractor => 0,
    };
    totals.started + totals.ended + channels
}

const fn living(totals: &Totals) -> u64 {
    totals.started - totals.ended
}

/// Those that storm's own actors do not count: the parents of those that live, and of the others.
fn parents(others: u64) -> u64 {
    u64::from(LIVING.div_ceil(FAMILY)) + others
}

/// The first summary that is as it should be, or the last one when that does not come.
async fn until(
    connection: &Connection,
    agrees: impl Fn(&Summary) -> bool,
) -> Result<Summary, String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = summary(connection).await?;
        if agrees(&seen) || Instant::now() > deadline {
            return Ok(seen);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// What a while of restarts came to.
#[derive(Clone, Debug)]
pub struct Restarted {
    /// Crashes a second.
    pub each_second: f64,
    /// Crashes, as the actors counted them, and restarts, as the agent did.
    pub crashed: u64,
    pub counted: u64,
    /// Events that the agent holds, their bytes, and whether it says that there were more.
    pub held: usize,
    pub held_bytes: usize,
    pub is_marked: bool,
    /// Milliseconds from key to paint meanwhile.
    pub keys_ms: Vec<f64>,
}

/// Lets actors crash for a while, with the real terminal UI open.
pub async fn restarts(binaries: &Binaries, options: &Options) -> Result<Restarted, String> {
    let weather = Weather {
        restarts: options.restarts,
        ..Weather::calm(options.framework, LIVING, options.active)
    };
    let mut storm = Storm::start(&binaries.storm, weather).await?;
    let before = storm.totals().await?;
    let end = Instant::now() + Duration::from_secs(options.restarts_for);
    let keys_ms = screen::responsive(&storm, &binaries.actorscope).await?;
    tokio::time::sleep_until(end).await;
    let after = storm.totals().await?;
    let each_second = (after.crashed - before.crashed) as f64 / (after.seconds - before.seconds);
    let totals = storm.calm().await?;
    let connection = connection(&storm).await?;
    let seen = until(&connection, |s| s.restarts == totals.crashed).await?;
    let held = held(&connection).await?;
    storm.stop().await?;
    let is_marked = held.first().is_some_and(|event| event.kind == EventKind::Gap);
    Ok(Restarted {
        each_second,
        crashed: totals.crashed,
        counted: seen.restarts,
        held: held.len(),
        held_bytes: held.iter().map(Event::size).sum(),
        // Nothing is missing where the first event is the first.
        is_marked: is_marked || held.first().is_some_and(|event| event.seq == 1),
        keys_ms,
    })
}

/// Every event from the first on, as far as the agent has them.
async fn held(connection: &Connection) -> Result<Vec<Event>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("the events: {error}");
    let query = EventsQuery { from: 1, ..EventsQuery::default() };
    let mut events = connection.events(query).await.map_err(|e| wrong(&e))?;
    let mut held = Vec::new();
    while let Some(batch) = events.next().await {
        held.extend(batch.map_err(|e| wrong(&e))?);
    }
    Ok(held)
}
