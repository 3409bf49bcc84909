//! Instructions of a stretch of code, counted one by one.
//!
//! A test binary without a harness starts itself as a child ([`run`]), which says what it has to say and
//! whether it can be traced ([`begin`]), and then stops at marks ([`mark`]). Between the marks its parent
//! lets it run instruction by instruction (`ptrace`) and looks at each. No timer, no other process and
//! no frequency has a part in the result; nor has the time that this takes, thousands of times longer than
//! without: the processor's counter, which is what the agent's clock reads, goes on with the instructions.

use nix::sys::ptrace;
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Says in a child what it is to do.
const CHILD: &str = "ACTORSCOPE_STEPPED";

/// What was counted between two marks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stepped {
    /// All instructions.
    pub instructions: u64,
    /// Of those, locked ones.
    pub locked: u64,
    /// System calls.
    pub calls: u64,
}

impl Stepped {
    /// What this has more than another, field by field.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self {
            instructions: self.instructions.saturating_sub(other.instructions),
            locked: self.locked.saturating_sub(other.locked),
            calls: self.calls.saturating_sub(other.calls),
        }
    }
}

/// What this process is to do, if it is a child.
pub fn child() -> Option<String> {
    std::env::var(CHILD).ok()
}

/// Starts this program as a child that is to do `what`: what it said, and what it did between each two
/// of its marks, of which there are so many and one more. `None` = it can't be traced here.
pub fn run(what: &str, stretches: usize) -> (String, Option<Vec<Stepped>>) {
    let program = std::env::current_exe().expect("this program's path");
    let mut child = Command::new(program)
        .env(CHILD, what)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts");
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut said = String::new();
    out.read_line(&mut said).expect("the child says something");
    let mut line = String::new();
    out.read_line(&mut line).expect("the child says whether it can be traced");
    let stepped = (line.trim() == "traced").then(|| step(pid, stretches));
    // After stepping its end was waited for already, and this says so at once.
    let ended = child.wait();
    assert!(stepped.is_some() || ended.is_ok_and(|status| status.success()), "the child failed");
    (said.trim().to_owned(), stepped)
}

/// In the child: says something to the parent, in a line; whether marks have a meaning here.
pub fn begin(say: &str) -> bool {
    let can_be_traced =
        cfg!(all(target_os = "linux", target_arch = "x86_64")) && ptrace::traceme().is_ok();
    println!("{say}\n{}", if can_be_traced { "traced" } else { "not traced" });
    std::io::stdout().flush().expect("the parent listens");
    can_be_traced
}

/// In the child, after [`begin`] said so: the begin or the end of a stretch that is counted.
pub fn mark() {
    raise(Signal::SIGSTOP).expect("a signal to oneself");
}

/// Lets a child run to its first mark, instruction by instruction to each of the next ones, and on to its
/// end.
fn step(pid: Pid, stretches: usize) -> Vec<Stepped> {
    let stopped = |status: WaitStatus| match status {
        WaitStatus::Stopped(_, signal) => Some(signal),
        WaitStatus::Exited(_, 0) => None,
        other => panic!("the child was ended: {other:?}"),
    };
    let wait = || stopped(waitpid(pid, None).expect("the child is there"));
    assert_eq!(wait(), Some(Signal::SIGSTOP), "the first mark");
    let mut counter = Counter::default();
    let to_next_mark = |_| {
        let mut stepped = Stepped::default();
        loop {
            ptrace::step(pid, None).expect("a step");
            match wait() {
                Some(Signal::SIGTRAP) => look(pid, &mut counter, &mut stepped),
                Some(Signal::SIGSTOP) => return stepped,
                other => panic!("unexpected while stepping: {other:?}"),
            }
        }
    };
    let all = (0..stretches).map(to_next_mark).collect();
    ptrace::cont(pid, None).expect("the child goes on");
    assert_eq!(wait(), None, "the child ends");
    all
}

/// The processor's counter as the child is told it: what it read first, and from then on as much more as
/// instructions went by, which is about as fast as it runs when nobody looks.
#[derive(Debug, Default)]
#[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "nothing is counted there"))]
struct Counter {
    now: Option<u64>,
    /// The next step reads the real one.
    is_read: bool,
}

/// Notes what kind of instruction comes next; those that read the counter are done at once.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn look(pid: Pid, counter: &mut Counter, stepped: &mut Stepped) {
    let mut registers = ptrace::getregs(pid).expect("registers");
    if std::mem::take(&mut counter.is_read) {
        counter.now = Some(registers.rdx << 32 | registers.rax & u64::from(u32::MAX));
    }
    loop {
        let at = registers.rip as ptrace::AddressType;
        let word = ptrace::read(pid, at).expect("memory") as u64;
        stepped.instructions += 1;
        counter.now = counter.now.map(|now| now + 1);
        match word.to_le_bytes() {
            [0x0f, 0x05, ..] => stepped.calls += 1,
            // A `lock` prefix, perhaps behind others, or an exchange with memory, which locks by itself.
            [0xf0, ..] | [0x66 | 0xf2 | 0xf3, 0xf0, ..] => stepped.locked += 1,
            [0x86 | 0x87, modes, ..] | [0x40..=0x4f, 0x86 | 0x87, modes, ..] if modes < 0xc0 => {
                stepped.locked += 1;
            }
            // `rdtsc`.
            [0x0f, 0x31, ..] => {
                let Some(now) = counter.now else {
                    counter.is_read = true;
                    return;
                };
                registers.rax = now & u64::from(u32::MAX);
                registers.rdx = now >> 32;
                registers.rip += 2;
                ptrace::setregs(pid, registers).expect("registers");
                continue;
            }
            _ => {}
        }
        return;
    }
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn look(_: Pid, _: &mut Counter, _: &mut Stepped) {}
