//! A watch stream: views kept up to date for one reader.
//!
//! A reader that is slow misses ticks and never costs memory: a frame is built only when there is
//! room for it, from what changed since the last one that was written.

use super::frame;
use super::observe::invalid;
use super::{Shared, limits};
use actorscope_core::view::ViewSpec;
use actorscope_proto::pack::Packer;
use actorscope_proto::v1;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

/// One view of one stream.
struct Watched {
    revision: u32,
    spec: ViewSpec,
    interval: Duration,
    due: Instant,
    /// What building its last frame took; 0 before the first.
    cost: Duration,
    /// Set anew: answered at once, from a pass made for it if the last one is old.
    is_new: bool,
    /// What its reader knows.
    known: Packer,
}

type Frames = mpsc::Sender<Result<v1::Frame, Status>>;

/// Starts to answer; ends when the reader is gone.
pub(super) fn start(
    shared: Arc<Shared>,
    requests: Streaming<v1::WatchRequest>,
) -> impl Stream<Item = Result<v1::Frame, Status>> + Send {
    // Room for one frame of every view, so that none starves behind the others.
    let (frames, receiver) = mpsc::channel(limits::VIEWS);
    tokio::spawn(run(shared, requests, frames));
    ReceiverStream::new(receiver)
}

async fn run(shared: Arc<Shared>, mut requests: Streaming<v1::WatchRequest>, frames: Frames) {
    let _watching = shared.watching();
    // Whoever attaches sees the present, not the last tick of an unwatched node.
    shared.pass();
    let mut ticks = shared.ticks();
    let mut views: BTreeMap<u32, Watched> = BTreeMap::new();
    let mut skipped = 0;
    let mut full_since: Option<Instant> = None;
    loop {
        tokio::select! {
            request = requests.message() => match request {
                Ok(Some(request)) => {
                    if let Err(refusal) = set_view(&mut views, request) {
                        // The reader learns why; if it does not read, its stream ends all the same.
                        let last_word = frames.send(Err(refusal));
                        let _ = tokio::time::timeout(limits::UNARY, last_word).await;
                        return;
                    }
                    shared.freshen();
                }
                // The reader closed its side, or the connection broke.
                Ok(None) | Err(_) => return,
            },
            tick = ticks.changed() => if tick.is_err() { return },
            () = frames.closed() => return,
        }
        if !send_due(&shared, &mut views, &frames, &mut skipped) {
            shared.frame_skipped();
            let since = *full_since.get_or_insert_with(Instant::now);
            if since.elapsed() > limits::STALLED {
                tracing::debug!("a watcher was disconnected: it read nothing for a while");
                return;
            }
        } else {
            full_since = None;
        }
    }
}

fn set_view(views: &mut BTreeMap<u32, Watched>, request: v1::WatchRequest) -> Result<(), Status> {
    let Some(view) = request.view else {
        views.remove(&request.view_id);
        return Ok(());
    };
    let spec = view.try_into().map_err(invalid)?;
    if !views.contains_key(&request.view_id) && views.len() >= limits::VIEWS {
        return Err(Status::resource_exhausted(format!(
            "one stream carries at most {} views",
            limits::VIEWS
        )));
    }
    // Rows that stay on screen while it scrolls need not be sent again.
    let known = views.remove(&request.view_id).map(|old| old.known).unwrap_or_default();
    views.insert(
        request.view_id,
        Watched {
            revision: request.revision,
            spec,
            interval: Duration::from_nanos(request.interval_ns).max(limits::MIN_INTERVAL),
            due: Instant::now(),
            cost: Duration::ZERO,
            is_new: true,
            known,
        },
    );
    Ok(())
}

/// Sends what is due; false if the reader is too slow for it.
fn send_due(
    shared: &Shared,
    views: &mut BTreeMap<u32, Watched>,
    frames: &Frames,
    skipped: &mut u64,
) -> bool {
    let now = Instant::now();
    // Ticks are not exact either: what is nearly due is due.
    let slack = limits::MIN_INTERVAL / 2;
    for (view_id, watched) in views.iter_mut() {
        if !watched.is_new && watched.due > now + slack {
            continue;
        }
        let Ok(permit) = frames.try_reserve() else {
            *skipped += 1;
            return false;
        };
        let begin = Instant::now();
        let mut frame =
            shared.with_sampler(|sampler| frame::build(sampler, &watched.spec, &mut watched.known));
        let last = std::mem::replace(&mut watched.cost, begin.elapsed());
        let pause = pause([last, watched.cost], watched.interval);
        frame.slowed_to_ns = slowed_to_ns(pause, watched.interval);
        frame.view_id = *view_id;
        frame.revision = watched.revision;
        frame.skipped = *skipped;
        permit.send(Ok(frame));
        watched.is_new = false;
        watched.due = now + pause;
    }
    true
}

/// From a frame to the next one of the same view, which `wanted` this much, when the last two took so long. What is
/// worked out once, or held up once, does not make a view dear.
fn pause([before, last]: [Duration; 2], wanted: Duration) -> Duration {
    let cost = before.min(last);
    wanted.max(cost.div_f64(limits::VIEW_SHARE).min(limits::MAX_INTERVAL))
}

/// What a reader is told of a pause; 0 if it is as long as `wanted`.
fn slowed_to_ns(pause: Duration, wanted: Duration) -> u64 {
    if pause > wanted { u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::{pause, slowed_to_ns};
    use std::time::Duration;

    #[test]
    fn a_view_that_is_dear_comes_less_often() {
        let [second, minute] = [1, 60].map(Duration::from_secs);
        let ms = Duration::from_millis;
        let of = |cost, wanted| pause([ms(cost), ms(cost)], wanted);
        assert_eq!((of(10, second), of(100, second)), (second, ms(2_500)));
        assert_eq!((of(900, second), of(900, minute)), (ms(5_000), minute));
        // The first frame, and one that the machine held up.
        assert_eq!(pause([ms(0), ms(900)], second), second);
        assert_eq!(pause([ms(10), ms(900)], second), second);
        assert_eq!(slowed_to_ns(of(100, second), second), 2_500_000_000, "its reader is told");
        assert_eq!(slowed_to_ns(of(10, second), second), 0);
    }
}
