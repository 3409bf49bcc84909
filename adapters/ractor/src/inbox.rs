//! What was sent through tracked references and is not handled yet: how many, and when each was sent.
//!
//! ractor tells nobody how long a mailbox is and has no place for a stamp in a message, so both are
//! kept beside it. Senders number their messages and leave the instant in a ring; the actor takes them
//! in the same order, which is the mailbox's. While more wait than the ring has room for, the instants
//! of those beyond are not kept; they are spread evenly between their known neighbours.
//!
//! Nothing here locks or allocates. Senders write one cache line, the actor another.

use actorscope_agent::adapter::Arrival;
use std::sync::atomic::{
    AtomicBool, AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

/// Stamps kept, a power of two: half a KiB for an actor that is tracked.
const STAMPS: u64 = 64;

/// Fewer than this are next to nothing: a sender may see a count that is a message old.
const FEW: u64 = 2;

/// The lowest bits of a stamp say which round of the ring it is from: 16 ticks, about 5 ns, are lost.
const ROUND: u64 = 0xf;

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Inbox {
    sent: Sent,
    begun: Begun,
    stamps: [AtomicU64; STAMPS as usize],
}

/// What senders write.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Sent(AtomicU64);

/// What the actor writes.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Begun {
    count: AtomicU64,
    /// When the message begun last arrived.
    last: AtomicU64,
    /// Messages without a stamp that were seen in a row, and how far apart they are taken to be.
    unstamped: AtomicU32,
    step: AtomicU64,
    /// Messages came that nobody tracked.
    is_mixed: AtomicBool,
}

impl Default for Inbox {
    fn default() -> Self {
        Self {
            sent: Sent::default(),
            begun: Begun::default(),
            stamps: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

const fn round(number: u64) -> u64 {
    (number / STAMPS) & ROUND
}

impl Inbox {
    fn stamp(&self, number: u64) -> &AtomicU64 {
        // The remainder is always within; the first is only there to satisfy the type.
        let [first, ..] = &self.stamps;
        self.stamps.get((number % STAMPS) as usize).unwrap_or(first)
    }

    /// A message is about to be sent. Any thread. The clock is read only for a stamp that is kept.
    /// Whether nothing, or next to nothing, waited before it.
    #[inline]
    pub(crate) fn send(&self) -> bool {
        let number = self.sent.0.fetch_add(1, Relaxed);
        let waiting = number.wrapping_sub(self.begun.count.load(Relaxed));
        if waiting < STAMPS {
            // Never 0, which stands for no stamp.
            let now = Arrival::now().to_raw();
            let stamp = (now & !ROUND).max(ROUND + 1) | round(number);
            self.stamp(number).store(stamp, Release);
        }
        waiting < FEW
    }

    /// It could not be sent after all.
    #[cold]
    pub(crate) fn not_sent(&self) {
        self.sent.0.fetch_sub(1, Relaxed);
    }

    /// A message was counted whose stamp travels in itself. Any thread. Whether nothing, or next to
    /// nothing, waited before it.
    #[inline]
    pub(crate) fn count(&self) -> bool {
        let number = self.sent.0.fetch_add(1, Relaxed);
        number.wrapping_sub(self.begun.count.load(Relaxed)) < FEW
    }

    /// Messages that wait; `None` if there may be more than were tracked.
    pub(crate) fn depth(&self) -> Option<u64> {
        (!self.is_mixed()).then(|| self.waiting())
    }

    /// Tracked messages that wait.
    #[inline]
    pub(crate) fn waiting(&self) -> u64 {
        self.sent.0.load(Relaxed).saturating_sub(self.begun.count.load(Relaxed))
    }

    /// Whether messages came that nobody tracked.
    #[inline]
    pub(crate) fn is_mixed(&self) -> bool {
        self.begun.is_mixed.load(Relaxed)
    }

    /// When the message arrived that comes next, or about when if its stamp is not kept. `None` where
    /// stamps travel in the messages, and if nothing waits. Any thread; while the actor takes messages
    /// out, about when one of them arrived.
    pub(crate) fn oldest(&self) -> Option<Arrival> {
        let number = self.begun.count.load(Relaxed);
        match self.stamp_of(number) {
            Some(stamp) => Arrival::from_raw(stamp),
            None => self.about_oldest(number),
        }
    }

    fn about_oldest(&self, number: u64) -> Option<Arrival> {
        let has_neighbour = self.begun.last.load(Relaxed) != 0;
        let waits = number < self.sent.0.load(Relaxed);
        if waits && has_neighbour { Arrival::from_raw(self.guess(number).at) } else { None }
    }

    /// The actor begins to handle a message whose stamp travels in itself.
    #[inline]
    pub(crate) fn begin_counted(&self) {
        let begun = &self.begun.count;
        begun.store(begun.load(Relaxed) + 1, Relaxed);
    }

    /// The actor begins to handle a message. When it arrived; `None` if nobody tracked it.
    #[inline]
    pub(crate) fn begin(&self) -> Option<Arrival> {
        let Begun { count, last, unstamped, step, .. } = &self.begun;
        let number = count.load(Relaxed);
        if number >= self.sent.0.load(Relaxed) {
            self.begun.is_mixed.store(true, Relaxed);
            return None;
        }
        let left = unstamped.load(Relaxed);
        let arrived = match self.stamp_of(number) {
            Some(stamp) => {
                if left != 0 {
                    unstamped.store(0, Relaxed);
                }
                stamp
            }
            // One of several, at which somebody looked already.
            None if left != 0 => {
                unstamped.store(left - 1, Relaxed);
                last.load(Relaxed).saturating_add(step.load(Relaxed))
            }
            None => self.estimate(number),
        };
        last.store(arrived, Relaxed);
        count.store(number + 1, Release);
        Arrival::from_raw(arrived)
    }

    #[inline]
    fn stamp_of(&self, number: u64) -> Option<u64> {
        let stamp = self.stamp(number).load(Acquire);
        // One that is 16 rounds old looks right, and is earlier than what came before it.
        let is_its = stamp != 0
            && stamp & ROUND == round(number)
            && stamp | ROUND >= self.begun.last.load(Relaxed);
        is_its.then_some(stamp)
    }

    /// When a message without a stamp arrived, which is begun now: the first of several.
    #[cold]
    fn estimate(&self, number: u64) -> u64 {
        let Guess { at, unstamped, step } = self.guess(number);
        self.begun.step.store(step, Relaxed);
        self.begun.unstamped.store(unstamped, Relaxed);
        at
    }

    /// When the message that comes next arrived, if it has no stamp: between the one before and the
    /// next that has a stamp, or now, evenly with those beside it.
    fn guess(&self, number: u64) -> Guess {
        let Begun { last, unstamped, step, .. } = &self.begun;
        let before = last.load(Relaxed);
        let (unstamped, step) = match unstamped.load(Relaxed) {
            0 => self.spread_from(number, before),
            left => (left, step.load(Relaxed)),
        };
        // At most the instant that the step was made from, which is past.
        Guess { at: before.saturating_add(step), unstamped: unstamped.saturating_sub(1), step }
    }

    /// Looks at all that have no stamp: how many they are, and how far apart they are taken to be.
    fn spread_from(&self, number: u64, before: u64) -> (u32, u64) {
        let sent = self.sent.0.load(Relaxed);
        let stamped = (number + 1..sent.min(number + 1 + STAMPS))
            .find_map(|later| Some((later, self.stamp_of(later)?)));
        let (until, at) = stamped.unwrap_or_else(|| (sent, Arrival::now().to_raw()));
        let gap = until.saturating_sub(number).max(1);
        (u32::try_from(gap).unwrap_or(u32::MAX), at.saturating_sub(before) / (gap + 1))
    }
}

/// See [`Inbox::guess`].
struct Guess {
    at: u64,
    /// Messages without a stamp that follow it, and how far apart they are taken to be.
    unstamped: u32,
    step: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stamp_comes_back_in_order_for_many_rounds() {
        let inbox = Inbox::default();
        for round in 0..100u64 {
            let before = Arrival::now().to_raw();
            for _ in 0..1 + round % STAMPS {
                inbox.send();
            }
            let after = Arrival::now().to_raw();
            let mut last = 0;
            for left in (0..1 + round % STAMPS).rev() {
                let at = inbox.begin().unwrap().to_raw();
                assert!(at >= last, "{at} after {last}");
                assert!(at | ROUND >= before && at <= after | ROUND, "{before} {at} {after}");
                assert_eq!(inbox.depth(), Some(left));
                last = at;
            }
        }
    }

    #[test]
    fn beyond_the_ring_arrivals_are_spread_and_none_is_lost() {
        let inbox = Inbox::default();
        let total = 10 * STAMPS;
        let first = Arrival::now().to_raw();
        for _ in 0..total {
            inbox.send();
        }
        let mut last = first & !ROUND;
        for left in (0..total).rev() {
            let at = inbox.begin().expect("all were tracked").to_raw();
            assert!(at >= last & !ROUND && at <= Arrival::now().to_raw(), "{at} after {last}");
            assert_eq!(inbox.depth(), Some(left));
            last = at;
            // Also how long the next one waits is known before it is begun.
            let next = inbox.oldest().map(Arrival::to_raw);
            assert_eq!(next.is_some(), left > 0);
            let at_most = Arrival::now().to_raw();
            assert!(next.is_none_or(|next| (last & !ROUND..=at_most).contains(&next)), "{next:?}");
        }
    }

    #[test]
    fn an_untracked_message_is_noticed_and_the_depth_is_not_claimed_any_more() {
        let inbox = Inbox::default();
        inbox.send();
        assert_eq!((inbox.depth(), inbox.oldest().is_some()), (Some(1), true));
        assert!(inbox.begin().is_some());
        assert!(inbox.begin().is_none(), "nobody tracked this one");
        assert_eq!((inbox.depth(), inbox.waiting()), (None, 0));
    }

    #[test]
    fn what_could_not_be_sent_does_not_wait() {
        let inbox = Inbox::default();
        inbox.send();
        inbox.not_sent();
        assert_eq!(inbox.depth(), Some(0));
    }

    #[test]
    fn where_stamps_travel_in_the_messages_nothing_is_made_up() {
        let inbox = Inbox::default();
        inbox.count();
        inbox.count();
        inbox.begin_counted();
        assert_eq!((inbox.waiting(), inbox.oldest().is_some()), (1, false));
    }

    #[test]
    fn senders_and_the_actor_share_no_cache_line() {
        assert_eq!((align_of::<Sent>(), align_of::<Begun>()), (64, 64));
    }
}
