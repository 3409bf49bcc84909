//! The pipeline in a process of its own, an observer on its agent's socket, and what its output should be.

use actorscope_testkit::{Rig, SOON};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

/// Logs, and what is made of them.
pub struct Place {
    directory: TempDir,
}

impl Place {
    /// With generated logs.
    pub async fn with_logs(files: u32, lines: u64) -> Self {
        // Short, because the path of a socket has little room.
        let directory = tempfile::Builder::new().prefix("in").tempdir().unwrap();
        let place = Self { directory };
        let (files, lines) = (files.to_string(), lines.to_string());
        let generated = Command::new(env!("CARGO_BIN_EXE_ingest"))
            .arg("generate")
            .arg(place.logs())
            .args(["--files", &files, "--lines", &lines])
            .output();
        assert!(generated.await.unwrap().status.success());
        place
    }

    pub fn logs(&self) -> PathBuf {
        self.directory.path().join("logs")
    }

    pub fn out(&self) -> PathBuf {
        self.directory.path().join("out.csv")
    }

    pub fn rejects(&self) -> String {
        fs::read_to_string(self.directory.path().join("out.csv.rejects")).unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ingest"));
        command
            .arg("run")
            .arg(self.logs())
            .arg("--out")
            .arg(self.out())
            .args(args)
            .env("ACTORSCOPE_DIR", self.directory.path().join("s"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs it to its end.
    pub async fn run(&self, args: &[&str]) -> Output {
        timeout(4 * SOON, self.command(args).output()).await.expect("it ends").unwrap()
    }

    /// Starts it and attaches to its agent.
    pub async fn start(&self, args: &[&str]) -> Run {
        let process = self.command(args).spawn().unwrap();
        let sockets = self.directory.path().join("s");
        let of_process = format!("-{}-", process.id().unwrap());
        let deadline = Instant::now() + SOON;
        let socket = loop {
            let all = fs::read_dir(&sockets).into_iter().flatten().flatten().map(|e| e.path());
            let mut ours = all.filter(|path| path.to_string_lossy().contains(&of_process));
            if let Some(socket) = ours.find(|path| path.extension().is_some_and(|e| e == "sock")) {
                break socket;
            }
            assert!(Instant::now() < deadline, "no agent");
            sleep(std::time::Duration::from_millis(10)).await;
        };
        Run { rig: Rig::attach(socket).await, process }
    }

    /// Fails unless output and rejects are what the logs say, each line once.
    #[track_caller]
    pub fn is_right(&self) {
        let (expected, mut rejects) = expected(&self.logs());
        let written = written(&self.out());
        for (key, row) in &expected {
            assert_eq!(written.get(key), Some(row), "{key:?}");
        }
        assert_eq!(written.len(), expected.len());
        let mut kept: Vec<String> = self.rejects().lines().map(ToOwned::to_owned).collect();
        rejects.sort();
        kept.sort();
        assert_eq!(kept, rejects);
        assert!(!expected.is_empty() && !rejects.is_empty());
    }
}

/// A running `ingest run`.
pub struct Run {
    pub rig: Rig,
    pub process: Child,
}

impl Run {
    /// Waits until it ends by itself, or of what it was told.
    pub async fn ended(self) -> Output {
        timeout(4 * SOON, self.process.wait_with_output()).await.expect("it ends").unwrap()
    }

    /// Asks it to end.
    pub async fn terminate(&self) {
        let pid = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    }

    /// Kills a stage, as an operator does, and waits for the one that follows.
    pub async fn kill_stage(&self, path: &str) {
        let (_, before) = self.rig.when(path, |stats| stats.incarnation > 0).await;
        let answer = self.rig.act("kill", path).await.unwrap();
        assert!(matches!(&*answer.outcome, "done" | "accepted"), "{path}: {answer:?}");
        self.rig.when(path, |stats| stats.incarnation > before.incarnation).await;
    }
}

/// Minute and path.
type Key = (String, String);

/// Requests, bytes, and requests by class of status.
type Counts = (u64, u64, [u64; 5]);

/// What logs in generated form say, found in another way than the pipeline's; and the lines that say nothing.
fn expected(logs: &Path) -> (BTreeMap<Key, Counts>, Vec<String>) {
    let (mut rows, mut rejects) = (BTreeMap::<Key, Counts>::new(), Vec::new());
    for entry in fs::read_dir(logs).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            // Host and time, request, status and bytes, referrer, a space, user agent, time taken.
            let [before, request, numbers, _, _, _, _] = line.split('"').collect::<Vec<_>>()[..]
            else {
                rejects.push(line.to_owned());
                continue;
            };
            // `[05/Jan/2026:08:00:01 +0000] `
            let time = &before[before.find('[').unwrap() + 1..];
            assert_eq!((&time[3..6], &time[21..26]), ("Jan", "+0000"), "{line}");
            let minute = format!("{}-01-{}T{}Z", &time[7..11], &time[..2], &time[12..17]);
            let target = request.split(' ').nth(1).unwrap();
            let path = target.split('?').next().unwrap().to_owned();
            let numbers: Vec<&str> = numbers.split_whitespace().collect();
            let row = rows.entry((minute, path)).or_default();
            row.0 += 1;
            row.1 += numbers[1].parse::<u64>().unwrap_or(0);
            row.2[numbers[0][..1].parse::<usize>().unwrap() - 1] += 1;
        }
    }
    (rows, rejects)
}

fn written(out: &Path) -> BTreeMap<Key, Counts> {
    let text = fs::read_to_string(out).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |n: usize| fields[n].parse::<u64>().unwrap();
        let classes = std::array::from_fn(|class| number(4 + class));
        ((fields[0].to_owned(), fields[1].to_owned()), (number(2), number(3), classes))
    });
    rows.collect()
}
