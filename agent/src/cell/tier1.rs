//! Tier 1: for slots that have handled a few messages. How long they waited and took, in buckets.

use super::log2::Halving;

/// Messages after which tier 1 is allocated: most actors of most systems handle fewer.
pub(crate) const FROM_MESSAGE: u64 = 16;

/// What tier 1 counts.
#[derive(Default, Debug)]
pub(crate) struct Tier1 {
    pub(crate) wait: Halving,
    pub(crate) handling: Halving,
}
