//! All actors that are known, by their ids: for looking up whose child, whose end or whose mailbox it
//! is. Asked when actors start and end and when references are made, not with messages.

use crate::seen::Seen;
use hashbrown::HashTable;
use ractor::ActorId;
use std::sync::{Arc, LazyLock, PoisonError, RwLock, RwLockWriteGuard};

const SHARDS: usize = 16;

/// Eight bytes an actor; the key is in the actor.
type Shard = RwLock<HashTable<Arc<Seen>>>;

static TABLE: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

fn shard(id: ActorId) -> Option<&'static Shard> {
    TABLE.get(id.pid() as usize % SHARDS)
}

fn write(id: ActorId) -> Option<RwLockWriteGuard<'static, HashTable<Arc<Seen>>>> {
    Some(shard(id)?.write().unwrap_or_else(PoisonError::into_inner))
}

/// ractor counts its ids up: nobody chooses them to collide, so one multiplication spreads them well
/// enough. The lowest bits have chosen the shard.
const fn hash(id: ActorId) -> u64 {
    id.pid().wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
}

pub(crate) fn insert(seen: Arc<Seen>) {
    let id = seen.id();
    let Some(mut shard) = write(id) else { return };
    let known = shard.find_mut(hash(id), |known| known.id() == id);
    let before = match known {
        Some(known) => Some(std::mem::replace(known, seen)),
        None => {
            shard.insert_unique(hash(id), seen, |seen| hash(seen.id()));
            None
        }
    };
    // Whoever is dropped with the last reference is not dropped under the lock.
    drop(shard);
    drop(before);
}

/// The actor with this id, which may have ended a moment ago.
pub(crate) fn get(id: ActorId) -> Option<Arc<Seen>> {
    let shard = shard(id)?.read().unwrap_or_else(PoisonError::into_inner);
    shard.find(hash(id), |seen| seen.id() == id).cloned()
}

pub(crate) fn remove(id: ActorId) {
    let Some(mut shard) = write(id) else { return };
    let removed = match shard.find_entry(hash(id), |seen| seen.id() == id) {
        Ok(entry) => Some(entry.remove().0),
        Err(_) => None,
    };
    drop(shard);
    drop(removed);
}

/// Everybody, as of now. One shard is locked at a time.
pub(crate) fn all() -> Vec<Arc<Seen>> {
    let mut all = Vec::new();
    for shard in TABLE.iter() {
        all.extend(shard.read().unwrap_or_else(PoisonError::into_inner).iter().cloned());
    }
    all
}
