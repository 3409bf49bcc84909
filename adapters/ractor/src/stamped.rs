//! Messages that carry the instant at which they were sent: types that `actorscope-ractor-cluster`
//! derives. Such a message is unpacked by ractor right before its handler is called, on the same
//! thread; the stamp is handed over there.

use crate::inbox::Inbox;
use crate::seen::Seen;
use crate::table;
use actorscope_agent::adapter::Arrival;
use ractor::ActorId;
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Weak};

/// Receivers whose mailbox a sending thread has at hand.
const AT_HAND: usize = 32;

type AtHand = Option<(ActorId, Weak<Seen>)>;

/// Somebody sends messages that carry stamps: else nobody looks for one.
static IN_USE: AtomicBool = AtomicBool::new(false);

thread_local! {
    static UNPACKED: Cell<Option<Stamp>> = const { Cell::new(None) };
    static RECEIVERS: RefCell<[AtHand; AT_HAND]> =
        const { RefCell::new([const { None }; AT_HAND]) };
}

/// When a message was sent, and to whom.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    receiver: ActorId,
    sent: Arrival,
    is_counted: bool,
}

impl Stamp {
    /// A message is being sent: counts it, if its receiver is observed.
    #[inline]
    pub fn of_message_to(receiver: ActorId) -> Self {
        if !IN_USE.load(Relaxed) {
            IN_USE.store(true, Relaxed);
        }
        let is_counted = with_inbox(receiver, |seen, inbox| {
            if inbox.count() {
                seen.slot.arrives();
            }
        });
        Self { receiver, sent: Arrival::now(), is_counted }
    }

    /// It comes out of the mailbox, and its handler is called next.
    #[inline]
    pub fn unpacked(self) {
        let _ = UNPACKED.try_with(|place| place.set(Some(self)));
    }

    /// Its handler begins.
    #[inline]
    pub(crate) fn begin(self, inbox: &Inbox) -> Option<Arrival> {
        if self.is_counted {
            inbox.begin_counted();
        }
        Some(self.sent)
    }
}

/// The stamp of the message that was unpacked for this actor.
#[inline]
pub(crate) fn take(receiver: ActorId) -> Option<Stamp> {
    // Whoever has such a message got it from its sender, and with it the news that there are some.
    if !IN_USE.load(Relaxed) {
        return None;
    }
    let stamp = UNPACKED.try_with(Cell::take).ok().flatten()?;
    // One that could not be delivered was unpacked by its sender.
    (stamp.receiver == receiver).then_some(stamp)
}

/// Without a lock for receivers that the thread has sent to before.
#[inline]
fn with_inbox(receiver: ActorId, tell: impl FnOnce(&Seen, &Inbox)) -> bool {
    let seen = RECEIVERS.try_with(|known| {
        let mut known = known.try_borrow_mut().ok()?;
        let at_hand = known.get_mut(receiver.pid() as usize % AT_HAND)?;
        if let Some((id, seen)) = at_hand
            && *id == receiver
        {
            return seen.upgrade();
        }
        let seen = look_up(receiver)?;
        *at_hand = Some((receiver, Arc::downgrade(&seen)));
        Some(seen)
    });
    let Some(seen) = seen.ok().flatten() else { return false };
    tell(&seen, seen.tracked());
    true
}

#[cold]
fn look_up(receiver: ActorId) -> Option<Arc<Seen>> {
    table::get(receiver).filter(|seen| seen.is_observed)
}
