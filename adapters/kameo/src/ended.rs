//! Which slot an actor had that has ended for good: for those who still send to it, or were linked to
//! it. Only the last few thousand are remembered.

use crate::cell::ActorCell;
use crate::table;
use actorscope_agent::core::SlotId;
use kameo::actor::ActorId;
use std::collections::VecDeque;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 16;

/// Ended actors remembered by each shard.
const MOST: usize = 256;

type Shard = Mutex<VecDeque<(u64, SlotId)>>;

static ENDED: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

fn shard(id: ActorId) -> Option<MutexGuard<'static, VecDeque<(u64, SlotId)>>> {
    let shard = ENDED.get(id.sequence_id() as usize % SHARDS)?;
    Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The actor has ended for good: nothing is kept of it but its slot's number.
pub(crate) fn forget(cell: &ActorCell) {
    // Remembered first, so that it is always found in one of the two places.
    if let Some(mut ended) = shard(cell.id) {
        if ended.len() >= MOST {
            ended.pop_front();
        }
        ended.push_back((cell.id.sequence_id(), cell.slot.id()));
    }
    table::remove(cell.id);
}

/// The slot of an observed actor, alive or not.
pub(crate) fn slot_of(id: ActorId) -> Option<SlotId> {
    // With kameo's feature `remote`, actors of other processes have numbers as well.
    if id != ActorId::new(id.sequence_id()) {
        return None;
    }
    if let Some(cell) = table::get(id) {
        return Some(cell.slot.id());
    }
    let ended = shard(id)?;
    ended.iter().rev().find(|(whose, _)| *whose == id.sequence_id()).map(|(_, slot)| *slot)
}
