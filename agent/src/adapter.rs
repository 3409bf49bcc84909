//! The API for adapters: how a framework tells the agent about its actors, and how the agent asks
//! the framework to act. Everything that actorscope's own adapters use is public here.
//!
//! An adapter registers a slot for each actor ([`Registry::register`]), reports its life
//! ([`SlotHandle::started`], [`SlotHandle::exited`]) and, from the task that runs the actor, takes
//! messages out of the mailbox ([`SlotHandle::receive`]) and handles them ([`SlotHandle::handle`]).
//! None of these panics or fails: what cannot be is turned into the nearest thing that can, and
//! reported as a warning event. `docs/adapters.md` in the repository goes through an adapter step by
//! step; `examples/homegrown` is the whole of it.
//!
//! # Who may call what, and what it costs
//! | | who | cost |
//! | --- | --- | --- |
//! | [`SlotHandle::receive`], [`SlotHandle::handle`] | the task that runs the actor | two readings of the clock a message and a few relaxed writes to memory of the actor; with the first message of an actor one allocation, with the 17th another; nothing is locked |
//! | [`SlotHandle::look`], [`SlotHandle::take`], [`SlotHandle::begin`], [`SlotHandle::end`] and what stands beside them | the same task: for loops into which `receive` does not fit | those of `receive` and `handle`, which are made of them |
//! | [`SlotHandle::message_type`] | the same task | a comparison while the type stays the same, else a look into a table of all types |
//! | [`SlotHandle::arrives`] | whoever sends, after [`SlotHandle::announces_arrivals`] | a look at a flag; a short lock for the first message after a rest |
//! | [`SlotHandle::told`], [`SlotHandle::asks`] | anybody | a lookup in a table of the sender's receivers; a clock reading, for `asks` two |
//! | [`in_slot`] | whoever spawns the actor | at each poll one exchange of a thread-local |
//! | [`also_ask`], instead | an adapter that knows whose code runs | nothing at a poll; a call where something starts or sends and nobody said |
//! | [`Registry::register`], [`SlotHandle::started`], both as one [`Registry::register_started`], [`SlotHandle::exited`] | anybody | short locks of the slot, of the table of slots and of the log of events |
//! | [`SlotHandle::set_parent`] and other changes of identity | anybody | the same; the slot is sent to all who look at it again |
//! | [`Controls`], [`DepthProbe`] | called by the agent, on its thread | must not block: all of the agent would wait |

pub use crate::gate::Request;
pub use crate::measuring::is_on as is_measuring;
pub use crate::registry::{
    Arrival, Asking, Handling, InSlot, Mailbox, MessageType, Moment, Next, Receive, Registry,
    SlotHandle, also_ask, current_place, current_slot, in_slot, scope,
};

use crate::slot::shared_name;
use actorscope_core::spec::{ChildKind, ChildSpec, SupervisorSpec};
use actorscope_core::{Capabilities, SlotId, Timestamp};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// What is known of an actor before it runs.
#[derive(Clone, Debug)]
pub struct Registration {
    pub(crate) framework: &'static str,
    /// `None` = that of the type.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) actor_type: &'static str,
    pub(crate) parent: Option<SlotId>,
    pub(crate) kind: ChildKind,
    pub(crate) supervisor: Option<SupervisorSpec>,
    pub(crate) latent_supervisor: Option<SupervisorSpec>,
    pub(crate) child_spec: Option<ChildSpec>,
    pub(crate) capabilities: Capabilities,
    pub(crate) mailbox_capacity: Option<u64>,
    pub(crate) budget_rule: BudgetRule,
    pub(crate) refill_key: Option<String>,
    pub(crate) no_kill: Option<&'static str>,
    pub(crate) ordinal: Option<u64>,
}

impl Registration {
    /// An actor of `framework` (a word such as `kameo`) with a name for people and the Rust type as
    /// [`std::any::type_name`] gives it.
    pub fn new(framework: &'static str, name: impl AsRef<str>, actor_type: &'static str) -> Self {
        let name = Some(shared_name(name.as_ref()));
        Self { name, ..Self::unnamed(framework, actor_type) }
    }

    /// [`Registration::new`] of an actor that goes by the short form of its type.
    pub const fn unnamed(framework: &'static str, actor_type: &'static str) -> Self {
        Self {
            framework,
            name: None,
            actor_type,
            parent: None,
            kind: ChildKind::Worker,
            supervisor: None,
            latent_supervisor: None,
            child_spec: None,
            capabilities: Capabilities::NONE,
            mailbox_capacity: None,
            budget_rule: BudgetRule::Sliding,
            refill_key: None,
            no_kill: None,
            ordinal: None,
        }
    }

    /// Under which slot it hangs.
    #[must_use]
    pub fn parent(mut self, parent: Option<SlotId>) -> Self {
        self.parent = parent;
        self
    }

    /// What it is.
    #[must_use]
    pub fn kind(mut self, kind: ChildKind) -> Self {
        self.kind = kind;
        self
    }

    /// It supervises others like this.
    #[must_use]
    pub fn supervisor(mut self, spec: SupervisorSpec) -> Self {
        self.supervisor = Some(spec);
        self
    }

    /// It becomes a supervisor like this as soon as a supervised child hangs under it: for
    /// frameworks in which every actor can be one.
    #[must_use]
    pub fn may_supervise(mut self, spec: SupervisorSpec) -> Self {
        self.latent_supervisor = Some(spec);
        self
    }

    /// It is supervised like this.
    #[must_use]
    pub fn child_spec(mut self, spec: ChildSpec) -> Self {
        self.child_spec = Some(spec);
        self
    }

    /// What can be done to it.
    #[must_use]
    pub fn capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// Why it can't be killed and what would change that, in a sentence that ends without a stop: it
    /// is put behind a colon.
    #[must_use]
    pub fn no_kill(mut self, why: &'static str) -> Self {
        self.no_kill = Some(why);
        self
    }

    /// A number that grows in the order in which siblings are started, where actors may be registered
    /// in another order than that.
    #[must_use]
    pub fn ordinal(mut self, ordinal: u64) -> Self {
        self.ordinal = Some(ordinal);
        self
    }

    /// The mailbox's bound; `None` if it has none.
    #[must_use]
    pub fn mailbox_capacity(mut self, capacity: Option<u64>) -> Self {
        self.mailbox_capacity = capacity;
        self
    }

    /// How its framework forgets restarts.
    #[must_use]
    pub fn budget_rule(mut self, rule: BudgetRule) -> Self {
        self.budget_rule = rule;
        self
    }

    /// When its parent was restarted meanwhile, an empty slot that was registered under it with the
    /// same key is filled again instead of a new one being made.
    #[must_use]
    pub fn refill_key(mut self, key: impl Into<String>) -> Self {
        self.refill_key = Some(key.into());
        self
    }
}

/// How restarts are forgotten.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BudgetRule {
    /// Each one after the period, as in OTP.
    Sliding,
    /// All together, when the period has passed since the last one.
    ForgottenAfterQuiet,
}

/// What follows an exit, as far as the adapter knows.
#[derive(Clone)]
pub enum Fate {
    /// Another actor will fill the slot, at this moment if there is a pause.
    Restarts {
        /// When; `None` = at once.
        at: Option<Timestamp>,
    },
    /// Its supervisor decides, later. Until another actor starts, the slot counts as restarting.
    Undecided {
        /// Asked once a tick: whether it is certain by now that nobody will come. Must not block.
        is_final: Arc<dyn Fn() -> bool + Send + Sync>,
    },
    /// Nobody will.
    Final,
    /// Nobody will, because the restart budget is used up.
    GaveUp,
}

impl fmt::Debug for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Restarts { at } => f.debug_struct("Restarts").field("at", at).finish(),
            Self::Undecided { .. } => f.write_str("Undecided"),
            Self::Final => f.write_str("Final"),
            Self::GaveUp => f.write_str("GaveUp"),
        }
    }
}

/// What an actor's framework did with a verb.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reaction {
    /// It will take effect; the exit or restart is reported when it does.
    Accepted,
    /// The actor is not there any more.
    Gone,
    /// It can't be done, for this reason.
    NotSupported(String),
}

/// How the agent reaches the actor that fills a slot. Called on the agent's thread; must not block.
///
/// `stop`, `restart`, `suspend` and `resume` need no method: they go through the slot's gate, which
/// the actor's task asks with [`SlotHandle::check`].
pub trait Controls: Send + Sync + 'static {
    /// End the actor at once.
    fn kill(&self) -> Reaction;

    /// Called after the slot's gate was told to stop or restart, for frameworks whose actors need a
    /// push beyond the waker.
    fn nudge(&self) {}

    /// Reads the mailbox's depth, if whoever reaches the actor can: then none need be given to
    /// [`SlotHandle::set_mailbox`], which is asked first. What this returns may change only before the
    /// actor starts and before a call of that.
    fn probe(&self) -> Option<&dyn DepthProbe> {
        None
    }
}

/// Reads a mailbox's depth from outside. Called on the agent's thread; must not block and must not
/// keep the actor alive.
pub trait DepthProbe: Send + Sync + 'static {
    /// Messages queued now; `None` when it cannot be told any more.
    fn depth(&self) -> Option<u64>;

    /// When the oldest of them arrived, for mailboxes that know: then the actor's task need not say so
    /// with every message. Asked only while there are some.
    fn oldest(&self) -> Option<Arrival> {
        None
    }
}

impl<F: Fn() -> Option<u64> + Send + Sync + 'static> DepthProbe for F {
    fn depth(&self) -> Option<u64> {
        self()
    }
}

/// What a panic said, if it said it in words: for the reason of an exit.
pub fn panic_text(payload: &(dyn Any + Send)) -> Option<String> {
    payload
        .downcast_ref::<&'static str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
}
