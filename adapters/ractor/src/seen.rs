//! What is known of one actor, observed or not, from its start to its end.

use crate::control::{self, Reach};
use crate::inbox::Inbox;
use crate::supervise::{Family, Place};
use crate::watcher;
use actorscope_agent::adapter::{Fate, SlotHandle};
use actorscope_agent::core::capability::{Capabilities, Capability};
use actorscope_agent::core::{ExitReason, SlotId};
use ractor::{ActorCell, ActorId, ActorStatus};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Why an actor stopped whose reason is known to ractor alone.
const UNHEARD: &str = "its reason was not heard";

/// One actor. Kept until its task is gone; holds no slot open and keeps nobody alive, because a
/// ractor actor does not live by its references.
pub(crate) struct Seen {
    pub(crate) cell: ActorCell,
    pub(crate) slot: SlotHandle,
    pub(crate) reach: Arc<Reach>,
    /// Where a supervisor put it that restarts it.
    pub(crate) place: Option<Arc<Place>>,
    /// Whom it restarts itself.
    family: OnceLock<Arc<Family>>,
    /// Messages sent through tracked references; nobody tracks most actors.
    inbox: OnceLock<Box<Inbox>>,
    /// Whether its handler runs inside of ours.
    pub(crate) is_observed: bool,
    /// What can be done to it while it has no children.
    can: Capabilities,
    /// Whose code started it, if that is no ractor actor's: where it hangs while nobody supervises it.
    starter: Option<SlotHandle>,
    /// The id of the slot it hangs under; 0 = at the root.
    parent: AtomicU64,
    started: AtomicBool,
    /// The watcher hears of its end.
    is_watched: AtomicBool,
    /// It ends, and the watcher has yet to hear of it.
    is_unheard: AtomicBool,
    stopped_in_order: AtomicBool,
    ended: AtomicBool,
    ending: Mutex<()>,
    has_children: AtomicBool,
    /// A walk found its task gone.
    was_missed: AtomicBool,
}

impl Seen {
    pub(crate) fn new(
        cell: ActorCell,
        slot: SlotHandle,
        place: Option<Arc<Place>>,
        is_observed: bool,
        can: Capabilities,
        starter: Option<SlotHandle>,
    ) -> Arc<Self> {
        let parent = match &place {
            Some(place) => place.parent(),
            None => starter.as_ref().map(SlotHandle::id),
        };
        let parent = parent.map_or(0, SlotId::get);
        Arc::new_cyclic(|this| Self {
            cell,
            slot,
            reach: Arc::new(Reach(this.clone())),
            place,
            family: OnceLock::new(),
            inbox: OnceLock::new(),
            is_observed,
            can,
            starter,
            parent: AtomicU64::new(parent),
            started: AtomicBool::new(false),
            is_watched: AtomicBool::new(false),
            is_unheard: AtomicBool::new(false),
            stopped_in_order: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            ending: Mutex::default(),
            has_children: AtomicBool::new(false),
            was_missed: AtomicBool::new(false),
        })
    }

    pub(crate) fn id(&self) -> ActorId {
        self.cell.get_id()
    }

    // --- Where it hangs ------------------------------------------------------------------------

    /// Hangs it under another slot, or without a supervisor where it was started, else at the root.
    /// One whose place is known stays there.
    pub(crate) fn hang_under(&self, supervisor: Option<SlotId>) {
        let starter = self.starter.as_ref().filter(|_| supervisor.is_none());
        let parent = supervisor.or_else(|| starter.map(SlotHandle::id));
        let raw = parent.map_or(0, SlotId::get);
        if self.place.is_none() && self.parent.swap(raw, Relaxed) != raw {
            // Who started it may be forgotten by now.
            let is_there = starter.is_none_or(SlotHandle::is_registered);
            self.slot.set_parent(parent.filter(|_| is_there));
        }
    }

    /// It has children, or none any more. While it is held it could not attend to them, so whoever
    /// has some can't be held.
    pub(crate) fn set_has_children(&self, has: bool) {
        if self.has_children.swap(has, Relaxed) == has || !self.can.has(Capability::Suspend) {
            return;
        }
        self.slot.set_capabilities(|now| {
            if has { now.without(Capability::Suspend) } else { now.with(Capability::Suspend) }
        });
    }

    /// Somebody supervises it, in a way that only their code knows.
    pub(crate) fn is_linked(&self) {
        if self.place.is_none() && self.is_observed && !self.slot.is_supervised() {
            self.slot.set_child_spec(Default::default());
            self.slot.set_capabilities(|now| now.with(Capability::Restart));
        }
    }

    /// Whom it restarts.
    pub(crate) fn set_family(&self, family: Arc<Family>) {
        let _ = self.family.set(family);
    }

    /// Whom it restarts goes with it.
    pub(crate) fn is_about_to_be_killed(&self) {
        if let Some(family) = self.family.get() {
            family.doom();
        }
    }

    // --- Messages ------------------------------------------------------------------------------

    /// The messages sent through tracked references, if there are any.
    #[inline]
    pub(crate) fn inbox(&self) -> Option<&Inbox> {
        self.inbox.get().map(Box::as_ref)
    }

    /// From now on somebody tracks what is sent.
    pub(crate) fn tracked(self: &Arc<Self>) -> &Inbox {
        let mut is_news = false;
        let inbox = self.inbox.get_or_init(|| {
            is_news = true;
            self.slot.announces_arrivals();
            Box::default()
        });
        if is_news {
            // Its depth is told by whoever reaches it.
            self.slot.set_mailbox(None, None);
        }
        inbox
    }

    // --- Its end -------------------------------------------------------------------------------

    /// From now on the watcher hears of its end.
    pub(crate) fn watch(&self) {
        if !self.is_watched.swap(true, SeqCst) && !watcher::watch(&self.cell) {
            self.is_watched.store(false, SeqCst);
        }
    }

    /// It stops in order; the watcher is to hear why, if anybody wants to know and the watcher is not
    /// too far behind.
    pub(crate) fn watch_end(&self) {
        if self.is_watched() || !self.slot.registry().has_agent() || !watcher::expect() {
            return;
        }
        self.is_unheard.store(true, SeqCst);
        self.watch();
        if !self.is_watched() {
            self.is_heard();
        }
    }

    /// The watcher heard of its end, or never will.
    pub(crate) fn is_heard(&self) {
        if self.is_unheard.swap(false, SeqCst) {
            watcher::heard();
        }
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.is_watched.load(SeqCst)
    }

    /// It fills its slot.
    pub(crate) fn start(self: &Arc<Self>) {
        if !self.started.swap(true, SeqCst) {
            self.slot.started(Some(control::reach(self)));
        }
    }

    /// Its own code for the end ran to its end.
    pub(crate) fn stopped_in_order(&self) {
        self.stopped_in_order.store(true, SeqCst);
    }

    pub(crate) fn has_stopped_in_order(&self) -> bool {
        self.stopped_in_order.load(SeqCst)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(SeqCst)
    }

    /// A walk found its task gone. Whether that is news.
    pub(crate) fn miss(&self) -> bool {
        !self.was_missed.swap(true, Relaxed)
    }

    /// It ended. Of several witnesses the first is believed.
    pub(crate) fn end(self: &Arc<Self>, exit: ExitReason, reason: Option<String>) {
        // Whoever finds it ended may start a successor: not before all of it is told.
        let _one_at_a_time = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_ended() {
            return;
        }
        // An end without a beginning would be hard to read.
        self.start();
        if let Some(family) = self.family.get() {
            family.close();
        }
        let lost = self.inbox().and_then(Inbox::depth).filter(|lost| *lost > 0);
        let fate = match &self.place {
            Some(place) => place.fate(exit),
            None if exit == ExitReason::BudgetExhausted => Fate::GaveUp,
            None => Fate::Final,
        };
        self.slot.exited(exit, reason, fate);
        if let Some(lost) = lost {
            self.slot.messages_lost(lost);
        }
        self.ended.store(true, SeqCst);
    }

    /// It was killed; by whom, as far as its surroundings tell.
    pub(crate) fn end_killed(self: &Arc<Self>) {
        if let Some((exit, why)) = self.place.as_ref().and_then(|place| place.why_killed(self)) {
            return self.end(exit, Some(why.to_owned()));
        }
        self.end(ExitReason::Killed, None);
    }

    /// Nobody said how it ended: what its last traces tell.
    pub(crate) fn end_by_traces(self: &Arc<Self>) {
        if self.has_ended() {
            return;
        }
        let why_killed = self.place.as_ref().and_then(|place| place.why_killed(self));
        if let Some((exit, why)) = why_killed {
            self.end(exit, Some(why.to_owned()));
        } else if !self.is_observed {
            self.end(ExitReason::Normal, Some("its end was not seen".to_owned()));
        } else if self.has_stopped_in_order() {
            let unheard = self.slot.registry().has_agent();
            self.end(ExitReason::Normal, unheard.then(|| UNHEARD.to_owned()));
        } else if self.cell.get_status() >= ActorStatus::Stopping {
            self.end_killed();
        } else {
            self.end(ExitReason::Aborted, Some("its task was dropped".to_owned()));
        }
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.is_heard();
    }
}
