//! One slot's tier-2 histogram as the sampler keeps it: when it was handed out, when its halves
//! began, whether anybody still wants it.

use crate::cell::Lent;
use crate::clock::{Ticks, nanos};
use actorscope_core::histogram::Buckets;

/// Time after which the halves change places; a reading covers one to two of these.
const HALF_NS: u64 = 15_000_000_000;

/// Time after which a histogram that nobody asked for any more is taken back.
const KEPT_NS: u64 = 60_000_000_000;

pub(super) struct Attached {
    pub(super) fine: Lent,
    older_half: Ticks,
    newer_half: Ticks,
    wanted: Ticks,
}

impl Attached {
    pub(super) fn new(fine: Lent, now: Ticks) -> Self {
        Self { fine, older_half: now, newer_half: now, wanted: now }
    }

    pub(super) fn want(&mut self, now: Ticks) {
        self.wanted = now;
    }

    pub(super) fn is_wanted(&self, now: Ticks) -> bool {
        nanos(self.wanted, now) < KEPT_NS
    }

    pub(super) fn rotate_if_due(&mut self, now: Ticks) {
        if nanos(self.newer_half, now) >= HALF_NS {
            self.fine.with(|fine| fine.rotate());
            self.older_half = self.newer_half;
            self.newer_half = now;
        }
    }

    pub(super) fn wait(&self, now: Ticks) -> Option<Buckets> {
        self.fine.with(|fine| fine.wait(nanos(self.older_half, now)))
    }

    pub(super) fn handling(&self, now: Ticks) -> Option<Buckets> {
        self.fine.with(|fine| fine.handling(nanos(self.older_half, now)))
    }
}
