//! How a slot's task is polled, as the future around it reports it.

use super::SlotHandle;
use crate::clock::Ticks;

impl SlotHandle {
    /// A poll begins. `woken` is when the task was woken for it, if that is known, `ended` when its
    /// last poll ended; 0 = there was none.
    #[inline]
    pub(crate) fn poll_begins(&self, woken: Option<Ticks>, ended: Ticks) {
        self.slot.polls().begin(woken, ended);
    }

    /// The running poll ends; when.
    #[inline]
    pub(crate) fn poll_ends(&self) -> Ticks {
        self.slot.polls().end()
    }
}
