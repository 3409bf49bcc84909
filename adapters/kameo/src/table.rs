//! From an actor's id to what is kept of it.
//!
//! kameo's hooks offer no place to keep anything in, so there is a table beside it: shards behind
//! read-write locks, and before them a small cache in each thread, which answers nearly always. The
//! key is the number in the id: with kameo's feature `remote`, whole ids hash differently from the
//! moment on at which the process joins a swarm.

use crate::cell::ActorCell;
use kameo::actor::ActorId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

const SHARDS: usize = 16;

/// Entries of a thread's cache. Dead actors' cells may stay in it until their place is needed.
const CACHED: usize = 64;

type Shard = RwLock<HashMap<u64, Arc<ActorCell>>>;

static TABLE: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

thread_local! {
    static CACHE: RefCell<[Option<Arc<ActorCell>>; CACHED]> =
        const { RefCell::new([const { None }; CACHED]) };
}

fn shard(id: ActorId) -> Option<&'static Shard> {
    TABLE.get(id.sequence_id() as usize % SHARDS)
}

/// What is kept of an actor.
#[inline]
pub(crate) fn get(id: ActorId) -> Option<Arc<ActorCell>> {
    CACHE.with_borrow_mut(|cache| {
        let entry = cache.get_mut(id.sequence_id() as usize % CACHED)?;
        if let Some(cell) = entry.as_ref().filter(|cell| cell.id.sequence_id() == id.sequence_id())
        {
            return Some(cell.clone());
        }
        let shard = shard(id)?.read().unwrap_or_else(PoisonError::into_inner);
        let cell = shard.get(&id.sequence_id())?.clone();
        *entry = Some(cell.clone());
        Some(cell)
    })
}

pub(crate) fn insert(cell: Arc<ActorCell>) {
    if let Some(shard) = shard(cell.id) {
        shard.write().unwrap_or_else(PoisonError::into_inner).insert(cell.id.sequence_id(), cell);
    }
}

pub(crate) fn remove(id: ActorId) {
    if let Some(shard) = shard(id) {
        shard.write().unwrap_or_else(PoisonError::into_inner).remove(&id.sequence_id());
    }
}
