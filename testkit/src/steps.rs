//! Instructions of a stretch of code, counted one by one.
//!
//! A test binary without a harness starts itself as a child ([`run`]), which says what it has to say and
//! whether it can be traced ([`begin`]), and then stops at marks ([`mark`]). Between the marks its parent
//! lets it run instruction by instruction (`ptrace`) and looks at each. No timer, no other process and
//! no frequency has a part in the result; nor has the time that this takes, thousands of times longer than
//! without: the processor's counter, which is what the agent's clock reads, goes on with the instructions, and
//! what the kernel lends a process to read the system's clock (the vDSO) runs at full speed and is counted as one
//! reading. It begins anew when the time moves on meanwhile; step by step, that would be again and again.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use nix::libc::user_regs_struct;
use nix::sched::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
use nix::sys::ptrace;
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};

/// Says in a child what it is to do.
const CHILD: &str = "ACTORSCOPE_STEPPED";

/// For glibc: copying and comparing as most processors do. Those with wider registers would take fewer instructions
/// for it, and the same program would count differently from machine to machine.
const COPYING: (&str, &str) =
    ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-RTM");

/// What was counted between two marks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stepped {
    /// All instructions.
    pub instructions: u64,
    /// Of those, locked ones.
    pub locked: u64,
    /// System calls.
    pub calls: u64,
    /// Readings of the system's clock, whose instructions are none of those above.
    pub clock_readings: u64,
}

impl Stepped {
    /// What this has more than another, field by field.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self {
            instructions: self.instructions.saturating_sub(other.instructions),
            locked: self.locked.saturating_sub(other.locked),
            calls: self.calls.saturating_sub(other.calls),
            clock_readings: self.clock_readings.saturating_sub(other.clock_readings),
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
        .env(COPYING.0, COPYING.1)
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
    assert_eq!(wait(pid), Some(Signal::SIGSTOP), "the first mark");
    let path = format!("/proc/{pid}/mem");
    let memory = File::options().write(true).open(path).expect("a child's memory");
    let _together = Together::begin(pid);
    let mut stepper = Stepper { pid, memory, counter: Counter::default(), lent: lent(pid) };
    let all = (0..stretches).map(|_| stepper.go_to_next_mark()).collect();
    ptrace::cont(pid, None).expect("the child goes on");
    assert_eq!(wait(pid), None, "the child ends");
    all
}

/// The signal that the child stopped with next; `None` = it ended.
fn wait(pid: Pid) -> Option<Signal> {
    match waitpid(pid, None).expect("the child is there") {
        WaitStatus::Stopped(_, signal) => Some(signal),
        WaitStatus::Exited(_, 0) => None,
        other => panic!("the child was ended: {other:?}"),
    }
}

/// Where the code lies that the kernel lends a process for what needs no system call.
fn lent(pid: Pid) -> Range<u64> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).expect("a child's mappings");
    let line = maps.lines().find(|line| line.ends_with("[vdso]"));
    let range = line.and_then(|line| line.split_whitespace().next()?.split_once('-'));
    let number = |hex| u64::from_str_radix(hex, 16).expect("an address");
    range.map_or(0..0, |(begin, end)| number(begin)..number(end))
}

/// Parent and child take turns on one processor for as long as this is there: with one each, both would fall asleep
/// between any two instructions, and a virtual processor takes long to wake. Where that is not allowed it takes longer.
struct Together {
    before: Option<CpuSet>,
}

impl Together {
    fn begin(child: Pid) -> Self {
        let before = sched_getaffinity(THIS_THREAD).ok();
        let mut one = CpuSet::new();
        if sched_getcpu().and_then(|processor| one.set(processor)).is_ok() {
            let _ = sched_setaffinity(THIS_THREAD, &one);
            let _ = sched_setaffinity(child, &one);
        }
        Self { before }
    }
}

impl Drop for Together {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = sched_setaffinity(THIS_THREAD, before);
        }
    }
}

const THIS_THREAD: Pid = Pid::from_raw(0);

/// A child that goes from mark to mark.
#[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "nothing is counted there"))]
struct Stepper {
    pid: Pid,
    memory: File,
    counter: Counter,
    lent: Range<u64>,
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

impl Stepper {
    fn go_to_next_mark(&mut self) -> Stepped {
        let mut stepped = Stepped::default();
        loop {
            ptrace::step(self.pid, None).expect("a step");
            match wait(self.pid) {
                Some(Signal::SIGTRAP) => self.look(&mut stepped),
                Some(Signal::SIGSTOP) => return stepped,
                other => panic!("unexpected while stepping: {other:?}"),
            }
        }
    }

    #[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
    fn look(&mut self, _: &mut Stepped) {}
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
impl Stepper {
    /// Notes what kind of instruction comes next; those that read the counter, and what the kernel lends, are done at
    /// once.
    fn look(&mut self, stepped: &mut Stepped) {
        let mut registers = self.registers();
        if std::mem::take(&mut self.counter.is_read) {
            self.counter.now = Some(registers.rdx << 32 | registers.rax & u64::from(u32::MAX));
        }
        loop {
            if self.lent.contains(&registers.rip) {
                stepped.clock_readings += 1;
                registers = self.return_from(registers.rsp);
            }
            let word = self.read(registers.rip);
            stepped.instructions += 1;
            self.counter.now = self.counter.now.map(|now| now + 1);
            match word.to_le_bytes() {
                [0x0f, 0x05, ..] => stepped.calls += 1,
                // A `lock` prefix, perhaps behind others, or an exchange with memory, which locks by itself.
                [0xf0, ..] | [0x66 | 0xf2 | 0xf3, 0xf0, ..] => stepped.locked += 1,
                [0x86 | 0x87, modes, ..] | [0x40..=0x4f, 0x86 | 0x87, modes, ..]
                    if modes < 0xc0 =>
                {
                    stepped.locked += 1;
                }
                // `rdtsc`.
                [0x0f, 0x31, ..] => {
                    let Some(now) = self.counter.now else {
                        self.counter.is_read = true;
                        return;
                    };
                    registers.rax = now & u64::from(u32::MAX);
                    registers.rdx = now >> 32;
                    registers.rip += 2;
                    ptrace::setregs(self.pid, registers).expect("registers");
                    continue;
                }
                _ => {}
            }
            return;
        }
    }

    /// Lets a function that was just called run to its end, and says what the registers are then. Its caller's next
    /// instruction is a trap meanwhile.
    fn return_from(&self, stack: u64) -> user_regs_struct {
        const TRAP: u64 = 0xcc;
        let back = self.read(stack);
        let instruction = self.read(back);
        self.write(back, instruction & !0xff | TRAP);
        ptrace::cont(self.pid, None).expect("the child goes on");
        assert_eq!(wait(self.pid), Some(Signal::SIGTRAP), "the call returns");
        self.write(back, instruction);
        let mut registers = self.registers();
        assert_eq!(registers.rip, back + 1, "nothing else stops the call");
        registers.rip = back;
        ptrace::setregs(self.pid, registers).expect("registers");
        registers
    }

    fn registers(&self) -> user_regs_struct {
        ptrace::getregs(self.pid).expect("registers")
    }

    fn read(&self, at: u64) -> u64 {
        ptrace::read(self.pid, at as ptrace::AddressType).expect("memory") as u64
    }

    fn write(&self, at: u64, word: u64) {
        self.memory.write_all_at(&word.to_le_bytes(), at).expect("memory");
    }
}
