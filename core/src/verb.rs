//! What an operator can ask for, and what became of it.

use crate::capability::Capability;
use crate::spec::words;

words! {
    /// Something an operator does to one actor.
    Verb {
        /// End it at once; a running handler is cancelled at its next await point.
        Kill = "kill",
        /// End it after the current message.
        Stop = "stop",
        /// Have its supervisor replace it.
        Restart = "restart",
        /// Hold it before its next message, for a limited time.
        Suspend = "suspend",
        /// Let a suspended actor go on.
        Resume = "resume",
    }
}

impl Verb {
    /// What an actor must be capable of for this verb.
    pub const fn needs(self) -> Capability {
        match self {
            Self::Kill => Capability::Kill,
            Self::Stop => Capability::Stop,
            Self::Restart => Capability::Restart,
            Self::Suspend | Self::Resume => Capability::Suspend,
        }
    }
}

words! {
    /// What became of a verb.
    Outcome {
        /// It happened.
        Done = "done",
        /// It will happen as soon as the actor gets to it; an event follows.
        Accepted = "accepted",
        /// The caller may not.
        Refused = "refused",
        /// The slot is empty or unknown.
        Gone = "gone",
        /// The slot is filled by another incarnation than the one that was meant.
        StaleIncarnation = "stale_incarnation",
        /// This actor cannot.
        NotSupported = "not_supported",
    }
}

impl Outcome {
    /// Whether the verb took or will take effect.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Done | Self::Accepted)
    }
}
