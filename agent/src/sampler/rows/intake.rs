//! What happened in the registry since the last look, brought into the tree and the journal.

use super::super::row::Row;
use super::Rows;
use crate::registry::{Changes, Noted};
use crate::slot::Slot;
use actorscope_core::forest::Oddity;
use actorscope_core::{Event, SlotId};
use std::sync::Arc;

impl Rows {
    /// Brings the tree and the journal up to date with the registry.
    pub(crate) fn take_in(&mut self) {
        // Facts first: every slot in them is then in the tree, among the changes, or gone.
        let taken = self.registry.take_noted();
        let Changes { there, mut gone, departed } = self.registry.take_changes();
        self.departed = departed;
        // What goes now, and what was below it, was still there when the facts about it were noted. Most of
        // those that come and go by the thousand never came into the tree.
        gone.retain(|id| self.forest.contains(*id));
        gone.sort_unstable();
        gone.dedup();
        let mut scratch = String::new();
        let mut place = |slot: &Arc<Slot>| {
            let goes = |id: &SlotId| gone.binary_search(id).is_ok();
            let moves = !gone.is_empty()
                && self.forest.contains(slot.id)
                && (goes(&slot.id) || self.forest.ancestors(slot.id).any(|above| goes(&above)));
            moves.then(|| self.path_of(slot, &mut scratch))
        };
        let mut paths: Vec<Option<String>> =
            taken.noted.iter().map(|noted| noted.slot.as_ref().and_then(&mut place)).collect();
        let mut moved = Vec::new();
        for id in &gone {
            moved.extend(self.forest.children(*id));
            let place = self.forest.place(*id);
            self.forest.remove(*id);
            if let Some(place) = place {
                self.drop_row(place.number());
            }
        }
        // What was below moved up: to where the registry has it, which may know of later moves.
        let moved: Vec<Arc<Slot>> =
            moved.iter().filter_map(|id| Some(self.row(*id)?.slot.clone())).collect();
        let mut to_place: Vec<&Arc<Slot>> = there.iter().chain(&moved).collect();
        loop {
            let before = to_place.len();
            to_place.retain(|slot| !self.place(slot));
            // What cannot move yet, because it would hang under itself, can when others have moved.
            if to_place.is_empty() || to_place.len() == before {
                break;
            }
        }
        if let Some(first) = taken.noted.front() {
            self.journal.lose(taken.lost, first.at);
        }
        for (noted, path) in taken.noted.iter().zip(&mut paths) {
            let path =
                path.take().or_else(|| Some(self.path_of(noted.slot.as_ref()?, &mut scratch)));
            self.journal.push(event(noted, path.unwrap_or_default()));
        }
    }

    fn drop_row(&mut self, place: u32) {
        let Some(row) = self.rows.remove(place) else { return };
        self.last_place.set(None);
        if !self.awake.remove(place) {
            self.asleep.take_out(&row);
        }
        self.senders.remove(place);
        if let Some(meter) = row.slot.read_meter() {
            // Some adapter may still hold the slot.
            meter.lend_fine(None);
        }
    }

    /// Hangs a slot where the registry has it; false if that is below itself for now.
    pub(in crate::sampler) fn place(&mut self, slot: &Arc<Slot>) -> bool {
        let parent = self.parent_of(slot);
        if self.forest.contains(slot.id) {
            let is_there = self.forest.parent(slot.id) == parent
                || self.forest.set_parent(slot.id, parent) != Some(Oddity::Cycle);
            if slot.marks.take_renamed() {
                let name = slot.cold().name.clone();
                // It is in the tree, so it can be renamed.
                let _ = self.forest.rename(slot.id, &name);
                self.name_again_if_free(slot, parent, &name);
            }
            if let Some(place) = self.forest.place(slot.id) {
                self.wake(place.number());
            }
            return is_there;
        }
        let is_renamed = slot.marks.take_renamed();
        let (name, framework) = {
            let cold = slot.cold();
            (cold.name.clone(), cold.class.framework)
        };
        self.frameworks.insert(framework);
        self.forest.insert_named(slot.id, parent, name.clone());
        if is_renamed {
            self.name_again_if_free(slot, parent, &name);
        }
        if let Some(place) = self.forest.place(slot.id) {
            slot.marks.keep_awake();
            self.rows.put(place.number(), Row::new(slot.clone()));
            self.awake.insert(place.number());
        }
        true
    }

    /// A slot takes the name of one that was forgotten just before, and the changes that are being taken in
    /// are from before that: then the tree learns with the next ones that the name is free.
    fn name_again_if_free(&self, slot: &Slot, parent: Option<SlotId>, name: &str) {
        let holder = self.forest.child_named(parent, name).filter(|holder| *holder != slot.id);
        let holder = holder.and_then(|holder| self.row(holder));
        if holder.is_some_and(|holder| holder.slot.marks.is_forgotten()) {
            self.registry.name_again(slot);
        }
    }

    /// The slot in the tree under which one hangs: it is put there first if it is new, too.
    fn parent_of(&mut self, slot: &Slot) -> Option<SlotId> {
        let mut above = slot.parent();
        while let Some(parent) = above {
            if !self.forest.contains(parent.id) && self.registry.slot(parent.id).is_some() {
                self.place(&parent);
            }
            if self.forest.contains(parent.id) {
                return Some(parent.id);
            }
            above = parent.parent();
        }
        None
    }

    /// Where a slot is; of one that is gone, where it would be. Put together in `scratch`, so that it takes no
    /// more memory than it is long.
    fn path_of(&self, slot: &Slot, scratch: &mut String) -> String {
        scratch.clear();
        self.append_path_of(slot, scratch);
        scratch.as_str().to_owned()
    }

    fn append_path_of(&self, slot: &Slot, path: &mut String) {
        if self.forest.contains(slot.id) {
            return self.forest.append_path(slot.id, path);
        }
        let (name, above) = {
            let cold = slot.cold();
            (cold.name.clone(), cold.parent.clone())
        };
        // No deeper than slots are.
        if let Some(above) = above {
            self.append_path_of(&above, path);
        }
        path.push('/');
        path.push_str(&name);
    }
}

/// A fact as readers get it, but for its number.
fn event(noted: &Noted, path: String) -> Event {
    let said = noted.said.as_deref();
    Event {
        seq: 0,
        at: noted.at,
        kind: noted.kind,
        slot: noted.slot.as_ref().map(|slot| slot.id),
        incarnation: noted.incarnation,
        path,
        exit: noted.exit,
        reason: said.and_then(|said| said.reason.clone()),
        by: said.and_then(|said| said.by.clone()),
    }
}
