//! Who talks to whom, and who waits for whom. Known only of senders that say so
//! (`tell_observed`, `ask_observed`): no framework tells by itself.

use crate::id::SlotId;
use crate::id_map::{IdMap, IdSet};
use crate::slot::LatencySummary;

/// Longest chain of waits that is followed: longer ones are told by their beginning.
const LONGEST_CYCLE: usize = 64;

/// Messages between a slot and one other slot.
#[derive(Clone, PartialEq, Debug)]
pub struct Link {
    /// The other slot; `None` gathers those beyond the size of the sender's table.
    pub peer: Option<SlotId>,
    /// Its path; of those gathered, `_other`.
    pub path: String,
    /// Messages sent without waiting for an answer.
    pub tells: u64,
    /// Messages sent and waited for.
    pub asks: u64,
    /// Of both, those that could not be delivered or were not answered in order.
    pub failed: u64,
    /// Sent → answered, of asks that were answered.
    pub ask: Option<LatencySummary>,
    /// Asks whose answer is still out.
    pub waiting: u32,
    /// Since when the oldest of them waits, as a duration in nanoseconds.
    pub waiting_ns: Option<u64>,
}

/// The messages of one slot from and to others.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Links {
    /// Messages it sent, most first.
    pub outgoing: Vec<Link>,
    /// Messages it was sent, most first.
    pub incoming: Vec<Link>,
    /// The slots that wait for each other, if this one is among them: it waits for the next, the
    /// last waits for it. Empty if it is not.
    pub cycle: Vec<Waits>,
}

/// A slot that waits for another one's answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waits {
    /// Who waits.
    pub slot: SlotId,
    /// Its path.
    pub path: String,
}

/// For whose answer a slot waits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaitingFor {
    /// Whose.
    pub slot: SlotId,
    /// Its path.
    pub path: String,
    /// For how long, in nanoseconds.
    pub for_ns: u64,
}

/// The slots that wait for each other, beginning with `start`: the shortest way from `start` through
/// `waits` back to it. Empty if there is none.
pub fn cycle(start: SlotId, waits: &IdMap<Vec<SlotId>>) -> Vec<SlotId> {
    let mut came_from: IdMap<SlotId> = IdMap::default();
    let mut edge = vec![start];
    for _ in 0..LONGEST_CYCLE {
        let mut next = Vec::new();
        for from in edge {
            for to in waits.get(&from).into_iter().flatten() {
                if *to == start {
                    return way_back(start, from, &came_from);
                }
                if let std::collections::hash_map::Entry::Vacant(entry) = came_from.entry(*to) {
                    entry.insert(from);
                    next.push(*to);
                }
            }
        }
        edge = next;
    }
    Vec::new()
}

fn way_back(start: SlotId, last: SlotId, came_from: &IdMap<SlotId>) -> Vec<SlotId> {
    let mut way = vec![last];
    let mut at = last;
    while at != start {
        let Some(before) = came_from.get(&at) else { break };
        at = *before;
        way.push(at);
    }
    way.reverse();
    way
}

/// All groups of slots that wait for each other, at most `most`; each begins with its lowest id.
pub fn cycles(waits: &IdMap<Vec<SlotId>>, most: usize) -> Vec<Vec<SlotId>> {
    let mut starts: Vec<SlotId> = waits.keys().copied().collect();
    starts.sort_unstable();
    let mut seen: IdSet = IdSet::default();
    let mut found = Vec::new();
    for start in starts {
        if found.len() >= most {
            break;
        }
        if seen.contains(&start) {
            continue;
        }
        let group = cycle(start, waits);
        if !group.is_empty() {
            seen.extend(group.iter().copied());
            found.push(group);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u64) -> SlotId {
        SlotId::new(n).unwrap()
    }

    fn waits(edges: &[(u64, u64)]) -> IdMap<Vec<SlotId>> {
        let mut waits: IdMap<Vec<SlotId>> = IdMap::default();
        for (from, to) in edges {
            waits.entry(id(*from)).or_default().push(id(*to));
        }
        waits
    }

    #[test]
    fn a_cycle_is_told_from_where_it_is_entered() {
        let waits = waits(&[(1, 2), (2, 3), (3, 1), (4, 1)]);
        assert_eq!(cycle(id(1), &waits), [id(1), id(2), id(3)]);
        assert_eq!(cycle(id(3), &waits), [id(3), id(1), id(2)]);
        assert_eq!(cycle(id(4), &waits), [], "it waits for the cycle but is not part of it");
        assert_eq!(cycles(&waits, 9), [[id(1), id(2), id(3)]]);
    }

    #[test]
    fn who_asks_itself_is_a_cycle_of_one() {
        assert_eq!(cycle(id(7), &waits(&[(7, 7)])), [id(7)]);
    }

    #[test]
    fn the_shortest_way_is_taken_and_chains_are_no_cycles() {
        let two = waits(&[(1, 2), (2, 3), (3, 4), (4, 1), (2, 1)]);
        assert_eq!(cycle(id(1), &two), [id(1), id(2)]);
        assert_eq!(cycles(&waits(&[(1, 2), (2, 3)]), 9), Vec::<Vec<SlotId>>::new());
    }

    #[test]
    fn no_more_groups_are_told_than_asked_for() {
        let many = waits(&[(1, 2), (2, 1), (3, 4), (4, 3), (5, 6), (6, 5)]);
        assert_eq!(cycles(&many, 2).len(), 2);
        assert_eq!(cycles(&many, 9).len(), 3);
    }
}
