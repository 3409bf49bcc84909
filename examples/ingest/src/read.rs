//! The second stage: files to batches of whole lines, each to the parser with the most room.

use crate::discover::{FileId, Found, Told};
use crate::stage::{Shared, lock};
use futures_util::future::select_all;
use std::collections::BTreeMap;
use std::io::{self, SeekFrom};
use std::sync::{Arc, Mutex};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Permit, Sender};

/// Size of a batch, in bytes, if lines are not longer.
const BATCH: usize = 128 * 1024;

/// A longer line is taken for several, none of which will be one.
const LONGEST_LINE: usize = 1024 * 1024;

/// Lines of one file.
#[derive(PartialEq, Eq, Debug)]
pub struct Batch {
    /// Batches are numbered in the order in which they were read, from 0.
    pub number: u64,
    pub file: FileId,
    /// Where the batch ends in its file.
    pub end: u64,
    pub lines: Vec<u8>,
}

/// What outlives the stage's task.
#[derive(Debug, Default)]
pub struct Position {
    /// Up to where each file was read.
    pub files: BTreeMap<FileId, u64>,
    /// The number of the next batch.
    pub next: u64,
}

/// What the stage works with.
#[derive(Clone, Debug)]
pub struct Read {
    pub desk: Shared<Found>,
    pub position: Arc<Mutex<Position>>,
    /// Room for batches that were read and are not in the totals yet: as many as may wait for one that is late.
    pub window: Arc<Semaphore>,
    /// Whether a last line without an end may still get one.
    pub follow: bool,
    /// Where to ask for a file under its new name.
    pub told: Told,
}

impl Read {
    /// The stage.
    pub async fn read_files(self, parsers: Arc<[Sender<Arc<Batch>>]>) -> Result<(), String> {
        let mut desk = self.desk.lock().await;
        while let Some(found) = desk.next().await {
            loop {
                let read = self.read(&found).await;
                let lines = match read {
                    // Rotated out of sight meanwhile.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                    read => {
                        read.map_err(|e| format!("can't read {}: {e}", found.path.display()))?
                    }
                };
                let Some((start, lines)) = lines else { break };
                let Ok(window) = self.window.acquire().await else { return Ok(()) };
                let Some(parser) = room(&parsers).await else { return Ok(()) };
                window.forget();
                let end = start + lines.len() as u64;
                let mut position = lock(&self.position);
                let number = position.next;
                position.next += 1;
                position.files.insert(found.id.clone(), end);
                parser.send(Arc::new(Batch { number, file: found.id.clone(), end, lines }));
            }
            desk.done();
        }
        Ok(())
    }

    /// The next lines of a file and where they begin; `None` at its end, or if it is not there any more.
    async fn read(&self, found: &Found) -> io::Result<Option<(u64, Vec<u8>)>> {
        let known = lock(&self.position).files.get(&found.id).copied().unwrap_or(0);
        let opened = match File::open(&found.path).await {
            Ok(file) => Some((file.metadata().await?, file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let ours = opened.filter(|(metadata, _)| FileId::of(&found.path, metadata) == found.id);
        let Some((metadata, mut file)) = ours else {
            // It was renamed while it waited, as logs are: it will be found under its new name.
            lock(&self.told).remove(&found.id);
            return Ok(None);
        };
        // Shorter than what was read: it was emptied and begins anew. Its size as it was found is no measure
        // of that: it may have grown since.
        let start = if known > metadata.len() { 0 } else { known };
        file.seek(SeekFrom::Start(start)).await?;
        let mut lines = Vec::new();
        loop {
            let before = lines.len();
            (&mut file).take(BATCH as u64).read_to_end(&mut lines).await?;
            if let Some(end) = lines.iter().rposition(|byte| *byte == b'\n') {
                lines.truncate(end + 1);
                return Ok(Some((start, lines)));
            }
            let at_end = lines.len() == before;
            let is_over = at_end && !self.follow && !lines.is_empty();
            if is_over || lines.len() >= LONGEST_LINE {
                return Ok(Some((start, lines)));
            }
            if at_end {
                return Ok(None);
            }
        }
    }
}

/// Room at the parser that has most of it; `None` if none is left.
async fn room<T>(parsers: &[Sender<T>]) -> Option<Permit<'_, T>> {
    loop {
        let open = || parsers.iter().filter(|parser| !parser.is_closed());
        let most = open().max_by_key(|parser| parser.capacity())?;
        if let Ok(room) = most.try_reserve() {
            return Some(room);
        }
        let (first, ..) = select_all(open().map(|parser| Box::pin(parser.reserve()))).await;
        if let Ok(room) = first {
            return Some(room);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::desk;

    fn reader(follow: bool) -> Read {
        let (_, desk) = desk("read", 1);
        let (position, told) = (Arc::default(), Arc::default());
        Read { desk, position, window: Arc::new(Semaphore::new(9)), follow, told }
    }

    async fn lines(read: &Read, found: &Found) -> Vec<String> {
        let mut all = Vec::new();
        while let Some((start, lines)) = read.read(found).await.unwrap() {
            let end = start + lines.len() as u64;
            lock(&read.position).files.insert(found.id.clone(), end);
            all.push(String::from_utf8(lines).unwrap());
        }
        all
    }

    fn found(path: &std::path::Path) -> Found {
        let metadata = std::fs::metadata(path).unwrap();
        Found { id: FileId::of(path, &metadata), path: path.to_owned(), size: metadata.len() }
    }

    #[tokio::test]
    async fn half_a_line_waits_for_the_rest_if_there_may_be_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        std::fs::write(&path, "one\ntwo\nth").unwrap();
        let (following, once) = (reader(true), reader(false));
        assert_eq!(lines(&following, &found(&path)).await, ["one\ntwo\n"]);
        assert_eq!(lines(&once, &found(&path)).await, ["one\ntwo\n", "th"]);
        std::fs::write(&path, "one\ntwo\nthree\n").unwrap();
        assert_eq!(lines(&following, &found(&path)).await, ["three\n"]);
        std::fs::write(&path, "anew\n").unwrap();
        assert_eq!(lines(&following, &found(&path)).await, ["anew\n"]);
    }

    #[tokio::test]
    async fn a_file_that_grows_while_it_is_read_is_read_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        std::fs::write(&path, "one\n").unwrap();
        let (read, found) = (reader(true), found(&path));
        std::fs::write(&path, "one\ntwo\n").unwrap();
        assert_eq!(lines(&read, &found).await, ["one\ntwo\n"]);
        assert!(lines(&read, &found).await.is_empty());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_is_renamed_while_it_waits_is_asked_for_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        std::fs::write(&path, "one\n").unwrap();
        let (read, found) = (reader(true), found(&path));
        for successor in [None, Some("another\n")] {
            lock(&read.told).insert(found.id.clone(), found.size);
            let _ = std::fs::rename(&path, dir.path().join("a.log.1"));
            if let Some(text) = successor {
                std::fs::write(&path, text).unwrap();
            }
            assert!(lines(&read, &found).await.is_empty());
            assert!(lock(&read.told).is_empty());
        }
    }

    #[tokio::test]
    async fn batches_end_with_lines_and_a_line_without_end_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        let text = format!("{}\n", "x".repeat(99)).repeat(4_000);
        std::fs::write(&path, &text).unwrap();
        let batches = lines(&reader(false), &found(&path)).await;
        assert!(batches.len() > 2 && batches.iter().all(|batch| batch.ends_with('\n')));
        assert_eq!(batches.concat(), text);
        std::fs::write(&path, "x".repeat(LONGEST_LINE + 10)).unwrap();
        let pieces = lines(&reader(true), &found(&path)).await;
        assert_eq!(pieces.iter().map(String::len).collect::<Vec<_>>(), [LONGEST_LINE]);
    }

    #[tokio::test]
    async fn a_parser_that_is_gone_or_full_is_passed_by() {
        let (gone, receiver) = tokio::sync::mpsc::channel::<u32>(9);
        let (full, _full) = tokio::sync::mpsc::channel::<u32>(1);
        full.try_send(0).unwrap();
        let (free, mut freed) = tokio::sync::mpsc::channel::<u32>(1);
        drop(receiver);
        let parsers = [gone, full, free];
        room(&parsers).await.unwrap().send(7);
        assert_eq!(freed.recv().await, Some(7));
        assert!(room(&parsers[..1]).await.is_none());
    }
}
