//! Figures of the process, the machine, the host's runtime and the agent's own thread.

use actorscope_core::node::{ProcessFigures, RuntimeFigures};
use std::time::{Duration, Instant};
use sysinfo::{
    CpuRefreshKind, MemoryRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, RefreshKind,
    System,
};
use tokio::runtime::Handle;

/// Reading `/proc` costs a tenth of a millisecond; nobody looking, it is done more rarely.
const PAUSE_WATCHED: Duration = Duration::from_millis(900);
const PAUSE_UNWATCHED: Duration = Duration::from_secs(10);

/// What was read, and what is needed to read on.
pub(super) struct Figures {
    system: System,
    pid: Option<Pid>,
    runtime: Option<Handle>,
    read_at: Option<Instant>,
    worker_busy: Vec<Duration>,
    thread_cpu: Option<Duration>,
    last: Reading,
}

/// One reading.
#[derive(Clone, Default)]
pub(super) struct Reading {
    pub(super) process: ProcessFigures,
    pub(super) runtime: Option<RuntimeFigures>,
    pub(super) agent_cpu: Option<f64>,
}

impl Figures {
    pub(super) fn new(runtime: Option<Handle>) -> Self {
        let kinds = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing().with_cpu_usage())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        Self {
            system: System::new_with_specifics(kinds),
            pid: sysinfo::get_current_pid().ok(),
            runtime,
            read_at: None,
            worker_busy: Vec::new(),
            thread_cpu: None,
            last: Reading::default(),
        }
    }

    pub(super) fn read(&mut self, watched: bool) -> Reading {
        let now = Instant::now();
        let pause = if watched { PAUSE_WATCHED } else { PAUSE_UNWATCHED };
        let since = self.read_at.map(|at| now.saturating_duration_since(at));
        if since.is_some_and(|since| since < pause) {
            return self.last.clone();
        }
        self.last = Reading {
            process: self.process(watched),
            runtime: self.runtime(since),
            agent_cpu: self.own_thread(since),
        };
        self.read_at = Some(now);
        self.last.clone()
    }

    fn process(&mut self, watched: bool) -> ProcessFigures {
        self.system.refresh_cpu_usage();
        self.system.refresh_memory();
        let first = self.read_at.is_none();
        let mut figures = ProcessFigures {
            // The first reading has nothing to be compared with.
            host_cpu: (!first).then(|| f64::from(self.system.global_cpu_usage()) / 100.0),
            host_cores: u32::try_from(self.system.cpus().len()).ok(),
            host_memory_used: Some(self.system.used_memory()),
            host_memory_total: Some(self.system.total_memory()),
            ..ProcessFigures::default()
        };
        if let Some(pid) = self.pid {
            let kinds = ProcessRefreshKind::nothing().with_cpu().with_memory();
            let which = ProcessesToUpdate::Some(&[pid]);
            self.system.refresh_processes_specifics(which, false, kinds);
            if let Some(process) = self.system.process(pid) {
                figures.cpu_cores = (!first).then(|| f64::from(process.cpu_usage()) / 100.0);
                figures.memory_bytes = Some(process.memory());
                if watched {
                    // Takes longer the more there are.
                    figures.open_files = process.open_files().and_then(|n| u64::try_from(n).ok());
                    figures.threads = threads();
                }
            }
        }
        figures
    }

    fn runtime(&mut self, since: Option<Duration>) -> Option<RuntimeFigures> {
        let metrics = self.runtime.as_ref()?.metrics();
        let workers = metrics.num_workers();
        let busy: Vec<Duration> =
            (0..workers).map(|worker| metrics.worker_total_busy_duration(worker)).collect();
        let before = std::mem::replace(&mut self.worker_busy, busy);
        let worker_busy: Vec<f64> = match since {
            // The first reading has nothing to be compared with.
            Some(since) if before.len() == workers => {
                let share = |(now, before): (&Duration, &Duration)| {
                    let busy = now.saturating_sub(*before).as_secs_f64();
                    (busy / since.as_secs_f64()).clamp(0.0, 1.0)
                };
                self.worker_busy.iter().zip(&before).map(share).collect()
            }
            _ => Vec::new(),
        };
        let mean = worker_busy.iter().sum::<f64>() / worker_busy.len().max(1) as f64;
        Some(RuntimeFigures {
            workers: workers as u64,
            alive_tasks: metrics.num_alive_tasks() as u64,
            global_queue_depth: metrics.global_queue_depth() as u64,
            busy_ratio: (!worker_busy.is_empty()).then_some(mean),
            worker_busy,
        })
    }

    fn own_thread(&mut self, since: Option<Duration>) -> Option<f64> {
        let cpu = thread_cpu()?;
        let before = self.thread_cpu.replace(cpu);
        let (since, before) = since.zip(before)?;
        Some(cpu.saturating_sub(before).as_secs_f64() / since.as_secs_f64())
    }
}

/// Threads of the process; known on Linux only.
fn threads() -> Option<u64> {
    if cfg!(target_os = "linux") {
        Some(std::fs::read_dir("/proc/self/task").ok()?.count() as u64)
    } else {
        None
    }
}

/// CPU time used by the calling thread.
#[cfg(unix)]
fn thread_cpu() -> Option<Duration> {
    let at = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(Duration::new(u64::try_from(at.tv_sec).ok()?, u32::try_from(at.tv_nsec).ok()?))
}

#[cfg(not(unix))]
fn thread_cpu() -> Option<Duration> {
    None
}
