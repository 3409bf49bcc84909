//! What attaching takes from a host that is busy: its throughput and its CPU a message, in pairs of
//! attached and detached stretches.

use crate::options::Options;
use crate::process::{agent_thread, process_cpu, thread_cpu};
use crate::stats::mean_within;
use crate::storm::{Storm, Weather};
use crate::watch::Watch;
use std::path::Path;
use std::time::Duration;

/// Messages a second that no machine handles: what it does instead is its capacity.
const TOO_MANY: f64 = 10_000_000.0;

/// Share of the capacity that is offered.
const LOAD: f64 = 0.6;

/// After attaching or leaving, before counting begins.
const SETTLE: Duration = Duration::from_millis(700);

/// Seconds over which the capacity is measured.
const CAPACITY: Duration = Duration::from_secs(8);

/// What was found.
#[derive(Clone, Debug)]
pub struct Drop {
    /// Messages handled a second at most …
    pub capacity: f64,
    /// … and while nobody was attached.
    pub detached: f64,
    /// Drop of the throughput in percent: mean, half of the 95 % interval.
    pub throughput: (f64, f64),
    /// More CPU of the host's threads a message, in percent: the same.
    pub cpu: (f64, f64),
}

/// One stretch.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    handled_per_s: f64,
    cpu_ns: f64,
}

/// Measures the capacity, and then the pairs at [`LOAD`] of it.
pub async fn measure(binary: &Path, options: &Options) -> Result<Drop, String> {
    let actors = options.largest();
    let calm = Weather::calm(options.framework, actors, options.active);
    let active = (f64::from(actors) * options.active).round().max(1.0);
    let rate = |each_second: f64| (each_second / active).round().clamp(1.0, 1e6) as u32;
    let weather = Weather { rate: rate(TOO_MANY), ..calm.clone() };
    let mut storm = Storm::start(binary, weather).await?;
    tokio::time::sleep(2 * SETTLE).await;
    let capacity = stretch(&mut storm, CAPACITY).await?.handled_per_s;
    storm.stop().await?;

    let weather = Weather { rate: rate(LOAD * capacity), ..calm };
    let mut storm = Storm::start(binary, weather).await?;
    let long = Duration::from_secs(options.stretch);
    let (mut drops, mut costs, mut detached) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..options.pairs {
        let (with, without) = if pair % 2 == 0 {
            let with = attached(&mut storm, long).await?;
            (with, alone(&mut storm, long).await?)
        } else {
            let without = alone(&mut storm, long).await?;
            (attached(&mut storm, long).await?, without)
        };
        eprintln!(
            "  pair {}: {:.0} messages a second attached, {:.0} detached",
            pair + 1,
            with.handled_per_s,
            without.handled_per_s
        );
        drops.push(100.0 * (1.0 - with.handled_per_s / without.handled_per_s));
        costs.push(100.0 * (with.cpu_ns / without.cpu_ns - 1.0));
        detached.push(without.handled_per_s);
    }
    storm.stop().await?;
    let few = "an interval takes at least two pairs";
    Ok(Drop {
        capacity,
        detached: detached.iter().sum::<f64>() / detached.len().max(1) as f64,
        throughput: mean_within(&drops).ok_or(few)?,
        cpu: mean_within(&costs).ok_or(few)?,
    })
}

async fn attached(storm: &mut Storm, long: Duration) -> Result<Stretch, String> {
    let _watch = Watch::attach(storm).await?;
    tokio::time::sleep(SETTLE).await;
    stretch(storm, long).await
}

async fn alone(storm: &mut Storm, long: Duration) -> Result<Stretch, String> {
    tokio::time::sleep(SETTLE).await;
    stretch(storm, long).await
}

async fn stretch(storm: &mut Storm, long: Duration) -> Result<Stretch, String> {
    let pid = storm.pid();
    let agent = agent_thread(pid)?;
    // What the agent takes is counted elsewhere: here, what it takes from the others.
    let host = || Ok::<_, String>(process_cpu(pid)?.saturating_sub(thread_cpu(pid, agent)?));
    let (before, cpu) = (storm.totals().await?, host()?);
    tokio::time::sleep(long).await;
    let (after, cpu) = (storm.totals().await?, host()?.saturating_sub(cpu));
    let handled = after.handled.saturating_sub(before.handled) as f64;
    if handled == 0.0 {
        return Err("the host handled nothing".to_owned());
    }
    Ok(Stretch {
        handled_per_s: handled / (after.seconds - before.seconds),
        cpu_ns: cpu.as_nanos() as f64 / handled,
    })
}
