//! From an actor's id to what is kept of it.
//!
//! kameo's hooks offer no place to keep anything in, so there is a table beside it: shards behind
//! read-write locks. Messages do not come here (see [`crate::held`]); starts, ends and sleeps do. The
//! key is the number in the id: with kameo's feature `remote`, whole ids hash differently from the
//! moment on at which the process joins a swarm.

use crate::cell::ActorCell;
use hashbrown::HashTable;
use kameo::actor::ActorId;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// A power of two.
const SHARDS: usize = 64;

/// Eight bytes an actor; the key is in the cell.
type Shard = RwLock<HashTable<Arc<ActorCell>>>;

static TABLE: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

fn shard(id: ActorId) -> Option<&'static Shard> {
    TABLE.get(id.sequence_id() as usize % SHARDS)
}

/// Numbers are counted up: one multiplication spreads them, and the low bits have chosen the shard.
fn hash(id: ActorId) -> u64 {
    id.sequence_id().wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
}

fn is(id: ActorId) -> impl Fn(&Arc<ActorCell>) -> bool {
    move |cell| cell.id.sequence_id() == id.sequence_id()
}

/// What is kept of an actor.
pub(crate) fn get(id: ActorId) -> Option<Arc<ActorCell>> {
    let shard = shard(id)?.read().unwrap_or_else(PoisonError::into_inner);
    shard.find(hash(id), is(id)).cloned()
}

pub(crate) fn insert(cell: Arc<ActorCell>) {
    let Some(shard) = shard(cell.id) else { return };
    let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
    if let Ok(before) = shard.find_entry(hash(cell.id), is(cell.id)) {
        before.remove();
    }
    shard.insert_unique(hash(cell.id), cell, |cell| hash(cell.id));
}

pub(crate) fn remove(id: ActorId) {
    let Some(shard) = shard(id) else { return };
    let removed = {
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        shard.find_entry(hash(id), is(id)).ok().map(|entry| entry.remove().0)
    };
    // Freed outside of the lock.
    drop(removed);
}
