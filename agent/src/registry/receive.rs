//! Taking the next message out of a mailbox, with everything that is told and asked around it.
//!
//! The one place that knows the order: look, ask what is wanted, poll with a waker that notes when a
//! message arrives, and say which of the ways a message can come out it was.

use super::{Arrival, MessageType, SlotHandle};
use crate::gate::Request;
use crate::measuring;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// A mailbox that [`SlotHandle::receive`] can take messages out of.
pub trait Mailbox {
    /// What is in it.
    type Message;

    /// Messages that are in it now.
    fn queued(&self) -> usize;

    /// Takes one out; `None` when there will be none any more. While there is none, wakes the task
    /// as soon as one arrives.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Self::Message>>;
}

impl<T> Mailbox for mpsc::Receiver<T> {
    type Message = T;
    #[inline]
    fn queued(&self) -> usize {
        self.len()
    }
    #[inline]
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv(cx)
    }
}

impl<T> Mailbox for mpsc::UnboundedReceiver<T> {
    type Message = T;
    #[inline]
    fn queued(&self) -> usize {
        self.len()
    }
    #[inline]
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv(cx)
    }
}

/// What an actor does next.
#[derive(Debug)]
pub enum Next<M> {
    /// It handles this message, which arrived then.
    Message(M, Arrival),
    /// It ends: there will be no message any more.
    Closed,
    /// It ends as if its work were done: an operator wants that.
    Stop,
    /// It fails, so that its supervisor replaces it: an operator wants that.
    Restart,
}

impl SlotHandle {
    /// The next message of the slot's actor. Ends the handler that runs, if one does; while an
    /// operator holds the actor, it waits.
    ///
    /// To be awaited by the task that runs the actor and by nobody else. Cancel safe: what was not
    /// returned is still in the mailbox. While nobody wants anything of the actor, a message of a
    /// backlog costs no more than [`SlotHandle::end`] and
    /// [`SlotHandle::look_and_take`].
    #[inline]
    pub const fn receive<'a, Q: Mailbox>(&'a self, mailbox: &'a mut Q) -> Receive<'a, Q> {
        Receive { slot: self, mailbox, stage: Stage::New }
    }
}

impl SlotHandle {
    /// What comes out at once before there is an agent, when nobody asks how long it waited. If nothing
    /// does, the mailbox is to be turned to in the usual way, in which an operator can wake the actor.
    #[inline]
    pub(crate) fn poll_unmeasured<Q: Mailbox>(
        &self,
        mailbox: &mut Q,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Q::Message>> {
        if measuring::is_on() || self.is_asked() {
            return Poll::Pending;
        }
        let poll = mailbox.poll_next(cx);
        if let Poll::Ready(message) = &poll {
            // The handler before it is over; for receivers that nobody tells when one begins, another does.
            self.slot.gate.unmeasured.handler.set(message.is_some());
        }
        poll
    }
}

/// The next message of an actor: see [`SlotHandle::receive`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Receive<'a, Q> {
    slot: &'a SlotHandle,
    mailbox: &'a mut Q,
    stage: Stage,
}

impl<Q: Mailbox> Future for Receive<'_, Q> {
    type Output = Next<Q::Message>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Next<Q::Message>> {
        let this = self.get_mut();
        if matches!(this.stage, Stage::New) {
            if let Poll::Ready(message) = this.slot.poll_unmeasured(this.mailbox, cx) {
                let arrived = |message| Next::Message(message, Arrival::BEFORE);
                return Poll::Ready(message.map_or(Next::Closed, arrived));
            }
            this.slot.end(true);
        }
        this.stage.poll(this.slot, this.mailbox, cx)
    }
}

/// How far the wait for one message is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stage {
    /// The actor has not looked yet.
    New,
    /// Something is queued: if the mailbox gives nothing all the same, other tasks have their turn.
    Queued,
    /// Nothing was queued; whether the task has slept since.
    Empty {
        /// Whether it has.
        slept: bool,
    },
}

impl Stage {
    /// At the first look: the handler that runs, if one does, ends, and if a message comes out at once, its handler begins.
    /// `None` = it does not go this way, and [`Stage::poll`] goes on. Where taking a message out can wake somebody, it must
    /// not: all is taken to happen at the moment of the end.
    ///
    /// The way of a message of a backlog while nobody wants anything, and so of nearly all. Step by step, each step
    /// looks for the meter and its histograms by itself, which takes a sixth of the instructions of a message more.
    #[inline(always)]
    pub(crate) fn turn<Q: Mailbox>(
        &mut self,
        slot: &SlotHandle,
        message_type: MessageType,
        mailbox: &mut Q,
        cx: &mut Context<'_>,
    ) -> Option<Poll<Option<Q::Message>>> {
        let Some(turn) = slot.turn() else {
            slot.end(true);
            return None;
        };
        let queued = mailbox.queued();
        if queued == 0 || slot.is_asked() {
            turn.end();
            return None;
        }
        let next = mailbox.poll_next(cx);
        if let Poll::Ready(Some(_)) = next {
            turn.begin(queued, message_type);
        } else {
            turn.end();
            self.look(slot, queued);
        }
        Some(next)
    }

    /// Goes on with the wait.
    ///
    /// Always inlined: with two receivers of one type of message in a program it would be a call, whose
    /// message goes through memory, 35 instructions more.
    #[inline(always)]
    pub(crate) fn poll<Q: Mailbox>(
        &mut self,
        slot: &SlotHandle,
        mailbox: &mut Q,
        cx: &mut Context<'_>,
    ) -> Poll<Next<Q::Message>> {
        if !matches!(self, Self::New) {
            return self.poll_again(slot, mailbox, cx);
        }
        let queued = mailbox.queued();
        if queued == 0 || slot.is_asked() {
            self.look(slot, queued);
            return self.poll_again(slot, mailbox, cx);
        }
        // The way of a message of a backlog while nobody wants anything, and so of nearly all.
        match mailbox.poll_next(cx) {
            Poll::Ready(Some(message)) => {
                Poll::Ready(Next::Message(message, slot.look_and_take(queued)))
            }
            Poll::Ready(None) => {
                self.look(slot, queued);
                Poll::Ready(Next::Closed)
            }
            Poll::Pending => {
                self.look(slot, queued);
                Poll::Pending
            }
        }
    }

    /// The task turns to its mailbox, and nothing comes out at once.
    #[inline(never)]
    fn look(&mut self, slot: &SlotHandle, queued: usize) {
        slot.look(queued);
        slot.clear_wake();
        *self = if queued > 0 { Self::Queued } else { Self::Empty { slept: false } };
    }

    /// After a look at which nothing was queued, or somebody wanted something.
    #[inline(never)]
    fn poll_again<Q: Mailbox>(
        &mut self,
        slot: &SlotHandle,
        mailbox: &mut Q,
        cx: &mut Context<'_>,
    ) -> Poll<Next<Q::Message>> {
        if matches!(self, Self::Queued) && !slot.is_asked() {
            // If this is pending, other tasks have their turn, nothing more.
            let poll = mailbox.poll_next(cx);
            return self.hand_out(slot, mailbox, poll);
        }
        slot.set_parked(false);
        slot.register(cx.waker());
        // After the registration, so that a request made meanwhile is not missed.
        match slot.check() {
            Request::Proceed => {}
            Request::Stop => return Poll::Ready(Next::Stop),
            Request::Restart => return Poll::Ready(Next::Restart),
            // Held: the sampler's nudges bring us here, so that the depth stays known.
            Request::Hold => {
                slot.look(mailbox.queued());
                return Poll::Pending;
            }
        }
        let poll = match self {
            Self::Empty { slept } => {
                // Before the poll, so that a wake during it is not overwritten.
                slot.set_parked(true);
                let poll = mailbox.poll_next(&mut Context::from_waker(&slot.waker()));
                if poll.is_pending() {
                    *slept = true;
                } else {
                    slot.set_parked(false);
                }
                poll
            }
            Self::New | Self::Queued => mailbox.poll_next(cx),
        };
        self.hand_out(slot, mailbox, poll)
    }

    /// A message came out, or there will be none any more; or neither.
    fn hand_out<Q: Mailbox>(
        &self,
        slot: &SlotHandle,
        mailbox: &Q,
        poll: Poll<Option<Q::Message>>,
    ) -> Poll<Next<Q::Message>> {
        poll.map(|message| {
            let Some(message) = message else { return Next::Closed };
            let arrival = if matches!(self, Self::Empty { slept: true }) {
                slot.take_after_sleep(mailbox.queued())
            } else {
                slot.take()
            };
            Next::Message(message, arrival)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Registration, Registry};

    fn slot() -> SlotHandle {
        let slot = Registry::new().register(Registration::new("test", "a", "A"));
        slot.set_mailbox(None, None);
        slot.started(None);
        slot
    }

    fn message(next: Poll<Next<u32>>) -> (u32, Arrival) {
        match next {
            Poll::Ready(Next::Message(message, arrival)) => (message, arrival),
            other => panic!("{other:?} and no message"),
        }
    }

    #[tokio::test]
    async fn messages_come_out_in_order_and_each_ends_the_one_before() {
        let (sender, mut mailbox) = mpsc::unbounded_channel();
        let slot = slot();
        for n in 0..3_u32 {
            sender.send(n).unwrap();
        }
        drop(sender);
        for n in 0..3 {
            let (next, arrival) = message(futures_util::poll!(slot.receive(&mut mailbox)));
            assert_eq!(next, n);
            slot.begin(Some(arrival), None);
        }
        assert_eq!(slot.slot.hot().handled, 2);
        assert!(matches!(slot.receive(&mut mailbox).await, Next::Closed));
        assert_eq!((slot.slot.hot().handled, slot.is_handling()), (3, false));
    }

    #[tokio::test]
    async fn a_message_that_wakes_the_actor_arrived_when_it_was_sent() {
        let (sender, mut mailbox) = mpsc::channel(4);
        let slot = slot();
        let before = Arrival::now();
        let mut receive = slot.receive(&mut mailbox);
        assert!(futures_util::poll!(&mut receive).is_pending());
        sender.try_send(7).unwrap();
        let after = Arrival::now();
        let (got, arrival) = message(futures_util::poll!(&mut receive));
        assert_eq!(got, 7);
        assert!((before.to_raw()..=after.to_raw()).contains(&arrival.to_raw()));
    }

    #[tokio::test]
    async fn requests_go_before_messages_and_a_held_actor_takes_none() {
        let (sender, mut mailbox) = mpsc::unbounded_channel();
        let slot = slot();
        sender.send(1).unwrap();
        slot.slot.gate.suspend();
        let mut receive = slot.receive(&mut mailbox);
        assert!(futures_util::poll!(&mut receive).is_pending());
        sender.send(2).unwrap();
        assert!(futures_util::poll!(&mut receive).is_pending());
        assert_eq!(slot.slot.hot().depth, 2, "what piles up is known");
        slot.slot.gate.resume();
        assert_eq!(message(futures_util::poll!(&mut receive)).0, 1);
        slot.slot.gate.restart();
        assert!(matches!(slot.receive(&mut mailbox).await, Next::Restart));
        slot.slot.gate.stop();
        assert!(matches!(slot.receive(&mut mailbox).await, Next::Stop));
        assert_eq!(message(futures_util::poll!(slot.receive(&mut mailbox))).0, 2);
    }
}
