//! One observed process: its figures and the totals over its slots.

use crate::id::Timestamp;
use std::time::Duration;

/// Figures of the process and the machine under it. `None` = cannot be had here.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct ProcessFigures {
    /// CPU used by the process, in cores (1.0 = one core fully), over the last tick.
    pub cpu_cores: Option<f64>,
    /// Resident memory in bytes.
    pub memory_bytes: Option<u64>,
    /// CPU used on the machine, 0 … 1 of all its cores.
    pub host_cpu: Option<f64>,
    /// The machine's cores.
    pub host_cores: Option<u32>,
    /// Memory in use on the machine, in bytes.
    pub host_memory_used: Option<u64>,
    /// Memory of the machine, in bytes.
    pub host_memory_total: Option<u64>,
    /// Threads of the process.
    pub threads: Option<u64>,
    /// Files and sockets it has open.
    pub open_files: Option<u64>,
}

/// Figures of the tokio runtime that was current when the agent started.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RuntimeFigures {
    /// Worker threads.
    pub workers: u64,
    /// Tasks alive.
    pub alive_tasks: u64,
    /// Tasks in the global queue.
    pub global_queue_depth: u64,
    /// Share of the workers' time spent busy over the last tick, 0 … 1.
    pub busy_ratio: Option<f64>,
    /// The same of each worker; empty where it is not known yet.
    pub worker_busy: Vec<f64>,
}

/// What observing costs the observed process.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct AgentCost {
    /// How long the last pass over all slots took, in nanoseconds.
    pub pass_ns: u64,
    /// From the end of that pass to the next one, in nanoseconds.
    pub tick_ns: u64,
    /// CPU used by the agent's thread, in cores, over the last tick.
    pub cpu_cores: Option<f64>,
    /// Streams open now.
    pub watchers: u32,
    /// Frames that slow readers missed, in total.
    pub frames_skipped: u64,
    /// Events that fell out of the ring, in total.
    pub events_dropped: u64,
    /// Things an adapter reported that cannot be, in total.
    pub warnings: u64,
}

impl AgentCost {
    /// From one pass to the next of an agent that does not have to slow itself.
    pub const FULL_PACE: Duration = Duration::from_secs(1);

    /// How long it is to the next pass.
    pub const fn tick(&self) -> Duration {
        Duration::from_nanos(self.tick_ns)
    }

    /// Whether it looks more rarely than it would if looking cost less.
    pub fn is_slowed(&self) -> bool {
        self.tick() > Self::FULL_PACE
    }
}

/// A node at a glance.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Summary {
    /// Slots, dead ones that are still shown included.
    pub slots: u64,
    /// Slots that an actor fills or is about to fill.
    pub live: u64,
    /// Slots inside a handler.
    pub handling: u64,
    /// Slots held by an operator.
    pub suspended: u64,
    /// Slots waiting for their next actor.
    pub restarting: u64,
    /// Slots that failed for good.
    pub failed: u64,
    /// Live supervisors.
    pub supervisors: u64,
    /// Messages waiting, where known.
    pub queued: u64,
    /// Messages handled a second.
    pub rate_per_s: f64,
    /// Restarts since the process started.
    pub restarts: u64,
    /// Messages handled since the process started.
    pub handled: u64,
    /// Messages whose handling failed since the process started.
    pub messages_failed: u64,
    /// Slots that wait for each other, by path, a few groups of them: each waits for the next, the
    /// last for the first.
    pub deadlocks: Vec<Vec<String>>,
    /// Last event's number.
    pub last_event: u64,
    /// The process.
    pub process: ProcessFigures,
    /// Its runtime; `None` without a tokio runtime at the start.
    pub runtime: Option<RuntimeFigures>,
    /// The agent itself.
    pub agent: AgentCost,
    /// When the numbers were taken.
    pub sampled_at: Timestamp,
}
