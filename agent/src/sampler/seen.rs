//! What was seen of a slot in the last pass, in one byte: enough to count it and to sort it while it
//! does nothing, without going to where it is.

use crate::slot::Slot;
use actorscope_core::quality::Reading;
use actorscope_core::slot::Counters;
use actorscope_core::view::{SortKey, SortValue, Weight};
use actorscope_core::{ChildKind, SlotState};

/// The low three bits: an index into this.
const STATES: [SlotState; 8] = [
    SlotState::Starting,
    SlotState::Idle,
    SlotState::Handling,
    SlotState::Suspended,
    SlotState::Restarting { attempt: 0, in_ns: None },
    SlotState::Stopping,
    SlotState::Stopped,
    SlotState::Failed,
];
const STATE: u8 = 7;
const SUPERVISOR: u8 = 8;
const MAILBOX: u8 = 16;
const MESSAGES: u8 = 32;
const TIMED: u8 = 64;
/// There was a pass in which it did nothing, so that doing nothing is known to be that.
const SETTLED: u8 = 128;

/// See the module's documentation.
#[derive(Clone, Copy)]
pub(super) struct Seen(u8);

/// What decides which figures a slot can have.
#[derive(Clone, Copy)]
pub(super) struct Sort {
    kind: ChildKind,
    has_mailbox: bool,
    /// Of one without a mailbox.
    has_polls: bool,
    has_handled: bool,
}

impl Sort {
    pub(super) fn of(slot: &Slot, has_handled: bool) -> Self {
        let has_mailbox = slot.marks.has_mailbox();
        // As in `stamp`: the polls lie in memory that nothing else of a pass needs.
        let has_polls = !has_mailbox && slot.read_polls().is_some();
        Self { kind: slot.marks.kind(), has_mailbox, has_polls, has_handled }
    }

    /// Whether it takes messages, as far as is known.
    pub(super) const fn takes_messages(self) -> bool {
        let bare = matches!(self.kind, ChildKind::Task | ChildKind::Blocking | ChildKind::Group);
        self.has_mailbox || self.has_handled || !(bare || self.has_polls)
    }

    /// Whether anybody measures what it does: a task that was never polled in our sight may be busy.
    pub(super) const fn is_timed(self) -> bool {
        match self.kind {
            ChildKind::Group => false,
            ChildKind::Task | ChildKind::Blocking => {
                self.has_polls || self.has_mailbox || self.has_handled
            }
            ChildKind::Supervisor | ChildKind::Worker | ChildKind::Mailbox => true,
        }
    }
}

impl Seen {
    pub(super) fn new(state: SlotState, sort: Sort, settled: bool) -> Self {
        let state = match state {
            SlotState::Starting | SlotState::Ignored => 0,
            SlotState::Idle => 1,
            SlotState::Handling => 2,
            SlotState::Suspended => 3,
            SlotState::Restarting { .. } => 4,
            SlotState::Stopping => 5,
            SlotState::Stopped => 6,
            SlotState::Failed => 7,
        };
        let flag = |is: bool, bit: u8| if is { bit } else { 0 };
        Self(
            state
                | flag(sort.kind == ChildKind::Supervisor, SUPERVISOR)
                | flag(sort.has_mailbox, MAILBOX)
                | flag(sort.takes_messages(), MESSAGES)
                | flag(sort.is_timed(), TIMED)
                | flag(settled, SETTLED),
        )
    }

    const fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    /// Without the details of a restart to come.
    pub(super) fn state(self) -> SlotState {
        STATES.get(usize::from(self.0 & STATE)).copied().unwrap_or(SlotState::Idle)
    }

    pub(super) const fn is_supervisor(self) -> bool {
        self.has(SUPERVISOR)
    }

    pub(super) const fn takes_messages(self) -> bool {
        self.has(MESSAGES)
    }

    pub(super) const fn is_settled(self) -> bool {
        self.has(SETTLED)
    }

    /// What a sort by a measured column compares of a slot that never did anything.
    pub(super) fn idle_value(self, key: SortKey) -> SortValue {
        let zero = match key {
            SortKey::Depth | SortKey::QueueWait => self.has(MAILBOX),
            SortKey::Rate => self.is_settled() && self.takes_messages(),
            SortKey::Utilization => self.is_settled() && self.has(TIMED),
            SortKey::Handled | SortKey::Failed => self.takes_messages(),
            SortKey::Handling
            | SortKey::Name
            | SortKey::State
            | SortKey::Restarts
            | SortKey::Age => false,
        };
        zero.then_some(0.0).into()
    }

    /// What a slot that never did anything adds to a fold.
    pub(super) fn idle_weight(self, restarts: u64) -> Weight {
        let zero = |key| self.idle_value(key).number();
        Weight {
            state: self.state(),
            depth: if self.has(MAILBOX) { Reading::exact(0) } else { Reading::ABSENT },
            rate_per_s: zero(SortKey::Rate),
            total: self.takes_messages().then(Counters::default),
            restarts,
            wait_ns: self.has(MAILBOX).then_some(0),
            handling_p99_ns: None,
            utilization: zero(SortKey::Utilization),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sort(kind: ChildKind, has_mailbox: bool) -> Sort {
        Sort { kind, has_mailbox, has_polls: false, has_handled: false }
    }

    #[test]
    fn every_state_survives_its_bits() {
        for state in STATES {
            for settled in [false, true] {
                let seen = Seen::new(state, sort(ChildKind::Supervisor, true), settled);
                assert_eq!((seen.state(), seen.is_settled()), (state, settled));
                assert!(seen.is_supervisor() && seen.takes_messages());
            }
        }
        assert_eq!(
            Seen::new(SlotState::Ignored, sort(ChildKind::Task, false), true).state().word(),
            "starting"
        );
    }

    #[test]
    fn what_is_not_known_is_not_zero() {
        let of = |sort, settled| Seen::new(SlotState::Idle, sort, settled);
        let actor = of(sort(ChildKind::Worker, true), true);
        for key in [SortKey::Depth, SortKey::Rate, SortKey::Utilization, SortKey::Handled] {
            assert_eq!(actor.idle_value(key), SortValue::Number(0.0), "{key:?}");
        }
        assert_eq!(actor.idle_value(SortKey::Handling), SortValue::Unknown);
        let fresh = of(sort(ChildKind::Worker, true), false);
        assert_eq!(fresh.idle_value(SortKey::Rate), SortValue::Unknown);
        let task = of(sort(ChildKind::Task, false), true);
        for key in [SortKey::Depth, SortKey::Rate, SortKey::Utilization, SortKey::Handled] {
            assert_eq!(task.idle_value(key), SortValue::Unknown, "{key:?}");
        }
    }
}
