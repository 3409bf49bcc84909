//! All stages together: `run`.

use crate::aggregate::{Aggregate, Ledger};
use crate::checkpoint::Checkpoint;
use crate::discover::Discover;
use crate::disk::{Disk, Files};
use crate::fault::Fault;
use crate::read::{Position, Read};
use crate::stage::{Shared, Stage, desk, start};
use crate::time::Calendar;
use crate::{disk, parse};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, select_all};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::{fmt, io};
use tokio::sync::{Semaphore, watch};

/// Files that may wait to be read.
const FILES: usize = 16;
/// Batches that may wait for one parser.
const BATCHES: usize = 8;
/// Batches that were parsed and may wait to be counted.
const PARSED: usize = 32;
/// Batches that were read and are not counted yet, for each parser.
const WINDOW: usize = 4 * BATCHES;

/// What to run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Where the logs are.
    pub directory: PathBuf,
    /// The output; checkpoint and rejects are beside it.
    pub out: PathBuf,
    /// Go on reading what is appended, until told to stop.
    pub follow: bool,
    /// Parsers, 1 to 64.
    pub parsers: usize,
    /// A defect to run with.
    pub fault: Option<Fault>,
}

/// What was counted, with the runs before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Lines read.
    pub lines: u64,
    /// Those of them that are no requests.
    pub rejected: u64,
    /// Rows of the output.
    pub rows: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lines, rejected, rows } = self;
        write!(f, "{lines} lines, {rejected} of them rejected; {rows} rows")
    }
}

/// Why a run ended before its input did. What the checkpoint says is counted; the next run goes on there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The directory can't be listed.
    #[error("can't read {}: {source}", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is a checkpoint, of no use.
    #[error(
        "can't go on from {}: {source}; remove it and the output to begin anew", path.display()
    )]
    Checkpoint {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A stage failed too often.
    #[error("{stage} gave up: {why}; what the checkpoint says is counted: run again to go on")]
    GaveUp {
        /// Which.
        stage: String,
        /// Of what, the last time.
        why: String,
    },
    /// An operator stopped a stage that nobody can take the place of.
    #[error("an operator stopped {stage}; what was read is counted: run again to go on")]
    Stopped {
        /// Which.
        stage: &'static str,
    },
}

/// Reads all there is, or with `follow` all that comes until `stop`, and writes what it comes to.
pub async fn run(
    options: RunOptions,
    stop: impl Future<Output = ()> + Send,
) -> Result<Summary, RunError> {
    let RunOptions { directory, out, follow, parsers, fault } = options;
    let unreadable = |source| RunError::Directory { path: directory.clone(), source };
    std::fs::read_dir(&directory).map_err(unreadable)?;
    let files = Files::beside(&out);
    let checkpoint = Checkpoint::load(&files.checkpoint)
        .map_err(|source| RunError::Checkpoint { path: files.checkpoint.clone(), source })?;
    let calendar = match fault {
        Some(Fault::SlowParser) => Calendar::Walked,
        _ => Calendar::Computed,
    };
    let (stopper, stopped) = watch::channel(false);

    let discover = Discover {
        ours: Arc::new(files.all().into_iter().collect()),
        directory,
        follow,
        stop: stopped,
        told: Arc::default(),
    };
    let told = discover.told.clone();
    let (to_read, found) = desk("read", FILES);
    let (to_count, parsed) = desk("aggregate", PARSED);
    let (to_write, snapshots) = desk("write", 1);
    let window = Arc::new(Semaphore::new(parsers * WINDOW));
    let position = Position { files: checkpoint.files.clone(), next: 0 };
    let read = Read {
        desk: found.clone(),
        position: Arc::new(Mutex::new(position)),
        window: window.clone(),
        follow,
        told,
    };
    let flaky = fault == Some(Fault::FlakyWriter);
    let disk = Arc::new(Mutex::new(Disk::new(files.clone(), &checkpoint, flaky)));
    let ledger = Arc::new(Mutex::new(Ledger::new(checkpoint)));
    let aggregate = Aggregate { desk: parsed.clone(), ledger, window };

    let mut stages = Vec::new();
    let mut add = |stage: Stage| stages.push(stage.ended().boxed());
    let mut to_parse = Vec::new();
    for n in 1..=parsers {
        let name = format!("parse-{n}");
        let (sender, desk) = desk(&name, BATCHES);
        let out = to_count.clone();
        add(start(&name, move || parse::parse_batches(desk.clone(), calendar, out.clone())));
        to_parse.push(sender);
    }
    drop(to_count);
    // Each stage alone holds the way to the next: so the end of one is the end of all behind it.
    let to_parse: Arc<[_]> = to_parse.into();
    add(start("discover", move || discover.clone().look_for_files(to_read.clone())));
    add(start("read", move || read.clone().read_files(to_parse.clone())));
    add(start("aggregate", move || aggregate.clone().add_up(to_write.clone())));
    let of_writer = snapshots.clone();
    add(start("write", move || disk::write_snapshots(of_writer.clone(), disk.clone())));

    tokio::select! {
        ended = all_ended(&mut stages) => ended?,
        () = stop => {
            // What was read until now is counted and written.
            let _ = stopper.send(true);
            if follow {
                all_ended(&mut stages).await?;
            }
        }
    }
    refuse_stopped("read", &found).await?;
    refuse_stopped("aggregate", &parsed).await?;
    refuse_stopped("write", &snapshots).await?;
    let written = Checkpoint::load(&files.checkpoint)
        .map_err(|source| RunError::Checkpoint { path: files.checkpoint.clone(), source })?;
    let rows = written.totals.rows().count() as u64;
    Ok(Summary { lines: written.lines, rejected: written.rejected, rows })
}

/// Waits until all have ended in order, or one has not.
async fn all_ended(
    stages: &mut Vec<BoxFuture<'static, Result<(), (String, String)>>>,
) -> Result<(), RunError> {
    while !stages.is_empty() {
        let (ended, at, _) = select_all(&mut *stages).await;
        drop(stages.swap_remove(at));
        ended.map_err(|(stage, why)| RunError::GaveUp { stage, why })?;
    }
    Ok(())
}

async fn refuse_stopped<T: Clone>(stage: &'static str, desk: &Shared<T>) -> Result<(), RunError> {
    if desk.lock().await.is_stopped() { Err(RunError::Stopped { stage }) } else { Ok(()) }
}
