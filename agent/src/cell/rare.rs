//! What few meters ever need, in one allocation of its own.

use super::arrivals::Backlog;
use super::fine::{self, Fine, Lent};
use super::links::Links;
use super::types::Types;
use crate::sync::OnceBox;
use crate::sync::atomic::AtomicU32;
use crate::sync::atomic::Ordering::{Acquire, Release};

/// See the module's documentation.
#[derive(Default, Debug)]
pub(crate) struct Rare {
    /// The arrivals, once messages wait that came at different times.
    pub(super) backlog: Backlog,
    /// Messages by type, once there are two.
    pub(super) types: OnceBox<Types>,
    /// Whom it sends to; most never say. The one thing here that has many writers.
    pub(super) links: OnceBox<Links>,
    /// The number of the tier-2 histogram that the sampler lent; 0 = none.
    fine: AtomicU32,
}

impl Rare {
    /// The histogram that the sampler lent. Whoever sees its number sees it emptied, too: else its
    /// first count would be added to what the slot before had in it.
    #[inline]
    pub(super) fn lent(&self) -> Option<&'static Fine> {
        fine::numbered(self.fine.load(Acquire))
    }

    pub(super) fn lend(&self, fine: Option<&Lent>) {
        self.fine.store(fine.map_or(0, Lent::number), Release);
    }
}
