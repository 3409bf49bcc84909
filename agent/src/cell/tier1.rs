//! Tier 1: for slots that have handled a few messages. Log2 histograms and a small table of message
//! types.

use super::bump;
use actorscope_core::histogram::{Buckets, Layout, log2};
use actorscope_core::slot::HandlerStats;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// Messages after which tier 1 is allocated: most actors of most systems handle fewer.
pub(crate) const FROM_MESSAGE: u64 = 16;

/// Message types told apart in one slot; the rest is `_other`.
const TYPES: usize = 8;

/// A histogram of 32 counters.
#[derive(Default, Debug)]
pub(crate) struct Log2([AtomicU32; log2::LEN]);

impl Log2 {
    #[inline]
    pub(crate) fn record(&self, ns: u64) {
        if let Some(counter) = self.0.get(log2::index(ns)) {
            counter.store(counter.load(Relaxed).saturating_add(1), Relaxed);
        }
    }

    /// [`Log2::record`] where several threads may record at once.
    pub(crate) fn record_shared(&self, ns: u64) {
        if let Some(counter) = self.0.get(log2::index(ns)) {
            counter.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Buckets {
        Buckets::from_dense(Layout::Log2, self.0.iter().map(|c| u64::from(c.load(Relaxed))))
    }
}

/// Counts of one message type.
#[derive(Default, Debug)]
struct TypeCell {
    /// Number of the type's name (see [`intern`]); 0 = free.
    name: AtomicU32,
    failed: AtomicU32,
    handled: AtomicU64,
    busy_ns: AtomicU64,
    max_ns: AtomicU64,
}

/// What tier 1 counts.
#[derive(Default, Debug)]
pub(crate) struct Tier1 {
    pub(crate) wait: Log2,
    pub(crate) handling: Log2,
    pub(crate) handling_max_ns: AtomicU64,
    types: [TypeCell; TYPES],
    other: TypeCell,
}

impl Tier1 {
    /// One message of type `name` was handled.
    #[inline]
    pub(crate) fn handled(&self, name: u32, took_ns: u64, ok: bool) {
        self.handling.record(took_ns);
        raise(&self.handling_max_ns, took_ns);
        if name == 0 {
            return;
        }
        let cell = self.type_cell(name);
        bump(&cell.handled, 1);
        bump(&cell.busy_ns, took_ns);
        raise(&cell.max_ns, took_ns);
        if !ok {
            cell.failed.store(cell.failed.load(Relaxed).saturating_add(1), Relaxed);
        }
    }

    #[inline]
    fn type_cell(&self, name: u32) -> &TypeCell {
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

    /// The table, most time first.
    pub(crate) fn handlers(&self) -> Vec<HandlerStats> {
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
                max_ns: cell.max_ns.load(Relaxed),
            })
            .filter(|h| h.handled > 0)
            .collect();
        all.sort_by_key(|h| std::cmp::Reverse(h.busy_ns));
        all
    }
}

#[inline]
fn raise(max: &AtomicU64, to: u64) {
    if to > max.load(Relaxed) {
        max.store(to, Relaxed);
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
        let tier = Tier1::default();
        for (i, name) in (0u64..).zip(MANY) {
            tier.handled(intern(name), 100 + i, i != 9);
        }
        let handlers = tier.handlers();
        assert_eq!(handlers.len(), 9);
        assert_eq!(handlers.iter().map(|h| h.handled).sum::<u64>(), 10);
        let other = handlers.iter().find(|h| &*h.message_type == "_other").unwrap();
        assert_eq!((other.handled, other.failed, other.max_ns), (2, 1, 109));
        assert_eq!(&*handlers.iter().find(|h| h.max_ns == 100).unwrap().message_type, "A");
    }
}
