//! The first stage: which files there are, and which have grown.

use crate::stage::lock;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

/// How often is looked for growth.
const AGAIN: Duration = Duration::from_millis(250);

/// Which file it is, whatever it is called: a log that is rotated is renamed, and must not be read again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct FileId(String);

impl FileId {
    /// Of the file that this is about.
    #[cfg(unix)]
    pub fn of(_: &Path, metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(format!("{}:{}", metadata.dev(), metadata.ino()))
    }

    /// Of the file at this path.
    #[cfg(not(unix))]
    pub fn of(path: &Path, _: &Metadata) -> Self {
        Self(path.to_string_lossy().into_owned())
    }
}

/// A file with something new in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    pub id: FileId,
    pub path: PathBuf,
    /// Its size, in bytes.
    pub size: u64,
}

/// What the stage works with, and what outlives its task.
#[derive(Clone, Debug)]
pub struct Discover {
    pub directory: PathBuf,
    /// Our own files, which may be in the same directory.
    pub ours: Arc<BTreeSet<PathBuf>>,
    /// Whether to look again and again.
    pub follow: bool,
    pub stop: watch::Receiver<bool>,
    pub told: Told,
}

/// How large each file was when it was last handed on. Whoever takes one out is told of it again.
pub type Told = Arc<Mutex<BTreeMap<FileId, u64>>>;

impl Discover {
    /// The stage.
    pub async fn look_for_files(mut self, files: mpsc::Sender<Found>) -> Result<(), String> {
        let mut last = !self.follow;
        loop {
            let (directory, ours) = (self.directory.clone(), self.ours.clone());
            // Not observed: four times a second it would say nothing new in the log of events.
            let scanned = spawn_blocking(move || scan(&directory, &ours)).await;
            let all = scanned
                .map_err(|error| error.to_string())?
                .map_err(|error| format!("can't list {}: {error}", self.directory.display()))?;
            for found in all {
                if lock(&self.told).get(&found.id) == Some(&found.size) || found.size == 0 {
                    continue;
                }
                let Ok(room) = files.reserve().await else { return Ok(()) };
                lock(&self.told).insert(found.id.clone(), found.size);
                room.send(found);
            }
            if last {
                return Ok(());
            }
            // Told to stop, it looks once more: what was written by then is read. And when there is nobody
            // left to tell it, it is over, too.
            let stopped = self.stop.wait_for(|stop| *stop);
            last = tokio::time::timeout(AGAIN, stopped).await.is_ok();
        }
    }
}

/// Regular files in a directory that are not hidden, compressed or ours, by name.
fn scan(directory: &Path, ours: &BTreeSet<PathBuf>) -> io::Result<Vec<Found>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let compressed = [".gz", ".zst", ".bz2", ".xz"].iter().any(|end| name.ends_with(end));
        if name.starts_with('.') || compressed || ours.contains(&path) {
            continue;
        }
        // It may be gone already.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.is_file() {
            let id = FileId::of(&path, &metadata);
            all.push(Found { id, path, size: metadata.len() });
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_found_and_nothing_else_and_a_renamed_one_is_the_same() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.log", "a.log", ".hidden", "old.log.gz", "out.csv"] {
            fs::write(dir.path().join(name), "x\n").unwrap();
        }
        fs::create_dir(dir.path().join("more")).unwrap();
        let ours = BTreeSet::from([dir.path().join("out.csv")]);
        let names = |found: &[Found]| -> Vec<String> {
            found.iter().map(|f| f.path.file_name().unwrap().to_string_lossy().into()).collect()
        };
        let before = scan(dir.path(), &ours).unwrap();
        assert_eq!(names(&before), ["a.log", "b.log"]);
        fs::rename(dir.path().join("a.log"), dir.path().join("a.log.1")).unwrap();
        let after = scan(dir.path(), &ours).unwrap();
        assert_eq!(names(&after), ["a.log.1", "b.log"]);
        #[cfg(unix)]
        assert_eq!(before[0].id, after[0].id);
    }
}
