//! The node at a glance, as numbers that changed.

use super::bits::{self, Bits};
use super::number::{added, difference, from_share, share};
use crate::convert::Malformed;
use crate::v1::{self, SummaryCell};
use actorscope_core::Timestamp;
use actorscope_core::node::{AgentCost, ProcessFigures, RuntimeFigures, Summary};

/// Numbers of a summary.
const NUMBERS: usize = 32;

/// By the number of `SummaryCell`.
type Numbers = [Option<u64>; NUMBERS];

/// Longest lists that a reader takes.
const MAX_WORKERS: usize = 4_096;

fn numbers(s: &Summary) -> Numbers {
    let runtime = s.runtime.as_ref();
    let (process, agent) = (&s.process, &s.agent);
    [
        Some(s.slots),
        Some(s.live),
        Some(s.handling),
        Some(s.suspended),
        Some(s.restarting),
        Some(s.failed),
        Some(s.supervisors),
        Some(s.queued),
        Some(share(s.rate_per_s)),
        Some(s.restarts),
        Some(s.handled),
        Some(s.messages_failed),
        Some(s.last_event),
        process.cpu_cores.map(share),
        process.memory_bytes,
        process.host_cpu.map(share),
        process.host_cores.map(u64::from),
        process.host_memory_used,
        process.host_memory_total,
        process.threads,
        process.open_files,
        runtime.map(|r| r.workers),
        runtime.map(|r| r.alive_tasks),
        runtime.map(|r| r.global_queue_depth),
        runtime.and_then(|r| r.busy_ratio).map(share),
        Some(agent.pass_ns),
        Some(agent.tick_ns),
        agent.cpu_cores.map(share),
        Some(agent.watchers.into()),
        Some(agent.frames_skipped),
        Some(agent.events_dropped),
        Some(agent.warnings),
    ]
}

/// The summary as the reader knows it.
#[derive(Default)]
pub(super) struct PackedSummary {
    numbers: Numbers,
    workers: Vec<u32>,
    deadlocks: Vec<Vec<String>>,
}

impl PackedSummary {
    /// What changed, which the reader knows from now on; `None` = nothing.
    pub(super) fn changes(&mut self, summary: &Summary) -> Option<v1::SummaryCells> {
        let (mut changed, mut absent) = (Bits::default(), Bits::default());
        let mut wire = v1::SummaryCells::default();
        let mut changes = 0;
        let new = numbers(summary);
        for (cell, (new, old)) in new.into_iter().zip(self.numbers).enumerate() {
            if new == old {
                continue;
            }
            changed.set(cell);
            match new {
                Some(new) => wire.values.push(difference(new, old.unwrap_or(0))),
                None => absent.set(changes),
            }
            changes += 1;
        }
        self.numbers = new;
        (wire.changed, wire.absent) = (changed.into_bytes(), absent.into_bytes());
        let busy = summary.runtime.iter().flat_map(|runtime| &runtime.worker_busy);
        let busy: Vec<u32> = busy.map(|busy| share(*busy) as u32).collect();
        if busy != self.workers {
            wire.workers = Some(v1::Workers { busy: busy.clone() });
            self.workers = busy;
        }
        if summary.deadlocks != self.deadlocks {
            let groups = summary.deadlocks.iter();
            let groups = groups.map(|paths| v1::Deadlock { paths: paths.clone() }).collect();
            wire.deadlocks = Some(v1::Deadlocks { groups });
            self.deadlocks.clone_from(&summary.deadlocks);
        }
        (wire != v1::SummaryCells::default()).then_some(wire)
    }
}

/// The summary as it was received.
#[derive(Default)]
pub(super) struct UnpackedSummary {
    numbers: Numbers,
    worker_busy: Vec<f64>,
    deadlocks: Vec<Vec<String>>,
}

impl UnpackedSummary {
    pub(super) fn apply(&mut self, wire: v1::SummaryCells) -> Result<(), Malformed> {
        let changes = bits::count(&wire.changed);
        bits::within(&wire.absent, changes, "summary.absent")?;
        if changes != wire.values.len() + bits::count(&wire.absent) {
            let found = (changes, wire.values.len(), bits::count(&wire.absent));
            return Err(Malformed::new("summary.values", found));
        }
        let mut values = wire.values.into_iter();
        for (at, cell) in bits::ones(&wire.changed).enumerate() {
            let difference = if bits::has(&wire.absent, at) { None } else { values.next() };
            // Numbers from a later version are passed over.
            if let Some(number) = self.numbers.get_mut(cell) {
                *number = difference.map(|d| added(number.unwrap_or(0), d));
            }
        }
        if let Some(workers) = wire.workers {
            if workers.busy.len() > MAX_WORKERS {
                return Err(Malformed::new("workers", workers.busy.len()));
            }
            let busy = workers.busy.into_iter().map(|busy| from_share(busy.into()));
            self.worker_busy = busy.collect::<Result<_, _>>()?;
        }
        if let Some(deadlocks) = wire.deadlocks {
            self.deadlocks = deadlocks.groups.into_iter().map(|group| group.paths).collect();
        }
        Ok(())
    }

    /// The summary as of `sampled_at`; `None` if there never was one.
    pub(super) fn read(&self, sampled_at: Timestamp) -> Result<Option<Summary>, Malformed> {
        use SummaryCell as C;
        let known = |cell: C| self.numbers[cell as usize];
        let number = |cell| known(cell).unwrap_or(0);
        let shared = |cell| known(cell).map(from_share).transpose();
        let small = |cell| known(cell).map(|n| n.try_into().unwrap_or(u32::MAX));
        if known(C::Slots).is_none() {
            return Ok(None);
        }
        let busy_ratio = shared(C::RuntimeBusy)?;
        Ok(Some(Summary {
            slots: number(C::Slots),
            live: number(C::Live),
            handling: number(C::Handling),
            suspended: number(C::Suspended),
            restarting: number(C::Restarting),
            failed: number(C::Failed),
            supervisors: number(C::Supervisors),
            queued: number(C::Queued),
            rate_per_s: shared(C::Rate)?.unwrap_or(0.0),
            restarts: number(C::Restarts),
            handled: number(C::Handled),
            messages_failed: number(C::MessagesFailed),
            deadlocks: self.deadlocks.clone(),
            last_event: number(C::LastEvent),
            process: ProcessFigures {
                cpu_cores: shared(C::CpuCores)?,
                memory_bytes: known(C::Memory),
                host_cpu: shared(C::HostCpu)?,
                host_cores: small(C::HostCores),
                host_memory_used: known(C::HostMemoryUsed),
                host_memory_total: known(C::HostMemoryTotal),
                threads: known(C::Threads),
                open_files: known(C::OpenFiles),
            },
            runtime: known(C::Workers).map(|workers| RuntimeFigures {
                workers,
                alive_tasks: number(C::AliveTasks),
                global_queue_depth: number(C::GlobalQueue),
                busy_ratio,
                worker_busy: self.worker_busy.clone(),
            }),
            agent: AgentCost {
                pass_ns: number(C::Pass),
                tick_ns: number(C::Tick),
                cpu_cores: shared(C::AgentCpuCores)?,
                watchers: small(C::Watchers).unwrap_or(0),
                frames_skipped: number(C::FramesSkipped),
                events_dropped: number(C::EventsDropped),
                warnings: number(C::Warnings),
            },
            sampled_at,
        }))
    }
}
