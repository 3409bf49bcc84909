//! Between two messages that kameo handles without asking `next`: those of its start-up buffer.
//!
//! What operators want has to be looked at here, or it would wait behind a backlog.

use crate::cell::{self, ActorCell};
use crate::printing::Printer;
use crate::{lifecycle, table};
use actorscope_agent::adapter::{Request, SlotHandle};
use kameo::Actor;
use kameo::actor::ActorId;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

/// To be awaited before each message; does nothing unless this one comes out of the buffer.
#[inline]
pub async fn between<A: Actor>(
    actor: &mut A,
    printer: Option<Printer<A>>,
    id: ActorId,
    stop: &mut bool,
) {
    let Some(cell) = in_buffer(id) else {
        return;
    };
    let print = move |slot: &SlotHandle| {
        if let Some(printer) = printer {
            slot.dump_if_asked(&printer(actor));
        }
    };
    wait_while_held(&cell, stop, print).await;
}

/// The actor, if its next message comes out of the buffer. One relaxed load while no actor has one.
#[inline]
fn in_buffer(id: ActorId) -> Option<Arc<ActorCell>> {
    if !cell::any_buffered() {
        return None;
    }
    table::get(id).filter(|cell| cell.next_is_buffered())
}

async fn wait_while_held(cell: &ActorCell, stop: &mut bool, mut print: impl FnMut(&SlotHandle)) {
    poll_fn(|cx| {
        cell.slot.register(cx.waker());
        print(&cell.slot);
        match cell.slot.check() {
            Request::Proceed => Poll::Ready(()),
            Request::Restart => lifecycle::restart_now(),
            // kameo ends the actor in order after the message in its hands.
            Request::Stop => {
                *stop = true;
                Poll::Ready(())
            }
            Request::Hold => Poll::Pending,
        }
    })
    .await;
}
