//! What a framework and its adapter bring to the suite.

use crate::order::{Message, Order};
use crate::probe::Probe;
use actorscope_agent::core::RestartType;
use actorscope_agent::core::spec::Strategy;
use actorscope_agent::core::text::segment;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// An actor that is to be started.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The name it goes by.
    pub name: String,
    /// To be told of each of its lives.
    pub probe: Arc<Probe>,
}

impl Plan {
    /// The path of what has this name under `parent`, which is empty at the root.
    pub fn path(&self, parent: &str) -> String {
        format!("{parent}/{}", segment(&self.name))
    }
}

/// Supervised actors that are to be started together.
#[derive(Clone, Debug)]
pub struct FamilyPlan {
    /// The name of their supervisor, if the framework has one.
    pub name: String,
    /// Whom it restarts with one that failed.
    pub strategy: Strategy,
    /// When its members are restarted.
    pub restart: RestartType,
    /// Restarts allowed within [`FamilyPlan::WINDOW`].
    pub restarts: u32,
    /// The members, in the order in which they are to be started.
    pub members: Vec<Plan>,
}

impl FamilyPlan {
    /// In which restarts are counted: longer than any scenario takes.
    pub const WINDOW: Duration = Duration::from_secs(60);
}

/// An actor that was started, and where it is to be found.
#[derive(Debug)]
pub struct Started<H> {
    /// How it is reached. Everybody who has none of these has no way to it.
    pub handle: H,
    /// Where it hangs.
    pub path: String,
}

/// Supervised actors that were started.
pub struct Family<H> {
    /// The path of their supervisor, if the framework has one.
    pub supervisor: Option<String>,
    /// The members, in the order of the plan. A handle stays good over restarts.
    pub members: Vec<Started<H>>,
    /// What must not be dropped while they are to live.
    pub keep: Box<dyn std::any::Any>,
}

impl<H> fmt::Debug for Family<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<&str> = self.members.iter().map(|m| m.path.as_str()).collect();
        f.debug_struct("Family")
            .field("supervisor", &self.supervisor)
            .field("members", &paths)
            .finish()
    }
}

/// The framework, not its adapter, has no such thing: why, in a sentence for the notes below the
/// table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lacks(pub &'static str);

/// Rules of the framework that the scenarios have to know in order to wait for the right thing. All of
/// them are verified: a wrong one fails the suite.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// An actor can end with an error of its own.
    pub errors: Result<(), Lacks>,
    /// It can be ended from outside by the framework's own means.
    pub ends: Result<(), Lacks>,
    /// Restarts are limited.
    pub limits: Result<(), Lacks>,
    /// It ends when nobody has a handle any more.
    pub ends_unreachable: bool,
    /// It ends when its parent does.
    pub ends_with_parent: bool,
}

/// A framework with its adapter, as the suite drives it: one column of the table.
///
/// Actors call [`Probe::live`] when they start and keep what it returns, and carry out each message
/// with [`Life::perform`](crate::Life::perform).
#[allow(async_fn_in_trait, reason = "everything is awaited on the thread that runs the scenarios")]
pub trait Subject: 'static {
    /// How an actor is reached. Dropping it is dropping the handle of a user.
    type Handle: 'static;

    /// The title of the column.
    const COLUMN: &'static str;

    /// The word for the framework on the wire.
    const FRAMEWORK: &'static str;

    /// What scenarios have to know.
    fn rules(&self) -> Rules;

    /// Runs the scenarios where this framework's actors live.
    fn run(&self, scenarios: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(scenarios);
    }

    /// Starts an actor at the root, or below another: as little supervised as the framework allows, so
    /// that it is not started again when it ends.
    async fn start(
        &self,
        plan: Plan,
        parent: Option<&Started<Self::Handle>>,
    ) -> Result<Started<Self::Handle>, Lacks>;

    /// The path of a supervisor that actors without a parent hang under, and that handles messages of
    /// its own to start them.
    fn nursery(&self) -> Option<&str> {
        None
    }

    /// Puts a message into its mailbox without waiting; whether it went in.
    fn send(&self, to: &Self::Handle, message: Message) -> bool;

    /// Ends it by the framework's own means, from outside.
    async fn end(&self, _: &Self::Handle) {}

    /// Starts supervised actors.
    async fn family(&self, plan: FamilyPlan) -> Result<Family<Self::Handle>, Lacks>;

    /// After what a permanent member of a family is started again.
    fn failure(&self) -> Order {
        Order::Panic("it failed on purpose".to_owned())
    }

    /// What a reader of the column should know, one sentence each.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}
