//! The node at a glance: counts over its slots, figures of process, machine and runtime.

use actorscope_core::node::{ProcessFigures, RuntimeFigures, Summary};
use serde::Serialize;

/// Counts over all slots; counters since the process started.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Totals {
    slots: u64,
    live: u64,
    supervisors: u64,
    handling: u64,
    suspended: u64,
    restarting: u64,
    failed: u64,
    queued: u64,
    rate_per_s: f64,
    restarts: u64,
    handled: u64,
    messages_failed: u64,
    /// Paths of slots that wait for each other: each for the next, the last for the first.
    deadlocks: Vec<Vec<String>>,
}

impl From<&Summary> for Totals {
    fn from(summary: &Summary) -> Self {
        Self {
            slots: summary.slots,
            live: summary.live,
            supervisors: summary.supervisors,
            handling: summary.handling,
            suspended: summary.suspended,
            restarting: summary.restarting,
            failed: summary.failed,
            queued: summary.queued,
            rate_per_s: summary.rate_per_s,
            restarts: summary.restarts,
            handled: summary.handled,
            messages_failed: summary.messages_failed,
            deadlocks: summary.deadlocks.clone(),
        }
    }
}

/// The process and the machine under it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Process {
    cpu_cores: Option<f64>,
    memory_bytes: Option<u64>,
    threads: Option<u64>,
    open_files: Option<u64>,
    host_cpu: Option<f64>,
    host_cores: Option<u32>,
    host_memory_used_bytes: Option<u64>,
    host_memory_total_bytes: Option<u64>,
}

impl From<ProcessFigures> for Process {
    fn from(figures: ProcessFigures) -> Self {
        Self {
            cpu_cores: figures.cpu_cores,
            memory_bytes: figures.memory_bytes,
            threads: figures.threads,
            open_files: figures.open_files,
            host_cpu: figures.host_cpu,
            host_cores: figures.host_cores,
            host_memory_used_bytes: figures.host_memory_used,
            host_memory_total_bytes: figures.host_memory_total,
        }
    }
}

/// The tokio runtime that was current when the agent started.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Runtime {
    workers: u64,
    alive_tasks: u64,
    global_queue_depth: u64,
    busy_ratio: Option<f64>,
    /// Empty where it is not known.
    worker_busy: Vec<f64>,
}

impl From<&RuntimeFigures> for Runtime {
    fn from(figures: &RuntimeFigures) -> Self {
        Self {
            workers: figures.workers,
            alive_tasks: figures.alive_tasks,
            global_queue_depth: figures.global_queue_depth,
            busy_ratio: figures.busy_ratio,
            worker_busy: figures.worker_busy.clone(),
        }
    }
}
