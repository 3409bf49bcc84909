//! How slots form a tree, whatever adapters claim.
//!
//! The forest is always sane: every slot has at most one parent, there are no cycles, siblings have
//! different names. What contradicts that (a parent nobody knows, a slot under itself) is turned
//! into something sane and reported as an [`Oddity`], never into a panic or a lost slot.

use crate::id::SlotId;
use crate::id_map::IdMap;
use crate::text;
use hashbrown::HashTable;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Deepest nesting that paths follow; deeper slots are hung under their ancestor at this depth.
pub const MAX_DEPTH: usize = 64;

/// Something an adapter said that cannot be. The forest did the next best thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Oddity {
    /// The parent is not known: the slot became a root.
    UnknownParent(SlotId),
    /// The slot would have been its own ancestor: it stayed where it was.
    Cycle,
    /// The id is taken: nothing happened.
    Duplicate,
    /// There is no such slot: nothing happened.
    UnknownSlot,
    /// The slot would have been nested too deeply: it was hung higher up.
    TooDeep,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownParent(id) => write!(f, "parent {id} is not known; shown as a root"),
            Self::Cycle => f.write_str("would be its own ancestor; left where it was"),
            Self::Duplicate => f.write_str("registered twice; the second time was ignored"),
            Self::UnknownSlot => f.write_str("not known; ignored"),
            Self::TooDeep => write!(f, "nested deeper than {MAX_DEPTH}; hung higher up"),
        }
    }
}

#[derive(Debug)]
struct Node {
    parent: Option<SlotId>,
    name: Arc<str>,
    /// Ascending ids, which is the order in which they were started. In a box, because most have
    /// none.
    #[allow(clippy::box_collection, reason = "a third of the size, a million times")]
    children: Option<Box<BTreeSet<SlotId>>>,
}

impl Node {
    const fn new(parent: Option<SlotId>, name: Arc<str>) -> Self {
        Self { parent, name, children: None }
    }
}

/// What a path leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// Exactly one slot.
    One(SlotId),
    /// Several, at most ten of them listed.
    Many(Vec<SlotId>),
    /// None.
    None,
}

/// All slots and who is under whom.
#[derive(Debug, Default)]
pub struct Forest {
    /// Names come from outside: their hash must not be foreseeable.
    hasher: RandomState,
    nodes: IdMap<Node>,
    roots: BTreeSet<SlotId>,
    /// Every slot by its parent and name. Only the ids: parents and names are in the nodes.
    taken: HashTable<SlotId>,
    /// The last `~n` given for a name, so that ten thousand equal siblings cost no search.
    suffixes: HashMap<(Option<SlotId>, Arc<str>), u32>,
}

impl Forest {
    /// An empty forest.
    pub fn new() -> Self {
        Self::default()
    }

    /// Slots in the forest.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether `id` is in the forest.
    pub fn contains(&self, id: SlotId) -> bool {
        self.nodes.contains_key(&id)
    }

    /// Adds a slot. The name it gets is `name` made safe, with `~2`, `~3`, … behind it when a sibling
    /// has it already.
    pub fn insert(
        &mut self,
        id: SlotId,
        parent: Option<SlotId>,
        name: &str,
    ) -> (Arc<str>, Option<Oddity>) {
        self.insert_named(id, parent, text::segment(name).into())
    }

    /// [`Forest::insert`] with a name that is safe already (see [`text::segment`]) and is shared with
    /// the caller while no sibling has it.
    pub fn insert_named(
        &mut self,
        id: SlotId,
        parent: Option<SlotId>,
        name: Arc<str>,
    ) -> (Arc<str>, Option<Oddity>) {
        if let Some(node) = self.nodes.get(&id) {
            return (node.name.clone(), Some(Oddity::Duplicate));
        }
        let (parent, oddity) = self.sane_parent(parent);
        let name = self.free_name(parent, name);
        self.nodes.insert(id, Node::new(parent, name.clone()));
        self.attach(id, parent);
        (name, oddity)
    }

    /// Moves a slot under another parent, as learnt late. Its name may change to stay unique.
    pub fn set_parent(&mut self, id: SlotId, parent: Option<SlotId>) -> Option<Oddity> {
        let Some(node) = self.nodes.get(&id) else {
            return Some(Oddity::UnknownSlot);
        };
        let (old, name) = (node.parent, node.name.clone());
        let (parent, oddity) = self.sane_parent(parent);
        if parent == old {
            return oddity;
        }
        if parent.is_some_and(|p| p == id || self.ancestors(p).any(|a| a == id)) {
            return Some(Oddity::Cycle);
        }
        self.detach(id, old);
        let name = self.free_name(parent, name);
        if let Some(node) = self.nodes.get_mut(&id) {
            node.parent = parent;
            node.name = name;
        }
        self.attach(id, parent);
        oddity
    }

    /// Gives a slot another name; returns the one it got.
    pub fn rename(&mut self, id: SlotId, name: &str) -> Result<Arc<str>, Oddity> {
        let node = self.nodes.get(&id).ok_or(Oddity::UnknownSlot)?;
        let (parent, old) = (node.parent, node.name.clone());
        if *old == *text::segment(name) {
            return Ok(old);
        }
        self.detach(id, parent);
        let name = self.free_name(parent, text::segment(name).into());
        if let Some(node) = self.nodes.get_mut(&id) {
            node.name = name.clone();
        }
        self.attach(id, parent);
        Ok(name)
    }

    /// Removes a slot; its children move up to its parent. False if it was not there.
    pub fn remove(&mut self, id: SlotId) -> bool {
        let Some(node) = self.nodes.get(&id) else {
            return false;
        };
        let parent = node.parent;
        for child in node.children.iter().flat_map(|ids| ids.iter().copied()).collect::<Vec<_>>() {
            self.set_parent(child, parent);
        }
        self.detach(id, parent);
        self.nodes.remove(&id);
        if self.children_of(parent).next().is_none() {
            self.suffixes.retain(|(p, _), _| *p != parent);
        }
        true
    }

    /// The parent of a slot.
    pub fn parent(&self, id: SlotId) -> Option<SlotId> {
        self.nodes.get(&id)?.parent
    }

    /// The name of a slot.
    pub fn name(&self, id: SlotId) -> Option<&Arc<str>> {
        Some(&self.nodes.get(&id)?.name)
    }

    /// Slots without a parent, in the order in which they were started.
    pub fn roots(&self) -> impl DoubleEndedIterator<Item = SlotId> + Clone + '_ {
        self.roots.iter().copied()
    }

    /// The children of a slot, in the order in which they were started.
    pub fn children(&self, id: SlotId) -> impl DoubleEndedIterator<Item = SlotId> + Clone + '_ {
        self.below(id).into_iter().flatten().copied()
    }

    /// How many children a slot has.
    pub fn child_count(&self, id: SlotId) -> usize {
        self.below(id).map_or(0, BTreeSet::len)
    }

    /// A slot's parent, its parent's parent and so on.
    pub fn ancestors(&self, id: SlotId) -> impl Iterator<Item = SlotId> + '_ {
        std::iter::successors(self.parent(id), |p| self.parent(*p))
    }

    /// Everything under a slot, parents before children; not the slot itself.
    pub fn descendants(&self, id: SlotId) -> impl Iterator<Item = SlotId> + '_ {
        let mut stack: Vec<SlotId> = self.children(id).rev().collect();
        std::iter::from_fn(move || {
            let next = stack.pop()?;
            stack.extend(self.children(next).rev());
            Some(next)
        })
    }

    /// The slot with this name under this parent.
    pub fn child_named(&self, parent: Option<SlotId>, name: &str) -> Option<SlotId> {
        self.taken.find(self.hash(parent, name), |id| self.is_called(*id, parent, name)).copied()
    }

    fn below(&self, id: SlotId) -> Option<&BTreeSet<SlotId>> {
        self.nodes.get(&id)?.children.as_deref()
    }

    fn hash(&self, parent: Option<SlotId>, name: &str) -> u64 {
        self.hasher.hash_one((parent, name))
    }

    fn is_called(&self, id: SlotId, parent: Option<SlotId>, name: &str) -> bool {
        self.nodes.get(&id).is_some_and(|node| node.parent == parent && *node.name == *name)
    }

    /// `/root/child/…`; empty for a slot that is not there.
    pub fn path(&self, id: SlotId) -> String {
        if !self.contains(id) {
            return String::new();
        }
        let mut line: Vec<SlotId> = self.ancestors(id).collect();
        line.reverse();
        line.push(id);
        let mut path = String::new();
        for name in line.iter().filter_map(|id| self.name(*id)) {
            path.push('/');
            path.push_str(name);
        }
        path
    }

    /// Resolves what a person typed: `#17`, a path from the root, or the end of a path if only one
    /// slot has it.
    pub fn find(&self, typed: &str) -> Found {
        if let Some(number) = typed.strip_prefix('#') {
            let id = number.parse().ok().and_then(SlotId::new).filter(|id| self.contains(*id));
            return id.map_or(Found::None, Found::One);
        }
        if let Some(path) = typed.strip_prefix('/') {
            let mut at = None;
            for segment in path.trim_end_matches('/').split('/') {
                at = self.child_named(at, segment);
                if at.is_none() {
                    return Found::None;
                }
            }
            return at.map_or(Found::None, Found::One);
        }
        let Some(last) = typed.rsplit('/').next().filter(|l| !l.is_empty()) else {
            return Found::None;
        };
        let end = format!("/{typed}");
        let mut hits: Vec<SlotId> = self
            .nodes
            .iter()
            .filter(|(id, node)| *node.name == *last && self.path(**id).ends_with(&end))
            .map(|(id, _)| *id)
            .collect();
        hits.sort_unstable();
        hits.truncate(10);
        match hits.as_slice() {
            [] => Found::None,
            [one] => Found::One(*one),
            _ => Found::Many(hits),
        }
    }

    fn children_of(&self, parent: Option<SlotId>) -> Box<dyn Iterator<Item = SlotId> + '_> {
        match parent {
            Some(parent) => Box::new(self.children(parent)),
            None => Box::new(self.roots()),
        }
    }

    fn sane_parent(&self, parent: Option<SlotId>) -> (Option<SlotId>, Option<Oddity>) {
        let Some(wanted) = parent else {
            return (None, None);
        };
        if !self.contains(wanted) {
            return (None, Some(Oddity::UnknownParent(wanted)));
        }
        let above: Vec<SlotId> = self.ancestors(wanted).take(MAX_DEPTH).collect();
        // A node at depth d has d ancestors; its child would have d + 1.
        if above.len() + 1 < MAX_DEPTH {
            return (Some(wanted), None);
        }
        (above.first().copied(), Some(Oddity::TooDeep))
    }

    fn free_name(&mut self, parent: Option<SlotId>, wanted: Arc<str>) -> Arc<str> {
        if self.child_named(parent, &wanted).is_none() {
            return wanted;
        }
        let key = (parent, wanted);
        let mut last = self.suffixes.get(&key).copied().unwrap_or(1);
        loop {
            last = last.saturating_add(1);
            let name = format!("{}~{last}", key.1);
            if self.child_named(parent, &name).is_none() {
                self.suffixes.insert(key, last);
                return name.into();
            }
        }
    }

    /// Enters a slot, whose parent and name its node has by now, among its siblings.
    fn attach(&mut self, id: SlotId, parent: Option<SlotId>) {
        match parent.and_then(|p| self.nodes.get_mut(&p)) {
            Some(parent) => parent.children.get_or_insert_default().insert(id),
            None => self.roots.insert(id),
        };
        let Some(node) = self.nodes.get(&id) else { return };
        let hash = self.hash(node.parent, &node.name);
        let (nodes, hasher) = (&self.nodes, &self.hasher);
        self.taken.insert_unique(hash, id, |id| {
            nodes.get(id).map_or(0, |node| hasher.hash_one((node.parent, &*node.name)))
        });
    }

    /// Takes a slot, whose parent and name its node still has, from among its siblings.
    fn detach(&mut self, id: SlotId, parent: Option<SlotId>) {
        match parent.and_then(|p| self.nodes.get_mut(&p)) {
            Some(parent) => {
                if let Some(children) = &mut parent.children {
                    children.remove(&id);
                    if children.is_empty() {
                        parent.children = None;
                    }
                }
            }
            None => _ = self.roots.remove(&id),
        }
        let Some(node) = self.nodes.get(&id) else { return };
        let hash = self.hash(node.parent, &node.name);
        if let Ok(entry) = self.taken.find_entry(hash, |other| *other == id) {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: u64) -> SlotId {
        SlotId::new(n).unwrap()
    }

    fn shop() -> Forest {
        let mut forest = Forest::new();
        forest.insert(id(1), None, "shop");
        forest.insert(id(2), Some(id(1)), "payments");
        forest.insert(id(3), Some(id(2)), "worker");
        forest.insert(id(4), Some(id(2)), "worker");
        forest.insert(id(5), Some(id(1)), "stock");
        forest.insert(id(6), Some(id(5)), "worker");
        forest
    }

    #[test]
    fn equal_siblings_are_numbered() {
        let forest = shop();
        assert_eq!(forest.path(id(3)), "/shop/payments/worker");
        assert_eq!(forest.path(id(4)), "/shop/payments/worker~2");
        assert_eq!(forest.path(id(6)), "/shop/stock/worker");
    }

    #[test]
    fn people_find_slots_by_path_by_end_of_path_and_by_number() {
        let forest = shop();
        assert_eq!(forest.find("/shop/payments/worker~2"), Found::One(id(4)));
        assert_eq!(forest.find("stock/worker"), Found::One(id(6)));
        assert_eq!(forest.find("#5"), Found::One(id(5)));
        assert_eq!(forest.find("worker"), Found::Many(vec![id(3), id(6)]));
        for nothing in ["/shop/nobody", "#99", "#x", "", "/", "nobody"] {
            assert_eq!(forest.find(nothing), Found::None, "{nothing:?}");
        }
    }

    #[test]
    fn lies_become_sane_and_are_reported() {
        let mut forest = shop();
        assert_eq!(forest.insert(id(9), Some(id(77)), "x").1, Some(Oddity::UnknownParent(id(77))));
        assert_eq!(forest.parent(id(9)), None);
        assert_eq!(forest.set_parent(id(1), Some(id(3))), Some(Oddity::Cycle));
        assert_eq!(forest.set_parent(id(1), Some(id(1))), Some(Oddity::Cycle));
        assert_eq!(forest.insert(id(2), None, "again").1, Some(Oddity::Duplicate));
        assert_eq!(forest.path(id(4)), "/shop/payments/worker~2");
    }

    #[test]
    fn children_of_a_removed_slot_move_up() {
        let mut forest = shop();
        assert!(forest.remove(id(2)));
        assert_eq!(forest.path(id(3)), "/shop/worker");
        assert_eq!(forest.path(id(4)), "/shop/worker~2");
        assert!(!forest.remove(id(2)));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Insert(u64, Option<u64>, String),
        Reparent(u64, Option<u64>),
        Rename(u64, String),
        Remove(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let slot = 1u64..24;
        let parent = proptest::option::of(1u64..24);
        let name = prop_oneof!["a", "b", "a~2", "/", ""];
        prop_oneof![
            4 => (slot.clone(), parent.clone(), name.clone()).prop_map(|(i, p, n)| Step::Insert(i, p, n)),
            2 => (slot.clone(), parent).prop_map(|(i, p)| Step::Reparent(i, p)),
            1 => (slot.clone(), name).prop_map(|(i, n)| Step::Rename(i, n)),
            1 => slot.prop_map(Step::Remove),
        ]
    }

    proptest! {
        #[test]
        fn whatever_adapters_claim_it_stays_a_forest(steps in proptest::collection::vec(step(), 0..200)) {
            let mut forest = Forest::new();
            for step in steps {
                match step {
                    Step::Insert(i, p, n) => { forest.insert(id(i), p.map(id), &n); }
                    Step::Reparent(i, p) => { forest.set_parent(id(i), p.map(id)); }
                    Step::Rename(i, n) => { let _ = forest.rename(id(i), &n); }
                    Step::Remove(i) => { forest.remove(id(i)); }
                }
                // Everybody is reached from the roots exactly once: no cycles, no orphans.
                let mut reached: Vec<_> = forest.roots().collect();
                reached.extend(forest.roots().flat_map(|r| forest.descendants(r).collect::<Vec<_>>()));
                let all: BTreeSet<_> = reached.iter().copied().collect();
                prop_assert_eq!(reached.len(), forest.len());
                prop_assert_eq!(all.len(), forest.len());
                // Paths are unique and lead back.
                for slot in all {
                    prop_assert_eq!(forest.find(&forest.path(slot)), Found::One(slot));
                }
            }
        }
    }
}
