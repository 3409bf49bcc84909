//! A stream of lifecycle events.

use super::{Shared, limits};
use crate::clock::wall;
use crate::sampler::{Read, gap};
use actorscope_core::Event;
use actorscope_proto::v1;
use std::sync::Arc;
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
    let listening = registry.listen();
    loop {
        // Listening begins before reading, so that nothing falls between.
        let mut added = std::pin::pin!(listening.heard());
        added.as_mut().enable();
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
        if !batch.is_empty() && batches.send(Ok(v1::EventBatch { events: batch })).await.is_err() {
            return;
        }
        if !caught_up {
            continue;
        }
        if !request.follow {
            return;
        }
        tokio::select! {
            () = added => {}
            () = batches.closed() => return,
        }
    }
}

fn first_of_last(newest: u64, last: u32) -> u64 {
    newest.saturating_sub(u64::from(last)) + 1
}
