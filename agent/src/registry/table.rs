//! All slots by id, in shards, so that actors which start on different threads hardly ever meet and
//! no table that grows holds up one of them for long.

use super::leaving::{Due, Gone, Leave, leave};
use super::log::Notes;
use super::passed::Passed;
use crate::slot::Slot;
use crate::sync::atomic::{AtomicBool, Ordering::SeqCst};
use crate::sync::{Mutex, MutexGuard, lock};
use actorscope_core::SlotId;
use actorscope_core::slot::Counters;
use hashbrown::HashTable;
use std::collections::VecDeque;
use std::sync::Arc;

/// A power of two.
const SHARDS: usize = 64;

/// Empty slots kept by each shard, give or take those that still have children or may be filled
/// again. Of actors that somebody may miss about a thousand in all: those that failed, that had a
/// supervisor, or that an agent has shown while they lived …
const MISSED_KEPT: usize = 16;
/// … about a quarter of that while no agent runs …
const MISSED_KEPT_UNSEEN: usize = 4;
/// … and of all others the last 64 or so: where they come and go by the thousand, nobody could look at more of them, most
/// are gone before the agent has looked and cost it next to nothing, and the next actor's slot lies in memory that is
/// near.
const OTHERS_KEPT: usize = 1;

/// Room for changes that each shard keeps.
const ROOM: usize = 64;

/// What changed since somebody looked last.
#[derive(Default)]
pub(crate) struct Changes {
    /// Slots that came or became somebody else, ascending.
    pub(crate) there: Vec<Arc<Slot>>,
    /// Slots that went, in no order; among them those that came since then, too.
    pub(crate) gone: Vec<Gone>,
    /// What all slots that ever went have counted.
    pub(crate) departed: Counters,
}

#[derive(Default)]
struct Shard {
    /// Eight bytes a slot; the key is in the slot.
    slots: HashTable<Arc<Slot>>,
    /// Slots that came or became somebody else since the sampler last looked, in that order; some may have gone
    /// since. Empty while nobody looks, as the next two.
    changed: VecDeque<SlotId>,
    /// Slots that went since then and that the sampler may know.
    gone: Vec<Gone>,
    /// All others that went since then.
    passed: Passed,
    /// Slots whose actor ended and that somebody may miss, oldest first; some may have been filled again
    /// since.
    missed: VecDeque<SlotId>,
    /// All others whose actor ended.
    others: VecDeque<SlotId>,
    /// What the slots counted that are not there any more.
    departed: Counters,
}

/// See the module's documentation.
pub(crate) struct Table {
    shards: [Mutex<Shard>; SHARDS],
    /// Whether changes are noted.
    tracking: AtomicBool,
}

impl Default for Table {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), tracking: AtomicBool::new(false) }
    }
}

/// Ids are counted up: one multiplication spreads them, and the low bits have chosen the shard.
const fn hash(id: SlotId) -> u64 {
    id.get().wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
}

impl Shard {
    fn find(&self, id: SlotId) -> Option<&Arc<Slot>> {
        self.slots.find(hash(id), |slot| slot.id == id)
    }

    fn ended(&mut self, is_missed: bool) -> &mut VecDeque<SlotId> {
        if is_missed { &mut self.missed } else { &mut self.others }
    }

    /// Notes that a slot changed. However long nobody looks, it takes no more room than twice the slots there are.
    /// Whether that is much and needs more than before: so many have come to stay.
    fn change(&mut self, id: SlotId) -> bool {
        let room = self.changed.capacity();
        let mut is_crowd = false;
        if self.changed.len() == room {
            let slots = &self.slots;
            self.changed.retain(|id| slots.find(hash(*id), |slot| slot.id == *id).is_some());
            if self.changed.len() > room / 2 {
                self.changed.reserve(room);
                is_crowd = room >= ROOM;
            }
        }
        self.changed.push_back(id);
        is_crowd
    }

    /// Notes that a slot went.
    fn went(&mut self, slot: &Slot, gone: Gone, notes: &Notes) {
        // Where actors go in the order in which they came, the list need not be searched for those that went.
        if self.changed.front() == Some(&slot.id) {
            self.changed.pop_front();
        }
        if !slot.marks.is_new() {
            return self.gone.push(gone);
        }
        self.passed.add(gone, notes);
    }

    /// See [`Table::bury`].
    fn dig_up(&mut self, is_missed: bool, is_tracking: bool, notes: &Notes) -> (Option<Due>, bool) {
        let kept = match (is_missed, is_tracking) {
            (true, true) => MISSED_KEPT,
            (true, false) => MISSED_KEPT_UNSEEN,
            (false, _) => OTHERS_KEPT,
        };
        let ended = self.ended(is_missed);
        let beyond = ended.len().saturating_sub(kept);
        let Some(oldest) = (beyond > 0).then(|| ended.pop_front()).flatten() else {
            return (None, false);
        };
        let Ok(mut entry) = self.slots.find_entry(hash(oldest), |slot| slot.id == oldest) else {
            return (None, beyond > 1);
        };
        let due = match leave(entry.get_mut(), is_tracking) {
            Leave::Goes(gone) => {
                let (slot, _) = entry.remove();
                self.departed = self.departed.plus(slot.counters());
                if let Some(gone) = gone {
                    self.went(&slot, gone, notes);
                }
                Some(Due::Gone(slot))
            }
            Leave::Unsure => Some(Due::Unsure(entry.get().clone())),
            Leave::IsFilled => None,
        };
        (due, beyond > 1)
    }
}

impl Table {
    fn shard(&self, id: SlotId) -> MutexGuard<'_, Shard> {
        // The remainder is always within; the first shard is only there to satisfy the type.
        let [first, ..] = &self.shards;
        lock(self.shards.get(id.get() as usize % SHARDS).unwrap_or(first))
    }

    /// Whether changes are noted.
    pub(crate) fn is_tracking(&self) -> bool {
        self.tracking.load(SeqCst)
    }

    pub(crate) fn get(&self, id: SlotId) -> Option<Arc<Slot>> {
        self.shard(id).find(id).cloned()
    }

    /// Takes in a slot that nobody else knows yet. Whether many have come to stay since changes were taken.
    pub(crate) fn insert(&self, slot: Arc<Slot>) -> bool {
        let id = slot.id;
        let mut shard = self.shard(id);
        let mut is_crowd = false;
        if self.is_tracking() {
            slot.marks.change_unshared();
            is_crowd = shard.change(id);
        }
        shard.slots.insert_unique(hash(id), slot, |slot| hash(slot.id));
        is_crowd
    }

    /// Takes out the slot that is `gone`. Whether it was there.
    pub(crate) fn remove(&self, gone: Gone, notes: &Notes) -> bool {
        let id = gone.id;
        let mut shard = self.shard(id);
        let Ok(entry) = shard.slots.find_entry(hash(id), |slot| slot.id == id) else {
            return false;
        };
        let (slot, _) = entry.remove();
        shard.departed = shard.departed.plus(slot.counters());
        // Asked under the lock: else somebody could begin to look meanwhile, and not be told.
        if self.is_tracking() {
            shard.went(&slot, gone, notes);
        }
        drop(shard);
        // The last reference may be this one: the slot is not freed under the lock.
        drop(slot);
        true
    }

    /// Notes that a slot became somebody else.
    pub(crate) fn touch(&self, slot: &Slot) {
        if self.is_tracking() && slot.marks.change() {
            self.shard(slot.id).change(slot.id);
        }
    }

    /// A slot is empty, and somebody may miss its actor, or not. What becomes of one of that kind that has been
    /// kept long enough, if there is one, and whether there is another for [`Table::dig_up`].
    pub(super) fn bury(&self, id: SlotId, is_missed: bool, notes: &Notes) -> (Option<Due>, bool) {
        let mut shard = self.shard(id);
        shard.ended(is_missed).push_back(id);
        // Asked under the lock, as in `remove`.
        shard.dig_up(is_missed, self.is_tracking(), notes)
    }

    /// [`Table::bury`] without another one, where that one was buried.
    pub(super) fn dig_up(&self, beside: SlotId, is_missed: bool, notes: &Notes) -> Option<Due> {
        self.shard(beside).dig_up(is_missed, self.is_tracking(), notes).0
    }

    /// One that [`Table::bury`] was unsure of has to stay for now.
    pub(crate) fn keep_buried(&self, id: SlotId, is_missed: bool) {
        self.shard(id).ended(is_missed).push_back(id);
    }

    /// From here on changes are noted for [`Table::take_changes`]; all slots there are now are the
    /// first changes.
    pub(crate) fn track(&self) {
        self.tracking.store(true, SeqCst);
        for shard in &self.shards {
            let mut shard = lock(shard);
            shard.changed = shard.slots.iter().map(|slot| slot.id).collect();
            (shard.gone, shard.passed) = (Vec::new(), Passed::default());
            for slot in &shard.slots {
                slot.marks.change();
            }
        }
    }

    /// Nobody looks any more.
    pub(crate) fn untrack(&self) {
        self.tracking.store(false, SeqCst);
        for shard in &self.shards {
            let mut shard = lock(shard);
            for slot in &shard.slots {
                slot.marks.change_seen();
            }
            (shard.changed, shard.gone) = (VecDeque::new(), Vec::new());
            shard.passed = Passed::default();
        }
    }

    /// What changed since the last call, into what was emptied.
    pub(crate) fn take_changes(&self, all: &mut Changes) {
        all.departed = Counters::default();
        for shard in &self.shards {
            let mut shard = lock(shard);
            // Under the lock under which they went, so that each is counted once.
            all.departed = all.departed.plus(shard.departed);
            all.gone.append(&mut shard.gone);
            shard.passed.take(&mut all.gone);
            let mut changed = std::mem::take(&mut shard.changed);
            for id in changed.drain(..) {
                let Some(slot) = shard.find(id).cloned() else { continue };
                // Before it is read: what changes from here on is told the next time.
                slot.marks.change_seen();
                all.there.push(slot);
            }
            // Room for the next, so that hosts need not make it anew; but not for all there are.
            changed.shrink_to(ROOM);
            shard.changed = changed;
            shard.gone.shrink_to(ROOM);
        }
        all.there.sort_unstable_by_key(|slot| slot.id);
        all.there.dedup_by_key(|slot| slot.id);
    }

    /// Whether [`Table::take_changes`] would return any.
    pub(crate) fn has_changes(&self) -> bool {
        self.shards.iter().any(|shard| {
            let shard = lock(shard);
            !(shard.changed.is_empty() && shard.gone.is_empty() && shard.passed.is_empty())
        })
    }

    /// How many slots are kept that changed, and how many that went, for whoever looks next.
    #[cfg(test)]
    pub(crate) fn changes_kept(&self) -> (usize, usize) {
        self.shards.iter().fold((0, 0), |(changed, went), shard| {
            let shard = lock(shard);
            (changed + shard.changed.len(), went + shard.gone.len() + shard.passed.len())
        })
    }

    /// All slots as of now, shard by shard.
    pub(crate) fn all(&self) -> Vec<Arc<Slot>> {
        let all_of = |shard: &Mutex<Shard>| lock(shard).slots.iter().cloned().collect::<Vec<_>>();
        self.shards.iter().flat_map(all_of).collect()
    }
}
