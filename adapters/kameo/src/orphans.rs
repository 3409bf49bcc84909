//! Children that were faster than their supervisor.
//!
//! On several threads a child's `on_start` may run before that of the actor which supervises it, and
//! then hangs at the root until its supervisor appears. A supervisor that is not observed never
//! does, so only the last few are remembered.

use crate::table;
use actorscope_agent::adapter::SlotHandle;
use kameo::actor::ActorId;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Children remembered.
const MOST: usize = 1_024;

/// A child and the number of its supervisor.
static ORPHANS: Mutex<VecDeque<(u64, SlotHandle)>> = Mutex::new(VecDeque::new());

/// Length of [`ORPHANS`], so that starting an actor costs no lock while there are none.
static WAITING: AtomicUsize = AtomicUsize::new(0);

fn orphans() -> MutexGuard<'static, VecDeque<(u64, SlotHandle)>> {
    ORPHANS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hangs `child` under the actor with this number as soon as that is known.
pub(crate) fn wait_for(supervisor: u64, child: &SlotHandle) {
    {
        let mut orphans = orphans();
        orphans.push_back((supervisor, child.clone()));
        if orphans.len() > MOST {
            orphans.pop_front();
        }
        WAITING.store(orphans.len(), Relaxed);
    }
    // It may have come between the first look and the entry.
    if let Some(cell) = table::get(ActorId::new(supervisor)) {
        adopt(supervisor, &cell.slot);
    }
}

/// The actor with this number is known now: takes its waiting children.
pub(crate) fn adopt(supervisor: u64, slot: &SlotHandle) {
    if WAITING.load(Relaxed) == 0 {
        return;
    }
    let mut found = Vec::new();
    {
        let mut orphans = orphans();
        orphans.retain(|(wanted, child)| {
            let is_ours = *wanted == supervisor;
            if is_ours {
                found.push(child.clone());
            }
            !is_ours
        });
        WAITING.store(orphans.len(), Relaxed);
    }
    for child in found {
        child.set_parent(Some(slot.id()));
    }
}
