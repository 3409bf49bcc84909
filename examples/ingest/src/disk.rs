//! The last stage, and the files it writes: the rejects, the checkpoint, the output, in this order.
//!
//! The output and the checkpoint take the place of those before in one step. If the process ends in
//! between, the checkpoint decides: the next run cuts the rejects off where it says, and writes the output
//! from it.

use crate::aggregate::Snapshot;
use crate::checkpoint::Checkpoint;
use crate::output::Kind;
use crate::stage::{Shared, lock};
use actorscope_agent::tokio::{outcome_of, spawn_blocking};
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Where everything is written.
#[derive(Clone, Debug)]
pub struct Files {
    pub out: PathBuf,
    pub checkpoint: PathBuf,
    pub rejects: PathBuf,
}

impl Files {
    /// Beside the output.
    pub fn beside(out: &Path) -> Self {
        let beside = |end: &str| {
            let mut name = out.file_name().unwrap_or_default().to_owned();
            name.push(end);
            out.with_file_name(name)
        };
        Self { out: out.to_owned(), checkpoint: beside(".checkpoint"), rejects: beside(".rejects") }
    }

    /// All of them, with those that are about to take their places.
    pub fn all(&self) -> Vec<PathBuf> {
        let Self { out, checkpoint, rejects } = self;
        vec![out.clone(), new(out), checkpoint.clone(), new(checkpoint), rejects.clone()]
    }
}

/// What is about to take the place of a file.
fn new(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

/// The files as they are.
#[derive(Debug)]
pub struct Disk {
    files: Files,
    kind: Kind,
    /// How much of the rejects the checkpoint knows of.
    rejects_bytes: u64,
    /// The snapshot that is on the disk.
    written: u64,
    /// With the defect: how often it was tried to write.
    flaky: Option<u64>,
}

impl Disk {
    /// The files after this checkpoint.
    pub fn new(files: Files, checkpoint: &Checkpoint, flaky: bool) -> Self {
        let kind = Kind::of(&files.out);
        let rejects_bytes = checkpoint.rejects_bytes;
        Self { files, kind, rejects_bytes, written: 0, flaky: flaky.then_some(0) }
    }

    /// Writes a snapshot. After an error it can be tried again.
    fn write(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        // A closure runs to its end though its task was killed; and then there is a second one for the same.
        if snapshot.number <= self.written {
            return Ok(());
        }
        let rejects_bytes = self.append_rejects(&snapshot.rejects)?;
        let checkpoint = Checkpoint { rejects_bytes, ..snapshot.checkpoint.clone() };
        replace(&self.files.checkpoint, |to| Ok(serde_json::to_writer(to, &checkpoint)?))?;
        let is_full = self.is_full();
        replace(&self.files.out, |to| {
            self.kind.write(&checkpoint.totals, to)?;
            if is_full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        })?;
        (self.rejects_bytes, self.written) = (rejects_bytes, snapshot.number);
        Ok(())
    }

    /// How many bytes of rejects there are now. What nobody knows of is overwritten.
    fn append_rejects(&self, rejects: &[u8]) -> io::Result<u64> {
        let mut file =
            File::options().create(true).truncate(false).write(true).open(&self.files.rejects)?;
        file.set_len(self.rejects_bytes)?;
        file.seek(SeekFrom::End(0))?;
        file.write_all(rejects)?;
        file.sync_data()?;
        Ok(self.rejects_bytes + rejects.len() as u64)
    }

    fn is_full(&mut self) -> bool {
        let Some(tried) = &mut self.flaky else { return false };
        *tried += 1;
        *tried % 3 == 0
    }
}

/// Writes a file that takes the place of the one before, all of it or nothing.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let new = new(path);
    let mut to = BufWriter::new(File::create(&new)?);
    write(&mut to)?;
    to.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    fs::rename(new, path)
}

/// The stage.
pub async fn write_snapshots(
    desk: Shared<Arc<Snapshot>>,
    disk: Arc<Mutex<Disk>>,
) -> Result<(), String> {
    let mut desk = desk.lock().await;
    while let Some(snapshot) = desk.next().await {
        let disk = disk.clone();
        let written = spawn_blocking("files", move || outcome_of(lock(&disk).write(&snapshot)));
        let written = written.await.map_err(|error| error.to_string())?;
        written.map_err(|error| format!("can't write: {error}"))?;
        desk.done();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(number: u64, rejects: &str) -> Snapshot {
        let checkpoint = Checkpoint { lines: number * 10, ..Checkpoint::new() };
        Snapshot { number, checkpoint, rejects: rejects.as_bytes().to_vec() }
    }

    #[test]
    fn a_snapshot_that_is_tried_again_is_written_once() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::beside(&dir.path().join("out.csv"));
        let mut disk = Disk::new(files.clone(), &Checkpoint::new(), true);
        disk.write(&snapshot(1, "a\n")).unwrap();
        disk.write(&snapshot(2, "b\n")).unwrap();
        let full = disk.write(&snapshot(3, "c\n")).unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        for _ in 0..2 {
            disk.write(&snapshot(3, "c\n")).unwrap();
        }
        assert_eq!(fs::read_to_string(&files.rejects).unwrap(), "a\nb\nc\n");
        let checkpoint = Checkpoint::load(&files.checkpoint).unwrap();
        assert_eq!((checkpoint.lines, checkpoint.rejects_bytes), (30, 6));

        // A run that ended behind the rejects and before the checkpoint.
        fs::write(&files.rejects, "a\nb\nc\nd\n").unwrap();
        let mut next = Disk::new(files.clone(), &checkpoint, false);
        next.write(&snapshot(1, "d\n")).unwrap();
        assert_eq!(fs::read_to_string(&files.rejects).unwrap(), "a\nb\nc\nd\n");
    }

    #[test]
    fn a_checkpoint_that_is_none_is_refused_and_a_missing_one_is_new() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c");
        assert_eq!(Checkpoint::load(&path).unwrap(), Checkpoint::new());
        fs::write(&path, "{}").unwrap();
        assert!(Checkpoint::load(&path).is_err());
        let later = Checkpoint { form: 2, ..Checkpoint::new() };
        fs::write(&path, serde_json::to_string(&later).unwrap()).unwrap();
        assert!(Checkpoint::load(&path).unwrap_err().to_string().contains("form 2"));
    }
}
