//! Many like children of one parent as one row: a [`Fold`] with sums, the worst, and who is worst.

use super::RowSource;
use crate::forest::{Likeness, Member};
use crate::id::SlotId;
use crate::quality::{Quality, Reading};
use crate::slot::{Counters, Stats};
use crate::state::SlotState;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt;
use std::sync::Arc;

/// From so many like children on they are one row. Fewer are read faster than a sum of them.
pub const FOLD_FROM: usize = 10;

/// Members that an open fold shows at first, and most that it shows at all; who wants to see more of
/// them asks for a table, or for a tree that is not folded.
pub const FOLD_SHOWS: u32 = 20;
/// See [`FOLD_SHOWS`].
pub const MAX_FOLD_SHOWS: u32 = 1_000;

/// Most folds that a tree view may name as open.
pub const MAX_OPEN_FOLDS: usize = 256;

/// Names a fold: a number that follows from its parent and from what its members have in common, so
/// that it stays while they come and go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FoldId(u64);

impl FoldId {
    /// Of the children of `parent` (`None`: of the roots) that have this in common.
    pub fn of(parent: Option<SlotId>, likeness: &Likeness) -> Self {
        let (kind, text) = match likeness {
            Likeness::Stem(stem) => (1, stem.as_bytes()),
            Likeness::Others => (2, &[][..]),
        };
        let parent = parent.map_or(0, SlotId::get).to_le_bytes();
        // FNV-1a, 64 bits: whoever makes two of them equal opens both at once, and no more.
        let hash =
            parent.iter().chain([&kind]).chain(text).fold(0xcbf2_9ce4_8422_2325, |hash, b| {
                (hash ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        Self(hash)
    }

    /// As sent on the wire.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// As it came over the wire: to a client it is any number that its agent chose.
    pub const fn from_wire(raw: u64) -> Self {
        Self(raw)
    }
}

/// Whether many like children of one parent are one row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Folding {
    /// They are, but for those folds that are open: each shows so many of its members, worst first.
    On(HashMap<FoldId, u32>),
    /// Every slot has a row of its own.
    Off {
        /// Goes on behind this row: the ids from the root of the view down to it. Its page costs no
        /// walk over those before it; rows are skipped by this instead of by the view's offset, and
        /// only those of the page are counted. A slot that is gone is no problem. Empty = from the
        /// beginning.
        after: Vec<SlotId>,
    },
}

impl Default for Folding {
    fn default() -> Self {
        Self::On(HashMap::new())
    }
}

impl Folding {
    /// Every slot has a row of its own, from the first one on.
    pub const OFF: Self = Self::Off { after: Vec::new() };
}

/// How many are in which state; by [`SlotState::rank`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct States([u64; SlotState::WORDS.len()]);

impl States {
    /// Counts some more.
    pub fn add(&mut self, state: SlotState, count: u64) {
        if let Some(counted) = self.0.get_mut(usize::from(state.rank())) {
            *counted = counted.saturating_add(count);
        }
    }

    /// Those that there are, what needs attention first. Of restarts it is not told which try it is.
    pub fn iter(&self) -> impl Iterator<Item = (SlotState, u64)> + '_ {
        SlotState::BY_RANK.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// How many are in a state.
    pub fn count(&self, state: SlotState) -> u64 {
        self.0.get(usize::from(state.rank())).copied().unwrap_or(0)
    }
}

/// In words: `9,998 idle, 1 handling, 1 failed`, most first.
impl fmt::Display for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut states: Vec<_> = self.iter().collect();
        states.sort_by_key(|(_, count)| Reverse(*count));
        for (n, (state, count)) in states.into_iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            write!(f, "{comma}{} {state}", crate::text::grouped(count))?;
        }
        Ok(())
    }
}

/// What one member adds to its fold.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Weight {
    /// What it is doing.
    pub state: SlotState,
    /// Messages waiting to be handled.
    pub depth: Reading,
    /// Messages handled a second.
    pub rate_per_s: Option<f64>,
    /// Counters over all incarnations.
    pub total: Option<Counters>,
    /// How often the slot was filled again.
    pub restarts: u64,
    /// The last tick's mean queue wait, or the oldest message's wait when that is longer, nanoseconds.
    pub wait_ns: Option<u64>,
    /// 99 % of handlings were not longer, nanoseconds.
    pub handling_p99_ns: Option<u64>,
    /// Share of time inside handlers.
    pub utilization: Option<f64>,
}

impl Weight {
    /// Of a slot.
    pub fn of(stats: &Stats) -> Self {
        let mean = stats.queue_wait.and_then(|wait| wait.mean);
        Self {
            state: stats.state,
            depth: stats.depth,
            rate_per_s: stats.rate_per_s,
            total: stats.total,
            restarts: stats.restarts,
            wait_ns: mean.max(stats.oldest_wait_ns),
            handling_p99_ns: stats.handling.and_then(|handling| handling.p99.or(handling.max)),
            utilization: stats.utilization,
        }
    }

    /// Who needs attention first compares least: who failed, is being restarted, is held; then who lets
    /// messages wait longest, has most of them, and is the oldest.
    fn attention(&self, id: SlotId) -> Attention {
        let class = match self.state {
            SlotState::Failed => 0,
            SlotState::Restarting { .. } => 1,
            SlotState::Suspended => 2,
            SlotState::Stopping | SlotState::Starting => 3,
            SlotState::Handling | SlotState::Idle => 4,
            SlotState::Ignored | SlotState::Stopped => 5,
        };
        (class, Reverse(self.wait_ns.unwrap_or(0)), Reverse(self.depth.value().unwrap_or(0)), id)
    }
}

type Attention = (u8, Reverse<u64>, Reverse<u64>, SlotId);

/// Members of a fold, added up. What is known of none of them is not known.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sums {
    /// How many they are.
    pub count: u64,
    /// What they are doing.
    pub states: States,
    /// Messages waiting to be handled; a lower bound if that is all that is known of some.
    pub depth: Reading,
    /// Messages handled a second.
    pub rate_per_s: Option<f64>,
    /// Messages handled and failed, and the time that took.
    pub total: Option<Counters>,
    /// How often their slots were filled again.
    pub restarts: u64,
    /// The worst queue wait now: a mean, or an oldest message's wait. Nanoseconds.
    pub wait_ns: Option<u64>,
    /// The worst 99th percentile of handling times, nanoseconds.
    pub handling_p99_ns: Option<u64>,
    /// The highest share of time inside handlers.
    pub utilization: Option<f64>,
}

impl Sums {
    /// Adds a member.
    pub fn add(&mut self, weight: &Weight) {
        let is_first = self.count == 0;
        self.count += 1;
        self.states.add(weight.state, 1);
        self.depth = if is_first { weight.depth } else { plus(self.depth, weight.depth) };
        let sum = |a: f64, b: f64| a + b;
        self.rate_per_s = both(self.rate_per_s, weight.rate_per_s, sum);
        self.total = both(self.total, weight.total, Counters::plus);
        self.restarts = self.restarts.saturating_add(weight.restarts);
        self.wait_ns = self.wait_ns.max(weight.wait_ns);
        self.handling_p99_ns = self.handling_p99_ns.max(weight.handling_p99_ns);
        self.utilization = both(self.utilization, weight.utilization, f64::max);
    }
}

fn both<T>(a: Option<T>, b: Option<T>, both: impl FnOnce(T, T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(both(a, b)),
        (a, b) => a.or(b),
    }
}

/// Two depths together: at least that many when one of them is not known, or not exactly.
fn plus(a: Reading, b: Reading) -> Reading {
    let (Some(first), Some(second)) = (a.value(), b.value()) else {
        let known = if a.value().is_some() { a } else { b };
        return match known.value() {
            Some(value) if !known.is_lower_bound() => {
                Reading::new(value, Quality::Stale { age_ns: 0 })
            }
            _ => known,
        };
    };
    let quality = match (a.quality(), b.quality()) {
        (Quality::Stale { age_ns: a }, Quality::Stale { age_ns: b }) => {
            Quality::Stale { age_ns: a.max(b) }
        }
        (stale @ Quality::Stale { .. }, _) | (_, stale @ Quality::Stale { .. }) => stale,
        (exact, _) => exact,
    };
    Reading::new(first.saturating_add(second), quality)
}

/// Many like children of one parent.
#[derive(Clone, PartialEq, Debug)]
pub struct Fold {
    /// Names it.
    pub id: FoldId,
    /// Whose children they are; `None` = they are roots.
    pub parent: Option<SlotId>,
    /// What they have in common.
    pub likeness: Likeness,
    /// All of them, or with a filter those that match or lead to a match.
    pub sums: Sums,
    /// Who of them needs attention most, and the name.
    pub worst: Option<(SlotId, Arc<str>)>,
}

impl Fold {
    /// What they are called together: their common name.
    pub fn label(&self) -> &str {
        match &self.likeness {
            Likeness::Stem(stem) if stem.is_empty() => "numbered",
            Likeness::Stem(stem) => stem,
            Likeness::Others => "others",
        }
    }
}

/// The members that need attention most, at most `keep` of them and the worst first, and all of them
/// added up.
pub(super) fn weigh<S: RowSource>(
    source: &S,
    members: impl Iterator<Item = Member>,
    keep: usize,
) -> (Sums, Vec<SlotId>) {
    let mut sums = Sums::default();
    let mut worst: BinaryHeap<Attention> = BinaryHeap::with_capacity(keep.min(4_096) + 1);
    for member in members {
        let Some(weight) = source.weight(member) else { continue };
        sums.add(&weight);
        let attention = weight.attention(member.id);
        if worst.len() < keep {
            worst.push(attention);
        } else if let Some(mut least) = worst.peek_mut()
            && attention < *least
        {
            *least = attention;
        }
    }
    (sums, worst.into_sorted_vec().into_iter().map(|(.., id)| id).collect())
}
