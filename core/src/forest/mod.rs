//! How slots form a tree, whatever adapters claim.
//!
//! The forest is always sane: every slot has at most one parent, there are no cycles, siblings have
//! different names. What contradicts that (a parent nobody knows, a slot under itself) is turned
//! into something sane and reported as an [`Oddity`], never into a panic or a lost slot.

mod family;
mod kin;
mod name;
mod names;
mod paths;
mod siblings;
mod stem;

use crate::id::SlotId;
use crate::id_map::{IdHash, IdHasher};
use crate::slab::Slab;
use crate::text;
use family::Family;
use hashbrown::HashTable;
pub use kin::{Group, Kin, Likeness, MAX_STEMS, Member};
use name::{Key, Name};
pub use paths::Found;
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hasher, RandomState};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

/// Deepest nesting that paths follow; deeper slots are hung under their ancestor at this depth.
pub const MAX_DEPTH: usize = 64;

/// From so many children on it is kept how they are sorted out, instead of sorting them out again for
/// each frame.
const KEPT_FROM: usize = 256;

/// Most parents of which that is kept; then all is forgotten, and what is looked at is sorted out anew.
const MAX_KEPT: usize = 64;

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

/// 32 bytes, and there are as many of them as slots: a [`Name`] is kept in its two parts, because it
/// has no room for the parent.
#[derive(Debug)]
struct Node {
    id: SlotId,
    text: Arc<str>,
    number: u32,
    /// The parent's place.
    parent: Option<Place>,
}

impl Node {
    fn name(&self) -> Name<'_> {
        Name { text: &self.text, number: self.number }
    }

    /// As one text.
    fn whole_name(&self) -> Arc<str> {
        if self.number == 0 { self.text.clone() } else { self.name().to_string().into() }
    }
}

/// Where a slot is kept while it is in the forest; given to another once it is not. One more than the
/// number of the place in a [`Slab`], so that none is no larger than one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place(NonZeroU32);

impl Place {
    const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number.wrapping_add(1)) {
            Some(one_more) => Some(Self(one_more)),
            None => None,
        }
    }

    /// Its number: that of a place in a [`Slab`] which keeps something else for each slot.
    pub const fn number(self) -> u32 {
        self.0.get() - 1
    }
}

/// All slots and who is under whom.
///
/// About fifty bytes a slot: a node, and two numbers in tables that find it by its id and by its name.
#[derive(Debug, Default)]
pub struct Forest {
    /// Names come from outside: their hash must not be foreseeable.
    hasher: RandomState,
    nodes: Slab<Node>,
    /// Every slot's place by its id.
    places: HashTable<Place>,
    /// Every slot's place by its parent and name.
    taken: HashTable<Place>,
    roots: Family,
    /// Of those that have children.
    families: HashMap<Place, Family, IdHash>,
    /// Children sorted out, of parents that somebody looks at and that have many: sixteen bytes a child.
    kept: Mutex<HashMap<Option<Place>, Arc<Kin>, IdHash>>,
}

/// Ids are counted up, nobody chooses them.
fn hash_id(id: SlotId) -> u64 {
    let mut hasher = IdHasher::default();
    hasher.write_u64(id.get());
    hasher.finish()
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
        self.place(id).is_some()
    }

    /// Where a slot is kept.
    pub fn place(&self, id: SlotId) -> Option<Place> {
        let is_it = |place: &Place| self.node(*place).is_some_and(|node| node.id == id);
        self.places.find(hash_id(id), is_it).copied()
    }

    fn node(&self, place: Place) -> Option<&Node> {
        self.nodes.get(place.number())
    }

    fn node_of(&self, id: SlotId) -> Option<&Node> {
        self.node(self.place(id)?)
    }

    /// Who is kept in the place of that number, if anybody is.
    pub fn id_of(&self, number: u32) -> Option<SlotId> {
        Some(self.nodes.get(number)?.id)
    }

    fn id_at(&self, place: Place) -> Option<SlotId> {
        Some(self.node(place)?.id)
    }

    /// Adds a slot. The name it gets is `name` made safe, with `~2`, `~3`, … behind it when a sibling
    /// has it already.
    pub fn insert(&mut self, id: SlotId, parent: Option<SlotId>, name: &str) -> Option<Oddity> {
        self.insert_named(id, parent, text::segment(name).into())
    }

    /// [`Forest::insert`] with a name that is safe already (see [`text::segment`]) and is shared with
    /// the caller.
    pub fn insert_named(
        &mut self,
        id: SlotId,
        parent: Option<SlotId>,
        name: Arc<str>,
    ) -> Option<Oddity> {
        if self.contains(id) {
            return Some(Oddity::Duplicate);
        }
        let (parent, oddity) = self.sane_parent(parent);
        let (number, hash) = self.free_number(parent, &name);
        let node = Node { id, text: name, number, parent };
        // There is no room for more than 2³² − 1 of them, and no memory either.
        let place = self.nodes.insert(node).and_then(Place::new)?;
        let nodes = &self.nodes;
        self.places.insert_unique(hash_id(id), place, |place| {
            nodes.get(place.number()).map_or(0, |node| hash_id(node.id))
        });
        self.attach(place, hash);
        oddity
    }

    /// Moves a slot under another parent, as learnt late. Its name may change to stay unique.
    pub fn set_parent(&mut self, id: SlotId, parent: Option<SlotId>) -> Option<Oddity> {
        let Some(place) = self.place(id) else {
            return Some(Oddity::UnknownSlot);
        };
        let (parent, oddity) = self.sane_parent(parent);
        if self.node(place).is_some_and(|node| node.parent == parent) {
            return oddity;
        }
        if self.line(parent).any(|above| above == place) {
            return Some(Oddity::Cycle);
        }
        self.hang(place, parent);
        oddity
    }

    /// Hangs a slot under a parent that is no problem.
    fn hang(&mut self, place: Place, parent: Option<Place>) {
        self.detach(place);
        let Some(wanted) = self.node(place).map(|node| node.text.clone()) else { return };
        let (number, hash) = self.free_number(parent, &wanted);
        if let Some(node) = self.nodes.get_mut(place.number()) {
            node.parent = parent;
            node.number = number;
        }
        self.attach(place, hash);
    }

    /// Gives a slot another name; returns the one it got.
    pub fn rename(&mut self, id: SlotId, name: &str) -> Result<Arc<str>, Oddity> {
        let place = self.place(id).ok_or(Oddity::UnknownSlot)?;
        let node = self.node(place).ok_or(Oddity::UnknownSlot)?;
        let (parent, wanted) = (node.parent, text::segment(name));
        if node.name().key() == Key::of(&wanted) {
            return Ok(node.whole_name());
        }
        self.detach(place);
        let (number, hash) = self.free_number(parent, &wanted);
        if let Some(node) = self.nodes.get_mut(place.number()) {
            node.text = wanted.into();
            node.number = number;
        }
        self.attach(place, hash);
        self.name(id).ok_or(Oddity::UnknownSlot)
    }

    /// Removes a slot; its children move up to its parent. False if it was not there.
    pub fn remove(&mut self, id: SlotId) -> bool {
        let Some(place) = self.place(id) else {
            return false;
        };
        let parent = self.node(place).and_then(|node| node.parent);
        for child in self.children(id).collect::<Vec<_>>() {
            if let Some(child) = self.place(child) {
                self.hang(child, parent);
            }
        }
        self.detach(place);
        let is_it = |other: &Place| *other == place;
        if let Ok(entry) = self.places.find_entry(hash_id(id), is_it) {
            entry.remove();
        }
        self.nodes.remove(place.number());
        true
    }

    /// The parent of a slot.
    pub fn parent(&self, id: SlotId) -> Option<SlotId> {
        self.id_at(self.node_of(id)?.parent?)
    }

    /// The name of a slot.
    pub fn name(&self, id: SlotId) -> Option<Arc<str>> {
        Some(self.node_of(id)?.whole_name())
    }

    /// Slots without a parent, in the order in which they were started.
    pub fn roots(&self) -> impl DoubleEndedIterator<Item = SlotId> + Clone + '_ {
        self.roots.siblings.iter()
    }

    /// The children of a slot, in the order in which they were started.
    pub fn children(&self, id: SlotId) -> impl DoubleEndedIterator<Item = SlotId> + Clone + '_ {
        self.family(id).into_iter().flat_map(|family| family.siblings.iter())
    }

    /// The roots that were started after one, whether or not that is still there.
    pub fn roots_after(&self, id: SlotId) -> impl Iterator<Item = SlotId> + '_ {
        self.roots.siblings.after(id)
    }

    /// The children of a slot that were started after one, whether or not that is still there.
    pub fn children_after(&self, parent: SlotId, id: SlotId) -> impl Iterator<Item = SlotId> + '_ {
        self.family(parent).into_iter().flat_map(move |family| family.siblings.after(id))
    }

    /// The children of a slot (`None`: the roots), those together that are alike. Sorting them out costs
    /// a look at each child's name once; of a parent with many it is kept from then on.
    pub fn kin(&self, parent: Option<SlotId>) -> Arc<Kin> {
        let above = parent.map(|id| self.place(id));
        let (above, family) = match above {
            None => (None, Some(&self.roots)),
            Some(place) => (place, place.and_then(|place| self.families.get(&place))),
        };
        let Some(family) = family else { return Arc::default() };
        if family.siblings.len() < KEPT_FROM {
            return Arc::new(self.sorted_out(family.siblings.iter()));
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT && !kept.contains_key(&above) {
            kept.clear();
        }
        let sorted_out = || Arc::new(self.sorted_out(family.siblings.iter()));
        kept.entry(above).or_insert_with(sorted_out).clone()
    }

    /// Some slots of one parent, those together that are alike.
    pub fn sorted_out(&self, slots: impl Iterator<Item = SlotId>) -> Kin {
        let mut kin = Kin::default();
        for id in slots {
            if let Some(place) = self.place(id)
                && let Some(node) = self.node(place)
            {
                kin.insert(Member { id, place }, &node.text);
            }
        }
        kin
    }

    /// Keeps how children were sorted out although they are few.
    #[cfg(test)]
    fn keep_kin(&mut self, parent: Option<SlotId>) {
        let kin = self.kin(parent);
        let place = parent.and_then(|parent| self.place(parent));
        if kin.groups().next().is_some() {
            self.kept_mut().insert(place, kin);
        }
    }

    /// Forgets how children were sorted out, when nobody looks any more.
    pub fn forget_kin(&mut self) {
        *self.kept_mut() = HashMap::default();
    }

    fn kept_mut(&mut self) -> &mut HashMap<Option<Place>, Arc<Kin>, IdHash> {
        self.kept.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many children a slot has.
    pub fn child_count(&self, id: SlotId) -> usize {
        self.family(id).map_or(0, |family| family.siblings.len())
    }

    /// A slot's parent, its parent's parent and so on.
    pub fn ancestors(&self, id: SlotId) -> impl Iterator<Item = SlotId> + '_ {
        let parent = self.node_of(id).and_then(|node| node.parent);
        self.line(parent).filter_map(|place| self.id_at(place))
    }

    /// A place, its parent's and so on.
    fn line(&self, from: Option<Place>) -> impl Iterator<Item = Place> + '_ {
        std::iter::successors(from, |place| self.node(*place)?.parent)
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

    fn family(&self, parent: SlotId) -> Option<&Family> {
        self.families.get(&self.place(parent)?)
    }

    fn sane_parent(&self, parent: Option<SlotId>) -> (Option<Place>, Option<Oddity>) {
        let Some(wanted) = parent else {
            return (None, None);
        };
        let Some(place) = self.place(wanted) else {
            return (None, Some(Oddity::UnknownParent(wanted)));
        };
        // One at depth d has d ancestors; its child would have d + 1.
        if self.line(Some(place)).take(MAX_DEPTH).count() < MAX_DEPTH {
            return (Some(place), None);
        }
        (self.line(Some(place)).nth(1), Some(Oddity::TooDeep))
    }

    fn family_mut(&mut self, parent: Option<Place>) -> &mut Family {
        match parent {
            Some(parent) => self.families.entry(parent).or_default(),
            None => &mut self.roots,
        }
    }

    /// Enters a slot, whose parent and name its node has by now, among its siblings; `hash` is that name's.
    fn attach(&mut self, place: Place, hash: u64) {
        let Some(Node { id, parent, .. }) = self.node(place) else { return };
        let (id, parent) = (*id, *parent);
        self.family_mut(parent).siblings.insert(id);
        let Some(node) = self.nodes.get(place.number()) else { return };
        let kept = self.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(kin) = kept.get_mut(&parent) {
            Arc::make_mut(kin).insert(Member { id, place }, &node.text);
        }
        self.take_name(place, hash);
    }

    /// Takes a slot, whose parent and name its node still has, from among its siblings.
    fn detach(&mut self, place: Place) {
        let Some(hash) = self.node(place).map(|node| self.hash_of(node)) else { return };
        let Some(node) = self.nodes.get(place.number()) else { return };
        let (id, parent) = (node.id, node.parent);
        let kept = self.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(kin) = kept.get_mut(&parent) {
            Arc::make_mut(kin).remove(Member { id, place }, &node.text);
        }
        let family = self.family_mut(parent);
        family.siblings.remove(id);
        if family.siblings.is_empty() {
            self.kept_mut().remove(&parent);
            match parent {
                Some(parent) => _ = self.families.remove(&parent),
                None => self.roots = Family::default(),
            }
        }
        if let Ok(entry) = self.taken.find_entry(hash, |other| *other == place) {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests;
