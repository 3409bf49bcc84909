//! The states of a slot and the ways an actor can end.

use crate::spec::words;
use std::fmt;

/// What a slot is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotState {
    /// Its actor is being set up.
    Starting,
    /// Waiting for a message.
    Idle,
    /// Inside a handler or, if it is a task that takes no messages, inside a poll.
    Handling,
    /// Held by an operator; messages pile up.
    Suspended,
    /// Its actor ended and the next one is on its way.
    Restarting {
        /// Which try this is, from 1.
        attempt: u32,
        /// Nanoseconds until the try, when a backoff delays it.
        in_ns: Option<u64>,
    },
    /// Its actor is cleaning up.
    Stopping,
    /// Ended for good, in order.
    Stopped,
    /// Ended for good, not in order.
    Failed,
    /// Its start function declined to start anything.
    Ignored,
}

impl SlotState {
    /// Every [`SlotState::word`].
    pub const WORDS: [&'static str; 9] = [
        Self::Starting.word(),
        Self::Idle.word(),
        Self::Handling.word(),
        Self::Suspended.word(),
        Self::Restarting { attempt: 0, in_ns: None }.word(),
        Self::Stopping.word(),
        Self::Stopped.word(),
        Self::Failed.word(),
        Self::Ignored.word(),
    ];

    /// Every state, what needs attention first: by [`SlotState::rank`].
    pub const BY_RANK: [Self; 9] = [
        Self::Failed,
        Self::Restarting { attempt: 0, in_ns: None },
        Self::Suspended,
        Self::Stopping,
        Self::Starting,
        Self::Handling,
        Self::Idle,
        Self::Ignored,
        Self::Stopped,
    ];

    /// The one-word name, the same in JSON, on the wire and on screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Idle => "idle",
            Self::Handling => "handling",
            Self::Suspended => "suspended",
            Self::Restarting { .. } => "restarting",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Ignored => "ignored",
        }
    }

    /// Whether an actor fills the slot or is about to.
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Stopped | Self::Failed | Self::Ignored)
    }

    /// Position in a sort by state: what needs attention first.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Failed => 0,
            Self::Restarting { .. } => 1,
            Self::Suspended => 2,
            Self::Stopping => 3,
            Self::Starting => 4,
            Self::Handling => 5,
            Self::Idle => 6,
            Self::Ignored => 7,
            Self::Stopped => 8,
        }
    }
}

impl fmt::Display for SlotState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

words! {
    /// Why an actor ended.
    ExitReason {
        /// It was done.
        Normal = "normal",
        /// Its supervisor stopped it.
        Shutdown = "shutdown",
        /// It returned an error.
        Error = "error",
        /// It panicked.
        Panic = "panic",
        /// Somebody killed it.
        Killed = "killed",
        /// Its task was aborted.
        Aborted = "aborted",
        /// Its restart budget was used up.
        BudgetExhausted = "budget_exhausted",
    }
}

impl ExitReason {
    /// Whether supervisors take it for an exit in order (a transient child stays down).
    pub const fn is_normal(self) -> bool {
        matches!(self, Self::Normal | Self::Shutdown)
    }
}
