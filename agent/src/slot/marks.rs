//! What of a slot is known without its lock: for whoever goes over all slots.

use super::Class;
use crate::registry::Stirrings;
use crate::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU32};
use actorscope_core::{ChildKind, ExitReason, SlotState};

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

/// The queue wait is measured.
const MAILBOX: u8 = 1;
/// The depth can be read from outside.
const PROBE: u8 = 2;
/// The sampler has not seen the last change yet.
const CHANGED: u8 = 4;
/// It was given another name since the sampler looked.
const RENAMED: u8 = 8;
/// Taken out of the tree; what hangs below it has moved up.
const FORGOTTEN: u8 = 16;
/// Whoever sends to it says so.
const ANNOUNCED: u8 = 32;
/// An actor is about to fill the slot, which was empty.
const EXPECTED: u8 = 64;
/// The sampler was never told of it.
const NEW: u8 = 128;

/// The bits of a kind in the byte that it shares.
const KIND: u8 = 7;

const fn packed(kind: ChildKind, exit: ExitReason) -> u8 {
    kind as u8 | (exit as u8) << KIND.count_ones()
}

/// See the module's documentation. What goes with the cold part is written under its lock.
#[derive(Debug)]
pub(crate) struct Marks {
    /// Those of the constants above that are true.
    bits: AtomicU8,
    phase: AtomicU8,
    /// What fills the slot (low three bits), and why the last actor ended.
    kind_and_exit: AtomicU8,
    /// Slots above it, as registered.
    depth: AtomicU8,
    /// Something happened since the sampler let it sleep, or it does not sleep.
    stirred: AtomicBool,
    /// Its actor sleeps before an empty mailbox, and whatever is sent to it wakes it through its slot.
    parked: AtomicBool,
    /// Where it is noted when it stirs.
    stirrings: Stirrings,
    /// Grows with every change of who the slot is.
    version: AtomicU32,
    /// Slots that hang directly below.
    children: AtomicU32,
}

impl Marks {
    pub(super) fn new(class: &Class, phase: Phase) -> Self {
        Self {
            bits: AtomicU8::new(0),
            phase: AtomicU8::new(phase as u8),
            kind_and_exit: AtomicU8::new(packed(class.kind, ExitReason::Normal)),
            depth: AtomicU8::new(0),
            stirred: AtomicBool::new(true),
            parked: AtomicBool::new(false),
            stirrings: class.registry.stirrings(),
            version: AtomicU32::new(1),
            children: AtomicU32::new(0),
        }
    }

    #[inline]
    fn has(&self, bit: u8) -> bool {
        self.bits.load(Acquire) & bit != 0
    }

    /// Whether it was so before.
    fn set(&self, bit: u8, to: bool) -> bool {
        let before =
            if to { self.bits.fetch_or(bit, AcqRel) } else { self.bits.fetch_and(!bit, AcqRel) };
        before & bit != 0
    }

    pub(crate) fn phase(&self) -> Phase {
        let phase = Phase::ALL.get(usize::from(self.phase.load(Acquire)));
        phase.copied().unwrap_or(Phase::Failed)
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Release);
    }

    #[inline]
    pub(crate) fn has_mailbox(&self) -> bool {
        self.has(MAILBOX)
    }

    /// Whether it had one.
    pub(crate) fn set_mailbox(&self, has: bool) -> bool {
        self.set(MAILBOX, has)
    }

    pub(crate) fn has_probe(&self) -> bool {
        self.has(PROBE)
    }

    pub(super) fn set_probe(&self, has: bool) {
        // Hardly any has one that is taken away: no locked instruction for nothing.
        if self.has(PROBE) != has {
            self.set(PROBE, has);
        }
    }

    /// Whether whoever sends into its empty mailbox stirs it.
    pub(crate) fn is_announced(&self) -> bool {
        self.has(ANNOUNCED)
    }

    pub(crate) fn set_announced(&self) {
        self.set(ANNOUNCED, true);
    }

    /// Notes a change; false if one was noted already that nobody has seen.
    pub(crate) fn change(&self) -> bool {
        !self.set(CHANGED, true)
    }

    /// [`Marks::change`] of a slot that nobody else knows yet: no locked instruction for nothing.
    pub(crate) fn change_unshared(&self) {
        self.bits.store(self.bits.load(Relaxed) | CHANGED | NEW, Relaxed);
    }

    /// The change is about to be looked at.
    pub(crate) fn change_seen(&self) {
        self.set(CHANGED | NEW, false);
    }

    /// The sampler found it before it was told of it.
    pub(crate) fn found(&self) {
        if self.is_new() {
            self.set(NEW, false);
        }
    }

    /// Whether the sampler does not know of it yet.
    pub(crate) fn is_new(&self) -> bool {
        self.has(NEW)
    }

    /// Whether the sampler knows it as it is.
    pub(crate) fn is_seen(&self) -> bool {
        !self.has(CHANGED)
    }

    pub(crate) fn rename(&self) {
        self.set(RENAMED, true);
    }

    pub(crate) fn take_renamed(&self) -> bool {
        self.has(RENAMED) && self.set(RENAMED, false)
    }

    pub(crate) fn is_forgotten(&self) -> bool {
        self.has(FORGOTTEN)
    }

    /// Whether it was not before.
    pub(crate) fn forget(&self) -> bool {
        !self.set(FORGOTTEN, true)
    }

    pub(crate) fn is_expected(&self) -> bool {
        self.has(EXPECTED)
    }

    /// Whether it was so before.
    pub(crate) fn set_expected(&self, is: bool) -> bool {
        // Hardly any ever is: no locked instruction for nothing.
        if self.has(EXPECTED) == is { is } else { self.set(EXPECTED, is) }
    }

    /// One more hangs directly below, or one less.
    pub(crate) fn count_child(&self, more: bool) {
        if more {
            self.children.fetch_add(1, Relaxed);
        } else {
            self.children.fetch_sub(1, Relaxed);
        }
    }

    pub(crate) fn has_children(&self) -> bool {
        self.children.load(Relaxed) > 0
    }

    /// What fills the slot.
    pub(crate) fn kind(&self) -> ChildKind {
        let kind = ChildKind::ALL.get(usize::from(self.kind_and_exit.load(Relaxed) & KIND));
        kind.copied().unwrap_or(ChildKind::Worker)
    }

    pub(crate) fn set_kind(&self, kind: ChildKind) {
        // Under the lock of the cold part, as the other half.
        self.kind_and_exit.store(packed(kind, self.exit()), Relaxed);
    }

    pub(super) fn exit(&self) -> ExitReason {
        let exit = usize::from(self.kind_and_exit.load(Relaxed) >> KIND.count_ones());
        let exit = ExitReason::ALL.get(exit);
        exit.copied().unwrap_or(ExitReason::Normal)
    }

    pub(super) fn set_exit(&self, exit: ExitReason) {
        self.kind_and_exit.store(packed(self.kind(), exit), Relaxed);
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

    /// Whether it stirred since [`Marks::let_sleep`], or was never let sleep.
    #[inline]
    pub(crate) fn is_stirred(&self) -> bool {
        self.stirred.load(Relaxed)
    }

    /// It stirs; whether it did already.
    pub(super) fn stir(&self) -> bool {
        self.stirred.swap(true, AcqRel)
    }

    /// The sampler looks at it whatever happens: nothing need be noted.
    pub(crate) fn keep_awake(&self) {
        self.stirred.store(true, Release);
    }

    /// From here on it is noted when it stirs.
    pub(crate) fn let_sleep(&self) {
        self.stirred.store(false, Release);
    }

    /// Where it is noted when it stirs.
    pub(crate) const fn stirrings(&self) -> Stirrings {
        self.stirrings
    }

    /// See [`Marks::parked`]: written by the actor's task, and by whoever wakes it.
    pub(crate) fn set_parked(&self, is: bool) {
        self.parked.store(is, Release);
    }

    /// Whether its actor sleeps before an empty mailbox, and no message can come without a word of it.
    #[inline]
    pub(crate) fn is_parked(&self) -> bool {
        self.parked.load(Acquire)
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
    use crate::adapter::{Registration, Registry};

    #[test]
    fn every_word_survives_its_byte() {
        let new = Registration::new("test", "", "of marks.rs");
        let marks = Marks::new(&Class::of(Registry::new(), &new), Phase::Starting);
        assert_eq!(marks.phase(), Phase::Starting);
        for phase in Phase::ALL {
            marks.set_phase(phase);
            assert_eq!(marks.phase(), phase);
        }
        for exit in ExitReason::ALL {
            for kind in ChildKind::ALL {
                marks.set_exit(*exit);
                marks.set_kind(*kind);
                assert_eq!((marks.kind(), marks.exit()), (*kind, *exit));
            }
        }
        assert_eq!(size_of::<Marks>(), 16);
    }
}
