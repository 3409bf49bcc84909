//! Who goes with a slot's actor, of what hangs below it, and who only hangs there.

use crate::id::SlotId;
use crate::slot::Identity;
use crate::spec::ChildKind;
use crate::view::RowSource;

/// What hangs below a slot, as far as it lives.
#[derive(Default)]
pub(super) struct Below {
    /// Slots whose actors end with their parents.
    pub(super) go: Vec<SlotId>,
    /// How many run on.
    pub(super) stay: usize,
}

/// Follows the tree: what is below somebody who stays, stays.
pub(super) fn below(source: &impl RowSource, slot: SlotId) -> Below {
    let forest = source.forest();
    let is_live = |id: SlotId| source.stats(id).is_some_and(|stats| stats.state.is_live());
    let mut below = Below::default();
    let mut open: Vec<SlotId> = forest.children(slot).rev().collect();
    while let Some(next) = open.pop() {
        if source.identity(next).is_some_and(|who| runs_on(&who)) {
            let all = std::iter::once(next).chain(forest.descendants(next));
            below.stay += all.filter(|id| is_live(*id)).count();
            continue;
        }
        if is_live(next) {
            below.go.push(next);
        }
        open.extend(forest.children(next).rev());
    }
    below
}

/// Whether it does without the one that it hangs under: who spawns a task on tokio is not asked
/// whether it may go on. A receiver goes with the task that holds it.
fn runs_on(identity: &Identity) -> bool {
    &*identity.framework == "tokio" && identity.kind != ChildKind::Mailbox
}
