//! Who goes with a slot's actor, of what hangs below it, and who only hangs there.

use crate::id::SlotId;
use crate::slot::Identity;
use crate::spec::ChildKind;
use crate::view::RowSource;
use std::sync::Arc;

/// What hangs below a slot, as far as it lives.
#[derive(Default)]
pub(super) struct Below {
    /// Slots whose actors end with their parents.
    pub(super) go: Vec<SlotId>,
    /// How many run on that are tasks on tokio, or below one.
    pub(super) tasks: usize,
    /// How many others run on.
    pub(super) actors: usize,
}

/// Follows the tree: what is below somebody who stays, stays.
pub(super) fn below(source: &impl RowSource, slot: SlotId) -> Below {
    let forest = source.forest();
    let is_live = |id: SlotId| source.stats(id).is_some_and(|stats| stats.state.is_live());
    let mut below = Below::default();
    let Some(top) = source.identity(slot) else { return below };
    let children_of = |id: SlotId, framework: Arc<str>| {
        forest.children(id).rev().map(move |child| (framework.clone(), child))
    };
    let mut open: Vec<(Arc<str>, SlotId)> = children_of(slot, top.framework).collect();
    while let Some((above, next)) = open.pop() {
        let Some(who) = source.identity(next) else { continue };
        let stay = match bond(&who, &above) {
            Bond::Ends => None,
            Bond::Task => Some(&mut below.tasks),
            Bond::Apart => Some(&mut below.actors),
        };
        if let Some(stay) = stay {
            let all = std::iter::once(next).chain(forest.descendants(next));
            *stay += all.filter(|id| is_live(*id)).count();
            continue;
        }
        if is_live(next) {
            below.go.push(next);
        }
        open.extend(children_of(next, who.framework));
    }
    below
}

/// What becomes of somebody when the one ends that it hangs under.
enum Bond {
    /// It ends as well.
    Ends,
    /// Nothing: who spawns a task on tokio is not asked whether it may go on.
    Task,
    /// Nothing: it hangs there because it was started there, and nobody ends it for that.
    Apart,
}

fn bond(identity: &Identity, framework_above: &str) -> Bond {
    match &*identity.framework {
        // A receiver goes with whoever holds it.
        _ if identity.kind == ChildKind::Mailbox => Bond::Ends,
        "tokio" => Bond::Task,
        "kameo" if identity.child_spec.is_none() => Bond::Apart,
        // A framework ends its own.
        framework if framework != framework_above => Bond::Apart,
        _ => Bond::Ends,
    }
}
