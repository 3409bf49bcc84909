//! What one message costs in allocations, instructions, locked instructions and system calls, or one of
//! whatever else comes in numbers, as starts and ends do: by counting them, not by timing.
//!
//! A test binary without a harness calls [`main`]. It starts itself once for each subject; that
//! child handles a batch and then one of twice the size, between marks, while its parent lets it run
//! instruction by instruction (`ptrace`) and looks at each. The difference of the two batches is what
//! messages cost, without the one sleep that each batch ends with. What is asserted is how much more
//! that is in an observed subject than in the same without observation.

pub use crate::heap::{Counting, Keeping};

use crate::heap::allocations;
use crate::steps::{self, Stepped};
use std::pin::Pin;
use std::process::ExitCode;

/// Messages handled before anything is counted: what is made once has been made.
const WARM: usize = 2_000;
/// Messages over which allocations are counted.
const ALLOCATING: usize = 10_000;
/// Messages in the smaller batch that is handled instruction by instruction.
const STEPPED: usize = 64;

/// Handles so many messages, at most 128, all of which are queued before the first is handled. It is asked for none
/// right before instructions are counted.
pub type Batch = Box<dyn FnMut(usize) -> Pin<Box<dyn Future<Output = ()>>>>;

/// Something that handles messages; prepared inside a runtime of one thread.
pub type Subject = fn() -> Pin<Box<dyn Future<Output = Batch>>>;

/// What is compared.
#[derive(Debug)]
pub struct Comparison {
    /// Its name.
    pub name: &'static str,
    /// One of what is counted, in words: `a message`.
    pub each: &'static str,
    /// Observed by nobody.
    pub base: Subject,
    /// Observed, in a process without an agent.
    pub observed: Subject,
    /// Observed, with an agent, and somebody looks at the slot.
    pub watched: Subject,
    /// Instructions that observing may add to a message while the process has no agent …
    pub without_agent: u64,
    /// … and with one.
    pub instructions: u64,
    /// Of those, locked ones.
    pub locked: u64,
    /// How often observing may allocate for each, with an agent; without one never.
    pub allocations: u64,
}

/// What may be allocated besides, however many are counted: a table that grows.
const ONCE: u64 = 300;

/// What was counted, over [`ALLOCATING`] messages and over [`STEPPED`].
#[derive(Clone, Copy, Debug)]
struct Counts {
    allocations: u64,
    stepped: Option<Stepped>,
}

/// Runs all comparisons; the whole test.
pub fn main(comparisons: &[Comparison]) -> ExitCode {
    if let Some(which) = steps::child() {
        return child(comparisons, &which);
    }
    // What test runners ask before they run anything.
    if std::env::args().any(|argument| argument == "--list") {
        println!("{}: test", test_name());
        return ExitCode::SUCCESS;
    }
    let mut wrong = Vec::new();
    for comparison in comparisons {
        let base = count(comparison.name, "base");
        println!("{}: base {base:?}", comparison.name);
        let instructions = [comparison.without_agent, comparison.instructions];
        for (how, instructions) in ["observed", "watched"].into_iter().zip(instructions) {
            let counts = count(comparison.name, how);
            println!("{}: {how} {counts:?}", comparison.name);
            judge(comparison, (how, instructions), base, counts, &mut wrong);
        }
    }
    for line in &wrong {
        eprintln!("{line}");
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// That of the running test: its file's, without what cargo adds.
fn test_name() -> String {
    let file = std::env::current_exe().expect("a program that runs has a file");
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    stem.rsplit_once('-').map_or(stem.clone(), |(name, _)| name.to_owned())
}

fn judge(
    c: &Comparison,
    (how, most): (&str, u64),
    base: Counts,
    counts: Counts,
    wrong: &mut Vec<String>,
) {
    let mut expect = |what: &str, more: i64, most: i64| {
        if more > most {
            wrong.push(format!("{} {how}: {more} more {what}, at most {most} allowed", c.name));
        }
    };
    let more = |this: u64, than: u64| this as i64 - than as i64;
    let allocations = match c.allocations {
        0 => 0,
        _ if how == "observed" => 0,
        each => each * ALLOCATING as u64 + ONCE,
    };
    expect("allocations", more(counts.allocations, base.allocations), allocations as i64);
    let Some((this, base)) = counts.stepped.zip(base.stepped) else {
        println!("{}: instructions can't be counted here: ptrace is not allowed", c.name);
        return;
    };
    expect("system calls", more(this.calls, base.calls), 0);
    // How often a task has to yield within a batch may differ; what every message does shows.
    let each = |this, base| more(this, base) / STEPPED as i64;
    let instructions = each(this.instructions, base.instructions);
    let locked = each(this.locked, base.locked);
    println!(
        "{} {how}: {instructions} instructions more {}, {locked} of them locked",
        c.name, c.each
    );
    expect(&format!("instructions {}", c.each), instructions, most as i64);
    expect(&format!("locked instructions {}", c.each), locked, c.locked as i64);
}

/// Starts this program as the subject and counts.
fn count(name: &str, how: &str) -> Counts {
    let (said, stepped) = steps::run(&format!("{name} {how}"), 2);
    let allocations = said.parse().expect("the child says how much it allocated");
    let stepped = stepped.map(|marks| marks[1].less(marks[0]));
    Counts { allocations, stepped }
}

/// The subject: handles messages, and says what it allocated.
fn child(comparisons: &[Comparison], which: &str) -> ExitCode {
    let (name, how) = which.rsplit_once(' ').expect("a name and how");
    let comparison = comparisons.iter().find(|c| c.name == name).expect("a known name");
    let subject = match how {
        "base" => comparison.base,
        "observed" => comparison.observed,
        _ => comparison.watched,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut batch = subject().await;
        for _ in 0..WARM / STEPPED {
            batch(2 * STEPPED).await;
        }
        let before = allocations();
        for _ in 0..ALLOCATING / STEPPED {
            batch(STEPPED).await;
        }
        let allocated = allocations() - before;
        batch(0).await;
        if steps::begin(&allocated.to_string()) {
            steps::mark();
            batch(STEPPED).await;
            steps::mark();
            batch(2 * STEPPED).await;
            steps::mark();
        }
    });
    ExitCode::SUCCESS
}
