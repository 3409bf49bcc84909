//! What happened in the registry since the last look, brought into the tree and the journal.

use super::super::row::Row;
use super::Rows;
use super::paths::Paths;
use super::room::Room;
use crate::registry::{Changes, Chronicle, Noted, Said};
use crate::slot::Slot;
use actorscope_core::forest::{MAX_DEPTH, Oddity};
use actorscope_core::{Event, SlotId};
use std::sync::Arc;

impl Rows {
    /// Brings the tree and the journal up to date with the registry.
    pub(crate) fn take_in(&mut self) {
        let mut room = std::mem::take(&mut self.room);
        let Room { noted, changes, leave, .. } = &mut room;
        // Facts first: every slot in them is then in the tree, among the changes, or went with the changes
        // before these.
        let mut taken = self.registry.take_noted(std::mem::take(noted));
        self.registry.take_changes(changes);
        let Changes { there, gone, departed } = changes;
        let used = taken.noted.len().max(there.len()).max(gone.len());
        self.departed = *departed;
        // What goes now, and what was below it, was still there when the facts about it were noted. Most of
        // those that come and go by the thousand never came into the tree.
        leave.extend(gone.iter().map(|gone| gone.id).filter(|id| self.forest.contains(*id)));
        leave.sort_unstable();
        self.gone.take_in(gone, &self.forest);
        let mut before = self.paths_before(&taken.noted, leave).into_iter().peekable();
        let mut moved = Vec::new();
        for id in leave.drain(..) {
            moved.extend(self.forest.children(id));
            let place = self.forest.place(id);
            self.forest.remove(id);
            if let Some(place) = place {
                self.drop_row(place.number());
            }
        }
        // What was below moved up: to where the registry has it, which may know of later moves.
        there.extend(moved.iter().filter_map(|id| Some(self.row(*id)?.slot.clone())));
        loop {
            let before = there.len();
            there.retain(|slot| !self.place(slot));
            // What cannot move yet, because it would hang under itself, can when others have moved.
            if there.is_empty() || there.len() == before {
                break;
            }
        }
        there.clear();
        if let Some(since) = taken.noted.since() {
            self.journal.lose(taken.lost, since);
        }
        let mut paths = Paths::default();
        for at in 0.. {
            let Some(noted) = taken.noted.pop() else { break };
            let path = match (before.next_if(|(of, _)| *of == at), &noted.slot) {
                (Some((_, path)), _) => path,
                (None, Some(of)) => self.path_of(of.id, of.kept.as_deref(), &mut paths),
                (None, None) => Arc::default(),
            };
            self.journal.push(event(noted, path));
        }
        self.gone.forget_before();
        room.noted = taken.noted;
        room.used(used);
        self.room = room;
    }

    /// Gives back what memory was not needed lately to take in what happened.
    pub(super) fn give_back(&mut self) {
        let needed = self.room.give_back(self.registry);
        self.gone.shrink_to(needed);
    }

    /// Where slots are of which something was noted and that leave, or move because others do; with the place of
    /// the fact among all, ascending. `leave`: ascending.
    fn paths_before(&self, noted: &Chronicle, leave: &[SlotId]) -> Vec<(usize, Arc<str>)> {
        if leave.is_empty() {
            return Vec::new();
        }
        let mut paths = Paths::default();
        let goes = |id: SlotId| leave.binary_search(&id).is_ok();
        let moves = |id: SlotId| {
            self.forest.contains(id) && (goes(id) || self.forest.ancestors(id).any(goes))
        };
        let mut before = Vec::new();
        for (at, slot) in noted.slots().enumerate() {
            if let Some((id, kept)) = slot.filter(|(id, _)| moves(*id)) {
                before.push((at, self.path_of(id, kept.map(|slot| &**slot), &mut paths)));
            }
        }
        before
    }

    fn drop_row(&mut self, place: u32) {
        if !self.awake.remove(place) {
            self.sleep_ends(place);
        }
        let Some(row) = self.rows.remove(place) else { return };
        self.last_place.set(None);
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
            self.rank(place.number());
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
            if !self.forest.contains(parent.id) {
                // Before it is looked for: if it goes from here on, that will be told.
                parent.marks.found();
                if self.registry.slot(parent.id).is_some() {
                    self.place(&parent);
                }
            }
            if self.forest.contains(parent.id) {
                return Some(parent.id);
            }
            above = parent.parent();
        }
        None
    }

    /// Where a slot is; of one that is gone, where it would be. `kept`: the slot itself, if a fact keeps it.
    fn path_of(&self, id: SlotId, kept: Option<&Slot>, paths: &mut Paths) -> Arc<str> {
        let is_absent = kept.is_none() && !self.forest.contains(id);
        let absent = is_absent.then(|| self.gone.get(id)).flatten();
        if let Some(path) = absent.and_then(|absent| paths.of(absent)) {
            return path;
        }
        paths.scratch.clear();
        match kept {
            None => self.append_path_of_told(id, MAX_DEPTH, &mut paths.scratch),
            Some(slot) => self.append_path_of(slot, &mut paths.scratch),
        }
        let path = Arc::from(paths.scratch.as_str());
        if let Some(absent) = absent {
            paths.remember(absent, &path);
        }
        path
    }

    /// `deepest`: no deeper than slots are, should what is known of those that are gone be no tree.
    fn append_path_of_told(&self, id: SlotId, deepest: usize, path: &mut String) {
        if self.forest.contains(id) {
            self.forest.append_path(id, path);
        } else if let Some(gone) = self.gone.get(id) {
            if let Some((parent, deepest)) = gone.parent.zip(deepest.checked_sub(1)) {
                self.append_path_of_told(parent, deepest, path);
            }
            path.push('/');
            path.push_str(&gone.name);
        } else if let Some(slot) = self.registry.slot(id) {
            self.append_path_of(&slot, path);
        }
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
fn event(noted: Noted, path: Arc<str>) -> Event {
    let Said { reason, by } = noted.said.map(|said| *said).unwrap_or_default();
    Event {
        seq: 0,
        at: noted.at,
        kind: noted.kind,
        slot: noted.slot.map(|slot| slot.id),
        incarnation: noted.incarnation,
        path,
        exit: noted.exit,
        reason,
        by,
    }
}
