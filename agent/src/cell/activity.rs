//! Whether something goes on and since when, or when it ended: in one word.

use crate::clock::Ticks;
use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Of one writer. Instants lose their lowest bit.
#[derive(Default, Debug)]
pub(crate) struct Activity {
    /// When it began (odd) or ended (even); 0 = it never was, or nobody needs to know any more.
    at: AtomicU64,
}

impl Activity {
    /// Whether it ever began, where [`Activity::take_ended`] is not used.
    #[inline]
    pub(crate) fn ever_began(&self) -> bool {
        self.at.load(Relaxed) != 0
    }

    /// As if it never had.
    pub(crate) fn clear(&self) {
        self.at.store(0, Relaxed);
    }

    /// An instant as it is kept.
    #[inline]
    pub(crate) const fn instant(at: Ticks) -> Ticks {
        at & !1
    }

    /// It begins.
    #[inline]
    pub(crate) fn begin(&self, now: Ticks) {
        self.at.store(now | 1, Relaxed);
    }

    /// It ends.
    #[inline]
    pub(crate) fn end(&self, now: Ticks) {
        self.at.store(Self::instant(now), Relaxed);
    }

    /// Since when it goes on; 0 = it does not.
    #[inline]
    pub(crate) fn since(&self) -> Ticks {
        let at = self.at.load(Relaxed);
        if at & 1 == 1 { at } else { 0 }
    }

    /// When it ended; 0 = it goes on, or nobody knows.
    #[inline]
    pub(crate) fn ended(&self) -> Ticks {
        let at = self.at.load(Relaxed);
        if at & 1 == 0 { at } else { 0 }
    }

    /// [`Activity::ended`], once.
    #[inline]
    pub(crate) fn take_ended(&self) -> Ticks {
        let ended = self.ended();
        if ended != 0 {
            self.at.store(0, Relaxed);
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_or_has_ended() {
        let activity = Activity::default();
        assert_eq!((activity.since(), activity.take_ended()), (0, 0));
        activity.begin(10);
        assert_eq!((activity.since(), activity.ended(), activity.take_ended()), (11, 0, 0));
        activity.end(15);
        assert_eq!((activity.since(), activity.ended()), (0, 14));
        assert_eq!((activity.take_ended(), activity.ended()), (14, 0));
        assert_eq!(activity.since(), 0);
    }
}
