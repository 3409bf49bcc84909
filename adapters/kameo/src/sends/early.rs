//! Messages that were sent to an actor before it had started, which is when its slot becomes known:
//! noted down, and told when it does.

use crate::ended;
use actorscope_agent::adapter::{Asking, Moment, SlotHandle};
use actorscope_agent::core::SlotId;
use kameo::actor::ActorId;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Messages remembered: the last ones. Those to actors that are not observed are never told.
const MOST: usize = 1_024;

static EARLY: Mutex<VecDeque<(ActorId, Early)>> = Mutex::new(VecDeque::new());

/// Length of [`EARLY`], so that starting an actor costs no lock while there are none.
static WAITING: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
enum Early {
    Tell { sender: SlotHandle, delivered: bool },
    Ask(Weak<EarlyAsk>),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A message was sent to an actor that has not started.
pub(super) fn told(sender: SlotHandle, receiver: ActorId, delivered: bool) {
    remember(receiver, Early::Tell { sender, delivered });
}

fn remember(receiver: ActorId, early: Early) {
    {
        let mut all = lock(&EARLY);
        all.push_back((receiver, early));
        if all.len() > MOST {
            all.pop_front();
        }
        WAITING.store(all.len(), Relaxed);
    }
    // It may have started between the first look and the entry.
    if let Some(slot) = ended::slot_of(receiver) {
        started(receiver, slot);
    }
}

/// The slot of this actor is known now: tells of the messages that were sent to it before.
pub(crate) fn started(receiver: ActorId, slot: SlotId) {
    if WAITING.load(Relaxed) == 0 {
        return;
    }
    let its: VecDeque<_> = {
        let mut all = lock(&EARLY);
        let (its, others) = all.drain(..).partition(|(to, _)| *to == receiver);
        *all = others;
        WAITING.store(all.len(), Relaxed);
        its
    };
    for (_, early) in its {
        match early {
            Early::Tell { sender, delivered } => sender.told(slot, delivered),
            Early::Ask(ask) => _ = ask.upgrade().map(|ask| ask.is_for(slot)),
        }
    }
}

/// An ask to an actor that had not started when it was sent.
#[derive(Debug)]
pub(super) struct EarlyAsk {
    sender: SlotHandle,
    receiver: ActorId,
    sent: Moment,
    asking: Mutex<Option<Asking>>,
    ended: AtomicBool,
}

impl EarlyAsk {
    pub(super) fn begin(sender: SlotHandle, receiver: ActorId) -> Arc<Self> {
        let ask = Arc::new(Self {
            sender,
            receiver,
            sent: Moment::now(),
            asking: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        remember(receiver, Early::Ask(Arc::downgrade(&ask)));
        ask
    }

    fn is_for(&self, slot: SlotId) {
        let mut asking = lock(&self.asking);
        if asking.is_none() && !self.ended.load(Relaxed) {
            *asking = Some(self.sender.asks_since(slot, self.sent));
        }
    }

    /// The answer came; not `ok` if it is that there will be none.
    pub(super) fn answered(&self, ok: bool) {
        if let Some(asking) = self.end() {
            asking.answered(ok);
        }
    }

    /// Once; `None` if nobody observed has the receiver's number.
    fn end(&self) -> Option<Asking> {
        let mut asking = lock(&self.asking);
        if self.ended.swap(true, Relaxed) {
            return None;
        }
        let late = || Some(self.sender.asks_since(ended::slot_of(self.receiver)?, self.sent));
        asking.take().or_else(late)
    }
}

/// Nobody waits any more.
impl Drop for EarlyAsk {
    fn drop(&mut self) {
        drop(self.end());
    }
}
