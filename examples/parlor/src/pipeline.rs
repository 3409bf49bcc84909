//! From messages to the disk: a bounded channel, a task that encodes, another bounded channel, a task that writes.
//!
//! A disk that is full or slow costs log lines, never the conversation: what can't be taken is dropped and counted,
//! and writing is tried again each second.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};

use crate::{
    log_file::{Disk, Encoded, LogFile},
    spawn::{self, Receiver, Sender},
    wire::ChatMessage,
};

/// Messages encoded together, at most.
const BATCH: usize = 256;
/// How often the log is forced to the disk itself.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Pause after a failure of the disk.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long the last messages may take at shutdown.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);

/// What became of the messages, live.
#[derive(Clone, Debug, Default)]
pub struct StoreStats(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    written: AtomicU64,
    dropped: AtomicU64,
}

impl StoreStats {
    /// Messages handed to the operating system.
    pub fn written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    /// Messages lost, because the disk failed or could not keep up.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    pub(crate) fn count_dropped(&self) {
        self.add_dropped(1);
    }

    pub(crate) fn add_dropped(&self, messages: u64) {
        self.0.dropped.fetch_add(messages, Ordering::Relaxed);
    }

    pub(crate) fn add_written(&self, messages: u64) {
        self.0.written.fetch_add(messages, Ordering::Relaxed);
    }
}

enum Job {
    Keep(Arc<ChatMessage>),
    /// To be told when everything before is on the disk; dropped if it never will be.
    Flush(oneshot::Sender<()>),
    Close,
}

/// Where messages go in.
#[derive(Clone)]
pub struct Intake {
    jobs: Sender<Job>,
    stats: StoreStats,
}

impl Intake {
    /// Takes a message, or counts it as dropped when the pipeline is full.
    pub fn offer(&self, message: Arc<ChatMessage>) {
        if self.jobs.try_send(Job::Keep(message)).is_err() {
            self.stats.count_dropped();
        }
    }

    /// Returns when everything offered before is on the disk itself, or lost.
    pub async fn flushed(&self) {
        let (done, on_disk) = oneshot::channel();
        if self.jobs.send(Job::Flush(done)).await.is_ok() {
            let _ = on_disk.await;
        }
    }
}

/// Tells an operator.
pub type Notify = Box<dyn Fn(String) + Send>;

/// The running pipeline.
pub struct Pipeline {
    intake: Intake,
    encoder: JoinHandle<()>,
    writer: JoinHandle<()>,
}

impl Pipeline {
    /// Starts both tasks. `notify` is told when the disk begins and ceases to fail.
    pub fn start(data_dir: &Path, disk: Disk, stats: StoreStats, notify: Notify) -> Self {
        let (jobs, jobs_rx) = spawn::channel("store-encode", 1024);
        let (batches, batches_rx) = spawn::channel("store-write", 64);
        let log = LogFile::new(data_dir, disk, stats.clone());
        Self {
            intake: Intake { jobs, stats },
            encoder: spawn::task("store-encode", encode(jobs_rx, batches)),
            writer: spawn::task("store-write", write(batches_rx, log, notify)),
        }
    }

    /// Where messages go in.
    pub fn intake(&self) -> Intake {
        self.intake.clone()
    }

    /// Writes out what was taken and ends both tasks. `false` when the disk took too long.
    pub async fn close(mut self) -> bool {
        let closing = async {
            // Others may keep an `Intake`, so the channel will not close by itself.
            let _ = self.intake.jobs.send(Job::Close).await;
            let _ = (&mut self.encoder).await;
            let _ = (&mut self.writer).await;
        };
        let in_time = timeout(CLOSE_LIMIT, closing).await.is_ok();
        self.encoder.abort();
        self.writer.abort();
        in_time
    }
}

async fn encode(mut jobs: Receiver<Job>, batches: Sender<Encoded>) {
    let mut taken = Vec::with_capacity(BATCH);
    let mut open = true;
    while open && jobs.recv_many(&mut taken, BATCH).await > 0 {
        let mut batch = Encoded { bytes: Vec::new(), messages: 0, flushes: Vec::new() };
        for job in taken.drain(..) {
            match job {
                Job::Keep(message) => {
                    let start = batch.bytes.len();
                    match serde_json::to_writer(&mut batch.bytes, &*message) {
                        Ok(()) => batch.bytes.push(b'\n'),
                        Err(_) => batch.bytes.truncate(start),
                    }
                    batch.messages += 1;
                }
                Job::Flush(done) => batch.flushes.push(done),
                Job::Close => open = false,
            }
        }
        if batches.send(batch).await.is_err() {
            return;
        }
    }
}

async fn write(mut batches: Receiver<Encoded>, mut log: LogFile, notify: Notify) {
    let mut failing_until: Option<Instant> = None;
    let mut last_sync = Instant::now();
    while let Some(mut batch) = batches.recv().await {
        if failing_until.is_some_and(|until| Instant::now() < until) {
            log.drop_batch(&batch);
            continue;
        }
        match log.append(&batch).await {
            Ok(()) => {
                if failing_until.take().is_some() {
                    let dropped = log.dropped();
                    notify(format!("store: writing works again; {dropped} messages were dropped"));
                }
            }
            Err(error) => {
                if failing_until.is_none() {
                    let path = log.path().display();
                    notify(format!(
                        "store: can't write {path}: {error}; dropping messages until it works"
                    ));
                }
                log.drop_batch(&batch);
                failing_until = Some(Instant::now() + RETRY_AFTER);
            }
        }
        if last_sync.elapsed() >= SYNC_EVERY || !batch.flushes.is_empty() {
            log.sync().await;
            last_sync = Instant::now();
        }
        for done in batch.flushes.drain(..) {
            let _ = done.send(());
        }
    }
    log.sync().await;
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::log_file::LOG_FILE;

    fn message(seq: u64) -> ChatMessage {
        ChatMessage {
            room: "lobby".into(),
            from: "ada".into(),
            seq,
            text: "hello".into(),
            sent_at_ms: 0,
        }
    }

    #[tokio::test]
    async fn what_was_taken_is_on_the_disk_after_close() {
        let dir = tempfile::tempdir().unwrap();
        let stats = StoreStats::default();
        let pipeline = Pipeline::start(dir.path(), Disk::Works, stats.clone(), Box::new(|_| ()));
        let intake = pipeline.intake();
        for seq in 1..=500 {
            intake.offer(message(seq).into());
        }
        assert!(pipeline.close().await);
        let text = std::fs::read_to_string(dir.path().join(LOG_FILE)).unwrap();
        let read: Vec<ChatMessage> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, (1..=500).map(message).collect::<Vec<_>>());
        assert_eq!((stats.written(), stats.dropped()), (500, 0));
    }

    #[tokio::test]
    async fn a_failing_disk_is_reported_once_and_its_drops_counted() {
        let dir = tempfile::tempdir().unwrap();
        let stats = StoreStats::default();
        let (notices, said) = mpsc::channel();
        let missing = dir.path().join("missing");
        let notify = Box::new(move |text| notices.send(text).unwrap());
        let pipeline = Pipeline::start(&missing, Disk::Works, stats.clone(), notify);
        for seq in 1..=100 {
            pipeline.intake().offer(message(seq).into());
            tokio::task::yield_now().await;
        }
        assert!(pipeline.close().await);
        assert_eq!((stats.written(), stats.dropped()), (0, 100));
        assert_eq!(said.iter().count(), 1);
    }
}
