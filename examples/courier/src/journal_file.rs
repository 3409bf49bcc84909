//! The files of the journal: what was accepted and settled (`journal.jsonl`), and what nobody would take (`dead.jsonl`).
//!
//! A line at a time, only ever appended to. Opening it reads it, drops a last line that was not written to its end,
//! and writes it anew with what is still of interest.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tokio::{
    fs::{self, File},
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
};

use crate::{
    backlog::Backlog,
    job::{Job, MAX_LINE},
};

/// From this size on it is written anew, in bytes.
const COMPACT_AT: u64 = 64 * 1024 * 1024;

/// A line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Record {
    Accepted(Job),
    /// Delivered, or among the dead letters.
    Settled(String),
}

/// A line of the dead letters.
#[derive(Serialize)]
struct DeadLetter<'a> {
    job: &'a Job,
    attempts: u32,
    why: &'a str,
}

/// The open files, and the lines that are not in them yet.
pub struct JournalFile {
    path: PathBuf,
    file: File,
    size: u64,
    lines: Vec<u8>,
    dead: File,
    dead_lines: Vec<u8>,
}

impl JournalFile {
    /// Opens both files in a directory, and says what is open.
    pub async fn open(directory: &Path) -> io::Result<(Self, Backlog)> {
        let path = directory.join("journal.jsonl");
        let backlog = read(&path).await?;
        let dead = directory.join("dead.jsonl");
        let dead = File::options().create(true).append(true).open(dead).await?;
        let (file, size) = write_anew(&path, &backlog).await?;
        Ok((Self { path, file, size, lines: Vec::new(), dead, dead_lines: Vec::new() }, backlog))
    }

    /// To be written: a job was accepted.
    pub fn accepted(&mut self, job: &Job) {
        push(&mut self.lines, &Record::Accepted(job.clone()));
    }

    /// To be written: nothing is left to do for a job.
    pub fn settled(&mut self, id: &str) {
        push(&mut self.lines, &Record::Settled(id.to_owned()));
    }

    /// To be written: a job that nobody would take.
    pub fn dead(&mut self, job: &Job, attempts: u32, why: &str) {
        push(&mut self.dead_lines, &DeadLetter { job, attempts, why });
        self.settled(job.id());
    }

    /// Writes what is to be written. When this returns it is on the disk itself.
    pub async fn sync(&mut self, backlog: &Backlog) -> io::Result<()> {
        if !self.dead_lines.is_empty() {
            // First: a job that is settled must not be missing there.
            append(&mut self.dead, &mut self.dead_lines).await?;
        }
        if !self.lines.is_empty() {
            self.size += self.lines.len() as u64;
            append(&mut self.file, &mut self.lines).await?;
        }
        if self.size >= COMPACT_AT {
            (self.file, self.size) = write_anew(&self.path, backlog).await?;
        }
        Ok(())
    }
}

fn push(lines: &mut Vec<u8>, record: &impl Serialize) {
    // Writing to memory what came from JSON fails never.
    if serde_json::to_writer(&mut *lines, record).is_ok() {
        lines.push(b'\n');
    }
}

async fn append(file: &mut File, lines: &mut Vec<u8>) -> io::Result<()> {
    file.write_all(lines).await?;
    file.flush().await?;
    file.sync_data().await?;
    lines.clear();
    Ok(())
}

async fn read(path: &Path) -> io::Result<Backlog> {
    let mut backlog = Backlog::default();
    let file = match File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(backlog),
        Err(error) => return Err(error),
    };
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // A record is little longer than the line that it came from.
        let mut limited = tokio::io::AsyncReadExt::take(&mut lines, 2 * MAX_LINE as u64);
        let read = limited.read_until(b'\n', &mut line).await?;
        if read == 0 || (line.last() != Some(&b'\n') && read < 2 * MAX_LINE) {
            // The end; or the last words of a process that was killed: nobody was told of them.
            break;
        }
        match serde_json::from_slice(&line) {
            Ok(Record::Accepted(job)) => {
                backlog.admit(job, usize::MAX);
            }
            Ok(Record::Settled(id)) => {
                if backlog.settle(&id).is_none() {
                    backlog.remember(&id);
                }
            }
            Err(error) => {
                let what = format!(
                    "{}, line {number}: {error}; repair the line or move the file away",
                    path.display()
                );
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
    }
    Ok(backlog)
}

async fn write_anew(path: &Path, backlog: &Backlog) -> io::Result<(File, u64)> {
    let mut lines = Vec::new();
    for id in backlog.settled() {
        push(&mut lines, &Record::Settled(id.as_ref().to_owned()));
    }
    for job in backlog.open() {
        push(&mut lines, &Record::Accepted(Job::clone(job)));
    }
    let size = lines.len() as u64;
    let new = path.with_extension("new");
    let mut file = File::create(&new).await?;
    append(&mut file, &mut lines).await?;
    fs::rename(&new, path).await?;
    if let Some(directory) = path.parent() {
        // Without this the name may still mean the old file after a power cut.
        File::open(directory).await?.sync_all().await?;
    }
    Ok((file, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: &str) -> Job {
        Job::new(id, "http://h/", serde_json::json!({ "n": 1 })).unwrap()
    }

    fn open(backlog: &Backlog) -> Vec<&str> {
        backlog.open().map(|job| &**job.id()).collect()
    }

    #[tokio::test]
    async fn what_was_written_is_known_again_and_an_unfinished_line_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let (mut file, mut backlog) = JournalFile::open(directory.path()).await.unwrap();
        for id in ["a", "b", "c"] {
            backlog.admit(job(id), 9);
            file.accepted(&job(id));
        }
        file.settled("a");
        file.dead(&job("b"), 8, "nobody there");
        file.sync(&backlog).await.unwrap();
        drop(file);
        let path = directory.path().join("journal.jsonl");
        let mut text = fs::read_to_string(&path).await.unwrap();
        text.push_str(r#"{"accepted":{"id":"tor"#);
        fs::write(&path, text).await.unwrap();
        // Twice: what was written anew is read, too.
        for _ in 0..2 {
            let (_, mut backlog) = JournalFile::open(directory.path()).await.unwrap();
            assert_eq!(open(&backlog), ["c"]);
            assert_eq!(backlog.admit(job("a"), 9), crate::backlog::Admission::Known);
        }
        let dead = fs::read_to_string(directory.path().join("dead.jsonl")).await.unwrap();
        assert_eq!(dead.lines().count(), 1);
        assert!(dead.contains(r#""attempts":8,"why":"nobody there""#), "{dead}");
    }

    #[tokio::test]
    async fn a_line_that_is_none_is_an_error_with_its_place() {
        let directory = tempfile::tempdir().unwrap();
        let text = "{\"settled\":\"a\"}\nnonsense\n{\"settled\":\"b\"}\n";
        fs::write(directory.path().join("journal.jsonl"), text).await.unwrap();
        let error = JournalFile::open(directory.path()).await.err().unwrap().to_string();
        assert!(error.contains("journal.jsonl, line 2"), "{error}");
    }
}
