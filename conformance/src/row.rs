//! The rows of the table, in their order.

macro_rules! rows {
    ($($theme:literal { $($(#[$meta:meta])* $name:ident = $title:literal,)+ })+) => {
        /// What is told of every framework.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Row { $($($(#[$meta])* $name,)+)+ }

        impl Row {
            /// All, in the order of the table.
            pub const ALL: &'static [Self] = &[$($(Self::$name,)+)+];

            /// What the row begins with.
            pub const fn title(self) -> &'static str {
                match self { $($(Self::$name => $title,)+)+ }
            }

            /// What the rows around it have in common.
            pub const fn theme(self) -> &'static str {
                match self { $($(Self::$name => $theme,)+)+ }
            }
        }
    };
}

rows! {
    "Tree" {
        /// It shows with its framework, kind, first incarnation and start.
        Start = "start",
        /// Under its parent, to any depth.
        Nested = "nested tree",
        /// By its given name.
        Name = "name",
        /// Two of the same name.
        EqualNames = "equal names",
        /// Names that are not fit for paths.
        Paths = "paths",
    }
    "Measuring" {
        /// How well the depth of an empty mailbox is known.
        DepthIdle = "depth while idle",
        /// The same of messages behind a handler.
        DepthBusy = "depth behind a handler",
        /// The same of a held actor.
        DepthHeld = "depth while suspended",
        /// How well waits are known.
        QueueWait = "queue wait",
        /// How long handlers take.
        Handling = "handling time",
        /// What an actor is doing and for how long.
        HandlingNow = "handling now, for how long",
        /// Counted by message type.
        ByType = "by message type",
    }
    "Ends" {
        /// It ended itself.
        NormalExit = "normal exit",
        /// It returned an error.
        ErrorReturn = "error return",
        /// It panicked.
        Panic = "panic",
        /// Whether the message shows as failed that the actor failed with.
        FailedMessage = "the message that it failed with",
        /// Somebody ended it in the framework's own way.
        OwnMeans = "ended by the framework's own means",
        /// Nobody had a handle.
        Dropped = "dropped without stopping",
        /// Its parent ended before it.
        ParentFirst = "parent ends first: the child",
    }
    "Verbs" {
        /// Of one that waits.
        KillIdle = "kill, idle",
        /// Of one within a handler.
        KillBusy = "kill, busy",
        /// Of one behind whose handler the mailbox is full.
        KillFull = "kill, mailbox full",
        /// Of one that waits.
        StopIdle = "stop, idle",
        /// Of one within a handler, with messages behind it.
        StopBusy = "stop, busy",
        /// Of one that waits.
        RestartIdle = "restart, idle",
        /// Of one within a handler.
        RestartBusy = "restart, busy",
        /// With messages behind its handler.
        RestartLoad = "restart, under load",
        /// One after another.
        RepeatedKill = "five kills in a row",
        /// Before the next message.
        SuspendIdle = "suspend, idle",
        /// After the running handler.
        SuspendBusy = "suspend, busy",
        /// Of one with a child.
        SuspendParent = "suspend, with a child",
        /// By itself, at its deadline.
        AutoResume = "auto-resume",
        /// A print of its state.
        Dump = "state on demand",
    }
    "Restarts" {
        /// The same place, with its history.
        SamePlace = "keeps its slot, counters and history",
        /// After what a permanent child is started again.
        Permanent = "permanent: again after",
        /// The same of a transient one.
        Transient = "transient: again after",
        /// The same of a temporary one.
        Temporary = "temporary: again after",
        /// What is left of the budget.
        Budget = "restart budget",
        /// One failure too many.
        Limit = "restart limit reached",
        /// Alone.
        OneForOne = "one for one",
        /// All of them.
        OneForAll = "one for all",
        /// Those after it.
        RestForOne = "rest for one",
    }
    "Scale and agent" {
        /// Whether anything is lost among them.
        ShortLived = "10,000 short-lived actors",
        /// What is known of those that were there before.
        LateAgent = "agent started after the actors",
        /// There can be one only.
        SecondAgent = "second agent",
    }
}
