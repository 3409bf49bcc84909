//! `show --state` against a real agent: what an actor prints, and every way not to get it.
#![cfg(unix)]

use actorscope_agent::Agent;
use actorscope_agent::adapter::{Registration, Registry, SlotHandle};
use actorscope_core::{Capabilities, Capability};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Debug)]
#[expect(dead_code, reason = "read by its `Debug`")]
struct Till {
    open: bool,
    coins: Vec<u32>,
}

/// A service with one actor that prints its state, one that could but is busy for ever, and one that
/// has none to print.
struct Shop {
    directory: tempfile::TempDir,
    _agent: Agent,
    _slots: [SlotHandle; 2],
    closed: Arc<AtomicBool>,
    till: Option<JoinHandle<()>>,
}

impl Shop {
    fn open(allowed: bool, coins: u32) -> Self {
        let directory = tempfile::Builder::new().prefix("as").tempdir().unwrap();
        let registry = Registry::new();
        let register = |name: &str, can: &[Capability]| {
            let registration = Registration::new("test", name, "shop::Till");
            let slot = registry.register(registration.capabilities(Capabilities::of(can)));
            slot.started(None);
            slot
        };
        let till = register("till", &[Capability::DumpState]);
        let slots = [register("busy", &[Capability::DumpState]), register("mute", &[])];
        let builder =
            Agent::builder("shop").registry(registry).socket(directory.path().join("shop.sock"));
        let agent = if allowed { builder.allow_state_dump() } else { builder }.start().unwrap();
        let closed = Arc::new(AtomicBool::new(false));
        let till = std::thread::spawn({
            let closed = closed.clone();
            let state = Till { open: true, coins: (0..coins).collect() };
            move || {
                // A framework's loop, with a look at the flag between two messages.
                while !closed.load(Ordering::Relaxed) {
                    till.dump_if_asked(&state);
                    std::thread::park_timeout(Duration::from_millis(2));
                }
            }
        });
        Self { directory, _agent: agent, _slots: slots, closed, till: Some(till) }
    }

    /// Exit code, stdout, stderr.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let target = format!("unix:{}", self.directory.path().join("shop.sock").display());
        let output = Command::new(env!("CARGO_BIN_EXE_actorscope"))
            .args(args)
            .args(["--target", &target])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn json(&self, args: &[&str]) -> (i32, Value) {
        let (code, stdout, _) = self.run(&[args, &["--json"]].concat());
        (code, serde_json::from_str(&stdout).unwrap())
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        if let Some(till) = self.till.take() {
            till.thread().unpark();
            let _ = till.join();
        }
    }
}

const PRINTED: &str = "Till {\n    open: true,\n    coins: [\n        0,\n        1,\n    ],\n}\n";

#[test]
fn an_actor_prints_its_state() {
    let shop = Shop::open(true, 2);
    let (code, stdout, stderr) = shop.run(&["show", "/till", "--state"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, PRINTED, ""));

    let (code, answer) = shop.json(&["show", "/till", "--state"]);
    assert_eq!((code, &answer["slot"]["path"]), (0, &"/till".into()));
    let state = &answer["state"];
    assert_eq!(state["text"].as_str(), Some(PRINTED.trim_end()));
    assert_eq!((&state["truncated"], &state["incarnation"]), (&false.into(), &1.into()));
    assert!(state["took_ns"].is_u64() && state["taken_at"].is_string(), "{state}");
    let (code, answer) = shop.json(&["show", "/till"]);
    assert_eq!((code, &answer["state"]), (0, &Value::Null), "only when asked for");
}

#[test]
fn a_state_that_is_too_long_is_partial() {
    let shop = Shop::open(true, 60_000);
    let (code, stdout, stderr) = shop.run(&["show", "till", "--state"]);
    assert_eq!(code, 3);
    assert!(stdout.starts_with("Till {\n    open: true,\n"), "{}", &stdout[..80]);
    assert!(stderr.contains("longer than was wanted") || stderr.contains("too long"), "{stderr}");
    let (code, answer) = shop.json(&["show", "till", "--state"]);
    assert_eq!((code, &answer["state"]["truncated"]), (3, &true.into()));
}

#[test]
fn without_the_hosts_opt_in_the_line_that_gives_it_is_told() {
    let shop = Shop::open(false, 2);
    let (code, stdout, stderr) = shop.run(&["show", "till", "--state"]);
    assert_eq!((code, stdout.as_str()), (4, ""));
    assert!(stderr.contains("Agent::builder(\"shop\").allow_state_dump()"), "{stderr}");
    let (code, answer) = shop.json(&["show", "till", "--state"]);
    assert_eq!((code, &answer["error"]["code"]), (4, &"control_off".into()), "{answer}");
}

#[test]
fn an_actor_that_cannot_or_does_not_answer_is_told_apart() {
    let shop = Shop::open(true, 2);
    let (code, answer) = shop.json(&["show", "mute", "--state"]);
    assert_eq!((code, &answer["error"]["code"]), (1, &"not_supported".into()), "{answer}");
    let (code, answer) = shop.json(&["show", "busy", "--state"]);
    assert_eq!((code, &answer["error"]["code"]), (5, &"deadline".into()), "{answer}");
    let (code, _, stderr) = shop.run(&["show", "nobody", "--state"]);
    assert_eq!(code, 1, "{stderr}");
}
