//! Who is there and whose child: a walk over ractor's own links, from all actors that are known and all
//! that have names.
//!
//! It runs on the adapter's thread, takes at most a two-hundredth of its time and looks at each actor
//! once. An actor that links itself elsewhere moves with the next walk.

use crate::seen::Seen;
use crate::{table, unobserved};
use actorscope_agent::adapter::Registry;
use actorscope_agent::core::id_map::IdHasher;
use ractor::{ActorCell, ActorId, ActorStatus};
use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// Between two walks at least …
const PAUSE: Duration = Duration::from_secs(1);

/// … and after a start under an unknown supervisor at least.
const SOON: Duration = Duration::from_millis(50);

/// How much longer than a walk is the pause after it, at least.
const SHARE: u32 = 200;

/// Unobserved actors shown at most.
const MOST_UNOBSERVED: usize = 10_000;

static WANTED: Notify = Notify::const_new();

/// Somebody has a supervisor that is not known.
pub(crate) fn want() {
    WANTED.notify_one();
}

/// Walks again and again.
pub(crate) async fn run() {
    let mut cost = Duration::ZERO;
    loop {
        let begun = Instant::now();
        walk();
        let before = std::mem::replace(&mut cost, begun.elapsed());
        let pause = pause([before, cost]);
        tokio::time::sleep(pause.max(SOON)).await;
        let _ = tokio::time::timeout(PAUSE.saturating_sub(pause), WANTED.notified()).await;
    }
}

/// After walks that took so long, the pause until the next one. A walk that the machine held up counts as the one
/// before it: 60 ms for which this thread did not run are no reason to see nobody come for 12 s.
fn pause([before, last]: [Duration; 2]) -> Duration {
    before.min(last) * SHARE
}

fn walk() {
    let mut walk = Walk::default();
    let known = table::all();
    walk.unobserved = known.iter().filter(|seen| !seen.is_observed).count();
    for seen in known {
        if seen.cell.get_status() == ActorStatus::Stopped {
            bury(&seen);
        } else {
            walk.visit(seen.cell.clone(), &seen.slot.registry());
        }
    }
    for name in ractor::registry::registered() {
        if let Some(cell) = ractor::registry::where_is(name) {
            walk.visit(cell, &Registry::global());
        }
    }
    for Found { seen, parent, has_children } in walk.found {
        // A link that was just cut leads to nobody who is there.
        let parent = parent.and_then(table::get).filter(|parent| !parent.has_ended());
        if parent.is_some() {
            seen.is_linked();
        }
        seen.hang_under(parent.map(|parent| parent.slot.id()));
        seen.set_has_children(has_children);
    }
}

/// Its task is gone. The watcher runs on this thread, behind the walk: what it has to say of the end is
/// waited for until the next one.
fn bury(seen: &Arc<Seen>) {
    if !seen.has_ended() && seen.miss() {
        return;
    }
    seen.end_by_traces();
    table::remove(seen.id());
}

#[derive(Default)]
struct Walk {
    visited: HashSet<ActorId, BuildHasherDefault<IdHasher>>,
    found: Vec<Found>,
    unobserved: usize,
}

struct Found {
    seen: Arc<Seen>,
    parent: Option<ActorId>,
    has_children: bool,
}

impl Walk {
    /// Goes to an actor, and from there wherever links lead.
    fn visit(&mut self, cell: ActorCell, registry: &Registry) {
        let mut ahead = vec![cell];
        while let Some(cell) = ahead.pop() {
            if !self.visited.insert(cell.get_id()) || cell.get_status() >= ActorStatus::Stopping {
                continue;
            }
            let Some(seen) = self.know(&cell, registry) else { continue };
            let (parent, children) = (cell.try_get_supervisor(), cell.get_children());
            self.found.push(Found {
                seen,
                parent: parent.as_ref().map(ActorCell::get_id),
                has_children: !children.is_empty(),
            });
            ahead.extend(parent.into_iter().chain(children));
        }
    }

    fn know(&mut self, cell: &ActorCell, registry: &Registry) -> Option<Arc<Seen>> {
        if let Some(seen) = table::get(cell.get_id()) {
            if !seen.is_observed && cell.get_status() == ActorStatus::Draining {
                seen.slot.stopping();
            }
            return Some(seen);
        }
        if self.unobserved >= MOST_UNOBSERVED {
            return None;
        }
        let seen = unobserved::found(cell, registry)?;
        self.unobserved += 1;
        Some(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_that_take_long_are_rare_and_one_that_was_held_up_is_forgiven() {
        let [quick, long] = [1, 60].map(Duration::from_millis);
        assert_eq!(pause([long, long]), Duration::from_secs(12));
        assert_eq!(pause([quick, long]), Duration::from_millis(200));
        assert_eq!(pause([long, quick]), Duration::from_millis(200));
        assert_eq!(pause([Duration::ZERO, long]), Duration::ZERO, "the first");
    }
}
