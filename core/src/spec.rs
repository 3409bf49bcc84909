//! How an actor is supposed to be supervised: what its framework was told, not what happened.

use std::fmt;

/// Declares an enum whose variants have one stable word each, used in JSON, on the wire's debug
/// output and on screen.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word for this value, the same everywhere.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value that `word` names.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a supervisor does when one child fails.
    Strategy {
        /// Only the failed child is restarted.
        OneForOne = "one_for_one",
        /// All children are stopped and restarted.
        OneForAll = "one_for_all",
        /// The failed child and those started after it are restarted.
        RestForOne = "rest_for_one",
        /// Children are added while it runs and restarted one by one.
        Dynamic = "dynamic",
    }
}

words! {
    /// Whose failures are counted together.
    BudgetScope {
        /// One budget for all children, as in OTP: exceeding it ends the supervisor.
        PerSupervisor = "per_supervisor",
        /// Each child has its own: exceeding it leaves that child down, its supervisor lives on.
        PerChild = "per_child",
    }
}

words! {
    /// When a child is restarted.
    RestartType {
        /// Always.
        Permanent = "permanent",
        /// After an abnormal exit only.
        Transient = "transient",
        /// Never.
        Temporary = "temporary",
    }
}

words! {
    /// What fills a slot.
    ChildKind {
        /// An actor whose purpose is its children.
        Supervisor = "supervisor",
        /// An actor that does the work.
        Worker = "worker",
        /// A plain asynchronous task.
        Task = "task",
        /// A receiver that belongs to a task which already has one.
        Mailbox = "mailbox",
        /// A closure on a thread for blocking work.
        Blocking = "blocking",
        /// Nothing that runs itself: what it gathers hangs below it.
        Group = "group",
    }
}

/// How long a child may take to stop before it is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shutdown {
    /// Killed at once.
    Brutal,
    /// Killed after this many nanoseconds.
    TimeoutNs(u64),
    /// Waited for as long as it takes.
    Infinity,
}

impl fmt::Display for Shutdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Brutal => f.write_str("brutal"),
            Self::TimeoutNs(ns) => write!(f, "{} ms", ns / 1_000_000),
            Self::Infinity => f.write_str("infinity"),
        }
    }
}

/// Waiting time before a restart: doubles from `first_ns` to `max_ns`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// Before the first restart, in nanoseconds.
    pub first_ns: u64,
    /// Never longer than this, in nanoseconds.
    pub max_ns: u64,
}

/// What a supervisor was told. Fields that its framework does not have are `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SupervisorSpec {
    /// What happens to the siblings of a failed child.
    pub strategy: Strategy,
    /// Restarts allowed within the period; one more gives up.
    pub intensity: Option<u32>,
    /// The period in nanoseconds.
    pub period_ns: Option<u64>,
    /// Whose restarts are counted together.
    pub scope: Option<BudgetScope>,
    /// Whether it ends by itself when its significant children have ended.
    pub auto_shutdown: bool,
}

impl SupervisorSpec {
    /// A supervisor of which only the strategy is known.
    pub const fn new(strategy: Strategy) -> Self {
        Self { strategy, intensity: None, period_ns: None, scope: None, auto_shutdown: false }
    }
}

/// What a supervisor was told about one child. Fields that its framework does not have are `None`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ChildSpec {
    /// The child's id under its supervisor, when it was given one.
    pub child_id: Option<String>,
    /// When it is restarted.
    pub restart: Option<RestartType>,
    /// Its own restart budget, where budgets are per child: restarts allowed …
    pub intensity: Option<u32>,
    /// … within this many nanoseconds.
    pub period_ns: Option<u64>,
    /// How it is stopped.
    pub shutdown: Option<Shutdown>,
    /// Whether its end counts for the supervisor's auto-shutdown.
    pub significant: bool,
    /// Waiting time before restarts.
    pub backoff: Option<Backoff>,
    /// Whether the framework takes a kill for a normal exit: then a transient child stays dead.
    pub kill_is_normal_exit: bool,
}

/// How much of a restart budget is used, now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BudgetUse {
    /// Restarts counted within the period.
    pub used: u32,
    /// Restarts allowed.
    pub allowed: u32,
    /// The period in nanoseconds.
    pub period_ns: u64,
    /// Nanoseconds until each counted restart is forgotten, soonest first.
    pub expires_in_ns: Vec<u64>,
}

impl BudgetUse {
    /// Whether the next restart is refused.
    pub const fn exhausted(&self) -> bool {
        self.used >= self.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_its_value() {
        for strategy in Strategy::ALL {
            assert_eq!(Strategy::from_word(strategy.word()), Some(*strategy));
        }
        for restart in RestartType::ALL {
            assert_eq!(RestartType::from_word(restart.word()), Some(*restart));
        }
        assert_eq!(ChildKind::from_word("teapot"), None);
    }
}
