//! The node's totals, out of two parts: slots that sleep are counted when they fall asleep, all others
//! in each pass.

use super::look::{Burden, Look};
use super::row::Row;
use actorscope_core::SlotState;
use actorscope_core::node::Summary;

/// What the slots that sleep add to the totals. They run, have nothing queued and handle nothing.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Asleep {
    pub(super) slots: u64,
    supervisors: u64,
    handled: u64,
    failed: u64,
}

impl Asleep {
    /// A slot falls asleep.
    pub(super) fn add(&mut self, row: &Row) {
        let (handled, failed) = row.counts();
        self.slots += 1;
        self.supervisors += u64::from(row.seen().is_supervisor());
        self.handled += handled;
        self.failed += failed;
    }

    /// A slot that sleeps wakes up or goes: what was seen of it is what was added.
    pub(super) fn take_out(&mut self, row: &Row) {
        let (handled, failed) = row.counts();
        self.slots -= 1;
        self.supervisors -= u64::from(row.seen().is_supervisor());
        self.handled -= handled;
        self.failed -= failed;
    }

    /// All of them.
    pub(super) const fn count(&self, summary: &mut Summary) {
        summary.live += self.slots;
        summary.supervisors += self.supervisors;
        summary.handled += self.handled;
        summary.messages_failed += self.failed;
    }
}

/// One slot that is awake, as it was just read.
pub(super) fn count_life(summary: &mut Summary, row: &Row) {
    let state = row.seen().state();
    if state.is_live() {
        summary.live += 1;
        summary.supervisors += u64::from(row.seen().is_supervisor());
    }
    match state {
        SlotState::Handling => summary.handling += 1,
        SlotState::Suspended => summary.suspended += 1,
        SlotState::Restarting { .. } => summary.restarting += 1,
        SlotState::Failed => summary.failed += 1,
        _ => {}
    }
}

/// What one did that ever did anything.
pub(super) fn count_work(summary: &mut Summary, figures: &Look<'_>, burden: Burden) {
    let (handled, failed) = figures.counts();
    summary.queued += burden.queued;
    summary.rate_per_s += figures.rate();
    summary.handled += handled;
    summary.messages_failed += failed;
}
