//! All executions in a file, a line of JSON for each (a tokio task with an observed channel).
//!
//! What is acknowledged has been given to the system: it survives this process, not the machine's end.

use std::io;
use std::path::Path;
use std::sync::Arc;

use actorscope_kameo::TellObserved;
use actorscope_kameo::agent::tokio::{Receiver, channel, outcome, spawn};
use kameo::actor::ActorRef;
use ractor::RpcReplyPort;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::sync::{OwnedMutexGuard, mpsc};

use crate::execution::Execution;
use crate::fault::Fault;
use crate::positions::{Book, Positions};
use crate::world::World;

/// Entries that may wait. Then settlement waits.
const CAPACITY: usize = 64;
/// With [`Fault::StuckJournal`], executions that the disk takes.
const DISK_LIFE: u64 = 200;

/// One execution on its way to the disk.
pub struct Entry {
    /// `None` for one that came before.
    pub execution: Option<Execution>,
    /// Told when it is written.
    pub reply: RpcReplyPort<()>,
}

/// Opens the file, made if missing, for writing behind what is in it.
pub async fn open(path: &Path) -> Result<(File, Vec<Execution>), JournalError> {
    let failed = |source| JournalError::Io { path: path.display().to_string(), source };
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
    let mut file = options.open(path).await.map_err(failed)?;
    let mut text = String::new();
    file.read_to_string(&mut text).await.map_err(failed)?;
    let (written, length) = read(&text).map_err(|(line, source)| JournalError::Line {
        path: path.display().to_string(),
        line,
        source,
    })?;
    // Half a line is one that nobody was told of.
    file.set_len(length).await.map_err(failed)?;
    file.seek(io::SeekFrom::Start(length)).await.map_err(failed)?;
    Ok((file, written))
}

/// All whole lines, and how many bytes they are.
fn read(text: &str) -> Result<(Vec<Execution>, u64), (usize, serde_json::Error)> {
    let whole = text.rfind('\n').map_or("", |end| text.get(..=end).unwrap_or(""));
    let lines = whole.lines().enumerate();
    let all = lines.map(|(n, line)| serde_json::from_str(line).map_err(|error| (n + 1, error)));
    Ok((all.collect::<Result<_, _>>()?, whole.len() as u64))
}

/// Why the journal can't be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system said no.
    #[error("can't use {path}: {source}")]
    Io { path: String, source: io::Error },
    /// Somebody else wrote into it.
    #[error("line {line} of {path} is no execution: {source}; move the file away to begin anew")]
    Line { path: String, line: usize, source: serde_json::Error },
}

/// Starts the writer, which ends when nobody can send to it any more, and only then gives the pen back.
pub fn start(
    file: File,
    positions: ActorRef<Positions>,
    pen: OwnedMutexGuard<()>,
    world: &Arc<World>,
) -> mpsc::Sender<Entry> {
    let (sender, inbox) = channel("journal", CAPACITY);
    let life = if world.fault == Some(Fault::StuckJournal) { DISK_LIFE } else { u64::MAX };
    spawn("journal", async move {
        let written = outcome(write(file, inbox, positions, life)).await;
        drop(pen);
        written
    });
    sender
}

async fn write(
    mut file: File,
    mut inbox: Receiver<Entry>,
    positions: ActorRef<Positions>,
    mut life: u64,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    while let Some(Entry { execution, reply }) = inbox.recv().await {
        if let Some(execution) = execution {
            let Some(left) = life.checked_sub(1) else { std::future::pending().await };
            life = left;
            let mut line = serde_json::to_string(&execution)?;
            line.push('\n');
            file.write_all(line.as_bytes()).await?;
            file.flush().await?;
            positions.tell_observed(Book(execution)).await.map_err(|_| "positions are gone")?;
        }
        // A feed that stopped waiting asks again.
        let _ = reply.send(());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_is_left_out_and_a_strange_one_is_told_by_its_number() {
        let line = r#"{"symbol":"ACME","opened":1,"number":1,"fills":[]}"#;
        let (all, length) = read(&format!("{line}\n{line}\n{{\"sym")).unwrap();
        assert_eq!((all.len(), length), (2, 2 * (line.len() as u64 + 1)));
        assert_eq!(read("").unwrap(), (Vec::new(), 0));
        assert_eq!(read(&format!("{line}\nhello\n{line}\n")).unwrap_err().0, 2);
    }

    #[tokio::test]
    async fn what_is_written_behind_half_a_line_can_be_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal");
        let line = "{\"symbol\":\"ACME\",\"opened\":1,\"number\":1,\"fills\":[]}\n";
        std::fs::write(&path, format!("{line}{{\"symbol\":\"BO")).unwrap();
        let (mut file, before) = open(&path).await.unwrap();
        assert_eq!(before.len(), 1);
        file.write_all(line.as_bytes()).await.unwrap();
        file.flush().await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), line.repeat(2));
    }
}
