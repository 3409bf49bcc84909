//! `tell_observed` and `ask_observed`, as an operator sees what they record.

use actorscope_kameo::{
    Actor, AskObserved, ChildSpec, SuperviseObserved, TellObserved, name_actor, observed,
};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, SOON, state};
use kameo::error::{Infallible, SendError};
use kameo::mailbox;
use kameo::prelude::{ActorRef, Context, DelegatedReply, Message, Spawn};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Answers everybody, and asks others when told to.
struct Peer;

#[observed]
impl Actor for Peer {
    type Args = &'static str;
    type Error = Infallible;
    async fn on_start(name: &'static str, me: ActorRef<Self>) -> Result<Self, Infallible> {
        name_actor(&me, name);
        Ok(Self)
    }
}

/// To be handled at once.
struct Noop;
/// To be answered with an error if that is what it says.
struct Fail(bool);
/// To be answered once it is let go.
struct Wait(Arc<Notify>);
/// To be answered by somebody else, once it is let go.
struct Delegate(Arc<Notify>);
/// To panic over.
struct Crash;

impl Message<Noop> for Peer {
    type Reply = u32;
    async fn handle(&mut self, _: Noop, _: &mut Context<Self, u32>) -> u32 {
        7
    }
}

impl Message<Fail> for Peer {
    type Reply = Result<(), String>;
    async fn handle(
        &mut self,
        Fail(fails): Fail,
        _: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        if fails { Err("out of stock".to_owned()) } else { Ok(()) }
    }
}

impl Message<Wait> for Peer {
    type Reply = ();
    async fn handle(&mut self, Wait(until): Wait, _: &mut Context<Self, ()>) {
        until.notified().await;
    }
}

impl Message<Delegate> for Peer {
    type Reply = DelegatedReply<u32>;
    async fn handle(
        &mut self,
        Delegate(until): Delegate,
        context: &mut Context<Self, Self::Reply>,
    ) -> Self::Reply {
        let (reply, sender) = context.reply_sender();
        tokio::spawn(async move {
            until.notified().await;
            if let Some(sender) = sender {
                sender.send(9);
            }
        });
        reply
    }
}

impl Message<Crash> for Peer {
    type Reply = ();
    async fn handle(&mut self, _: Crash, _: &mut Context<Self, ()>) {
        panic!("boom");
    }
}

/// Runs in the actor's handler.
struct Do<Out>(Box<dyn FnOnce() -> Work<Out> + Send>);

type Work<Out> = Pin<Box<dyn Future<Output = Out> + Send>>;

impl<Out: Send + 'static> Message<Do<Out>> for Peer {
    type Reply = Done<Out>;
    async fn handle(&mut self, Do(work): Do<Out>, _: &mut Context<Self, Done<Out>>) -> Done<Out> {
        Done(work().await)
    }
}

#[derive(kameo::Reply)]
struct Done<T: Send + 'static>(T);

/// Runs `work` as part of `peer`.
async fn within<Out, Fut>(peer: &ActorRef<Peer>, work: impl FnOnce() -> Fut + Send + 'static) -> Out
where
    Out: Send + 'static,
    Fut: Future<Output = Out> + Send + 'static,
{
    let work = Do(Box::new(move || Box::pin(work()) as Work<Out>));
    peer.ask(work).await.map(|Done(out)| out).ok().unwrap()
}

/// The link from one path to another, once `ready` accepts it.
async fn link(rig: &Rig, from: &str, to: &str, ready: impl Fn(&v1::Link) -> bool) -> v1::Link {
    let deadline = tokio::time::Instant::now() + SOON;
    loop {
        let links = rig.show(from).await.ok().and_then(|(.., detail)| detail.links);
        let found = links.and_then(|links| links.outgoing.into_iter().find(|l| l.path == to));
        if let Some(link) = found.clone().filter(|link| ready(link)) {
            return link;
        }
        assert!(tokio::time::Instant::now() < deadline, "{from} → {to} is {found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn counts(link: &v1::Link) -> (u64, u64, u64) {
    (link.tells, link.asks, link.failed)
}

#[tokio::test]
async fn tells_and_asks_are_counted_at_both_ends_with_the_time_of_the_answers() {
    let rig = Rig::shared().await;
    let (shop, depot) = (Peer::spawn("count-shop"), Peer::spawn("count-depot"));
    let to = depot.clone();
    within(&shop, async move || {
        for _ in 0..3 {
            to.tell_observed(Noop).await.unwrap();
        }
        to.tell_observed(Noop).try_send().unwrap();
        to.tell_observed(Noop).mailbox_timeout(SOON).await.unwrap();
        assert_eq!(to.ask_observed(Noop).await.unwrap(), 7);
        assert_eq!(to.ask_observed(Noop).mailbox_timeout(SOON).await.unwrap(), 7);
        assert_eq!(to.ask_observed(Noop).reply_timeout(SOON).try_send().await.unwrap(), 7);
        let later = to.ask_observed(Noop).enqueue().await.unwrap();
        assert_eq!(later.await.unwrap(), 7);
    })
    .await;
    let sent = link(&rig, "/count-shop", "/count-depot", |l| l.asks == 4).await;
    assert_eq!(counts(&sent), (5, 4, 0));
    let took = sent.ask.unwrap();
    assert_eq!(took.count, 4);
    assert!(took.max > Some(0) && took.max < Some(SOON.as_nanos() as u64), "{took:?}");
    let (.., detail) = rig.show("/count-depot").await.unwrap();
    let incoming = detail.links.unwrap().incoming;
    assert_eq!((incoming.len(), incoming[0].path.as_str()), (1, "/count-shop"));
    assert_eq!(counts(&incoming[0]), (5, 4, 0));
}

#[tokio::test]
async fn recipients_are_observed_like_references() {
    let rig = Rig::shared().await;
    let (shop, depot) = (Peer::spawn("rec-shop"), Peer::spawn("rec-depot"));
    let to = depot.clone();
    within(&shop, async move || {
        to.clone().recipient::<Noop>().tell_observed(Noop).await.unwrap();
        let recipient = to.reply_recipient::<Noop>();
        recipient.tell_observed(Noop).try_send().unwrap();
        assert_eq!(recipient.ask_observed(Noop).await.unwrap(), 7);
        assert_eq!(recipient.ask_observed(Noop).try_send().await.unwrap(), 7);
    })
    .await;
    let sent = link(&rig, "/rec-shop", "/rec-depot", |l| l.asks == 2).await;
    assert_eq!(counts(&sent), (2, 2, 0));
}

#[tokio::test]
async fn an_answer_that_is_an_error_is_an_answer_and_none_is_a_failure() {
    let rig = Rig::shared().await;
    let (shop, depot) = (Peer::spawn("fail-shop"), Peer::spawn("fail-depot"));
    let never = Arc::new(Notify::new());
    let (to, wait) = (depot.clone(), never.clone());
    within(&shop, async move || {
        to.ask_observed(Fail(false)).await.unwrap();
        let said = to.ask_observed(Fail(true)).await.unwrap_err();
        assert_eq!(said.err().as_deref(), Some("out of stock"));
        let late = to.ask_observed(Wait(wait.clone())).reply_timeout(Duration::from_millis(1));
        assert!(matches!(late.await.unwrap_err(), SendError::Timeout(None)));
        // Nobody waits any more …
        let asked = to.ask_observed(Noop);
        assert!(tokio::time::timeout(Duration::from_millis(1), asked).await.is_err());
        // … or ever did.
        drop(to.ask_observed(Noop).send());
        drop(to.tell_observed(Noop).send());
    })
    .await;
    let sent = link(&rig, "/fail-shop", "/fail-depot", |l| l.asks == 4).await;
    assert_eq!((counts(&sent), sent.waiting), ((0, 4, 2), 0));
    assert_eq!(sent.ask.unwrap().count, 2);
    never.notify_one();
}

#[tokio::test]
async fn a_full_mailbox_is_a_failed_delivery() {
    let rig = Rig::shared().await;
    let shop = Peer::spawn("full-shop");
    let depot = Peer::spawn_with_mailbox("full-depot", mailbox::bounded(1));
    let until = Arc::new(Notify::new());
    depot.tell(Wait(until.clone())).await.unwrap();
    rig.when("/full-depot", |s| state(s) == "handling").await;
    depot.tell(Noop).await.unwrap();
    let to = depot.clone();
    within(&shop, async move || {
        assert!(matches!(to.tell_observed(Noop).try_send(), Err(SendError::MailboxFull(_))));
        let soon = Duration::from_millis(1);
        assert!(to.tell_observed(Noop).mailbox_timeout(soon).await.is_err());
        assert!(tokio::time::timeout(soon, to.tell_observed(Noop).send()).await.is_err());
        assert!(to.ask_observed(Noop).try_send().await.is_err());
    })
    .await;
    let sent = link(&rig, "/full-shop", "/full-depot", |l| l.asks == 1).await;
    assert_eq!(counts(&sent), (3, 1, 4));
    until.notify_one();
}

#[tokio::test]
async fn tells_to_the_dead_count_as_failed() {
    let rig = Rig::shared().await;
    let (shop, depot) = (Peer::spawn("dead-shop"), Peer::spawn("dead-depot"));
    rig.when("/dead-depot", |s| state(s) == "idle").await;
    depot.kill();
    depot.wait_for_shutdown().await;
    rig.when("/dead-depot", |s| state(s) == "stopped").await;
    let to = depot.clone();
    within(&shop, async move || {
        assert!(matches!(to.tell_observed(Noop).await, Err(SendError::ActorNotRunning(_))));
        assert!(matches!(to.ask_observed(Noop).await, Err(SendError::ActorNotRunning(_))));
    })
    .await;
    let sent = link(&rig, "/dead-shop", "/dead-depot", |l| l.asks == 1).await;
    assert_eq!((counts(&sent), sent.ask), ((1, 1, 2), None));
}

#[tokio::test]
async fn a_delegated_answer_takes_until_it_is_given() {
    let rig = Rig::shared().await;
    let (shop, depot) = (Peer::spawn("del-shop"), Peer::spawn("del-depot"));
    let until = Arc::new(Notify::new());
    let (to, wait) = (depot.clone(), until.clone());
    let asked = tokio::spawn(async move {
        within(&shop, async move || to.ask_observed(Delegate(wait)).await.unwrap()).await
    });
    // The receiver is idle again, the sender waits.
    let long = |l: &v1::Link| l.waiting == 1 && l.waiting_ns > Some(50_000_000);
    link(&rig, "/del-shop", "/del-depot", long).await;
    let (_, stats) = rig.when("/del-depot", |s| state(s) == "idle").await;
    assert_eq!(stats.total.unwrap().handled, 1);
    let (_, stats) = rig.when("/del-shop", |s| s.waiting_for.is_some()).await;
    assert_eq!(stats.waiting_for.unwrap().path, "/del-depot");
    until.notify_one();
    assert_eq!(asked.await.unwrap(), 9);
    let sent = link(&rig, "/del-shop", "/del-depot", |l| l.waiting == 0).await;
    assert_eq!(counts(&sent), (0, 1, 0));
    assert!(sent.ask.unwrap().max.unwrap() > 50_000_000);
    rig.when("/del-shop", |s| s.waiting_for.is_none()).await;
}

#[tokio::test]
async fn two_actors_that_ask_each_other_are_a_cycle_in_both_details_and_in_the_summary() {
    let rig = Rig::shared().await;
    let (left, right) = (Peer::spawn("cycle-left"), Peer::spawn("cycle-right"));
    let give_up = Arc::new(Notify::new());
    let ask = |from: &ActorRef<Peer>, to: &ActorRef<Peer>| {
        let (from, to, give_up) = (from.clone(), to.clone(), give_up.clone());
        tokio::spawn(async move {
            within(&from, async move || {
                tokio::select! {
                    _ = to.ask_observed(Noop) => "answered",
                    () = give_up.notified() => "gave up",
                }
            })
            .await
        })
    };
    let both = [ask(&left, &right), ask(&right, &left)];
    let in_cycle = async |path: &str| {
        let deadline = tokio::time::Instant::now() + SOON;
        loop {
            let links = rig.show(path).await.ok().and_then(|(.., detail)| detail.links);
            let cycle = links.map(|links| links.cycle).unwrap_or_default();
            if !cycle.is_empty() {
                return cycle.into_iter().map(|waits| waits.path).collect::<Vec<_>>();
            }
            assert!(tokio::time::Instant::now() < deadline, "{path} never was in a cycle");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert_eq!(in_cycle("/cycle-left").await, ["/cycle-left", "/cycle-right"]);
    assert_eq!(in_cycle("/cycle-right").await, ["/cycle-right", "/cycle-left"]);
    let request = v1::QueryRequest { path: "/cycle-left".to_owned(), view: None };
    let frame = rig.ask(request).await.unwrap();
    let groups = frame.summary.unwrap().deadlocks;
    let ours = groups.iter().find(|g| g.paths.iter().any(|p| p == "/cycle-left")).unwrap();
    assert_eq!(ours.paths, ["/cycle-left", "/cycle-right"]);
    let stats = &frame.stats[0];
    let waits = stats.waiting_for.as_ref().unwrap();
    assert!(waits.path == "/cycle-right" && waits.for_ns >= 500_000_000, "{waits:?}");
    give_up.notify_one();
    let mut ended = Vec::new();
    for asked in both {
        ended.push(asked.await.unwrap());
    }
    ended.sort_unstable();
    assert_eq!(ended, ["answered", "gave up"], "one let go, so the other was answered");
    link(&rig, "/cycle-left", "/cycle-right", |l| l.waiting == 0).await;
}

#[tokio::test]
async fn a_receiver_that_is_restarted_keeps_its_link() {
    let rig = Rig::shared().await;
    let sup = Peer::spawn("re-sup");
    let spec = ChildSpec::new("depot");
    let depot = Peer::supervise_observed(&sup, spec, "depot").spawn().await;
    let shop = Peer::spawn("re-shop");
    let to = depot.clone();
    within(&shop, async move || to.ask_observed(Noop).await.unwrap()).await;
    let to = depot.clone();
    // The asker of what it crashes over has no answer.
    let stopped = within(&shop, async move || to.ask_observed(Crash).await.is_err()).await;
    assert!(stopped);
    rig.when("/re-sup/depot", |s| s.incarnation == 2 && state(s) == "idle").await;
    let to = depot.clone();
    within(&shop, async move || to.ask_observed(Noop).await.unwrap()).await;
    let sent = link(&rig, "/re-shop", "/re-sup/depot", |l| l.asks == 3).await;
    assert_eq!(counts(&sent), (0, 3, 1));
    let (.., detail) = rig.show("/re-shop").await.unwrap();
    assert_eq!(detail.links.unwrap().outgoing.len(), 1);
}

/// Sends to its child as soon as it has it.
struct Hasty;

#[observed]
impl Actor for Hasty {
    type Args = ();
    type Error = Infallible;
    async fn on_start(_: (), me: ActorRef<Self>) -> Result<Self, Infallible> {
        name_actor(&me, "hasty");
        let child = Peer::spawn("hasty-child");
        child.tell_observed(Noop).await.unwrap();
        assert_eq!(child.ask_observed(Noop).await.unwrap(), 7);
        drop(child.ask_observed(Noop).enqueue().await.unwrap());
        Ok(Self)
    }
}

#[tokio::test]
async fn messages_to_an_actor_that_has_not_started_are_counted_when_it_has() {
    let rig = Rig::shared().await;
    let hasty = Hasty::spawn(());
    let sent = link(&rig, "/hasty", "/hasty-child", |l| l.asks == 2).await;
    assert_eq!((counts(&sent), sent.ask.unwrap().count), ((1, 2, 1), 1));
    assert!(hasty.is_alive());
}

/// Not observed.
#[derive(kameo::Actor)]
struct Stranger;

impl Message<Noop> for Stranger {
    type Reply = u32;
    async fn handle(&mut self, _: Noop, _: &mut Context<Self, u32>) -> u32 {
        8
    }
}

#[tokio::test]
async fn strangers_send_and_receive_as_ever_and_nothing_is_made_up() {
    let rig = Rig::shared().await;
    let peer = Peer::spawn("str-peer");
    let stranger = Stranger::spawn(Stranger);
    assert_eq!(peer.ask_observed(Noop).await.unwrap(), 7, "from a test, which is no actor");
    within(&peer, async move || {
        assert_eq!(stranger.ask_observed(Noop).await.unwrap(), 8);
        stranger.tell_observed(Noop).await.unwrap();
    })
    .await;
    let (_, stats) = rig.when("/str-peer", |s| s.total.unwrap_or_default().handled == 2).await;
    let (.., detail) = rig.show("/str-peer").await.unwrap();
    assert_eq!((detail.links, stats.waiting_for), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_actor_on_a_thread_of_its_own_may_block() {
    let rig = Rig::shared().await;
    let depot = Peer::spawn("block-depot");
    let shop = Peer::spawn_in_thread("block-shop");
    let to = depot.clone();
    within(&shop, async move || {
        tokio::task::block_in_place(|| {
            to.tell_observed(Noop).blocking_send().unwrap();
            assert_eq!(to.ask_observed(Noop).blocking_send().unwrap(), 7);
        });
    })
    .await;
    let sent = link(&rig, "/block-shop", "/block-depot", |l| l.asks == 1).await;
    assert_eq!(counts(&sent), (1, 1, 0));
}
