//! What Linux knows of a process and its threads.

use std::fs;
use std::time::Duration;

/// How the agent calls its thread.
const AGENT: &str = "actorscope";

/// The agent's thread of a process.
pub fn agent_thread(pid: u32) -> Result<u32, String> {
    let tasks = format!("/proc/{pid}/task");
    let wrong = |error: &dyn std::fmt::Display| format!("{tasks}: {error}");
    for entry in fs::read_dir(&tasks).map_err(|e| wrong(&e))? {
        let path = entry.map_err(|e| wrong(&e))?.path();
        let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
        let thread = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        if let Some(thread) = thread.filter(|_| name.trim() == AGENT) {
            return Ok(thread);
        }
    }
    Err(format!("{tasks}: no thread is called {AGENT:?}"))
}

/// Time that a thread has been running, to the nanosecond.
pub fn thread_cpu(pid: u32, thread: u32) -> Result<Duration, String> {
    let path = format!("/proc/{pid}/task/{thread}/schedstat");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let ran = text.split_ascii_whitespace().next().and_then(|ns| ns.parse().ok());
    ran.map(Duration::from_nanos).ok_or_else(|| format!("{path}: no time in {text:?}"))
}

/// Time that all of a process's living threads have been running.
pub fn process_cpu(pid: u32) -> Result<Duration, String> {
    let tasks = format!("/proc/{pid}/task");
    let entries = fs::read_dir(&tasks).map_err(|error| format!("{tasks}: {error}"))?;
    let threads = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    // One that ended meanwhile counts no more.
    Ok(threads.filter_map(|thread| thread_cpu(pid, thread).ok()).sum())
}

/// A process's resident memory.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub now: u64,
    pub most: u64,
}

/// Bytes that are resident, and the most that ever were.
pub fn memory(pid: u32) -> Result<Memory, String> {
    let path = format!("/proc/{pid}/status");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or_else(|| format!("{path}: no {name}"))
    };
    Ok(Memory { now: field("VmRSS:")?, most: field("VmHWM:")? })
}

/// Bytes that the machine can still give.
pub fn available() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.split_ascii_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
