//! A stream of lifecycle events.

use super::{Shared, limits};
use crate::clock::wall;
use crate::sampler::{Journal, Read, gap};
use actorscope_core::Event;
use actorscope_proto::v1;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

type Batches = mpsc::Sender<Result<v1::EventBatch, Status>>;

/// Starts to answer; ends when the reader is gone or, without `follow`, has everything.
pub(super) fn start(
    shared: Arc<Shared>,
    request: v1::EventsRequest,
) -> impl Stream<Item = Result<v1::EventBatch, Status>> + Send {
    let (batches, receiver) = mpsc::channel(1);
    tokio::spawn(run(shared, request, batches));
    ReceiverStream::new(receiver)
}

async fn run(shared: Arc<Shared>, request: v1::EventsRequest, batches: Batches) {
    let registry = &shared.registry;
    let mut next = match (request.from, request.last) {
        (0, 0) => 0,
        (0, last) => shared.with_journal(|journal| first_of_last(journal.last(), last)),
        (from, _) => from,
    };
    // What was there when the reader came, it gets as fast as it reads; what comes then, for its share.
    let there = shared.with_journal(Journal::last);
    let listening = registry.listen();
    loop {
        // Listening begins before reading, so that nothing falls between.
        let mut added = std::pin::pin!(listening.heard());
        added.as_mut().enable();
        let begun = Instant::now();
        let Read { missing, events } =
            shared.with_journal(|journal| journal.read(next, limits::EVENTS_PER_BATCH));
        let caught_up = events.len() < limits::EVENTS_PER_BATCH;
        let mut batch: Vec<v1::Event> =
            missing.map(|(from, to)| gap(from, to, wall())).iter().map(Into::into).collect();
        if let Some(last) = events.last() {
            next = last.seq + 1;
        } else if next == 0 {
            next = 1;
        }
        let wanted = |e: &&Event| request.slot.is_none_or(|s| e.slot.is_some_and(|i| i.get() == s));
        batch.extend(events.iter().filter(wanted).map(v1::Event::from));
        let cost = begun.elapsed();
        if !batch.is_empty() && batches.send(Ok(v1::EventBatch { events: batch })).await.is_err() {
            return;
        }
        let has_what_was_there = next > there;
        if !request.follow && (caught_up || has_what_was_there) {
            return;
        }
        let go_on = async {
            if has_what_was_there {
                tokio::time::sleep(pause(cost)).await;
            }
            if caught_up {
                added.await;
            }
        };
        tokio::select! {
            () = go_on => {}
            () = batches.closed() => return,
        }
    }
}

/// After a batch that took the agent so long.
fn pause(cost: Duration) -> Duration {
    cost.mul_f64(1.0 / limits::EVENTS_SHARE - 1.0).min(limits::EVENTS_PAUSE)
}

fn first_of_last(newest: u64, last: u32) -> u64 {
    newest.saturating_sub(u64::from(last)) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_takes_no_more_than_its_share_of_a_core() {
        let [cheap, dear] = [40, 40_000].map(|micros| pause(Duration::from_micros(micros)));
        assert_eq!(cheap, Duration::from_micros(960));
        assert_eq!(dear, limits::EVENTS_PAUSE, "but never waits for long");
    }
}
