//! A node at a glance.

use crate::v1;
use actorscope_core::Timestamp;
use actorscope_core::node::{AgentCost, ProcessFigures, RuntimeFigures, Summary};

impl From<&Summary> for v1::Summary {
    fn from(s: &Summary) -> Self {
        Self {
            slots: s.slots,
            live: s.live,
            handling: s.handling,
            suspended: s.suspended,
            restarting: s.restarting,
            failed: s.failed,
            supervisors: s.supervisors,
            queued: s.queued,
            rate_per_s: s.rate_per_s,
            restarts: s.restarts,
            deadlocks: s
                .deadlocks
                .iter()
                .map(|paths| v1::Deadlock { paths: paths.clone() })
                .collect(),
            handled: s.handled,
            messages_failed: s.messages_failed,
            last_event: s.last_event,
            process: Some(v1::Process {
                cpu_cores: s.process.cpu_cores,
                memory_bytes: s.process.memory_bytes,
                host_cpu: s.process.host_cpu,
                host_cores: s.process.host_cores,
                host_memory_used: s.process.host_memory_used,
                host_memory_total: s.process.host_memory_total,
                threads: s.process.threads,
                open_files: s.process.open_files,
            }),
            runtime: s.runtime.as_ref().map(|r| v1::Runtime {
                workers: r.workers,
                alive_tasks: r.alive_tasks,
                global_queue_depth: r.global_queue_depth,
                busy_ratio: r.busy_ratio,
                worker_busy: r.worker_busy.clone(),
            }),
            agent: Some(v1::AgentCost {
                pass_ns: s.agent.pass_ns,
                tick_ns: s.agent.tick_ns,
                cpu_cores: s.agent.cpu_cores,
                watchers: s.agent.watchers,
                frames_skipped: s.agent.frames_skipped,
                events_dropped: s.agent.events_dropped,
                warnings: s.agent.warnings,
            }),
        }
    }
}

impl v1::Summary {
    /// The core type; the moment stands in the frame that carried the summary.
    pub fn into_core(self, sampled_at: Timestamp) -> Summary {
        let process = self.process.unwrap_or_default();
        let agent = self.agent.unwrap_or_default();
        Summary {
            slots: self.slots,
            live: self.live,
            handling: self.handling,
            suspended: self.suspended,
            restarting: self.restarting,
            failed: self.failed,
            supervisors: self.supervisors,
            queued: self.queued,
            rate_per_s: self.rate_per_s,
            restarts: self.restarts,
            deadlocks: self.deadlocks.into_iter().map(|d| d.paths).collect(),
            handled: self.handled,
            messages_failed: self.messages_failed,
            last_event: self.last_event,
            process: ProcessFigures {
                cpu_cores: process.cpu_cores,
                memory_bytes: process.memory_bytes,
                host_cpu: process.host_cpu,
                host_cores: process.host_cores,
                host_memory_used: process.host_memory_used,
                host_memory_total: process.host_memory_total,
                threads: process.threads,
                open_files: process.open_files,
            },
            runtime: self.runtime.map(|r| RuntimeFigures {
                workers: r.workers,
                alive_tasks: r.alive_tasks,
                global_queue_depth: r.global_queue_depth,
                busy_ratio: r.busy_ratio,
                worker_busy: r.worker_busy,
            }),
            agent: AgentCost {
                pass_ns: agent.pass_ns,
                tick_ns: agent.tick_ns,
                cpu_cores: agent.cpu_cores,
                watchers: agent.watchers,
                frames_skipped: agent.frames_skipped,
                events_dropped: agent.events_dropped,
                warnings: agent.warnings,
            },
            sampled_at,
        }
    }
}
