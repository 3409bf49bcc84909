//! Actors that print their state when somebody with the right asks.

use actorscope_kameo::agent::adapter::Registration;
use actorscope_kameo::agent::core::capability::{Capabilities, Capability};
use actorscope_kameo::{Actor, name_actor, observed};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, state};
use kameo::error::Infallible;
use kameo::prelude::{ActorRef, Context, Message, Spawn, WeakActorRef};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tonic::Code;

const NO_HURRY: Duration = Duration::ZERO;

/// Prints its field; not `Sync`, as actors need not be.
#[derive(Debug)]
struct Till {
    coins: std::cell::Cell<u32>,
}

#[observed(state)]
impl Actor for Till {
    type Args = &'static str;
    type Error = Infallible;
    async fn on_start(name: &'static str, me: ActorRef<Self>) -> Result<Self, Infallible> {
        assert!(name_actor(&me, name));
        Ok(Self { coins: 0.into() })
    }
}

struct Pay(u32);
struct Serve(Arc<Notify>);

impl Message<Pay> for Till {
    type Reply = ();
    async fn handle(&mut self, Pay(coins): Pay, _: &mut Context<Self, ()>) {
        self.coins.set(self.coins.get() + coins);
    }
}

impl Message<Serve> for Till {
    type Reply = ();
    async fn handle(&mut self, Serve(until): Serve, _: &mut Context<Self, ()>) {
        until.notified().await;
    }
}

fn done(answer: &v1::DumpResponse) -> &str {
    assert_eq!(answer.outcome, "done", "{}", answer.message);
    &answer.text
}

fn is(word: &'static str) -> impl Fn(&v1::Stats) -> bool {
    move |stats| state(stats) == word
}

fn can_print(identity: &v1::Identity) -> bool {
    Capabilities::from_bits(identity.capabilities).has(Capability::DumpState)
}

#[tokio::test]
async fn an_idle_actor_prints_what_it_holds_now() {
    let rig = Rig::shared().await;
    let till = Till::spawn("idle-till");
    till.ask(Pay(3)).await.unwrap();
    let (identity, _) = rig.when("/idle-till", is("idle")).await;
    assert!(can_print(&identity), "{:?}", identity.capabilities);
    let answer = rig.dump("/idle-till", 0, NO_HURRY).await.unwrap();
    assert!(done(&answer).contains("value: 3"), "{}", answer.text);
    assert!(!answer.truncated && answer.taken_at > 0);
    till.ask(Pay(4)).await.unwrap();
    let answer = rig.dump("/idle-till", 0, NO_HURRY).await.unwrap();
    assert!(done(&answer).contains("value: 7"), "{}", answer.text);
    assert!(rig.kinds("/idle-till").await.contains(&"verb".to_owned()));
}

#[tokio::test]
async fn a_busy_actor_prints_after_its_handler_or_not_at_all_and_says_what_it_does() {
    let rig = Rig::shared().await;
    let till = Till::spawn("busy-till");
    let until = Arc::new(Notify::new());
    till.tell(Serve(until.clone())).await.unwrap();
    rig.when("/busy-till", is("handling")).await;
    let late = rig.dump("/busy-till", 0, Duration::from_millis(100)).await.unwrap_err();
    assert_eq!(late.code(), Code::DeadlineExceeded);
    let why = late.message();
    assert!(why.contains("within 100 ms") && why.contains("handling") && why.contains("Serve"));
    // One that is still waited for is answered between this message and the next.
    till.tell(Serve(until.clone())).await.unwrap();
    let patient = rig.dump("/busy-till", 0, NO_HURRY);
    let let_go = async {
        rig.until_kinds("/busy-till", |kinds| kinds.iter().filter(|k| *k == "verb").count() == 2)
            .await;
        until.notify_one();
    };
    let (answer, ()) = tokio::join!(patient, let_go);
    assert!(done(&answer.unwrap()).contains("Till"));
    rig.when("/busy-till", is("handling")).await;
    until.notify_one();
}

#[tokio::test]
async fn a_suspended_actor_prints_and_stays_suspended() {
    let rig = Rig::shared().await;
    let till = Till::spawn("held-till");
    rig.when("/held-till", is("idle")).await;
    assert_eq!(rig.act("suspend", "/held-till").await.unwrap().outcome, "done");
    till.tell(Pay(9)).await.unwrap();
    let answer = rig.dump("/held-till", 0, NO_HURRY).await.unwrap();
    assert!(done(&answer).contains("value: 0"), "{}", answer.text);
    rig.when("/held-till", is("suspended")).await;
    rig.act("resume", "/held-till").await.unwrap();
    rig.when("/held-till", |s| s.total.unwrap_or_default().handled == 1).await;
}

#[tokio::test]
async fn without_the_hosts_word_nobody_is_asked_and_the_word_is_named() {
    let rig = Rig::start().await;
    let slot = rig.registry.register(Registration::new("kameo", "till", "Till"));
    slot.started(None);
    let refused = rig.dump("/till", 0, NO_HURRY).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);
    let code = "Agent::builder(\"test\").allow_state_dump()";
    assert!(refused.message().contains(code), "{}", refused.message());
}

/// Not `Debug`.
struct Vault;

#[observed]
impl Actor for Vault {
    type Args = ();
    type Error = Infallible;
    async fn on_start(_: (), me: ActorRef<Self>) -> Result<Self, Infallible> {
        assert!(name_actor(&me, "vault"));
        Ok(Self)
    }
}

#[tokio::test]
async fn who_does_not_say_so_is_not_asked_and_what_to_say_is_named() {
    let rig = Rig::shared().await;
    let _vault = Vault::spawn(());
    let (identity, _) = rig.when("/vault", is("idle")).await;
    assert!(!can_print(&identity));
    let answer = rig.dump("/vault", 0, NO_HURRY).await.unwrap();
    assert_eq!(answer.outcome, "not_supported");
    assert!(answer.message.contains("#[observed(state)]"), "{}", answer.message);
}

#[derive(Actor)]
#[actor(name = "scroll", state)]
struct Scroll {
    text: String,
}

/// Of its own, so that the text is all there is.
impl fmt::Debug for Scroll {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.chars().try_for_each(|c| write!(out, "{c}"))
    }
}

#[tokio::test]
async fn long_texts_are_cut_and_said_to_be() {
    let rig = Rig::shared().await;
    let _scroll = Scroll::spawn(Scroll { text: "ä".repeat(100_000) });
    rig.when("/scroll", is("idle")).await;
    let answer = rig.dump("/scroll", 11, NO_HURRY).await.unwrap();
    assert_eq!((done(&answer), answer.truncated), ("äääää", true));
    // The agent's own limit, or the time that printing may take, whichever comes first.
    let answer = rig.dump("/scroll", 0, NO_HURRY).await.unwrap();
    assert!(answer.truncated && (1..=64 * 1024).contains(&done(&answer).len()));
    assert!(answer.took_ns < 1_000_000_000);
}

#[derive(Actor)]
#[actor(name = "clumsy", state)]
struct Clumsy;

impl fmt::Debug for Clumsy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("half of")?;
        std::panic::resume_unwind(Box::new("cannot print this"))
    }
}

impl Message<Pay> for Clumsy {
    type Reply = u32;
    async fn handle(&mut self, Pay(coins): Pay, _: &mut Context<Self, u32>) -> u32 {
        coins
    }
}

#[tokio::test]
async fn a_panic_while_printing_leaves_the_actor_alive() {
    let rig = Rig::shared().await;
    let clumsy = Clumsy::spawn(Clumsy);
    rig.when("/clumsy", is("idle")).await;
    let answer = rig.dump("/clumsy", 0, NO_HURRY).await.unwrap();
    assert_eq!((done(&answer), answer.truncated), ("half of", true));
    assert!(answer.message.contains("panicked"), "{}", answer.message);
    assert_eq!(clumsy.ask(Pay(5)).await.unwrap(), 5);
    let (_, stats) = rig.when("/clumsy", is("idle")).await;
    assert_eq!((stats.incarnation, stats.total.unwrap().failed), (1, 0));
}

/// Takes its time to start, so that kameo works through its start-up buffer.
#[derive(Debug)]
struct Sleepy {
    handled: u32,
}

#[observed(state)]
impl Actor for Sleepy {
    type Args = Arc<Notify>;
    type Error = Infallible;
    async fn on_start(started: Arc<Notify>, me: ActorRef<Self>) -> Result<Self, Infallible> {
        assert!(name_actor(&me, "sleepy"));
        started.notified().await;
        Ok(Self { handled: 0 })
    }
    // Its own, which is wrapped all the same.
    async fn on_message(
        &mut self,
        message: kameo::message::BoxMessage<Self>,
        actor_ref: ActorRef<Self>,
        tx: Option<kameo::reply::BoxReplySender>,
        stop: &mut bool,
    ) -> Result<(), Box<dyn kameo::reply::ReplyError>> {
        self.handled += 1;
        kameo::message::DynMessage::handle_dyn(message, self, actor_ref, tx, stop).await
    }
    async fn on_stop(
        &mut self,
        _: WeakActorRef<Self>,
        _: kameo::error::ActorStopReason,
    ) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Message<Serve> for Sleepy {
    type Reply = ();
    async fn handle(&mut self, Serve(until): Serve, _: &mut Context<Self, ()>) {
        until.notified().await;
    }
}

#[tokio::test]
async fn messages_from_before_the_start_do_not_keep_it_from_printing_nor_from_stopping() {
    let rig = Rig::shared().await;
    let started = Arc::new(Notify::new());
    let until = Arc::new(Notify::new());
    let sleepy = Sleepy::spawn(started.clone());
    for _ in 0..9 {
        sleepy.tell(Serve(until.clone())).await.unwrap();
    }
    started.notify_one();
    rig.when("/sleepy", is("handling")).await;
    // Held while eight wait in kameo's buffer.
    assert_eq!(rig.act("suspend", "/sleepy").await.unwrap().outcome, "accepted");
    until.notify_one();
    rig.when("/sleepy", is("suspended")).await;
    let answer = rig.dump("/sleepy", 0, NO_HURRY).await.unwrap();
    assert!(done(&answer).contains("handled: 1"), "{}", answer.text);
    // Stop ends it in order after the next message.
    let stop = tokio::spawn(async move { rig.act("stop", "/sleepy").await });
    let rig = Rig::shared().await;
    rig.when("/sleepy", is("handling")).await;
    until.notify_one();
    rig.when("/sleepy", is("stopped")).await;
    let outcome = stop.await.unwrap().unwrap().outcome;
    assert!(matches!(outcome.as_str(), "done" | "accepted"), "{outcome}");
    rig.until_kinds("/sleepy", |kinds| kinds.iter().any(|k| k == "messages_lost")).await;
    let (_, stats, detail) = rig.show("/sleepy").await.unwrap();
    assert_eq!((stats.total.unwrap().handled, detail.history[0].exit.as_str()), (2, "normal"));
    assert_eq!(detail.history[0].lost_messages, Some(7));
}
