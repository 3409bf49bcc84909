//! Paths of facts that are taken in: those that are alike share one text.

use crate::registry::Gone;
use actorscope_core::SlotId;
use std::sync::Arc;

/// Paths remembered: actors of so many names, or below so many parents, may come and go in turns.
const REMEMBERED: usize = 8;

/// The last paths of slots that came and went without ever being in the tree. True only as long as neither the tree
/// nor who went changes.
#[derive(Default)]
pub(super) struct Paths {
    made: [Option<Made>; REMEMBERED],
    next: usize,
    /// In which a path is put together, so that its text takes no more memory than it is long.
    pub(super) scratch: String,
}

struct Made {
    parent: Option<SlotId>,
    name: Arc<str>,
    path: Arc<str>,
}

impl Paths {
    /// The path of one of the same name below the same parent, if it was among the last.
    pub(super) fn of(&self, gone: &Gone) -> Option<Arc<str>> {
        // Names that are equal are one text as a rule.
        let is_same = |made: &&Made| {
            made.parent == gone.parent
                && (Arc::ptr_eq(&made.name, &gone.name) || made.name == gone.name)
        };
        Some(self.made.iter().flatten().find(is_same)?.path.clone())
    }

    /// Remembers a path.
    pub(super) fn remember(&mut self, gone: &Gone, path: &Arc<str>) {
        let (name, path) = (gone.name.clone(), path.clone());
        if let Some(made) = self.made.get_mut(self.next) {
            *made = Some(Made { parent: gone.parent, name, path });
        }
        self.next = (self.next + 1) % REMEMBERED;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_the_same_name_below_the_same_parent_shares_a_path() {
        let id = |number| SlotId::new(number).unwrap();
        let gone = |name: &str, parent| Gone { id: id(9), name: name.into(), parent };
        let mut paths = Paths::default();
        let path: Arc<str> = "/a/worker".into();
        paths.remember(&gone("worker", Some(id(1))), &path);
        let same = paths.of(&gone("worker", Some(id(1)))).unwrap();
        assert!(Arc::ptr_eq(&same, &path));
        for other in [gone("worker", Some(id(2))), gone("worker", None), gone("a", Some(id(1)))] {
            assert_eq!(paths.of(&other), None);
        }
        for number in 0..REMEMBERED {
            paths.remember(&gone(&number.to_string(), None), &path);
        }
        assert_eq!(paths.of(&gone("worker", Some(id(1)))), None, "forgotten");
    }
}
