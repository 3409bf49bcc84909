//! Where rows come from.

use super::{Best, SortKey, SortValue, Weight};
use crate::forest::{Forest, Member};
use crate::id::{SlotId, Timestamp};
use crate::node::Summary;
use crate::slot::{Identity, SlotDetail, Stats};
use crate::state::SlotState;

/// Rows to choose from: the agent's registry as of its last pass, or a moment of a recording.
///
/// Sort values are asked for all rows, identities for those that are shown and, with a filter, for all;
/// statistics only for those that are shown, weights for all members of folds
/// that are.
pub trait RowSource {
    /// Who is under whom.
    fn forest(&self) -> &Forest;

    /// Who a slot is; `None` if it is not there.
    fn identity(&self, id: SlotId) -> Option<Identity>;

    /// How a slot is doing; `None` if it is not there.
    fn stats(&self, id: SlotId) -> Option<Stats>;

    /// What the detail page adds; `None` if it is not there.
    fn detail(&self, id: SlotId) -> Option<SlotDetail>;

    /// What a slot is doing; `None` if it is not there.
    fn state(&self, id: SlotId) -> Option<SlotState> {
        Some(self.stats(id)?.state)
    }

    /// What a slot adds to a fold; `None` if it is not there. Asked for all members of the folds that
    /// are shown, so a source that can tell without building the row overrides this.
    fn weight(&self, member: Member) -> Option<Weight> {
        Some(Weight::of(&self.stats(member.id)?))
    }

    /// When all this was so.
    fn sampled_at(&self) -> Timestamp {
        self.summary().sampled_at
    }

    /// The node at a glance.
    fn summary(&self) -> Summary;

    /// All slots, in no particular order; if there may be no time for all of them, those first that are
    /// more likely to be asked about.
    fn slots(&self) -> Box<dyn Iterator<Item = SlotId> + '_>;

    /// What a slot is ordered by. A source that has the number at hand overrides this.
    fn sort_value(&self, id: SlotId, key: SortKey) -> SortValue {
        match (self.identity(id), self.stats(id)) {
            (Some(identity), Some(stats)) => key.value(&identity, &stats),
            _ => SortValue::Unknown,
        }
    }

    /// Offers all slots with their sort values. A source that knows which ones can't be among the first
    /// overrides this.
    fn offer_all(&self, key: SortKey, best: &mut Best) {
        for id in self.slots() {
            best.offer(self.sort_value(id, key), || Some(id));
        }
    }
}
