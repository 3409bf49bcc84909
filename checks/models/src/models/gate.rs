//! What operators ask of an actor, and its sleep: a wake that is lost is a model that never ends, which
//! the model checker tells.

use super::table::running_slot;
use crate::gate::Request;
use crate::registry::{Mailbox, Next, SlotHandle};
use crate::run::{Model, join, seen, thread};
use crate::sync::{Mutex, lock};
use loom::sync::Condvar;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

/// A task that sleeps until it is woken.
#[derive(Default)]
struct Task {
    is_woken: Mutex<bool>,
    woken: Condvar,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        *lock(&self.is_woken) = true;
        self.woken.notify_one();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let task = Arc::new(Task::default());
    let waker = Waker::from(task.clone());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        let mut is_woken = lock(&task.is_woken);
        while !*is_woken {
            is_woken = task.woken.wait(is_woken).expect("a model that panics is over");
        }
        *is_woken = false;
    }
}

/// A mailbox as a channel is one: whoever sends wakes the task that found it empty. It may be woken
/// more than once, and late.
#[derive(Clone, Default)]
struct Channel(Arc<Mutex<(VecDeque<u32>, Option<Waker>)>>);

impl Channel {
    fn send(&self, message: u32) {
        let waker = {
            let mut inner = lock(&self.0);
            inner.0.push_back(message);
            inner.1.clone()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Mailbox for Channel {
    type Message = u32;

    fn queued(&self) -> usize {
        lock(&self.0).0.len()
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        let mut inner = lock(&self.0);
        let message = inner.0.pop_front();
        if message.is_none() {
            inner.1 = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(message)
    }
}

fn actor<T: Send + 'static>(
    slot: &SlotHandle,
    mailbox: &Channel,
    run: impl FnOnce(&SlotHandle, &mut Channel) -> T + Send + 'static,
) -> loom::thread::JoinHandle<T> {
    let (slot, mut mailbox) = (slot.clone(), mailbox.clone());
    thread(move || run(&slot, &mut mailbox))
}

pub(super) const STOPPED: Model = Model {
    name: "gate-stopped",
    shows: "an actor that sleeps, falls asleep or is about to take a message sees that it is to stop",
    preemptions: 3,
    must_see: &["stopped first", "a message first"],
    body: || {
        let (slot, mailbox) = (running_slot("a"), Channel::default());
        let actor = actor(&slot, &mailbox, |slot, mailbox| {
            let mut handled = 0;
            while let Next::Message(..) = block_on(slot.receive(mailbox)) {
                slot.begin(None, None);
                handled += 1;
            }
            seen(if handled == 0 { "stopped first" } else { "a message first" });
        });
        let sender = thread(move || mailbox.send(1));
        let gate = crate::models::table::gate_of(&slot);
        gate.stop();
        gate.nudge();
        join(sender);
        join(actor);
    },
};

pub(super) const RESUMED: Model = Model {
    name: "gate-resumed",
    shows: "an actor that is held and let go while a message arrives gets the message",
    preemptions: 3,
    must_see: &["held", "never held"],
    body: || {
        let (slot, mailbox) = (running_slot("a"), Channel::default());
        let actor = actor(&slot, &mailbox, |slot, mailbox| {
            let held = std::cell::Cell::new(false);
            let mut receive = pin!(slot.receive(mailbox));
            let next = block_on(std::future::poll_fn(|cx| {
                let poll = receive.as_mut().poll(cx);
                held.set(held.get() || poll.is_pending() && slot.is_asked());
                poll
            }));
            assert!(matches!(next, Next::Message(1, _)), "{next:?}");
            seen(if held.get() { "held" } else { "never held" });
        });
        let sender = thread(move || mailbox.send(1));
        let gate = crate::models::table::gate_of(&slot);
        gate.suspend();
        gate.nudge();
        assert!(gate.resume());
        join(sender);
        join(actor);
    },
};

pub(super) const WAKES: Model = Model {
    name: "gate-wakes",
    shows: "of two senders that wake a sleeping actor, late or twice, no message stays behind",
    preemptions: 3,
    must_see: &["slept", "never slept"],
    body: || {
        let (slot, mailbox) = (running_slot("a"), Channel::default());
        let actor = actor(&slot, &mailbox, |slot, mailbox| {
            let mut sum = 0;
            let slept = std::cell::Cell::new(false);
            for _ in 0..3 {
                let mut receive = pin!(slot.receive(mailbox));
                let next = block_on(std::future::poll_fn(|cx| {
                    let poll = receive.as_mut().poll(cx);
                    slept.set(slept.get() || poll.is_pending());
                    poll
                }));
                if let Next::Message(n, _) = next {
                    slot.begin(None, None);
                    sum += n;
                }
            }
            seen(if slept.get() { "slept" } else { "never slept" });
            assert_eq!((sum, crate::models::table::gate_of(slot).check()), (6, Request::Proceed));
        });
        let sender = thread({
            let mailbox = mailbox.clone();
            move || mailbox.send(1)
        });
        mailbox.send(2);
        mailbox.send(3);
        join(sender);
        join(actor);
    },
};
