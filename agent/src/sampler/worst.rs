//! The slots with the longest waits of a pass.

use actorscope_core::SlotId;

/// Slots that get a tier-2 histogram because their waits are the worst.
const WORST: usize = 32;

/// The longest waits so far, and some that were among them for a while: sorted out when there are twice as many
/// as are wanted, so that a pass in which each waited longer than the one before costs no more than another.
#[derive(Default)]
pub(super) struct Worst {
    waits: Vec<(u64, SlotId)>,
    /// Not longer than any of the worst; what is not longer than this is none of them.
    least: u64,
}

impl Worst {
    /// A slot waits for so many nanoseconds; for 0 it does not.
    #[inline]
    pub(super) fn offer(&mut self, wait_ns: u64, id: SlotId) {
        if wait_ns > self.least {
            self.waits.push((wait_ns, id));
            if self.waits.len() >= 2 * WORST {
                self.sort_out();
            }
        }
    }

    fn sort_out(&mut self) {
        if self.waits.len() > WORST {
            let (_, last, _) = self.waits.select_nth_unstable_by(WORST - 1, |a, b| b.cmp(a));
            self.least = last.0;
            self.waits.truncate(WORST);
        }
    }

    /// Who they are, in no order.
    pub(super) fn into_ids(mut self) -> impl Iterator<Item = SlotId> {
        self.sort_out();
        self.waits.into_iter().map(|(_, id)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn they_are_what_sorting_all_would_give(
            waits in proptest::collection::vec(0u64..1_000_000, 0..300),
        ) {
            let mut worst = Worst::default();
            let all = waits.iter().zip(1..).map(|(wait, id)| (*wait, SlotId::new(id).unwrap()));
            for (wait, id) in all.clone() {
                worst.offer(wait, id);
            }
            let waits_of = |id: SlotId| waits[id.get() as usize - 1];
            let mut found: Vec<u64> = worst.into_ids().map(waits_of).collect();
            let mut sorted: Vec<u64> = waits.iter().copied().filter(|wait| *wait > 0).collect();
            found.sort_unstable();
            sorted.sort_unstable();
            prop_assert_eq!(&found[..], &sorted[sorted.len().saturating_sub(WORST)..]);
        }
    }
}
