//! Who is where and why: strategies, budgets, links, names, threads.

use actorscope_kameo::agent::core::capability::{Capabilities, Capability};
use actorscope_kameo::{
    Actor, ChildSpec, SpawnObserved, SuperviseObserved, agent, name_actor, observed,
};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, state};
use kameo::error::Infallible;
use kameo::prelude::{ActorRef, Context, Message, Spawn};
use kameo::supervision::{RestartPolicy, SupervisionStrategy};
use std::time::Duration;

fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

fn incarnation(n: u32) -> impl Fn(&v1::Stats) -> bool {
    move |s| s.incarnation == n && state(s) == "idle"
}

macro_rules! supervisor {
    ($($name:ident)*) => {$(
        #[derive(Clone)]
        struct $name;

        #[observed]
        impl Actor for $name {
            type Args = Self;
            type Error = Infallible;
            fn supervision_strategy() -> SupervisionStrategy {
                SupervisionStrategy::$name
            }
            async fn on_start(this: Self, _: ActorRef<Self>) -> Result<Self, Infallible> {
                Ok(this)
            }
        }
    )*};
}

supervisor!(OneForOne OneForAll RestForOne);

#[derive(Actor, Clone)]
struct Worker;

struct Crash;

impl Message<Crash> for Worker {
    type Reply = ();
    async fn handle(&mut self, _: Crash, _: &mut Context<Self, ()>) {
        panic!("boom");
    }
}

struct Noop;

impl Message<Noop> for Worker {
    type Reply = ();
    async fn handle(&mut self, _: Noop, _: &mut Context<Self, ()>) {}
}

/// Three workers, the second of which crashes; how often each was restarted for it.
async fn restarts<S: Actor>(rig: &Rig, sup: &ActorRef<S>, at: &str) -> [u64; 3] {
    let mut workers = Vec::new();
    for name in ["first", "second", "third"] {
        let spec = ChildSpec::new(name).restart_limit(9, Duration::from_secs(60));
        workers.push(Worker::supervise_observed(sup, spec, Worker).spawn().await);
        rig.when(&format!("{at}/{name}"), incarnation(1)).await;
    }
    workers[1].tell(Crash).await.unwrap();
    rig.when(&format!("{at}/second"), incarnation(2)).await;
    // The strategy is carried out before the supervisor handles anything else: a child that it gets
    // now is started after whatever it restarts.
    let late = Worker::supervise_observed(sup, ChildSpec::new("late"), Worker).spawn().await;
    late.ask(Noop).await.unwrap();
    let mut restarts = [0; 3];
    for (n, name) in ["first", "second", "third"].into_iter().enumerate() {
        let (_, stats) = rig.when(&format!("{at}/{name}"), is("idle")).await;
        restarts[n] = stats.restarts;
    }
    restarts
}

/// Slots that a kill of this one would restart, by path.
async fn restarted_by_kill(rig: &Rig, path: &str) -> Vec<String> {
    let (identity, ..) = rig.show(path).await.unwrap();
    let instance = rig.instance.to_bytes().to_vec();
    let target = Some(v1::Target { instance, slot: identity.slot, incarnation: 0 });
    let request = v1::PreviewRequest { verb: "kill".to_owned(), target };
    let radius = rig.observe().preview(request).await.unwrap().into_inner();
    radius.affected.into_iter().filter(|a| a.effect == "restarts").map(|a| a.path).collect()
}

#[tokio::test]
async fn one_for_one_is_shown_and_previewed_as_it_is() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn(OneForOne);
    name_actor(&sup, "one");
    assert_eq!(restarts(&rig, &sup, "/one").await, [0, 1, 0]);
    let (identity, ..) = rig.show("/one").await.unwrap();
    assert_eq!(identity.supervisor.unwrap().strategy, "one_for_one");
    assert_eq!(restarted_by_kill(&rig, "/one/second").await, ["/one/second"]);
}

#[tokio::test]
async fn one_for_all_is_shown_and_previewed_as_it_is() {
    let rig = Rig::shared().await;
    let sup = OneForAll::spawn(OneForAll);
    name_actor(&sup, "all");
    assert_eq!(restarts(&rig, &sup, "/all").await, [1, 1, 1]);
    let (identity, ..) = rig.show("/all").await.unwrap();
    assert_eq!(identity.supervisor.unwrap().strategy, "one_for_all");
    let mut all = restarted_by_kill(&rig, "/all/second").await;
    all.sort_unstable();
    assert_eq!(all, ["/all/first", "/all/late", "/all/second", "/all/third"]);
}

#[tokio::test]
async fn rest_for_one_is_shown_and_previewed_as_it_is() {
    let rig = Rig::shared().await;
    let sup = RestForOne::spawn(RestForOne);
    name_actor(&sup, "rest");
    assert_eq!(restarts(&rig, &sup, "/rest").await, [0, 1, 1]);
    let (identity, ..) = rig.show("/rest").await.unwrap();
    assert_eq!(identity.supervisor.unwrap().strategy, "rest_for_one");
    let mut rest = restarted_by_kill(&rig, "/rest/second").await;
    rest.sort_unstable();
    assert_eq!(rest, ["/rest/late", "/rest/second", "/rest/third"]);
}

#[tokio::test]
async fn limits_and_windows_are_shown_and_forgotten_as_kameo_does() {
    let rig = Rig::shared().await;
    let sup = OneForOne::spawn(OneForOne);
    name_actor(&sup, "budget");
    let window = Duration::from_millis(400);
    let spec = ChildSpec::new("child").restart_policy(RestartPolicy::Transient);
    let spec = spec.restart_limit(2, window);
    let child = Worker::supervise_observed(&sup, spec, Worker).spawn().await;
    let (identity, _) = rig.when("/budget/child", incarnation(1)).await;
    let told = identity.child_spec.unwrap();
    assert_eq!((told.restart.as_str(), told.intensity), ("transient", Some(2)));
    assert_eq!(told.period_ns, Some(window.as_nanos() as u64));
    for n in 1..=2 {
        child.tell(Crash).await.unwrap();
        let (_, stats) = rig.when("/budget/child", incarnation(n + 1)).await;
        assert_eq!(stats.budget.unwrap().allowed, 2);
    }
    // Both are forgotten together, a window after the last: two more are allowed then.
    rig.when("/budget/child", |s| s.budget.as_ref().is_some_and(|b| b.used == 0)).await;
    for n in 3..=4 {
        child.tell(Crash).await.unwrap();
        rig.when("/budget/child", incarnation(n + 1)).await;
    }
    child.tell(Crash).await.unwrap();
    let (_, stats) = rig.when("/budget/child", is("failed")).await;
    assert_eq!(stats.restarts, 4);
}

#[tokio::test]
async fn linked_actors_are_no_family_but_their_end_says_whose_death_it_was() {
    let rig = Rig::shared().await;
    let left = Worker::spawn(Worker);
    name_actor(&left, "left");
    let right = Worker::spawn_link(&left, Worker).await;
    name_actor(&right, "right");
    let third = Worker::spawn(Worker);
    name_actor(&third, "third");
    third.link(&right).await;
    let (dead, _) = rig.when("/left", is("idle")).await;
    let (identity, _) = rig.when("/right", is("idle")).await;
    assert_eq!((identity.parent, identity.child_spec), (None, None));
    let can = Capabilities::from_bits(identity.capabilities);
    assert!(can.has(Capability::Kill) && !can.has(Capability::Restart));
    rig.when("/third", is("idle")).await;
    left.kill();
    rig.when("/right", is("failed")).await;
    let (.., detail) = rig.show("/right").await.unwrap();
    let end = &detail.history[0];
    assert_eq!(end.exit, "error");
    let expected = format!("linked actor #{} died: actor was killed", dead.slot);
    assert_eq!(end.reason.as_deref(), Some(expected.as_str()));
    rig.when("/third", is("failed")).await;
    let (.., detail) = rig.show("/third").await.unwrap();
    let expected = format!("linked actor #{} died", identity.slot);
    assert!(detail.history[0].reason.as_ref().unwrap().starts_with(&expected));
}

#[tokio::test]
async fn who_is_spawned_with_a_name_hangs_below_whoever_spawns_it() {
    let rig = Rig::shared().await;
    let (tell, told) = tokio::sync::oneshot::channel();
    // A task that has ended is soon forgotten, and what hangs below it moves up.
    let _task = agent::tokio::spawn("spawner", async {
        let sup = OneForOne::spawn_observed("spawned", OneForOne);
        let spec = ChildSpec::new("supervised");
        Worker::supervise_observed(&sup, spec, Worker).spawn().await;
        // One that says nothing is at the top.
        let plain = Worker::spawn(Worker);
        name_actor(&plain, "plainly-spawned");
        let named_twice = Worker::spawn_observed("once", Worker);
        name_actor(&named_twice, "twice");
        let _ = tell.send(sup.clone());
        std::future::pending::<()>().await;
        drop((sup, plain, named_twice));
    });
    rig.when("/spawner/spawned/supervised", is("idle")).await;
    rig.when("/plainly-spawned", is("idle")).await;
    rig.when("/spawner/twice", is("idle")).await;
    let (identity, _) = rig.when("/spawner/spawned", is("idle")).await;
    assert_eq!(identity.child_spec, None);
    assert!(!Capabilities::from_bits(identity.capabilities).has(Capability::Restart));
    let sup = told.await.unwrap();
    assert_eq!(rig.act("kill", "/spawner/spawned").await.unwrap().outcome, "done");
    rig.when("/spawner/spawned", is("stopped")).await;
    sup.wait_for_shutdown().await;
    let outside = Worker::spawn_observed("outside", Worker);
    rig.when("/outside", is("idle")).await;
    drop(outside);
}

#[tokio::test]
async fn a_name_may_be_given_before_the_start_and_after() {
    let rig = Rig::shared().await;
    let bank = Worker::spawn(Worker);
    bank.register("bank").unwrap();
    assert!(name_actor(&bank, "bank"));
    let (identity, _) = rig.when("/bank", is("idle")).await;
    assert!(name_actor(&bank, "treasury"));
    let (renamed, _) = rig.when("/treasury", is("idle")).await;
    assert_eq!(renamed.slot, identity.slot);
    // It goes before the name that a supervisor gives.
    let sup = OneForOne::spawn(OneForOne);
    name_actor(&sup, "naming");
    let child = Worker::supervise_observed(&sup, ChildSpec::new("child"), Worker).spawn().await;
    assert!(name_actor(&child, "favourite"));
    rig.when("/naming/favourite", is("idle")).await;
    child.kill();
    rig.when("/naming/favourite", incarnation(2)).await;
    bank.kill();
    bank.wait_for_shutdown().await;
    rig.when("/treasury", is("stopped")).await;
    assert!(!name_actor(&bank, "nobody"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn actors_on_threads_of_their_own_are_observed_supervised_or_not() {
    let rig = Rig::shared().await;
    let lonely = Worker::spawn_in_thread(Worker);
    name_actor(&lonely, "lonely");
    lonely.ask(Noop).await.unwrap();
    rig.when("/lonely", |s| s.total.unwrap_or_default().handled == 1).await;
    let sup = OneForOne::spawn(OneForOne);
    name_actor(&sup, "threads");
    let spec = ChildSpec::new("child").restart_limit(9, Duration::from_secs(60));
    let child = Worker::supervise_observed(&sup, spec, Worker).spawn_in_thread().await;
    let (identity, _) = rig.when("/threads/child", incarnation(1)).await;
    assert_eq!(identity.child_spec.unwrap().intensity, Some(9));
    for n in 1..=3 {
        child.ask(Noop).await.unwrap();
        assert_eq!(rig.act("kill", "/threads/child").await.unwrap().outcome, "done");
        rig.when("/threads/child", incarnation(n + 1)).await;
    }
    assert_eq!(rig.act("restart", "/threads/child").await.unwrap().outcome, "done");
    rig.when("/threads/child", incarnation(5)).await;
    child.ask(Noop).await.unwrap();
    let (_, stats) = rig.when("/threads/child", |s| s.total.unwrap_or_default().handled == 4).await;
    assert_eq!(stats.restarts, 4);
    assert_eq!(rig.act("stop", "/lonely").await.unwrap().outcome, "done");
    rig.when("/lonely", is("stopped")).await;
}
