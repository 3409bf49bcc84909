//! What is said of actors before they start: names that people give to them, and whose code spawns
//! them.

use crate::{Observed, table};
use actorscope_agent::adapter::SlotHandle;
use kameo::actor::{ActorId, ActorRef};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Actors that have not started and of which something was said; more are not kept.
const MOST: usize = 4_096;

/// What was said of an actor that has not started.
pub(crate) struct Given {
    pub(crate) name: String,
    /// Below whom it hangs, because nobody supervises it.
    pub(crate) starter: Option<SlotHandle>,
}

static PENDING: Mutex<VecDeque<(ActorId, Given)>> = Mutex::new(VecDeque::new());

/// Length of [`PENDING`], so that starting an actor costs no lock while there are none.
static WAITING: AtomicUsize = AtomicUsize::new(0);

fn pending() -> MutexGuard<'static, VecDeque<(ActorId, Given)>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives an observed actor a name of its own, at any time: in its `on_start`, right after it was
/// spawned, or later. False if the actor has ended.
///
/// For actors that are not spawned by [`SuperviseObserved`](crate::SuperviseObserved), and for names
/// in kameo's registry, which says nothing to anybody who is not asking for one certain name:
///
/// ```
/// # use actorscope_kameo::{Actor, name_actor};
/// # use kameo::actor::Spawn;
/// #[derive(Actor)]
/// struct Bank;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), kameo::error::RegistryError> {
/// let bank = Bank::spawn(Bank);
/// bank.register("bank")?;
/// name_actor(&bank, "bank");
/// # Ok(())
/// # }
/// ```
pub fn name_actor<A: Observed>(actor_ref: &ActorRef<A>, name: &str) -> bool {
    let id = actor_ref.id();
    if let Some(cell) = table::get(id) {
        // A thread may still know an actor that is gone.
        let is_live = cell.slot.is_live();
        if is_live {
            cell.slot.rename(name);
        }
        return is_live;
    }
    if !actor_ref.is_alive() {
        return false;
    }
    give(id, Given { name: name.to_owned(), starter: None });
    // It may have started between the first look and the entry.
    if let Some(cell) = table::get(id)
        && let Some(given) = claim(id)
    {
        cell.slot.rename(&given.name);
    }
    true
}

/// Says something of an actor that has not started.
pub(crate) fn give(id: ActorId, given: Given) {
    let mut pending = pending();
    match pending.iter_mut().find(|(whose, _)| *whose == id) {
        // A second name says nothing about who spawns it.
        Some((_, before)) => before.name = given.name,
        None => pending.push_back((id, given)),
    }
    if pending.len() > MOST {
        pending.pop_front();
    }
    WAITING.store(pending.len(), Relaxed);
}

/// What was said of this actor before it started.
pub(crate) fn claim(id: ActorId) -> Option<Given> {
    if WAITING.load(Relaxed) == 0 {
        return None;
    }
    let mut pending = pending();
    let at = pending.iter().position(|(whose, _)| *whose == id)?;
    let (_, given) = pending.remove(at)?;
    WAITING.store(pending.len(), Relaxed);
    Some(given)
}
