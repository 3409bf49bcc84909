//! The file messages end up in: one JSON object a line, appended, of bounded size.

use std::{
    io,
    path::{Path, PathBuf},
};

use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
    sync::oneshot,
};

use crate::pipeline::StoreStats;

/// Name of the log in the data directory.
pub const LOG_FILE: &str = "messages.jsonl";
/// A log that grew to this size becomes `messages.1.jsonl`, replacing the one before: disk use is bounded.
const ROTATE_AT: u64 = 64 * 1024 * 1024;

/// Lines that are written together.
pub struct Encoded {
    pub bytes: Vec<u8>,
    pub messages: u64,
    /// Who is to be told when they are on the disk.
    pub flushes: Vec<oneshot::Sender<()>>,
}

/// What the log is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// A disk that does what it is told, or says why not.
    Works,
    /// A network disk that does not answer any more once so many messages were written, and reports no error either.
    GoesAwayAfter(u64),
}

/// An open log, or one that will be opened when next needed.
pub struct LogFile {
    path: PathBuf,
    file: Option<File>,
    size: u64,
    disk: Disk,
    stats: StoreStats,
}

impl LogFile {
    /// The log in a directory. Nothing is opened yet.
    pub fn new(data_dir: &Path, disk: Disk, stats: StoreStats) -> Self {
        Self { path: data_dir.join(LOG_FILE), file: None, size: 0, disk, stats }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Messages lost so far.
    pub fn dropped(&self) -> u64 {
        self.stats.dropped()
    }

    /// Writes a batch and counts it.
    pub async fn append(&mut self, batch: &Encoded) -> io::Result<()> {
        if self.size >= ROTATE_AT {
            self.file = None;
            fs::rename(&self.path, self.path.with_extension("1.jsonl")).await?;
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => {
                let file = File::options().create(true).append(true).open(&self.path).await?;
                self.size = file.metadata().await?.len();
                file
            }
        };
        file.write_all(&batch.bytes).await?;
        // tokio's file writes in the background: only `flush` tells whether it worked.
        file.flush().await?;
        self.size += batch.bytes.len() as u64;
        self.stats.add_written(batch.messages);
        // Kept only after success: a failed file is opened again.
        self.file = Some(file);
        Ok(())
    }

    /// Counts a batch that will not be written.
    pub fn drop_batch(&self, batch: &Encoded) {
        self.stats.add_dropped(batch.messages);
    }

    /// Forces what was written to the disk itself.
    pub async fn sync(&mut self) {
        if let Disk::GoesAwayAfter(messages) = self.disk
            && self.stats.written() >= messages
        {
            return std::future::pending().await;
        }
        if let Some(file) = &self.file
            && file.sync_data().await.is_err()
        {
            self.file = None;
        }
    }
}
