//! Who the slots were that went lately, for facts about them that are taken in later.

use crate::registry::Gone;
use actorscope_core::SlotId;
use actorscope_core::forest::Forest;

/// Those that went with the last changes, and while facts are taken in, with those before them: a fact that
/// was noted after the facts were taken away, and before the changes were, is about one of these when it is
/// taken in. Ascending each.
#[derive(Default, Debug)]
pub(super) struct Lately {
    now: Vec<Gone>,
    before: Vec<Gone>,
}

impl Lately {
    /// Others went, and `gone` is left empty; `forest` knows better than they what those were called that are
    /// still in it.
    pub(super) fn take_in(&mut self, gone: &mut Vec<Gone>, forest: &Forest) {
        for gone in &mut *gone {
            if let Some(name) = forest.name(gone.id) {
                (gone.name, gone.parent) = (name, forest.parent(gone.id));
            }
        }
        gone.sort_unstable_by_key(|gone| gone.id);
        // In a ring, so that each has room that was made once.
        self.before.clear();
        std::mem::swap(&mut self.before, &mut self.now);
        std::mem::swap(&mut self.now, gone);
    }

    /// The facts that were noted before the last changes are taken in.
    pub(super) fn forget_before(&mut self) {
        self.before.clear();
    }

    /// Gives room back that is not needed.
    pub(super) fn shrink_to(&mut self, needed: usize) {
        self.now.shrink_to(needed);
        self.before.shrink_to(needed);
    }

    /// What is known of one that went.
    pub(super) fn get(&self, id: SlotId) -> Option<&Gone> {
        let find = |gone: &Vec<Gone>| gone.binary_search_by_key(&id, |gone| gone.id).ok();
        match find(&self.now) {
            Some(at) => self.now.get(at),
            None => self.before.get(find(&self.before)?),
        }
    }
}
