//! What can be done to an actor, as its framework and the way it was started allow.

use std::fmt;

/// One thing that can be done, or that is true when it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Capability {
    /// It can be ended at once.
    Kill = 0,
    /// It can be asked to end after the current message.
    Stop = 1,
    /// It can be replaced by a fresh one, on purpose.
    Restart = 2,
    /// It can be held before its next message.
    Suspend = 3,
    /// A kill cancels the running handler at its next await point.
    InterruptsHandler = 4,
    /// Queued messages survive a restart.
    KeepsMailbox = 5,
    /// It can be asked to print its state.
    DumpState = 6,
    /// A stop handles what is queued before the actor ends.
    DrainsOnStop = 7,
}

impl Capability {
    /// Every capability.
    pub const ALL: [Self; 8] = [
        Self::Kill,
        Self::Stop,
        Self::Restart,
        Self::Suspend,
        Self::InterruptsHandler,
        Self::KeepsMailbox,
        Self::DumpState,
        Self::DrainsOnStop,
    ];

    /// The name used in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Kill => "can_kill",
            Self::Stop => "can_stop",
            Self::Restart => "can_restart",
            Self::Suspend => "can_suspend",
            Self::InterruptsHandler => "interrupts_handler",
            Self::KeepsMailbox => "keeps_mailbox",
            Self::DumpState => "can_dump_state",
            Self::DrainsOnStop => "drains_on_stop",
        }
    }
}

/// A set of [`Capability`].
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Capabilities(u32);

impl Capabilities {
    /// Nothing can be done.
    pub const NONE: Self = Self(0);

    /// The set of exactly these.
    pub const fn of(all: &[Capability]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < all.len() {
            bits |= 1 << all[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// This set and `capability`.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | 1 << capability as u8)
    }

    /// This set without `capability`.
    #[must_use]
    pub const fn without(self, capability: Capability) -> Self {
        Self(self.0 & !(1 << capability as u8))
    }

    /// Whether `capability` is in the set.
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u8) != 0
    }

    /// The set as bits, bit n for the capability with discriminant n.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Reads [`Self::bits`]; bits of capabilities unknown here are dropped.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & 0b1111_1111)
    }

    /// The members, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.into_iter().filter(move |c| self.has(*c))
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Capability::word)).finish()
    }
}
