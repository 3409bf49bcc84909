//! How long it takes from connecting to a full screen.

use crate::storm::Storm;
use crate::views::{PACE, ROWS, table};
use actorscope_client::{Session, SessionOptions, Update};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Between two of them: longer than a pass stays fresh, so that each has one made for it.
const PAUSE: Duration = Duration::from_millis(400);

/// Longest time for one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Milliseconds from the first byte to a frame with all rows, as the terminal UI asks for it.
pub async fn session(storm: &Storm, times: usize) -> Result<Vec<f64>, String> {
    let mut found = Vec::with_capacity(times);
    for _ in 0..times {
        tokio::time::sleep(PAUSE).await;
        let begin = Instant::now();
        let (session, mut updates) = Session::start(storm.target()?, SessionOptions::default());
        session.set_view(1, table(), PACE);
        let complete = async {
            loop {
                match updates.recv().await.ok_or("the session ended")? {
                    Update::Frame(frame) => {
                        let wanted = (u64::from(ROWS)).min(frame.total) as usize;
                        let has = frame.order.as_ref().map_or(0, Vec::len);
                        if has >= wanted && frame.identities.len() >= wanted {
                            return Ok(());
                        }
                        return Err(format!("the first frame has {has} rows of {wanted}"));
                    }
                    Update::Lost { reason, .. } => return Err(reason),
                    Update::Connected(_) | Update::Events(_) => {}
                }
            }
        };
        let complete = tokio::time::timeout(PATIENCE, complete).await;
        complete.map_err(|_| format!("no screen after {PATIENCE:?}"))??;
        found.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(found)
}

/// Milliseconds of the whole process `actorscope top --limit 60 --json`.
pub async fn command(storm: &Storm, binary: &Path, times: usize) -> Result<Vec<f64>, String> {
    let target = format!("unix:{}", storm.socket()?.display());
    let mut found = Vec::with_capacity(times);
    for _ in 0..times {
        tokio::time::sleep(PAUSE).await;
        let begin = Instant::now();
        let mut command = Command::new(binary);
        command
            .args(["top", "--json", "--limit", &ROWS.to_string(), "--target", &target])
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let out = tokio::time::timeout(PATIENCE, command.output()).await;
        let out = out.map_err(|_| format!("`actorscope top` takes longer than {PATIENCE:?}"))?;
        let out = out.map_err(|error| format!("actorscope: {error}"))?;
        if !out.status.success() {
            let said = String::from_utf8_lossy(&out.stderr);
            return Err(format!("`actorscope top`: {}: {said}", out.status));
        }
        found.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(found)
}
