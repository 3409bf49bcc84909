//! Statistics as cells, and back.

use super::cells::Cells;
use super::latency::{self, DELAY, HANDLING, POLL, QUEUE_WAIT};
use super::number::{age, from_share, longest, share, since, to_come, until};
use super::texts::{Received, Texts};
use crate::convert::{Malformed, slot_id};
use crate::v1::Cell;
use actorscope_core::link::WaitingFor;
use actorscope_core::quality::{Quality, Reading};
use actorscope_core::slot::{Counters, HandlingNow, Polling, Stats};
use actorscope_core::spec::BudgetUse;
use actorscope_core::state::SlotState;
use actorscope_core::{Incarnation, Timestamp};

/// Writes statistics as of `now` into the cells of a row made at `created_at`; returns the bytes that
/// new texts take.
pub(super) fn write(cells: &mut Cells, stats: &Stats, now: u64, texts: &mut Texts) -> usize {
    let mut bytes = 0;
    let mut text = |text: &str| {
        let (number, len) = texts.number(text);
        bytes += len;
        number
    };
    cells.set(Cell::State, state_number(stats.state));
    if let SlotState::Restarting { attempt, in_ns } = stats.state {
        cells.set(Cell::Attempt, attempt.into());
        cells.set_opt(Cell::RestartsAt, in_ns.map(|ns| until(now, ns)));
    }
    let created_at = cells.get(Cell::CreatedAt).unwrap_or(0);
    cells.set(Cell::Incarnation, stats.incarnation.0.into());
    cells.set(Cell::StartedAt, stats.started_at.0.wrapping_sub(created_at));
    cells.set(Cell::Restarts, stats.restarts);
    cells.set_opt(Cell::Depth, stats.depth.value());
    quality(cells, stats.depth.quality(), Cell::DepthQuality, Cell::DepthSince, now);
    if let (Quality::Stale { age_ns }, Some(handling)) =
        (stats.depth.quality(), &stats.handling_now)
        && age_ns == handling.for_ns
    {
        cells.set_opt(Cell::DepthSince, None);
    }
    let total = stats.total.unwrap_or_default();
    if stats.total.is_some() {
        cells.set(Cell::Handled, total.handled);
        cells.set(Cell::Failed, total.failed);
        cells.set(Cell::Busy, total.busy_ns);
    }
    if let Some(current) = stats.current {
        cells.set(Cell::EarlierHandled, total.handled.wrapping_sub(current.handled));
        cells.set(Cell::EarlierFailed, total.failed.wrapping_sub(current.failed));
        cells.set(Cell::EarlierBusy, total.busy_ns.wrapping_sub(current.busy_ns));
    }
    cells.set_opt(Cell::Rate, stats.rate_per_s.map(share));
    cells.set_opt(Cell::Utilization, stats.utilization.map(share));
    cells.set_opt(Cell::OldestWait, stats.oldest_wait_ns.map(|ns| since(now, ns)));
    let (of, since_when) = (Cell::QueueWaitQuality, Cell::QueueWaitSince);
    quality(cells, stats.queue_wait_quality, of, since_when, now);
    let polling = stats.polling.as_ref();
    let latencies = [
        (&QUEUE_WAIT, stats.queue_wait.as_ref()),
        (&HANDLING, stats.handling.as_ref()),
        (&POLL, polling.map(|p| &p.poll)),
        (&DELAY, polling.map(|p| &p.delay)),
    ];
    for (columns, summary) in latencies {
        if let Some(summary) = summary {
            latency::write(cells, columns, summary, now);
        }
    }
    if let Some(polling) = polling {
        cells.set(Cell::Polls, polling.polls);
        cells.set(Cell::PollsBusy, polling.busy_ns);
    }
    if let Some(handling) = &stats.handling_now {
        cells.set(Cell::NowSince, since(now, handling.for_ns));
        cells.set_opt(Cell::NowType, handling.message_type.as_deref().map(&mut text));
    }
    if let Some(budget) = &stats.budget {
        cells.set(Cell::BudgetUsed, budget.used.into());
        cells.set(Cell::BudgetAllowed, budget.allowed.into());
        cells.set(Cell::BudgetPeriod, longest(budget.period_ns));
    }
    if let Some(waiting) = &stats.waiting_for {
        cells.set(Cell::WaitingSlot, waiting.slot.get());
        cells.set(Cell::WaitingPath, text(&waiting.path));
        cells.set(Cell::WaitingSince, since(now, waiting.for_ns));
    }
    bytes
}

/// When the restarts of a budget stop counting, as moments.
pub(super) fn expiries(stats: &Stats, now: u64) -> Vec<u64> {
    let budget = stats.budget.as_ref();
    budget.map_or(Vec::new(), |b| b.expires_in_ns.iter().map(|ns| until(now, *ns)).collect())
}

/// The statistics as of `now` that cells say; `None` if they have none, or in a state that has no name
/// here.
pub(super) fn read(
    cells: &Cells,
    expiries: &[u64],
    now: u64,
    texts: &Received,
) -> Result<Option<Stats>, Malformed> {
    let number = |cell| cells.get(cell).unwrap_or(0);
    let small = |cell: Cell| {
        u32::try_from(number(cell)).map_err(|_| Malformed::new(cell.as_str_name(), number(cell)))
    };
    let ago = |cell| cells.get(cell).map(|since| age(now, since));
    let Some(state) = cells.get(Cell::State) else { return Ok(None) };
    let in_ns = cells.get(Cell::RestartsAt).map(|until| to_come(now, until));
    let Some(state) = state_of(state, small(Cell::Attempt)?, in_ns) else { return Ok(None) };

    let created_at = number(Cell::CreatedAt);
    let started_at = Timestamp(number(Cell::StartedAt).wrapping_add(created_at));
    let mut stats = Stats::new(state, started_at);
    stats.incarnation = Incarnation(small(Cell::Incarnation)?);
    stats.restarts = number(Cell::Restarts);
    let depth_since = cells.get(Cell::DepthSince).or(cells.get(Cell::NowSince));
    let depth_quality = quality_of(cells.get(Cell::DepthQuality), depth_since, now);
    if let (Some(depth), true) = (cells.get(Cell::Depth), depth_quality != Quality::Absent) {
        stats.depth = Reading::new(depth, depth_quality);
    }
    stats.total = cells.get(Cell::Handled).map(|handled| Counters {
        handled,
        failed: number(Cell::Failed),
        busy_ns: number(Cell::Busy),
    });
    let total = stats.total.unwrap_or_default();
    stats.current = cells.get(Cell::EarlierHandled).map(|earlier| Counters {
        handled: total.handled.wrapping_sub(earlier),
        failed: total.failed.wrapping_sub(number(Cell::EarlierFailed)),
        busy_ns: total.busy_ns.wrapping_sub(number(Cell::EarlierBusy)),
    });
    stats.rate_per_s = cells.get(Cell::Rate).map(from_share).transpose()?;
    stats.utilization = cells.get(Cell::Utilization).map(from_share).transpose()?;
    stats.oldest_wait_ns = ago(Cell::OldestWait);
    stats.queue_wait = latency::read(cells, &QUEUE_WAIT, now)?;
    stats.queue_wait_quality =
        quality_of(cells.get(Cell::QueueWaitQuality), cells.get(Cell::QueueWaitSince), now);
    stats.handling = latency::read(cells, &HANDLING, now)?;
    if let Some(for_ns) = ago(Cell::NowSince) {
        let message_type = cells.get(Cell::NowType).map(|text| texts.get(text)).transpose()?;
        stats.handling_now = Some(HandlingNow { message_type: message_type.cloned(), for_ns });
    }
    if cells.get(Cell::BudgetUsed).is_some() {
        stats.budget = Some(BudgetUse {
            used: small(Cell::BudgetUsed)?,
            allowed: small(Cell::BudgetAllowed)?,
            period_ns: number(Cell::BudgetPeriod),
            expires_in_ns: expiries.iter().map(|until| to_come(now, *until)).collect(),
        });
    }
    if let Some(polls) = cells.get(Cell::Polls) {
        stats.polling = Some(Polling {
            polls,
            busy_ns: number(Cell::PollsBusy),
            poll: latency::read(cells, &POLL, now)?.unwrap_or_default(),
            delay: latency::read(cells, &DELAY, now)?.unwrap_or_default(),
        });
    }
    if let Some(slot) = cells.get(Cell::WaitingSlot) {
        let path = cells.get(Cell::WaitingPath).map(|text| texts.get(text)).transpose()?;
        stats.waiting_for = Some(WaitingFor {
            slot: slot_id(slot)?,
            path: path.map_or_else(String::new, |path| path.to_string()),
            for_ns: ago(Cell::WaitingSince).unwrap_or(0),
        });
    }
    Ok(Some(stats))
}

const fn state_number(state: SlotState) -> u64 {
    match state {
        SlotState::Starting => 0,
        SlotState::Idle => 1,
        SlotState::Handling => 2,
        SlotState::Suspended => 3,
        SlotState::Restarting { .. } => 4,
        SlotState::Stopping => 5,
        SlotState::Stopped => 6,
        SlotState::Failed => 7,
        SlotState::Ignored => 8,
    }
}

const fn state_of(number: u64, attempt: u32, in_ns: Option<u64>) -> Option<SlotState> {
    Some(match number {
        0 => SlotState::Starting,
        1 => SlotState::Idle,
        2 => SlotState::Handling,
        3 => SlotState::Suspended,
        4 => SlotState::Restarting { attempt, in_ns },
        5 => SlotState::Stopping,
        6 => SlotState::Stopped,
        7 => SlotState::Failed,
        8 => SlotState::Ignored,
        _ => return None,
    })
}

fn quality(cells: &mut Cells, quality: Quality, number: Cell, since_when: Cell, now: u64) {
    let (code, age) = match quality {
        Quality::Exact => (Some(0), None),
        Quality::Measured => (Some(1), None),
        Quality::Sampled => (Some(2), None),
        Quality::SinceAttach => (Some(3), None),
        Quality::Stale { age_ns } => (Some(4), Some(age_ns)),
        Quality::Absent => (None, None),
    };
    cells.set_opt(number, code);
    cells.set_opt(since_when, age.map(|ns| since(now, ns)));
}

fn quality_of(number: Option<u64>, since_when: Option<u64>, now: u64) -> Quality {
    match number {
        Some(0) => Quality::Exact,
        Some(1) => Quality::Measured,
        Some(2) => Quality::Sampled,
        Some(3) => Quality::SinceAttach,
        Some(4) => Quality::Stale { age_ns: since_when.map_or(0, |since| age(now, since)) },
        // A quality from a later version promises nothing that we know of.
        _ => Quality::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_states_are_those_of_their_words() {
        for (number, word) in SlotState::WORDS.into_iter().enumerate() {
            let state = state_of(number as u64, 0, None).expect("a state");
            assert_eq!((state.word(), state_number(state)), (word, number as u64));
        }
        assert_eq!(state_of(SlotState::WORDS.len() as u64, 0, None), None);
    }
}
