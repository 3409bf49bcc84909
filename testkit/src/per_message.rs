//! What one message costs in allocations, instructions, locked instructions and system calls: by
//! counting them, not by timing.
//!
//! A test binary without a harness calls [`main`]. It starts itself once for each subject; that
//! child handles a batch and then one of twice the size, between marks, while its parent lets it run
//! instruction by instruction (`ptrace`) and looks at each. The difference of the two batches is what
//! messages cost, without the one sleep that each batch ends with. What is asserted is how much more
//! that is in an observed subject than in the same without observation.

use nix::sys::ptrace;
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{BufRead, BufReader, Write};
use std::pin::Pin;
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Messages handled before anything is counted: what is made once has been made.
const WARM: usize = 2_000;
/// Messages over which allocations are counted.
const ALLOCATING: usize = 10_000;
/// Messages in the smaller batch that is handled instruction by instruction.
const STEPPED: usize = 64;

/// Says in a child which subject it is.
const CHILD: &str = "ACTORSCOPE_PER_MESSAGE";

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counting. To be the `#[global_allocator]` of the test.
#[derive(Debug)]
pub struct Counting;

#[allow(unsafe_code, reason = "a global allocator cannot be written without")]
// SAFETY: every call goes to `System` unchanged; what is added touches one atomic.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller keeps `alloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps `dealloc`'s contract.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller keeps `realloc`'s contract.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Handles so many messages, at most 128, all of which are queued before the first is handled.
pub type Batch = Box<dyn FnMut(usize) -> Pin<Box<dyn Future<Output = ()>>>>;

/// Something that handles messages; prepared inside a runtime of one thread.
pub type Subject = fn() -> Pin<Box<dyn Future<Output = Batch>>>;

/// What is compared.
#[derive(Debug)]
pub struct Comparison {
    /// Its name.
    pub name: &'static str,
    /// Observed by nobody.
    pub base: Subject,
    /// Observed.
    pub observed: Subject,
    /// Observed, and somebody looks at the slot.
    pub watched: Subject,
    /// Instructions that observing may add to a message.
    pub instructions: u64,
    /// Of those, locked ones.
    pub locked: u64,
}

/// What was counted.
#[derive(Clone, Copy, Debug)]
struct Counts {
    allocations: u64,
    stepped: Option<Stepped>,
}

/// Over [`STEPPED`] messages, or a batch.
#[derive(Clone, Copy, Debug, Default)]
struct Stepped {
    instructions: u64,
    locked: u64,
    calls: u64,
}

/// Runs all comparisons; the whole test.
pub fn main(comparisons: &[Comparison]) -> ExitCode {
    if let Ok(which) = std::env::var(CHILD) {
        return child(comparisons, &which);
    }
    // What test runners ask before they run anything.
    if std::env::args().any(|argument| argument == "--list") {
        println!("per_message: test");
        return ExitCode::SUCCESS;
    }
    let mut wrong = Vec::new();
    for comparison in comparisons {
        let base = count(comparison.name, "base");
        println!("{}: base {base:?}", comparison.name);
        for how in ["observed", "watched"] {
            let counts = count(comparison.name, how);
            println!("{}: {how} {counts:?}", comparison.name);
            judge(comparison, how, base, counts, &mut wrong);
        }
    }
    for line in &wrong {
        eprintln!("{line}");
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn judge(c: &Comparison, how: &str, base: Counts, counts: Counts, wrong: &mut Vec<String>) {
    let mut expect = |what: &str, more: i64, most: i64| {
        if more > most {
            wrong.push(format!("{} {how}: {more} more {what}, at most {most} allowed", c.name));
        }
    };
    let more = |this: u64, than: u64| this as i64 - than as i64;
    expect("allocations", more(counts.allocations, base.allocations), 0);
    let Some((this, base)) = counts.stepped.zip(base.stepped) else {
        println!("{}: instructions can't be counted here: ptrace is not allowed", c.name);
        return;
    };
    expect("system calls", more(this.calls, base.calls), 0);
    // How often a task has to yield within a batch may differ; what every message does shows.
    let each = |this, base| more(this, base) / STEPPED as i64;
    let instructions = each(this.instructions, base.instructions);
    println!("{} {how}: {instructions} instructions more a message", c.name);
    expect("instructions a message", instructions, c.instructions as i64);
    expect("locked instructions a message", each(this.locked, base.locked), c.locked as i64);
}

/// Starts this program as the subject and counts.
fn count(name: &str, how: &str) -> Counts {
    let program = std::env::current_exe().expect("this program's path");
    let mut child = Command::new(program)
        .env(CHILD, format!("{name} {how}"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts");
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    out.read_line(&mut line).expect("the child says how much it allocated");
    let allocations = line.trim().parse().expect("a number");
    line.clear();
    out.read_line(&mut line).expect("the child says whether it can be traced");
    let stepped = (line.trim() == "traced").then(|| step(pid));
    // After stepping its end was waited for already, and this says so at once.
    let ended = child.wait();
    assert!(stepped.is_some() || ended.is_ok_and(|status| status.success()), "the child failed");
    Counts { allocations, stepped }
}

/// Lets a child run to its first mark, instruction by instruction to the second, and on to its end.
fn step(pid: Pid) -> Stepped {
    let stopped = |status: WaitStatus| match status {
        WaitStatus::Stopped(_, signal) => Some(signal),
        WaitStatus::Exited(_, 0) => None,
        other => panic!("the child was ended: {other:?}"),
    };
    let wait = || stopped(waitpid(pid, None).expect("the child is there"));
    assert_eq!(wait(), Some(Signal::SIGSTOP), "the first mark");
    let to_next_mark = || {
        let mut stepped = Stepped::default();
        loop {
            ptrace::step(pid, None).expect("a step");
            match wait() {
                Some(Signal::SIGTRAP) => look(pid, &mut stepped),
                Some(Signal::SIGSTOP) => return stepped,
                other => panic!("unexpected while stepping: {other:?}"),
            }
        }
    };
    let (small, large) = (to_next_mark(), to_next_mark());
    ptrace::cont(pid, None).expect("the child goes on");
    assert_eq!(wait(), None, "the child ends");
    Stepped {
        instructions: large.instructions.saturating_sub(small.instructions),
        locked: large.locked.saturating_sub(small.locked),
        calls: large.calls.saturating_sub(small.calls),
    }
}

/// Notes what kind of instruction comes next.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn look(pid: Pid, stepped: &mut Stepped) {
    let at = ptrace::getregs(pid).expect("registers").rip;
    let word = ptrace::read(pid, at as ptrace::AddressType).expect("memory") as u64;
    stepped.instructions += 1;
    match word.to_le_bytes() {
        [0x0f, 0x05, ..] => stepped.calls += 1,
        // A `lock` prefix, perhaps behind others, or an exchange with memory, which locks by itself.
        [0xf0, ..] | [0x66 | 0xf2 | 0xf3, 0xf0, ..] => stepped.locked += 1,
        [0x86 | 0x87, modes, ..] | [0x40..=0x4f, 0x86 | 0x87, modes, ..] if modes < 0xc0 => {
            stepped.locked += 1;
        }
        _ => {}
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn look(_: Pid, _: &mut Stepped) {}

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
        let before = ALLOCATIONS.load(Relaxed);
        for _ in 0..ALLOCATING / STEPPED {
            batch(STEPPED).await;
        }
        let allocations = ALLOCATIONS.load(Relaxed) - before;
        let can_be_traced =
            cfg!(all(target_os = "linux", target_arch = "x86_64")) && ptrace::traceme().is_ok();
        let says = if can_be_traced { "traced" } else { "not traced" };
        println!("{allocations}\n{says}");
        std::io::stdout().flush().unwrap();
        if can_be_traced {
            raise(Signal::SIGSTOP).unwrap();
            batch(STEPPED).await;
            raise(Signal::SIGSTOP).unwrap();
            batch(2 * STEPPED).await;
            raise(Signal::SIGSTOP).unwrap();
        }
    });
    ExitCode::SUCCESS
}
