//! A node at a glance.

use crate::v1;
use actorscope_core::node::Summary;

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
