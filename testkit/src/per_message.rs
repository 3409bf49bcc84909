//! What one message costs in allocations, instructions, locked instructions and system calls, or one of
//! whatever else comes in numbers, as starts and ends do: by counting them, not by timing.
//!
//! A test binary without a harness calls [`main`]. It starts itself once for each subject; that
//! child handles one message and then a batch, between marks, while its parent lets it run instruction by
//! instruction (`ptrace`) and looks at each. The difference of the two is what messages cost, without the one
//! sleep that each batch ends with. What is asserted is how much more that is in an observed subject than in the
//! same without observation.

pub use crate::heap::{Counting, Keeping};

use crate::heap::allocations;
use crate::steps::{self, Stepped};
use std::pin::Pin;
use std::process::ExitCode;

/// Messages handled before anything is counted: what is made once has been made.
const WARM: usize = 2_000;
/// Messages over which allocations are counted.
const ALLOCATING: usize = 10_000;
/// How often that is done: other threads may allocate meanwhile, and the least is what counts.
const TIMES: usize = 3;
/// Messages that are handled instruction by instruction.
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
    /// The ways in which the same is observed.
    pub ways: Vec<Way>,
}

/// A way to observe something.
#[derive(Debug)]
pub struct Way {
    /// Its name.
    pub how: &'static str,
    /// What is observed like this.
    pub subject: Subject,
    /// What observing may add.
    pub most: Most,
}

/// What observing may add to each message.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// Instructions.
    pub instructions: u64,
    /// Of those, locked ones.
    pub locked: u64,
    /// Readings of the system's clock.
    pub clock_readings: u64,
    /// Allocations.
    pub allocations: u64,
}

impl Most {
    /// So many instructions, and nothing that locks, reads the system's clock or allocates.
    #[must_use]
    pub const fn instructions(instructions: u64) -> Self {
        Self { instructions, locked: 0, clock_readings: 0, allocations: 0 }
    }

    /// Of the instructions so many may be locked.
    #[must_use]
    pub const fn locked(self, locked: u64) -> Self {
        Self { locked, ..self }
    }
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
        for way in &comparison.ways {
            let counts = count(comparison.name, way.how);
            println!("{}: {} {counts:?}", comparison.name, way.how);
            judge(comparison, way, base, counts, &mut wrong);
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
    Way { how, most, .. }: &Way,
    base: Counts,
    counts: Counts,
    wrong: &mut Vec<String>,
) {
    let mut expect = |what: &str, more: i64, most: u64| {
        if more > most as i64 {
            wrong.push(format!("{} {how}: {more} more {what}, at most {most} allowed", c.name));
        }
    };
    let more = |this: u64, than: u64| this as i64 - than as i64;
    let allocations = match most.allocations {
        0 => 0,
        each => each * ALLOCATING as u64 + ONCE,
    };
    expect("allocations", more(counts.allocations, base.allocations), allocations);
    let Some((this, base)) = counts.stepped.zip(base.stepped) else {
        println!("{}: instructions can't be counted here: ptrace is not allowed", c.name);
        return;
    };
    expect("system calls", more(this.calls, base.calls), 0);
    // How often a task has to yield within a batch may differ; what every message does shows.
    let mut expect_each = |what: &str, this, base, most| {
        let each = more(this, base) / STEPPED as i64;
        expect(&format!("{what} {}", c.each), each, most);
        each
    };
    let instructions =
        expect_each("instructions", this.instructions, base.instructions, most.instructions);
    let locked = expect_each("locked instructions", this.locked, base.locked, most.locked);
    expect_each(
        "readings of the system's clock",
        this.clock_readings,
        base.clock_readings,
        most.clock_readings,
    );
    println!(
        "{} {how}: {instructions} instructions more {}, {locked} of them locked",
        c.name, c.each
    );
}

/// Starts this program as the subject and counts.
fn count(name: &str, how: &str) -> Counts {
    let (said, stepped) = steps::run(&format!("{name}: {how}"), 2);
    let allocations = said.parse().expect("the child says how much it allocated");
    let stepped = stepped.map(|marks| marks[1].less(marks[0]));
    Counts { allocations, stepped }
}

/// The subject: handles messages, and says what it allocated.
fn child(comparisons: &[Comparison], which: &str) -> ExitCode {
    let (name, how) = which.split_once(": ").expect("a name and how");
    let comparison = comparisons.iter().find(|c| c.name == name).expect("a known name");
    let way = comparison.ways.iter().find(|way| way.how == how);
    let subject = way.map_or(comparison.base, |way| way.subject);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut batch = subject().await;
        for _ in 0..WARM / STEPPED {
            batch(2 * STEPPED).await;
        }
        let mut allocated = u64::MAX;
        for _ in 0..TIMES {
            let before = allocations();
            for _ in 0..ALLOCATING / STEPPED {
                batch(STEPPED).await;
            }
            allocated = allocated.min(allocations() - before);
        }
        batch(0).await;
        if steps::begin(&allocated.to_string()) {
            steps::mark();
            batch(1).await;
            steps::mark();
            batch(1 + STEPPED).await;
            steps::mark();
        }
    });
    ExitCode::SUCCESS
}
