//! Facts about the life of slots, in the order in which they happened.

use crate::id::{Incarnation, SlotId, Timestamp};
use crate::spec::words;
use crate::state::ExitReason;
use std::sync::Arc;

words! {
    /// What happened.
    EventKind {
        /// A slot was filled for the first time.
        Started = "started",
        /// A slot was filled again.
        Restarted = "restarted",
        /// An actor ended.
        Exited = "exited",
        /// The next actor is on its way, perhaps after a pause.
        RestartScheduled = "restart_scheduled",
        /// A restart budget was used up: the slot stays empty.
        GaveUp = "gave_up",
        /// Messages were lost with an actor.
        MessagesLost = "messages_lost",
        /// An operator asked for something.
        Verb = "verb",
        /// An actor is held.
        Suspended = "suspended",
        /// A held actor goes on.
        Resumed = "resumed",
        /// An adapter reported something that cannot be.
        Warning = "warning",
        /// Events are missing here: the ring was full before they were read.
        Gap = "gap",
    }
}

/// One fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// 1, 2, … without holes; holes are marked by [`EventKind::Gap`].
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// To whom; `None` for events about the agent itself.
    pub slot: Option<SlotId>,
    /// Which of its actors.
    pub incarnation: Option<Incarnation>,
    /// The slot's path at that time; empty without a slot. Where actors of one name come and go by the thousand below
    /// the same parent, their events share it.
    pub path: Arc<str>,
    /// For exits: the class of the reason.
    pub exit: Option<ExitReason>,
    /// Details in words: a panic's text, an operator's reason, a count.
    pub reason: Option<String>,
    /// Who asked, when somebody did.
    pub by: Option<String>,
}

impl Event {
    /// Bytes this event holds in memory if it shares no text, for rings bounded in bytes.
    pub fn size(&self) -> usize {
        let text = |s: &Option<String>| s.as_ref().map_or(0, String::len);
        size_of::<Self>() + self.path.len() + text(&self.reason) + text(&self.by)
    }
}
