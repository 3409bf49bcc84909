//! The file of the journal: a record a line, only ever appended to.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::book::{Deed, Record};

/// No line is longer than this, in bytes.
const MAX_LINE: u64 = 4096;

/// What the journal is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// A disk.
    Works,
    /// One that takes longer for each sync.
    Slow(Duration),
}

/// The open file.
pub struct JournalFile {
    path: PathBuf,
    file: File,
    disk: Disk,
    /// What is known to be on the disk, in bytes.
    size: u64,
    seq: u64,
    deposited: u64,
}

impl JournalFile {
    /// Opens the file, reads all of it, and takes away a last line that was not written to its end.
    pub fn open(path: &Path, disk: Disk) -> io::Result<Self> {
        let file = File::options().create(true).read(true).append(true).open(path)?;
        let (path, mut deposited, mut seq) = (path.to_owned(), 0, 0);
        let size = read(&path, |record| {
            seq = record.seq;
            if let Deed::Deposit { cents, .. } = record.deed {
                deposited += cents.0;
            }
        })?;
        file.set_len(size)?;
        file.sync_all()?;
        Ok(Self { path, file, disk, size, seq, deposited })
    }

    /// Number of the last record.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Whether all money there is fits into a number with so many cents more.
    pub fn has_room_for(&self, cents: u64) -> bool {
        self.deposited.saturating_add(cents) <= i64::MAX as u64
    }

    /// Writes records and gives them their numbers. When this returns they are on the disk itself; after an error
    /// none of them is in the file.
    pub fn append(&mut self, deeds: Vec<Deed>) -> io::Result<Vec<Record>> {
        let records: Vec<_> =
            (self.seq + 1..).zip(deeds).map(|(seq, deed)| Record { seq, deed }).collect();
        let mut lines = Vec::new();
        for record in &records {
            serde_json::to_writer(&mut lines, record)?;
            lines.push(b'\n');
        }
        if let Err(error) = self.write(&lines) {
            self.file.set_len(self.size)?;
            return Err(error);
        }
        self.size += lines.len() as u64;
        for record in &records {
            self.seq = record.seq;
            if let Deed::Deposit { cents, .. } = record.deed {
                self.deposited += cents.0;
            }
        }
        Ok(records)
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)?;
        if let Disk::Slow(by) = self.disk {
            // As a disk does it: the thread sits there.
            std::thread::sleep(by);
        }
        self.file.sync_data()
    }

    /// Reads all records, oldest first.
    pub fn read(&self, each: impl FnMut(Record)) -> io::Result<()> {
        read(&self.path, each).map(drop)
    }
}

/// Returns how many bytes are whole records.
fn read(path: &Path, mut each: impl FnMut(Record)) -> io::Result<u64> {
    let mut lines = BufReader::new(File::open(path)?);
    let (mut line, mut size) = (Vec::new(), 0);
    for number in 1.. {
        line.clear();
        let read = (&mut lines).take(MAX_LINE).read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') && (read as u64) < MAX_LINE {
            // The end; or the last words of a process that was killed: nobody was told of them.
            break;
        }
        let wrong = |what: String| {
            let what = format!("line {number}: {what}; nothing was changed");
            io::Error::new(io::ErrorKind::InvalidData, what)
        };
        let record: Record =
            serde_json::from_slice(&line).map_err(|error| wrong(error.to_string()))?;
        if record.seq != number {
            return Err(wrong(format!("its number is {}", record.seq)));
        }
        size += read as u64;
        each(record);
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;

    fn deposit(cents: u64) -> Deed {
        Deed::Deposit { account: "a".parse().unwrap(), cents: Amount(cents) }
    }

    fn open(path: &Path) -> io::Result<JournalFile> {
        JournalFile::open(path, Disk::Works)
    }

    #[test]
    fn what_was_written_is_read_and_an_unfinished_line_is_written_over() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.jsonl");
        let mut file = open(&path).unwrap();
        assert_eq!(file.append(vec![deposit(1), deposit(2)]).unwrap()[1].seq, 2);
        drop(file);
        let mut torn = File::options().append(true).open(&path).unwrap();
        torn.write_all(br#"{"seq":3,"deed":{"dep"#).unwrap();
        let mut file = open(&path).unwrap();
        assert_eq!(file.seq(), 2);
        file.append(vec![deposit(4)]).unwrap();
        let mut seen = Vec::new();
        file.read(|record| seen.push(record)).unwrap();
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[2], Record { seq: 3, deed: deposit(4) });
        assert!(file.has_room_for(100) && !file.has_room_for(i64::MAX as u64));
    }

    #[test]
    fn a_journal_with_something_else_in_it_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.jsonl");
        let gap = r#"{"seq":2,"deed":{"open":{"account":"a"}}}"#;
        for (text, says) in [("nonsense\n", "line 1"), (&*format!("{gap}\n"), "its number is 2")] {
            std::fs::write(&path, text).unwrap();
            let error = open(&path).err().unwrap().to_string();
            assert!(error.contains(says), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
