//! The demo, from the outside: it can be attached to, and it leaves nothing behind.
#![cfg(unix)]

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

struct Demo {
    process: Child,
    directory: PathBuf,
}

impl Demo {
    /// A small one, without a screen.
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_actorscope"))
            .args(["demo", "--headless", "--json", "--sessions", "4"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let directory = PathBuf::from(said["directory"].as_str().unwrap());
        Self { process, directory }
    }

    fn ask(&self, args: &[&str]) -> (Option<i32>, Value) {
        let Output { status, stdout, .. } = Command::new(env!("CARGO_BIN_EXE_actorscope"))
            .args(args)
            .arg("--json")
            .env("ACTORSCOPE_DIR", &self.directory)
            .env_remove("ACTORSCOPE_TARGET")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (status.code(), serde_json::from_slice(&stdout).unwrap())
    }

    /// Waits for an answer with which `good` is content.
    #[track_caller]
    fn wait_for(&self, args: &[&str], good: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (_, answer) = self.ask(args);
            if good(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{args:?}: {answer}");
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[track_caller]
fn vanishes(directory: &Path) {
    let deadline = Instant::now() + PATIENCE;
    while directory.exists() {
        assert!(Instant::now() < deadline, "{} is still there", directory.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_demo_can_be_looked_at_and_acted_upon() {
    let mut demo = Demo::start();
    let (code, nodes) = demo.ask(&["ls"]);
    assert_eq!((code, &nodes["nodes"][0]["name"]), (Some(0), &Value::from("parlor")));

    let busiest = ["top", "--limit", "1", "--filter", "signaling-1"];
    demo.wait_for(&busiest, |top| top["slots"][0]["handled"].as_u64() > Some(0));

    // Far more than ten actors hang below the root.
    let (code, refusal) = demo.ask(&["kill", "/parlor"]);
    assert_eq!(code, Some(2));
    assert_eq!(refusal["error"]["code"], "confirmation_required");
    let (code, refusal) = demo.ask(&["kill", "/parlor", "--confirm", "lobby"]);
    assert_eq!((code, &refusal["error"]["code"]), (Some(2), &"confirmation_differs".into()));

    let (code, dry_run) = demo.ask(&["kill", "signaling-1", "--dry-run"]);
    assert_eq!((code, &dry_run["affected"][0]["effect"]), (Some(0), &"restarts".into()));
    let (code, killed) = demo.ask(&["kill", "signaling-1", "--reason", "a test"]);
    assert_eq!(code, Some(0), "{killed}");
    demo.wait_for(&["show", "signaling-1"], |show| {
        show["slot"]["incarnation"] == 2 && show["slot"]["restart_history"][0]["exit"] == "killed"
    });
    let (_, events) = demo.ask(&["events", "--last", "0"]);
    let events = events["events"].as_array().unwrap();
    assert!(events.iter().any(|e| e["kind"] == "verb"), "{events:?}");

    drop(demo.process.stdin.take());
    assert_eq!(demo.process.wait().unwrap().code(), Some(0));
    assert!(!demo.directory.exists());
}

#[test]
fn a_demo_that_is_killed_leaves_nothing_behind() {
    let mut demo = Demo::start();
    demo.process.kill().unwrap();
    demo.process.wait().unwrap();
    vanishes(&demo.directory);
}

#[test]
fn a_demo_that_is_told_to_end_does() {
    let mut demo = Demo::start();
    let pid = rustix::process::Pid::from_child(&demo.process);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(demo.process.wait().unwrap().code(), Some(0));
    assert!(!demo.directory.exists());
}
