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
        Self::with_sessions("4")
    }

    fn with_sessions(sessions: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_actorscope"))
            .args(["demo", "--headless", "--json", "--sessions", sessions])
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

#[test]
fn many_like_actors_are_one_object_of_the_tree_and_each_its_own_on_demand() {
    const SESSIONS: u64 = 24;
    let demo = Demo::with_sessions(&SESSIONS.to_string());
    let of_sessions = |tree: &Value| {
        let folds = tree["folds"].as_array().unwrap();
        folds.iter().find(|fold| fold["stem"] == "conn").cloned().unwrap_or_default()
    };
    let tree = demo
        .wait_for(&["tree"], |tree| of_sessions(tree)["states"]["idle"].as_u64() >= Some(SESSIONS));
    let fold = of_sessions(&tree);
    let states = fold["states"].as_object().unwrap();
    let counted: u64 = states.values().filter_map(Value::as_u64).sum();
    assert_eq!(fold["count"].as_u64(), Some(counted));
    let slots = |tree: &Value| tree["slots"].as_array().unwrap().clone();
    let parent = slots(&tree).into_iter().find(|slot| slot["id"] == fold["parent_id"]).unwrap();
    assert_eq!(parent["path"], "/parlor/connections");
    assert!(slots(&tree).iter().all(|slot| slot["parent_id"] != parent["id"]));

    let plain = demo.wait_for(&["tree", "--no-fold"], |tree| {
        let below = slots(tree).iter().filter(|slot| slot["parent_id"] == parent["id"]).count();
        below as u64 >= SESSIONS
    });
    assert_eq!(plain["folds"], Value::Array(Vec::new()));
    assert_eq!(slots(&plain).len() as u64, plain["matched"].as_u64().unwrap());

    let few = ["tree", "--filter", "name~^conn-[1-3]$"];
    let few = demo.wait_for(&few, |tree| slots(tree).len() == 5);
    assert_eq!(few["folds"], Value::Array(Vec::new()), "few are shown plainly");
}
