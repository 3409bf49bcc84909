//! A key-value store on TCP. One request a line, one answer a line:
//!
//! | request | answer |
//! | --- | --- |
//! | `SET key value` | `OK` |
//! | `GET key` | `VALUE value` or `NONE` |
//! | `DEL key` | `OK` or `NONE` |
//! | `CUT key bytes` | `VALUE` and what is left of the value, or `NONE` |
//! | `COUNT` | `VALUE` and the number of keys |
//!
//! or `ERROR` and why not. What was answered with `OK` or `VALUE` is on the disk.

use crate::framework::{Address, Gone};
use crate::shard::{Request, Shard};
use crate::supervisor::{GaveUp, Supervisor};
use actorscope_agent::tokio::{group, spawn};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Longest request, in bytes with the end of its line.
const LINE: u64 = 64 * 1024;

/// How to run a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the keys are kept; made if missing.
    pub directory: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Parts that the keys are spread over.
    pub shards: usize,
    /// Requests that may wait for one of them.
    pub room: usize,
    /// Run with the defect: `CUT` panics where it would cut a letter in two.
    pub tears_letters: bool,
}

/// Why a store did not start or does not run any more.
#[derive(Debug)]
pub enum Ended {
    /// The directory is of no use.
    Directory(PathBuf, io::Error),
    /// The directory holds a store with another number of shards.
    Shards(PathBuf, String),
    /// It can't listen.
    Listen(SocketAddr, io::Error),
    /// A shard failed too often.
    GaveUp(GaveUp),
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(path, error) => {
                write!(f, "can't use {}: {error}; name another directory", path.display())
            }
            Self::Shards(path, found) => write!(
                f,
                "{} holds {found}, of a store with another number of shards: run it with that \
                 number, or in another directory",
                path.display()
            ),
            Self::Listen(address, error) => {
                write!(f, "can't listen on {address}: {error}; name another address")
            }
            Self::GaveUp(GaveUp(last)) => write!(
                f,
                "gave up after too many failures, the last one of {last}; what was answered is on \
                 the disk"
            ),
        }
    }
}

impl std::error::Error for Ended {}

/// Runs a store until one of its shards can't be kept alive. `ready` is told where it listens.
pub async fn run(options: Options, ready: impl FnOnce(SocketAddr)) -> Result<(), Ended> {
    let Options { directory, listen, shards, room, tears_letters } = options;
    let logs = logs(&directory, shards).await?;
    let mut supervisor = Supervisor::new("shards", 5, Duration::from_secs(10));
    let shards: Arc<[_]> = (1..)
        .zip(logs)
        .map(|(n, log)| {
            let open = move || Shard::open(log.clone(), tears_letters);
            supervisor.child(&format!("shard-{n}"), room, open)
        })
        .collect();
    let refused = |error| Ended::Listen(listen, error);
    let listener = TcpListener::bind(listen).await.map_err(refused)?;
    ready(listener.local_addr().map_err(refused)?);
    tokio::select! {
        ended = supervisor.run() => ended.map_err(Ended::GaveUp),
        () = accept(listener, shards) => Ok(()),
    }
}

/// The shards' logs.
async fn logs(directory: &Path, shards: usize) -> Result<Vec<PathBuf>, Ended> {
    let unusable = |error| Ended::Directory(directory.to_owned(), error);
    tokio::fs::create_dir_all(directory).await.map_err(unusable)?;
    let of = format!("-of-{shards}.log");
    let mut entries = tokio::fs::read_dir(directory).await.map_err(unusable)?;
    while let Some(entry) = entries.next_entry().await.map_err(unusable)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("shard-") && name.ends_with(".log") && !name.ends_with(&of) {
            return Err(Ended::Shards(directory.to_owned(), name));
        }
    }
    Ok((1..=shards).map(|n| directory.join(format!("shard-{n}{of}"))).collect())
}

type Shards = Arc<[Address<Request>]>;

async fn accept(listener: TcpListener, shards: Shards) {
    let connections = group("connections");
    for n in 1_u64.. {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(_) => {
                // Of one that is gone already, or for want of descriptors: then others may close.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let serve = serve(stream, shards.clone());
        connections.within(|| drop(spawn(&format!("conn-{n}"), serve)));
    }
}

/// Serves one client until it hangs up.
async fn serve(stream: TcpStream, shards: Shards) -> Option<()> {
    let (from, mut to) = stream.into_split();
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut from).take(LINE).read_until(b'\n', &mut line).await.ok()?;
        if line.pop() != Some(b'\n') {
            return None;
        }
        let request = String::from_utf8_lossy(&line);
        let mut answer = answer(request.trim_end_matches('\r'), &shards).await;
        answer.push('\n');
        to.write_all(answer.as_bytes()).await.ok()?;
    }
}

async fn answer(request: &str, shards: &[Address<Request>]) -> String {
    let (verb, rest) = request.split_once(' ').unwrap_or((request, ""));
    let (key, value) = rest.split_once(' ').unwrap_or((rest, ""));
    if verb != "COUNT" && (key.is_empty() || key.contains(char::is_whitespace)) {
        return "ERROR expected SET, GET, DEL or CUT and a key, or COUNT".to_owned();
    }
    let shard = &shards[place(key, shards.len())];
    let (key, value) = (key.to_owned(), value.to_owned());
    let given = |value: Option<String>| value.map_or("NONE".to_owned(), |v| format!("VALUE {v}"));
    let answer = match verb {
        "SET" => shard.ask(|reply| Request::Set { key, value, reply }).await.map(|()| "OK".into()),
        "GET" => shard.ask(|reply| Request::Get { key, reply }).await.map(given),
        "DEL" => {
            let was_there = shard.ask(|reply| Request::Delete { key, reply }).await;
            was_there.map(|yes| if yes { "OK".into() } else { "NONE".into() })
        }
        "CUT" => match value.parse() {
            Ok(bytes) => shard.ask(|reply| Request::Cut { key, bytes, reply }).await.map(given),
            Err(_) => return "ERROR expected a number of bytes after the key".to_owned(),
        },
        "COUNT" => count(shards).await.map(|keys| format!("VALUE {keys}")),
        _ => return format!("ERROR unknown request {verb:?}"),
    };
    answer.unwrap_or_else(|Gone| "ERROR it failed; try again".to_owned())
}

async fn count(shards: &[Address<Request>]) -> Result<usize, Gone> {
    let mut keys = 0;
    for shard in shards {
        keys += shard.ask(|reply| Request::Count { reply }).await?;
    }
    Ok(keys)
}

/// Which of so many shards has a key. Kept on the disk by that, so not by std's hasher, which may change:
/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>).
fn place(key: &str, shards: usize) -> usize {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    usize::try_from(hash % shards.max(1) as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_where_they_are_and_are_spread() {
        assert_eq!([place("a", 4), place("b", 4), place("foobar", 4)], [0, 1, 0]);
        let mut spread = [0; 4];
        for n in 0..1_000 {
            spread[place(&format!("key-{n}"), 4)] += 1;
        }
        assert!(spread.iter().all(|keys| (150..350).contains(keys)), "{spread:?}");
    }
}
