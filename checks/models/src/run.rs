//! Runs the models: each in a process of its own, as many at a time as there are cores.

use crate::clock;
use crate::measuring;
use crate::models::ALL;
use loom::thread::{Builder, JoinHandle};
use std::collections::BTreeMap;
use std::process::{Command, ExitCode, Output};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// One thing that is shown.
pub(crate) struct Model {
    pub(crate) name: &'static str,
    /// What holds in every run.
    pub(crate) shows: &'static str,
    /// How often a thread may be interrupted where it could have gone on.
    pub(crate) preemptions: usize,
    /// What [`seen`] must have been told: a model that never gets where it matters shows nothing.
    pub(crate) must_see: &'static [&'static str],
    pub(crate) body: fn(),
}

static RUNS: AtomicU64 = AtomicU64::new(0);
static SEEN: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

/// The run came here.
pub(crate) fn seen(what: &'static str) {
    *SEEN.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
}

/// A thread of the model, with a stack for what is large there.
pub(crate) fn thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    /// Words.
    const STACK: usize = 1 << 15;
    Builder::new().stack_size(STACK).spawn(work).expect("at most four threads a model")
}

/// Waits for a thread of the model.
pub(crate) fn join<T>(thread: JoinHandle<T>) -> T {
    thread.join().expect("its panic has ended the model")
}

impl Model {
    fn explore(&self) -> ExitCode {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(builder.preemption_bound.unwrap_or(self.preemptions));
        builder.max_branches = 1_000_000;
        let body = self.body;
        builder.check(move || {
            RUNS.fetch_add(1, Relaxed);
            clock::reset();
            measuring::begin();
            join(thread(body));
        });
        let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        println!("{} runs, seen {seen:?}", RUNS.load(Relaxed));
        let missed: Vec<_> =
            self.must_see.iter().filter(|what| !seen.contains_key(*what)).collect();
        if missed.is_empty() {
            return ExitCode::SUCCESS;
        }
        println!("no run came to {missed:?}: the model shows nothing");
        ExitCode::FAILURE
    }
}

/// Without arguments: all models. With names: those. With `--here NAME`: that one, in this process.
pub(crate) fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name] = args.as_slice()
        && flag == "--here"
    {
        return match ALL.iter().find(|model| model.name == *name) {
            Some(model) => model.explore(),
            None => unknown(name),
        };
    }
    if let Some(name) = args.iter().find(|name| ALL.iter().all(|model| model.name != **name)) {
        return unknown(name);
    }
    let chosen: Vec<&Model> = ALL
        .iter()
        .filter(|model| args.is_empty() || args.iter().any(|a| a == model.name))
        .collect();
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores.min(chosen.len()) {
            scope.spawn(|| {
                while let Some(model) = chosen.get(next.fetch_add(1, Relaxed)) {
                    if !told(model) {
                        failed.fetch_add(1, Relaxed);
                    }
                }
            });
        }
    });
    if failed.into_inner() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn unknown(name: &str) -> ExitCode {
    let names: Vec<_> = ALL.iter().map(|model| model.name).collect();
    eprintln!("there is no model {name:?}; there are {}", names.join(", "));
    ExitCode::from(2)
}

/// Runs a model and tells how it went; whether it went well.
fn told(model: &Model) -> bool {
    let begun = Instant::now();
    let output = std::env::current_exe()
        .and_then(|exe| Command::new(exe).args(["--here", model.name]).output());
    let took = begun.elapsed().as_secs_f64();
    match output {
        Ok(Output { status, stdout, .. }) if status.success() => {
            let stdout = String::from_utf8_lossy(&stdout);
            println!("ok     {:<26} {:>5.1} s  {}", model.name, took, stdout.trim());
            println!("       {}", model.shows);
            true
        }
        Ok(Output { status, stdout, stderr }) => {
            println!("FAILED {:<26} {took:>5.1} s  {status}: {}", model.name, model.shows);
            print!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
            false
        }
        Err(error) => {
            println!("FAILED {:<26} could not be run: {error}", model.name);
            false
        }
    }
}
