//! All actors that are known, by their ids: for looking up whose child, whose end or whose mailbox it
//! is. Asked when actors start and end and when references are made, not with messages.

use crate::seen::Seen;
use ractor::ActorId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

const SHARDS: usize = 16;

type Shard = RwLock<HashMap<ActorId, Arc<Seen>>>;

static TABLE: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

fn shard(id: ActorId) -> Option<&'static Shard> {
    TABLE.get(id.pid() as usize % SHARDS)
}

pub(crate) fn insert(seen: Arc<Seen>) {
    if let Some(shard) = shard(seen.id()) {
        shard.write().unwrap_or_else(PoisonError::into_inner).insert(seen.id(), seen);
    }
}

/// The actor with this id, which may have ended a moment ago.
pub(crate) fn get(id: ActorId) -> Option<Arc<Seen>> {
    shard(id)?.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
}

pub(crate) fn remove(id: ActorId) {
    if let Some(shard) = shard(id) {
        shard.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// Everybody, as of now. One shard is locked at a time.
pub(crate) fn all() -> Vec<Arc<Seen>> {
    let mut all = Vec::new();
    for shard in TABLE.iter() {
        all.extend(shard.read().unwrap_or_else(PoisonError::into_inner).values().cloned());
    }
    all
}
