//! A part of the keys, with a log on the disk from which it is there again after a restart.

use crate::framework::{Actor, Failure};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;

/// What a shard is asked. Keys hold no white space, values no line break.
#[derive(Debug)]
pub(crate) enum Request {
    Get {
        key: String,
        reply: oneshot::Sender<Option<String>>,
    },
    Set {
        key: String,
        value: String,
        reply: oneshot::Sender<()>,
    },
    Delete {
        key: String,
        reply: oneshot::Sender<bool>,
    },
    /// Shortens a value to so many bytes, or fewer where that would cut a letter in two.
    Cut {
        key: String,
        bytes: usize,
        reply: oneshot::Sender<Option<String>>,
    },
    Count {
        reply: oneshot::Sender<usize>,
    },
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Shard {
    values: HashMap<String, String>,
    log: File,
    /// The defect that can be switched on: values are cut wherever the number of bytes says.
    tears_letters: bool,
}

impl Shard {
    /// Reads the log, and begins a new one with nothing in it that was overwritten since.
    pub(crate) async fn open(path: PathBuf, tears_letters: bool) -> Result<Self, Failure> {
        let said = |what: &str, path: &Path, error: io::Error| -> Failure {
            format!("can't {what} {}: {error}", path.display()).into()
        };
        let text = match fs::read_to_string(&path).await {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(said("read", &path, error)),
        };
        let values = replay(&text);
        let records: String = values.iter().map(|(key, value)| set(key, value)).collect();
        let new = path.with_extension("new");
        let written = async {
            let mut file = File::create(&new).await?;
            file.write_all(records.as_bytes()).await?;
            file.sync_all().await?;
            fs::rename(&new, &path).await?;
            File::options().append(true).open(&path).await
        };
        let log = written.await.map_err(|error| said("write", &path, error))?;
        Ok(Self { values, log, tears_letters })
    }

    async fn record(&mut self, line: &str) -> Result<(), Failure> {
        self.log.write_all(line.as_bytes()).await?;
        // tokio's file writes in the background: only `flush` tells whether it worked.
        Ok(self.log.flush().await?)
    }

    async fn set(&mut self, key: String, value: String) -> Result<(), Failure> {
        self.record(&set(&key, &value)).await?;
        self.values.insert(key, value);
        Ok(())
    }
}

impl Actor for Shard {
    type Message = Request;

    /// What is answered is on the disk before. An error of the disk ends the shard, and its successor
    /// reads what is there.
    async fn handle(&mut self, request: Request) -> Result<(), Failure> {
        // Whoever asked may be gone: that is no concern of ours.
        match request {
            Request::Get { key, reply } => {
                let _ = reply.send(self.values.get(&key).cloned());
            }
            Request::Set { key, value, reply } => {
                self.set(key, value).await?;
                let _ = reply.send(());
            }
            Request::Delete { key, reply } => {
                let was_there = self.values.contains_key(&key);
                if was_there {
                    self.record(&format!("D\t{key}\n")).await?;
                    self.values.remove(&key);
                }
                let _ = reply.send(was_there);
            }
            Request::Cut { key, bytes, reply } => {
                let cut = self.values.get(&key).map(|value| cut(value, bytes, self.tears_letters));
                if let Some(value) = &cut {
                    self.set(key, value.clone()).await?;
                }
                let _ = reply.send(cut);
            }
            Request::Count { reply } => {
                let _ = reply.send(self.values.len());
            }
        }
        Ok(())
    }
}

fn set(key: &str, value: &str) -> String {
    format!("S\t{key}\t{value}\n")
}

/// What a log says. A last line without its end was never answered for, and is no record.
fn replay(log: &str) -> HashMap<String, String> {
    let mut values = HashMap::new();
    let complete = log.rfind('\n').map_or("", |end| &log[..end]);
    for line in complete.split('\n') {
        let mut parts = line.splitn(3, '\t');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("S"), Some(key), Some(value)) => {
                values.insert(key.to_owned(), value.to_owned());
            }
            (Some("D"), Some(key), None) => {
                values.remove(key);
            }
            _ => {}
        }
    }
    values
}

fn cut(value: &str, bytes: usize, tears_letters: bool) -> String {
    let mut end = bytes.min(value.len());
    while !tears_letters && !value.is_char_boundary(end) {
        end -= 1;
    }
    value[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_what_it_says_last_and_half_a_line_is_nothing() {
        let log = "S\ta\t1\nS\tb\ttwo words\tand a tab\nS\ta\t3\nS\tc\t4\nD\tc\n?\nS\td\t5";
        let values = replay(log);
        assert_eq!(values.len(), 2);
        assert_eq!((values["a"].as_str(), values["b"].as_str()), ("3", "two words\tand a tab"));
        assert!(replay("S\ta\t1").is_empty() && replay("").is_empty());
    }

    #[test]
    fn a_letter_is_not_cut_in_two() {
        assert_eq!(cut("caf\u{e9}s", 4, false), "caf");
        assert_eq!(cut("caf\u{e9}s", 5, false), "caf\u{e9}");
        assert_eq!(cut("caf\u{e9}s", 99, false), "caf\u{e9}s");
    }
}
