//! Who is where: ractor's own links, however actors are spawned, and those that nobody observes.

mod common;

use actorscope_ractor::agent::core::capability::Capability;
use actorscope_ractor::{Observed, ObservedLocal, agent, observe};
use actorscope_testkit::{Rig, depth, state};
use common::{Do, Peer, Start, can, end, exit, handled, is, name};
use ractor::factory::{Factory, FactoryArguments, FactoryMessage, Job, JobOptions, WorkerId};
use ractor::factory::{Worker, queues, routing, worker_builder};
use ractor::thread_local::{ThreadLocalActor, ThreadLocalActorSpawner};
use ractor::{Actor, ActorProcessingErr, ActorRef, ActorRuntime, SpawnErr};

async fn observed(named: &str) -> ActorRef<Do> {
    Actor::spawn(name(named), observe(Peer), Start::Well).await.unwrap().0
}

async fn unobserved(named: Option<String>) -> ActorRef<Do> {
    Actor::spawn(named, Peer, Start::Well).await.unwrap().0
}

async fn under(parent: &ActorRef<Do>, named: Option<String>) -> ActorRef<Do> {
    let peer = observe(Peer);
    Actor::spawn_linked(named, peer, Start::Well, parent.get_cell()).await.unwrap().0
}

#[tokio::test]
async fn linked_actors_hang_under_their_supervisor_whoever_spawned_them() {
    let rig = Rig::shared().await;
    let root = observed("tree-root").await;
    let child = under(&root, name("child")).await;
    under(&child, None).await;
    rig.when("/tree-root/child", is("idle")).await;
    let (identity, _) = rig.when("/tree-root/child/Peer", is("idle")).await;
    assert_eq!(identity.framework, "ractor");
    assert!(identity.actor_type.ends_with("common::Peer"), "{}", identity.actor_type);
    // Its first event is told from where it is.
    assert_eq!(rig.kinds("/tree-root/child/Peer").await, ["started"]);
    // Spawned by a handler, but nobody's child.
    root.cast(common::run(|_| async {
        observed("tree-free").await;
    }))
    .unwrap();
    let (identity, _) = rig.when("/tree-free", is("idle")).await;
    assert_eq!(identity.parent, None);
}

#[tokio::test]
async fn who_is_spawned_by_code_of_another_framework_hangs_below_that() {
    let rig = Rig::shared().await;
    let (tell, told) = tokio::sync::oneshot::channel();
    // A task that has ended is soon forgotten, and what hangs below it moves up.
    let task = agent::tokio::spawn("foreign", async {
        let free = observed("started-there").await;
        let (instant, _) =
            ActorRuntime::spawn_instant(name("started-instantly"), observe(Peer), Start::Well)
                .unwrap();
        // What those start themselves is a matter of ractor's.
        under(&free, name("child-there")).await;
        free.cast(common::run(|_| async {
            observed("started-by-ractor").await;
        }))
        .unwrap();
        let _ = tell.send(instant);
        std::future::pending::<()>().await;
    });
    rig.when("/foreign/started-there/child-there", is("idle")).await;
    let (instant, _) = rig.when("/foreign/started-instantly", is("idle")).await;
    rig.when("/started-by-ractor", is("idle")).await;
    let spawned = told.await.unwrap();
    // Links go first, and when they are cut it is back.
    let supervisor = observed("supervises").await;
    spawned.link(supervisor.get_cell());
    let (moved, _) = rig.when("/supervises/started-instantly", is("idle")).await;
    assert_eq!(moved.slot, instant.slot);
    spawned.unlink(supervisor.get_cell());
    rig.when("/foreign/started-instantly", is("idle")).await;
    task.abort();
}

#[tokio::test]
async fn who_is_spawned_instantly_is_seen_while_it_starts_and_after() {
    let rig = Rig::shared().await;
    let root = observed("instant-root").await;
    let (child, _) = ActorRuntime::spawn_linked_instant(
        name("instant-child"),
        observe(Peer),
        Start::Well,
        root.get_cell(),
    )
    .unwrap();
    child.cast(Do::Nothing).unwrap();
    rig.when("/instant-root/instant-child", handled(1)).await;
}

#[tokio::test]
async fn links_that_are_made_and_cut_later_are_followed() {
    let rig = Rig::shared().await;
    let (left, right) = (observed("left").await, observed("right").await);
    let moves = observed("moves").await;
    rig.when("/moves", is("idle")).await;
    moves.link(left.get_cell());
    rig.when("/left/moves", is("idle")).await;
    moves.link(right.get_cell());
    rig.when("/right/moves", is("idle")).await;
    moves.unlink(right.get_cell());
    rig.when("/moves", is("idle")).await;
}

#[tokio::test]
async fn actors_nobody_observes_are_shown_with_what_ractor_tells_of_them() {
    let rig = Rig::shared().await;
    // Above, between and below observed ones; and one with a name that is alone.
    let top = unobserved(name("dark-top")).await;
    let between = Actor::spawn_linked(None, Peer, Start::Well, top.get_cell()).await.unwrap().0;
    let lit = under(&between, name("lit")).await;
    let below = Actor::spawn_linked(name("dark"), Peer, Start::Well, lit.get_cell());
    let below = below.await.unwrap().0;
    let _alone = unobserved(name("dark-alone")).await;
    let anonymous = between.get_id().to_string();
    let path = format!("/dark-top/{anonymous}/lit");
    rig.when(&path, is("idle")).await;
    let dark = format!("{path}/dark");
    let (identity, stats) = rig.when(&dark, is("idle")).await;
    assert_eq!((identity.framework.as_str(), identity.actor_type.as_str()), ("ractor", ""));
    assert!(can(&identity, Capability::Kill) && can(&identity, Capability::Stop));
    for not in [Capability::Suspend, Capability::Restart, Capability::DumpState] {
        assert!(!can(&identity, not), "{not:?}");
    }
    // What it does is not known: that is no zero.
    assert_eq!(depth(&stats).1, "");
    assert!(stats.queue_wait.is_none() && stats.handling.is_none() && stats.rate_per_s.is_none());
    assert!(stats.total.is_none() && stats.current.is_none(), "nobody counts");
    rig.when("/dark-alone", is("idle")).await;
    // Verbs that are not there are refused, the others work.
    let refused = rig.act("suspend", &dark).await.unwrap();
    assert_eq!(refused.outcome, "not_supported", "{}", refused.message);
    assert!(refused.message.contains("nobody observes it"), "{}", refused.message);
    assert_eq!(rig.act("stop", &dark).await.unwrap().outcome, "done");
    rig.when(&dark, is("stopped")).await;
    let (how, why) = end(&rig, &dark).await;
    assert_eq!(how, "normal");
    assert!(why.unwrap().starts_with("stopped by"), "told by whom");
    assert_eq!(rig.act("kill", "/dark-alone").await.unwrap().outcome, "done");
    assert_eq!(end(&rig, "/dark-alone").await.0, "killed");
    // Ends that nobody asked for are heard too, with their reasons.
    between.cast(Do::Fail("in the dark")).unwrap();
    let path = format!("/dark-top/{anonymous}");
    rig.when(&path, is("failed")).await;
    assert_eq!(end(&rig, &path).await, exit("error", "in the dark"));
    drop(below);
}

/// A factory's worker.
struct Counter;

impl Worker for Counter {
    type Key = u64;
    type Message = u32;
    type State = u32;
    type Arguments = ();

    async fn pre_start(
        &self,
        _: WorkerId,
        _: &ActorRef<FactoryMessage<u64, u32>>,
        (): (),
    ) -> Result<u32, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        _: WorkerId,
        _: &ActorRef<FactoryMessage<u64, u32>>,
        job: Job<u64, u32>,
        sum: &mut u32,
    ) -> Result<u64, ActorProcessingErr> {
        *sum += job.msg;
        Ok(job.key)
    }
}

#[tokio::test]
async fn a_factorys_workers_are_observed_where_it_builds_them() {
    let rig = Rig::shared().await;
    let factory = Factory::<
        u64,
        u32,
        (),
        Observed<Counter>,
        routing::RoundRobinRouting<u64, u32>,
        queues::DefaultQueue<u64, u32>,
    >::default();
    let workers = worker_builder(|_: WorkerId| (observe(Counter), ()));
    let arguments = FactoryArguments::builder()
        .worker_builder(Box::new(workers))
        .queue(Default::default())
        .router(Default::default())
        .num_initial_workers(2)
        .build();
    let (factory, _) = Actor::spawn(name("factory"), observe(factory), arguments).await.unwrap();
    // Workers have no names of their own and keep their order.
    for path in ["/factory/Counter", "/factory/Counter~2"] {
        rig.when(path, is("idle")).await;
    }
    for key in 0..20 {
        let options = JobOptions::default();
        let job = Job { key, msg: 1, options, accepted: None };
        factory.cast(FactoryMessage::Dispatch(job)).unwrap();
    }
    let total = async || {
        let mut total = 0;
        for path in ["/factory/Counter", "/factory/Counter~2"] {
            total += rig.show(path).await.unwrap().1.total.unwrap().handled;
        }
        total
    };
    let deadline = tokio::time::Instant::now() + actorscope_testkit::SOON;
    // Besides jobs there may be pings of the factory's.
    while total().await < 20 {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Stays on its thread.
#[derive(Default)]
struct Window;

impl ThreadLocalActor for Window {
    type Msg = u32;
    type State = std::rc::Rc<std::cell::Cell<u32>>;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<u32>, (): ()) -> Result<Self::State, ActorProcessingErr> {
        Ok(Self::State::default())
    }

    async fn handle(
        &self,
        _: ActorRef<u32>,
        message: u32,
        state: &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        if message == 0 {
            return Err("division by zero".into());
        }
        state.set(state.get() / message);
        Ok(())
    }
}

#[tokio::test]
async fn actors_on_threads_of_their_own_are_observed_whether_they_can_move_or_not()
-> Result<(), SpawnErr> {
    let rig = Rig::shared().await;
    let spawner = ThreadLocalActorSpawner::new();
    let root = observed("threads").await;
    let (window, _) =
        ObservedLocal::<Window>::spawn_linked(name("window"), (), root.get_cell(), spawner.clone())
            .await?;
    window.cast(2).unwrap();
    rig.when("/threads/window", |s| handled(1)(s) && state(s) == "idle").await;
    assert_eq!(rig.act("suspend", "/threads/window").await.unwrap().outcome, "done");
    window.cast(2).unwrap();
    rig.when("/threads/window", is("suspended")).await;
    assert_eq!(rig.act("resume", "/threads/window").await.unwrap().outcome, "done");
    rig.when("/threads/window", handled(2)).await;
    window.cast(0).unwrap();
    rig.when("/threads/window", is("failed")).await;
    assert_eq!(end(&rig, "/threads/window").await, exit("error", "division by zero"));
    // One that could move as well needs nothing but `Default`.
    let (peer, _) =
        <Observed<Peer> as ThreadLocalActor>::spawn(name("moved"), Start::Well, spawner).await?;
    peer.cast(Do::Nothing).unwrap();
    rig.when("/moved", handled(1)).await;
    assert_eq!(rig.act("stop", "/moved").await.unwrap().outcome, "done");
    rig.when("/moved", is("stopped")).await;
    Ok(())
}
