//! Messages by type. Made when an actor handles a second type: until then the slot's own counters say
//! everything there is to be said of the first.

use super::bump;
use super::max::Max;
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use actorscope_core::slot::{Counters, HandlerStats};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// Message types told apart in one slot; the rest is `_other`.
const TYPES: usize = 8;

/// Counts of one message type.
#[derive(Default, Debug)]
struct TypeCell {
    /// Number of the type's name (see [`intern`]); 0 = free.
    name: AtomicU32,
    failed: AtomicU32,
    handled: AtomicU64,
    busy_ns: AtomicU64,
    max: Max,
}

/// See the module's documentation.
#[derive(Default, Debug)]
pub(crate) struct Types {
    types: [TypeCell; TYPES],
    other: TypeCell,
}

impl Types {
    /// After messages of one type only, or of none that is known (0).
    pub(super) fn after(first: u32, so_far: Counters, max_ns: u64) -> Self {
        let types = Self::default();
        if let [cell, ..] = &types.types
            && first != 0
        {
            cell.name.store(first, Relaxed);
            cell.failed.store(u32::try_from(so_far.failed).unwrap_or(u32::MAX), Relaxed);
            cell.handled.store(so_far.handled, Relaxed);
            cell.busy_ns.store(so_far.busy_ns, Relaxed);
            cell.max.raise(max_ns);
        }
        types
    }

    /// One message of type `name` was handled.
    #[inline]
    pub(super) fn handled(&self, name: u32, took_ns: u64, ok: bool) {
        if name == 0 {
            return;
        }
        let cell = self.cell(name);
        bump(&cell.handled, 1);
        bump(&cell.busy_ns, took_ns);
        cell.max.raise(took_ns);
        if !ok {
            cell.failed.store(cell.failed.load(Relaxed).saturating_add(1), Relaxed);
        }
    }

    #[inline]
    fn cell(&self, name: u32) -> &TypeCell {
        for cell in &self.types {
            let there = cell.name.load(Relaxed);
            if there == name {
                return cell;
            }
            if there == 0 {
                cell.name.store(name, Relaxed);
                return cell;
            }
        }
        &self.other
    }

    /// All of them, most time first.
    pub(super) fn read(&self) -> Vec<HandlerStats> {
        let named = self.types.iter().filter_map(|cell| {
            let name = name_of(cell.name.load(Relaxed))?;
            Some((cell, name))
        });
        let other = std::iter::once((&self.other, Arc::from("_other")));
        let mut all: Vec<HandlerStats> = named
            .chain(other)
            .map(|(cell, message_type)| HandlerStats {
                message_type,
                handled: cell.handled.load(Relaxed),
                failed: u64::from(cell.failed.load(Relaxed)),
                busy_ns: cell.busy_ns.load(Relaxed),
                max_ns: cell.max.read().ns(),
            })
            .filter(|h| h.handled > 0)
            .collect();
        all.sort_by_key(|h| std::cmp::Reverse(h.busy_ns));
        all
    }
}

/// Names of message types. They are static, so their number is bounded by the program.
#[derive(Default)]
struct Names {
    numbers: HashMap<&'static str, u32>,
    names: Vec<Arc<str>>,
}

static NAMES: LazyLock<RwLock<Names>> = LazyLock::new(RwLock::default);

/// The number of a message type's name, from 1. Takes a read lock; callers remember the answer.
pub(crate) fn intern(name: &'static str) -> u32 {
    let known = |names: &Names| names.numbers.get(name).copied();
    if let Some(number) = known(&NAMES.read().unwrap_or_else(PoisonError::into_inner)) {
        return number;
    }
    let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(number) = known(&names) {
        return number;
    }
    names.names.push(actorscope_core::text::short_type(name).into());
    let number = u32::try_from(names.names.len()).unwrap_or(0);
    names.numbers.insert(name, number);
    number
}

/// The name behind a number; `None` for 0.
pub(crate) fn name_of(number: u32) -> Option<Arc<str>> {
    let index = usize::try_from(number.checked_sub(1)?).ok()?;
    NAMES.read().unwrap_or_else(PoisonError::into_inner).names.get(index).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_types_than_fit_are_counted_as_other() {
        static MANY: [&str; 10] =
            ["m::A", "m::B", "m::C", "m::D", "m::E", "m::F", "m::G", "m::H", "m::I", "m::J"];
        let types = Types::after(0, Counters::default(), 0);
        for (i, name) in (0u64..).zip(MANY) {
            types.handled(intern(name), 100 + i, i != 9);
        }
        let handlers = types.read();
        assert_eq!(handlers.len(), 9);
        assert_eq!(handlers.iter().map(|h| h.handled).sum::<u64>(), 10);
        let other = handlers.iter().find(|h| &*h.message_type == "_other").unwrap();
        assert_eq!((other.handled, other.failed, other.max_ns), (2, 1, 109));
        assert_eq!(&*handlers.iter().find(|h| h.max_ns == 100).unwrap().message_type, "A");
    }
}
