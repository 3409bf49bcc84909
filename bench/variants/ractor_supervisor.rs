// What both variants of ractor-supervisor share; each defines `Kit` with `prepare`, `supervisor` (starts
// it) and `child` (how a child starts).
//
// A child's messages are ractor's: the variants of that say what they cost.

use actorscope_bench::Variant;
use ractor::{Actor, ActorCell, ActorProcessingErr, ActorRef, SpawnErr, registry};
use ractor_supervisor::{
    ChildSpec, DynamicSupervisor, DynamicSupervisorMsg, DynamicSupervisorOptions, Restart, SpawnFn,
};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::OnceCell;

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

struct Child;

impl Actor for Child {
    type Msg = ();
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }
}

/// The supervisor, and how many children there were.
#[derive(Default)]
struct Nursery {
    supervisor: OnceCell<ActorRef<DynamicSupervisorMsg>>,
    born: AtomicU64,
}

impl Nursery {
    async fn supervisor(&self) -> ActorRef<DynamicSupervisorMsg> {
        let start = async || {
            let options = DynamicSupervisorOptions {
                max_children: None,
                max_restarts: 1,
                max_window: Duration::from_secs(10),
                reset_after: None,
            };
            Kit::supervisor(options).await.expect("the supervisor")
        };
        self.supervisor.get_or_init(start).await.clone()
    }
}

impl Variant for Kit {
    type Actor = String;

    fn prepare(mode: &str) -> (Self, Option<String>) {
        Self::prepare(mode)
    }

    async fn spawn(&self) -> String {
        let id = format!("child-{}", self.nursery.born.fetch_add(1, Relaxed));
        let child = ChildSpec {
            id: id.clone(),
            restart: Restart::Permanent,
            spawn_fn: SpawnFn::new(Self::child),
            backoff_fn: None,
            reset_after: None,
        };
        let supervisor = self.nursery.supervisor().await;
        DynamicSupervisor::spawn_child(supervisor, child).await.expect("the child starts");
        id
    }

    async fn end(&self, id: String) {
        let child = registry::where_is(id.clone()).expect("the child runs");
        let supervisor = self.nursery.supervisor().await;
        DynamicSupervisor::terminate_child(supervisor, id).await.expect("the supervisor runs");
        child.wait(None).await.expect("the child ends");
    }

    async fn spawn_and_exit(&self) {
        self.end(self.spawn().await).await;
    }
}

fn main() {
    actorscope_bench::main_without_messages::<Kit>();
}
