//! What the agent itself takes: a pass, and its share of a core, watched and unwatched.

use crate::process::{agent_thread, thread_cpu};
use crate::stats::median;
use crate::storm::Storm;
use crate::views::{PACE, table};
use actorscope_client::{Session, SessionOptions, Update};
use actorscope_core::view::ViewSpec;
use std::time::{Duration, Instant};
use tokio::time::timeout_at;

/// The share of a core that an unwatched agent allows itself: says how often it looks.
const UNWATCHED_SHARE: f64 = 0.005;

/// What was found.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// A pass over everything, in milliseconds: the median.
    pub pass_ms: f64,
    /// Share of a core with a screen open …
    pub watched: f64,
    /// … and with none.
    pub unwatched: f64,
}

/// Watches for a while, and then does not.
pub async fn measure(storm: &Storm, window: Duration, patience: Duration) -> Result<Cost, String> {
    let pid = storm.pid();
    let thread = agent_thread(pid)?;
    let (watched, pass_ms) = watched(storm, thread, window).await?;
    // At least three of its rounds, if there is time.
    let rounds = Duration::from_secs_f64(3.0 * pass_ms / 1e3 / UNWATCHED_SHARE);
    let window = rounds.clamp(window, patience.max(window));
    // The round that was due while somebody watched.
    tokio::time::sleep(2 * PACE).await;
    let (begin, before) = (Instant::now(), thread_cpu(pid, thread)?);
    tokio::time::sleep(window).await;
    let ran = thread_cpu(pid, thread)?.saturating_sub(before);
    let unwatched = ran.as_secs_f64() / begin.elapsed().as_secs_f64();
    Ok(Cost { pass_ms, watched, unwatched })
}

/// The share of a core with a screen open, and the median pass in milliseconds.
async fn watched(storm: &Storm, thread: u32, window: Duration) -> Result<(f64, f64), String> {
    let (session, mut updates) = Session::start(storm.target()?, SessionOptions::default());
    session.set_view(1, ViewSpec::Summary, PACE);
    session.set_view(2, table(), PACE);
    let mut passes = Vec::new();
    let mut begun = None;
    // What attaching itself takes is the first screen's business.
    let begin = tokio::time::Instant::now() + 2 * PACE;
    let end = begin + window;
    while let Ok(update) = timeout_at(end, updates.recv()).await {
        match update.ok_or("the session ended")? {
            Update::Frame(frame) => {
                if begun.is_none() && tokio::time::Instant::now() >= begin {
                    begun = Some((Instant::now(), thread_cpu(storm.pid(), thread)?));
                }
                if let Some(summary) = frame.summary.filter(|s| s.agent.pass_ns > 0) {
                    passes.push(summary.agent.pass_ns as f64 / 1e6);
                }
            }
            Update::Lost { reason, .. } => return Err(format!("while watching: {reason}")),
            Update::Connected(_) | Update::Events(_) => {}
        }
    }
    let (begin, before) = begun.ok_or("no frame came in time")?;
    let ran = thread_cpu(storm.pid(), thread)?.saturating_sub(before);
    let pass = median(&passes).ok_or("no summary came in time")?;
    Ok((ran.as_secs_f64() / begin.elapsed().as_secs_f64(), pass))
}
