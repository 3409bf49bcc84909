//! Names that people give to actors.

use crate::{Observed, table};
use kameo::actor::{ActorId, ActorRef};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Names given to actors that have not started; more are not kept.
const MOST: usize = 4_096;

static PENDING: Mutex<VecDeque<(ActorId, String)>> = Mutex::new(VecDeque::new());

/// Length of [`PENDING`], so that starting an actor costs no lock while there are none.
static WAITING: AtomicUsize = AtomicUsize::new(0);

fn pending() -> MutexGuard<'static, VecDeque<(ActorId, String)>> {
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
    {
        let mut pending = pending();
        pending.retain(|(whose, _)| *whose != id);
        pending.push_back((id, name.to_owned()));
        if pending.len() > MOST {
            pending.pop_front();
        }
        WAITING.store(pending.len(), Relaxed);
    }
    // It may have started between the first look and the entry.
    if let Some(cell) = table::get(id)
        && let Some(name) = claim(id)
    {
        cell.slot.rename(&name);
    }
    true
}

/// The name that was given to this actor before it started.
pub(crate) fn claim(id: ActorId) -> Option<String> {
    if WAITING.load(Relaxed) == 0 {
        return None;
    }
    let mut pending = pending();
    let at = pending.iter().position(|(whose, _)| *whose == id)?;
    let (_, name) = pending.remove(at)?;
    WAITING.store(pending.len(), Relaxed);
    Some(name)
}
