//! What the agent itself takes: a pass, and its share of a core, watched and unwatched.

use crate::process::{agent_thread, thread_cpu};
use crate::stats::median;
use crate::storm::Storm;
use crate::views::{PACE, table};
use actorscope_client::{Session, SessionOptions, Update};
use actorscope_core::view::ViewSpec;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::timeout_at;

/// The share of a core that an unwatched agent allows its passes: says how often it looks.
const UNWATCHED_SHARE: f64 = 0.004;

/// What was found.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// A pass over everything, in milliseconds: the median.
    pub pass_ms: f64,
    /// Share of a core with a screen open …
    pub watched: f64,
    /// … and with none; `None` if it looks so rarely that there was no time to see it look.
    pub unwatched: Option<f64>,
}

/// Watches for a while, and then does not.
pub async fn measure(storm: &Storm, window: Duration, patience: Duration) -> Result<Cost, String> {
    let pid = storm.pid();
    let thread = agent_thread(pid)?;
    let (watched, pass_ms) = watched(storm, thread, window, patience).await?;
    // At least three of its rounds, if there is time.
    let round = Duration::from_secs_f64(pass_ms / 1e3 / UNWATCHED_SHARE);
    let window = (3 * round).clamp(window, patience.max(window));
    if round > window {
        return Ok(Cost { pass_ms, watched, unwatched: None });
    }
    // The round that was due while somebody watched.
    tokio::time::sleep(2 * PACE).await;
    let (begin, before) = (Instant::now(), thread_cpu(pid, thread)?);
    tokio::time::sleep(window).await;
    let ran = thread_cpu(pid, thread)?.saturating_sub(before);
    let unwatched = ran.as_secs_f64() / begin.elapsed().as_secs_f64();
    Ok(Cost { pass_ms, watched, unwatched: Some(unwatched) })
}

/// The share of a core with a screen open, and the median pass in milliseconds.
async fn watched(
    storm: &Storm,
    thread: u32,
    window: Duration,
    patience: Duration,
) -> Result<(f64, f64), String> {
    let (session, mut updates) = Session::start(storm.target()?, SessionOptions::default());
    session.set_view(1, ViewSpec::Summary, PACE);
    session.set_view(2, table(), PACE);
    let mut seen = Seen::default();
    // What attaching itself takes is the first screen's business.
    seen.until(tokio::time::Instant::now() + 2 * PACE, &mut updates).await?;
    // Where a pass takes long they are far apart: three of them, if there is time.
    let window = (3 * seen.tick).clamp(window, patience.max(window));
    let (begin, before) = (Instant::now(), thread_cpu(storm.pid(), thread)?);
    seen.until(tokio::time::Instant::now() + window, &mut updates).await?;
    let ran = thread_cpu(storm.pid(), thread)?.saturating_sub(before);
    let pass = median(&seen.passes).ok_or("no summary came in time")?;
    Ok((ran.as_secs_f64() / begin.elapsed().as_secs_f64(), pass))
}

/// What the agent says of itself.
#[derive(Default)]
struct Seen {
    /// Its passes, in milliseconds.
    passes: Vec<f64>,
    /// From one to the next.
    tick: Duration,
}

impl Seen {
    async fn until(
        &mut self,
        end: tokio::time::Instant,
        updates: &mut mpsc::Receiver<Update>,
    ) -> Result<(), String> {
        while let Ok(update) = timeout_at(end, updates.recv()).await {
            match update.ok_or("the session ended")? {
                Update::Frame(frame) => {
                    let agent = frame.summary.map(|summary| summary.agent);
                    if let Some(agent) = agent.filter(|agent| agent.pass_ns > 0) {
                        self.passes.push(agent.pass_ns as f64 / 1e6);
                        self.tick = Duration::from_nanos(agent.tick_ns);
                    }
                }
                Update::Lost { reason, .. } => return Err(format!("while watching: {reason}")),
                Update::Connected(_) | Update::Events(_) => {}
            }
        }
        Ok(())
    }
}
