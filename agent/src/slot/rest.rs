//! When a slot is let sleep, so that nothing it does is missed.
//!
//! A slot that did nothing for some passes is told that it may sleep: from then on, whatever is written
//! to it is noted with its id once it has been written. One pass later it is looked at for a last
//! time: what was being written when it was told is there by then.

use super::Slot;

/// Passes in which a slot does nothing before it is let sleep: one that has a message every other second
/// is not put down and taken up again all the time.
const LET_SLEEP: u8 = 3;

/// See the module's documentation: passes since the slot last did anything, up to [`LET_SLEEP`].
#[derive(Debug)]
pub(crate) struct Rest(u8);

impl Rest {
    /// Of a slot that is seen for the first time: if it does nothing, it mostly has not for long.
    pub(crate) const fn new() -> Self {
        Self(LET_SLEEP - 1)
    }

    /// The slot was looked at: whether it sleeps from here on, and need not be looked at before it is
    /// noted.
    pub(crate) fn after_look(&mut self, slot: &Slot, is_at_rest: bool) -> bool {
        if !is_at_rest {
            self.wake(slot);
            return false;
        }
        if self.0 < LET_SLEEP {
            self.0 += 1;
            if self.0 == LET_SLEEP {
                slot.marks.let_sleep();
            }
            return false;
        }
        let stirs = slot.marks.is_stirred();
        if stirs {
            self.0 = 0;
        }
        !stirs
    }

    /// The slot is looked at in every pass, whatever happens to it.
    pub(crate) fn wake(&mut self, slot: &Slot) {
        if std::mem::take(&mut self.0) == LET_SLEEP {
            slot.marks.keep_awake();
        }
    }
}
