//! The fourth stage: what batches come to, put together in the order in which they were read.

use crate::checkpoint::Checkpoint;
use crate::parse::Parsed;
use crate::stage::{Shared, lock};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, timeout_at};

/// How often the output is brought up to date.
const EVERY: Duration = Duration::from_secs(1);

/// Everything at one moment, to be written.
#[derive(Debug)]
pub struct Snapshot {
    /// Snapshots are numbered from 1.
    pub number: u64,
    /// What is to be the next checkpoint, but for the size of the file of rejects.
    pub checkpoint: Checkpoint,
    /// Rejected lines since the last snapshot.
    pub rejects: Vec<u8>,
}

/// What was counted so far. Outlives the stage's task.
#[derive(Debug)]
pub struct Ledger {
    counted: Checkpoint,
    rejects: Vec<u8>,
    /// The number of the batch that comes next.
    next: u64,
    /// Batches that came before their turn. A checkpoint says of each file up to where it was read, so
    /// there must be no holes in what it counts.
    early: BTreeMap<u64, Arc<Parsed>>,
    snapshots: u64,
    /// Whether anything was counted since the last one.
    news: bool,
}

impl Ledger {
    /// Goes on from a checkpoint.
    pub fn new(counted: Checkpoint) -> Self {
        let (rejects, early) = (Vec::new(), BTreeMap::new());
        Self { counted, rejects, next: 0, early, snapshots: 0, news: false }
    }

    /// Counts a batch, and those that waited for it. How many.
    fn add(&mut self, parsed: Arc<Parsed>) -> usize {
        self.early.insert(parsed.number, parsed);
        let mut added = 0;
        while let Some(parsed) = self.early.remove(&self.next) {
            self.next += 1;
            added += 1;
            self.news = true;
            Arc::make_mut(&mut self.counted.totals).add(&parsed.totals);
            self.counted.files.insert(parsed.file.clone(), parsed.end);
            self.counted.lines += parsed.lines;
            self.counted.rejected += parsed.rejected;
            self.rejects.extend_from_slice(&parsed.rejects);
        }
        added
    }

    fn snapshot(&mut self) -> Snapshot {
        self.snapshots += 1;
        self.news = false;
        Snapshot {
            number: self.snapshots,
            checkpoint: self.counted.clone(),
            rejects: std::mem::take(&mut self.rejects),
        }
    }
}

/// What the stage works with.
#[derive(Clone, Debug)]
pub struct Aggregate {
    pub desk: Shared<Arc<Parsed>>,
    pub ledger: Arc<Mutex<Ledger>>,
    /// Gets room back for each batch that is counted.
    pub window: Arc<Semaphore>,
}

impl Aggregate {
    /// The stage.
    pub async fn add_up(self, out: Sender<Arc<Snapshot>>) -> Result<(), String> {
        let mut desk = self.desk.lock().await;
        let mut due = Instant::now() + EVERY;
        loop {
            match timeout_at(due, desk.next()).await {
                Ok(Some(parsed)) => {
                    let added = lock(&self.ledger).add(parsed);
                    self.window.add_permits(added);
                    desk.done();
                }
                Ok(None) => break,
                Err(_) => {}
            }
            if Instant::now() >= due {
                if lock(&self.ledger).news && !self.hand_on(&out).await {
                    return Ok(());
                }
                due = Instant::now() + EVERY;
            }
        }
        // Even if there is nothing new: there shall be an output.
        self.hand_on(&out).await;
        Ok(())
    }

    /// Waits for the writer, so that what is not written does not pile up here. False if it is gone.
    async fn hand_on(&self, out: &Sender<Arc<Snapshot>>) -> bool {
        let Ok(room) = out.reserve().await else { return false };
        room.send(Arc::new(lock(&self.ledger).snapshot()));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(number: u64, end: u64) -> Arc<Parsed> {
        let file = serde_json::from_str("\"a\"").unwrap();
        let (totals, rejects) = (Default::default(), format!("{number}\n").into_bytes());
        Arc::new(Parsed { number, file, end, totals, lines: 10, rejected: 1, rejects })
    }

    #[test]
    fn a_snapshot_has_no_holes_and_says_each_reject_once() {
        let mut ledger = Ledger::new(Checkpoint::new());
        assert_eq!((ledger.add(parsed(0, 100)), ledger.add(parsed(2, 300))), (1, 0));
        let first = ledger.snapshot();
        assert_eq!((first.checkpoint.lines, &*first.rejects), (10, &b"0\n"[..]));
        assert_eq!(first.checkpoint.files.values().collect::<Vec<_>>(), [&100]);
        assert_eq!(ledger.add(parsed(1, 200)), 2);
        let second = ledger.snapshot();
        assert_eq!((second.checkpoint.lines, &*second.rejects), (30, &b"1\n2\n"[..]));
        assert_eq!(second.checkpoint.files.values().collect::<Vec<_>>(), [&300]);
        assert_eq!((first.number, second.number), (1, 2));
    }
}
