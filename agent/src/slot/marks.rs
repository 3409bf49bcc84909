//! What of a slot is known without its lock: for whoever goes over all slots.

use actorscope_core::{ChildKind, ExitReason, SlotState};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32};

/// Where a slot is in its life, apart from what the hot counters tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Phase {
    Starting,
    Running,
    /// The actor ended and another one is to come.
    Restarting,
    Stopping,
    Stopped,
    Failed,
}

impl Phase {
    const ALL: [Self; 6] = [
        Self::Starting,
        Self::Running,
        Self::Restarting,
        Self::Stopping,
        Self::Stopped,
        Self::Failed,
    ];

    pub(crate) const fn is_live(self) -> bool {
        !matches!(self, Self::Stopped | Self::Failed)
    }

    pub(crate) const fn has_actor(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Stopping)
    }
}

/// One byte each. Those that go with the cold part are written under its lock.
#[derive(Debug)]
pub(crate) struct Marks {
    phase: AtomicU8,
    /// The queue wait is measured.
    mailbox: AtomicBool,
    /// The depth can be read from outside.
    probe: AtomicBool,
    /// The sampler has not seen the last change yet.
    changed: AtomicBool,
    /// It was given another name since the sampler looked.
    renamed: AtomicBool,
    /// Taken out of the tree; what hangs below it has moved up.
    forgotten: AtomicBool,
    /// Slots above it, as registered.
    depth: AtomicU8,
    kind: AtomicU8,
    /// Why the last actor ended.
    exit: AtomicU8,
    /// Grows with every change of who the slot is.
    version: AtomicU32,
}

impl Default for Marks {
    fn default() -> Self {
        let no = || AtomicBool::new(false);
        Self {
            phase: AtomicU8::new(Phase::Starting as u8),
            mailbox: no(),
            probe: no(),
            changed: no(),
            renamed: no(),
            forgotten: no(),
            depth: AtomicU8::new(0),
            kind: AtomicU8::new(0),
            exit: AtomicU8::new(0),
            version: AtomicU32::new(1),
        }
    }
}

impl Marks {
    pub(crate) fn phase(&self) -> Phase {
        let phase = Phase::ALL.get(usize::from(self.phase.load(Acquire)));
        phase.copied().unwrap_or(Phase::Failed)
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Release);
    }

    pub(crate) fn has_mailbox(&self) -> bool {
        self.mailbox.load(Relaxed)
    }

    /// Whether it had one.
    pub(crate) fn set_mailbox(&self, has: bool) -> bool {
        self.mailbox.swap(has, Relaxed)
    }

    pub(crate) fn has_probe(&self) -> bool {
        self.probe.load(Relaxed)
    }

    pub(super) fn set_probe(&self, has: bool) {
        self.probe.store(has, Relaxed);
    }

    /// Notes a change; false if one was noted already that nobody has seen.
    pub(crate) fn change(&self) -> bool {
        !self.changed.swap(true, AcqRel)
    }

    /// The change is about to be looked at.
    pub(crate) fn change_seen(&self) {
        self.changed.swap(false, AcqRel);
    }

    pub(crate) fn rename(&self) {
        self.renamed.store(true, Release);
    }

    pub(crate) fn take_renamed(&self) -> bool {
        self.renamed.load(Relaxed) && self.renamed.swap(false, AcqRel)
    }

    pub(crate) fn is_forgotten(&self) -> bool {
        self.forgotten.load(Acquire)
    }

    /// Whether it was not before.
    pub(crate) fn forget(&self) -> bool {
        !self.forgotten.swap(true, AcqRel)
    }

    /// What fills the slot.
    pub(crate) fn kind(&self) -> ChildKind {
        let kind = ChildKind::ALL.get(usize::from(self.kind.load(Relaxed)));
        kind.copied().unwrap_or(ChildKind::Worker)
    }

    pub(crate) fn set_kind(&self, kind: ChildKind) {
        self.kind.store(kind as u8, Relaxed);
    }

    pub(super) fn exit(&self) -> ExitReason {
        let exit = ExitReason::ALL.get(usize::from(self.exit.load(Relaxed)));
        exit.copied().unwrap_or(ExitReason::Normal)
    }

    pub(super) fn set_exit(&self, exit: ExitReason) {
        self.exit.store(exit as u8, Relaxed);
    }

    pub(crate) fn version(&self) -> u32 {
        self.version.load(Acquire)
    }

    pub(crate) fn next_version(&self) {
        self.version.fetch_add(1, AcqRel);
    }

    pub(crate) fn depth(&self) -> usize {
        usize::from(self.depth.load(Relaxed))
    }

    pub(crate) fn set_depth(&self, depth: usize) {
        self.depth.store(u8::try_from(depth).unwrap_or(u8::MAX), Relaxed);
    }

    /// What the slot is doing, given whether a handler runs and whether it is held; without the
    /// details of a restart to come.
    pub(crate) fn state(&self, handling: bool, held: bool) -> SlotState {
        match self.phase() {
            Phase::Starting => SlotState::Starting,
            Phase::Running if handling => SlotState::Handling,
            Phase::Running if held => SlotState::Suspended,
            Phase::Running => SlotState::Idle,
            Phase::Restarting => SlotState::Restarting { attempt: 0, in_ns: None },
            Phase::Stopping => SlotState::Stopping,
            Phase::Stopped => SlotState::Stopped,
            Phase::Failed => SlotState::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives_its_byte() {
        let marks = Marks::default();
        assert_eq!(marks.phase(), Phase::Starting);
        for phase in Phase::ALL {
            marks.set_phase(phase);
            assert_eq!(marks.phase(), phase);
        }
        for exit in ExitReason::ALL {
            marks.set_exit(*exit);
            assert_eq!(marks.exit(), *exit);
        }
        for kind in ChildKind::ALL {
            marks.set_kind(*kind);
            assert_eq!(marks.kind(), *kind);
        }
    }
}
