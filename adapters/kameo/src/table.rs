//! From an actor's id to what is kept of it.
//!
//! kameo's hooks offer no place to keep anything in, so there is a table beside it: shards behind
//! read-write locks. Messages do not come here (see [`crate::held`]); starts, ends and sleeps do. The
//! key is the number in the id: with kameo's feature `remote`, whole ids hash differently from the
//! moment on at which the process joins a swarm.

use crate::cell::ActorCell;
use kameo::actor::ActorId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

const SHARDS: usize = 16;

type Shard = RwLock<HashMap<u64, Arc<ActorCell>>>;

static TABLE: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

fn shard(id: ActorId) -> Option<&'static Shard> {
    TABLE.get(id.sequence_id() as usize % SHARDS)
}

/// What is kept of an actor.
pub(crate) fn get(id: ActorId) -> Option<Arc<ActorCell>> {
    shard(id)?.read().unwrap_or_else(PoisonError::into_inner).get(&id.sequence_id()).cloned()
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
