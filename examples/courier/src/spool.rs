//! Jobs out of files: `*.jsonl` in the directory `incoming` of the spool, a job a line. A file is removed when all of
//! its jobs are in the journal. Lines that are no job go to `rejected.jsonl`, with the reason.
//!
//! Write a file elsewhere and rename it in: it is read as soon as it is seen. One that is begun again, after a crash,
//! delivers nothing twice if it has at most as many lines as the journal remembers ids, 10,000.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use actorscope_ractor_supervisor::{ObservedRef, TrackSends};
use futures_util::future::join_all;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use serde_json::json;
use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
    time::sleep,
};
use tokio_util::codec::FramedRead;

use crate::{
    job::{Job, MAX_LINE},
    journal::{JournalMsg, Taken},
    lines::{self, LineError},
    tree::{JOURNAL, World, find},
};

/// Time between two looks at the directory.
const LOOK: Duration = Duration::from_millis(500);
/// Jobs that are handed to the journal together.
const TOGETHER: usize = 64;
/// Pause while too many jobs are open.
const PAUSE: Duration = Duration::from_millis(200);
/// How long the journal may keep it waiting.
const PATIENCE: Duration = Duration::from_secs(10);
/// Files that are read at one look, so that the order of names is kept among them.
const FILES: usize = 100;

/// To look at the directory.
pub struct Look;

/// See the module's text.
pub struct Spool;

/// What it holds.
pub struct SpoolState {
    me: ObservedRef<Look>,
    journal: ObservedRef<JournalMsg>,
    directory: PathBuf,
    world: Arc<World>,
    unreadable: HashSet<PathBuf>,
}

/// Where files are looked for.
pub fn incoming(spool: &Path) -> PathBuf {
    spool.join("incoming")
}

impl Actor for Spool {
    type Msg = Look;
    type State = SpoolState;
    type Arguments = Arc<World>;

    async fn pre_start(
        &self,
        myself: ActorRef<Look>,
        world: Arc<World>,
    ) -> Result<SpoolState, ActorProcessingErr> {
        let journal = find::<JournalMsg>(JOURNAL).ok_or("there is no journal")?;
        let directory = world.options.spool.clone();
        let unreadable = HashSet::new();
        Ok(SpoolState { me: myself.tracked(), journal, directory, world, unreadable })
    }

    async fn post_start(
        &self,
        _: ActorRef<Look>,
        state: &mut SpoolState,
    ) -> Result<(), ActorProcessingErr> {
        Ok(state.me.cast(Look)?)
    }

    async fn handle(
        &self,
        _: ActorRef<Look>,
        Look: Look,
        state: &mut SpoolState,
    ) -> Result<(), ActorProcessingErr> {
        let files = files(&incoming(&state.directory)).await?;
        state.unreadable.retain(|path| files.contains(path));
        for path in files {
            if state.take(&path).await? {
                fs::remove_file(&path).await?;
            } else if state.unreadable.insert(path.clone()) {
                // Told once, not twice a second.
                let what = format!("{} can't be read; trying again", path.display());
                state.world.notice(&what);
            }
        }
        state.me.send_after(LOOK, || Look);
        Ok(())
    }
}

async fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut entries = fs::read_dir(directory).await?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        // Of links, pipes and directories nothing is read.
        if path.extension().is_some_and(|e| e == "jsonl") && entry.file_type().await?.is_file() {
            found.push(path);
        }
        if found.len() >= FILES {
            break;
        }
    }
    found.sort_unstable();
    Ok(found)
}

impl SpoolState {
    /// Hands in the jobs of a file. `false` if it can't be read: then it stays.
    async fn take(&self, path: &Path) -> Result<bool, ActorProcessingErr> {
        let Ok(file) = File::open(path).await else { return Ok(false) };
        let mut lines = FramedRead::new(file, lines::codec());
        let (mut jobs, mut rejected) = (Vec::new(), String::new());
        let (mut number, mut after_error) = (0u64, false);
        loop {
            let line = lines::next(&mut lines, &mut after_error).await;
            let ends = line.is_none();
            number += 1;
            let why = match line {
                None => None,
                Some(Err(LineError::Io(_))) => return Ok(false),
                Some(Err(error)) => Some(error.to_string()),
                Some(Ok(line)) => match Job::parse(&line) {
                    Ok(job) => {
                        jobs.push(job);
                        None
                    }
                    Err(error) => Some(error.to_string()),
                },
            };
            if let Some(why) = why {
                let file = path.file_name().map(|name| name.to_string_lossy());
                let line = json!({ "file": file, "line": number, "why": why });
                rejected.push_str(&format!("{line}\n"));
            }
            if ends || jobs.len() >= TOGETHER || rejected.len() >= MAX_LINE {
                let taken = join_all(jobs.drain(..).map(|job| self.submit(job))).await;
                taken.into_iter().collect::<Result<Vec<()>, _>>()?;
                self.reject(&mut rejected).await?;
            }
            if ends {
                return Ok(true);
            }
        }
    }

    async fn submit(&self, job: Job) -> Result<(), ActorProcessingErr> {
        loop {
            let job = job.clone();
            let accept = |answer| JournalMsg::Accept(job, answer);
            let taken = self.journal.call(accept, Some(PATIENCE)).await?;
            if taken.success_or("the journal does not answer")? != Taken::Full {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }

    async fn reject(&self, lines: &mut String) -> io::Result<()> {
        if !lines.is_empty() {
            let path = self.directory.join("rejected.jsonl");
            let mut file = File::options().create(true).append(true).open(path).await?;
            file.write_all(lines.as_bytes()).await?;
            file.flush().await?;
            lines.clear();
        }
        Ok(())
    }
}
