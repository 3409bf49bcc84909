//! Rounds of processes.

use crate::Entry;
use crate::build::Built;
use actorscope_bench::Figures;
use actorscope_client::{Session, SessionOptions, Target, Update};
use actorscope_core::view::{Filter, Order, SortKey, ViewSpec};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStdin, Command};

/// The figures of every round, by entry.
pub type Found = Vec<Vec<Figures>>;

/// Longest time for one process.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts every entry once a round, in an order that rotates.
pub fn rounds(set: &[Entry], what: &str, rounds: usize, built: &Built) -> Result<Found, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let mut found: Found = set.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        eprintln!("{what}: round {} of {rounds}", round + 1);
        for turn in 0..set.len() {
            let at = (round + turn) % set.len();
            let entry = &set[at];
            let figures = runtime
                .block_on(async { tokio::time::timeout(PATIENCE, one(entry, what, built)).await })
                .map_err(|_| format!("{} {} did not end in time", entry.package, entry.mode))??;
            found[at].push(figures);
        }
    }
    Ok(found)
}

async fn one(entry: &Entry, what: &str, built: &Built) -> Result<Figures, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", entry.package);
    let mut child = Command::new(&built[entry.package])
        .args([entry.mode, what])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| wrong(&error))?;
    let stdin = child.stdin.take().ok_or_else(|| wrong(&"no stdin"))?;
    let stdout = child.stdout.take().ok_or_else(|| wrong(&"no stdout"))?;
    let mut lines = BufReader::new(stdout).lines();
    let mut line =
        lines.next_line().await.map_err(|e| wrong(&e))?.ok_or_else(|| wrong(&"no output"))?;
    if entry.mode == "watched" {
        let answer = watch(&line, stdin, async {
            lines.next_line().await.map_err(|e| wrong(&e))?.ok_or_else(|| wrong(&"no output"))
        });
        line = answer.await?;
    }
    child.wait().await.map_err(|error| wrong(&error))?;
    serde_json::from_str(&line).map_err(|error| wrong(&format!("{error} in {line:?}")))
}

/// Shows a table once a second until the process has printed its figures.
async fn watch(
    socket: &str,
    mut stdin: ChildStdin,
    figures: impl Future<Output = Result<String, String>>,
) -> Result<String, String> {
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
    let mut begun = false;
    let mut figures = std::pin::pin!(figures);
    loop {
        tokio::select! {
            line = &mut figures => return line,
            update = updates.recv() => match update {
                Some(Update::Frame(_)) if !begun => {
                    begun = true;
                    stdin.write_all(b"\n").await.map_err(|error| error.to_string())?;
                }
                Some(Update::Lost { reason, .. }) if !begun => return Err(reason),
                Some(_) => {}
                None => return Err("the session ended".to_owned()),
            },
        }
    }
}
