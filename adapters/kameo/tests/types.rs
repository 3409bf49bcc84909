//! Every way in which an actor's type can be written.

use actorscope_kameo::{Actor, ChildSpec, SuperviseObserved, name_actor, observed};
use actorscope_proto::v1;
use actorscope_testkit::{Rig, state};
use kameo::error::{ActorStopReason, Infallible, PanicError};
use kameo::mailbox::Signal;
use kameo::prelude::{
    ActorRef, BoxMessage, Context, MailboxReceiver, Message, Spawn, WeakActorRef,
};
use kameo::reply::{BoxReplySender, ReplyError};
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::ops::ControlFlow;

fn is_idle(stats: &v1::Stats) -> bool {
    state(stats) == "idle"
}

fn handled(n: u64) -> impl Fn(&v1::Stats) -> bool {
    move |stats| stats.total.is_some_and(|t| t.handled == n)
}

struct Put<T>(T);

/// Bounds in the brackets and behind `where`, one of them on another type, and a number.
struct Cache<K: Hash, V, const LIMIT: usize>
where
    V: Clone,
{
    held: HashMap<K, V>,
}

#[observed(state)]
impl<K: Hash + Send + 'static, V, const LIMIT: usize> Actor for Cache<K, V, LIMIT>
where
    K: Eq + Debug,
    V: Clone + Send + Debug + 'static,
    Vec<V>: Sized,
{
    type Args = Vec<(K, V)>;
    type Error = String;

    async fn on_start(first: Self::Args, me: ActorRef<Self>) -> Result<Self, Self::Error> {
        name_actor(&me, &format!("cache-{LIMIT}"));
        let count = u32::try_from(first.len()).map_err(|e| e.to_string())?;
        if count as usize > LIMIT {
            return Err(format!("{count} are more than {LIMIT}"));
        }
        Ok(Self { held: first.into_iter().collect() })
    }
}

impl<K: Hash, V: Clone, const LIMIT: usize> Debug for Cache<K, V, LIMIT> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} of {LIMIT}", self.held.len())
    }
}

impl<K, V, const LIMIT: usize> Message<Put<(K, V)>> for Cache<K, V, LIMIT>
where
    K: Hash + Eq + Debug + Send + 'static,
    V: Clone + Debug + Send + 'static,
{
    type Reply = usize;
    async fn handle(&mut self, Put((k, v)): Put<(K, V)>, _: &mut Context<Self, usize>) -> usize {
        self.held.insert(k, v);
        self.held.len()
    }
}

#[tokio::test]
async fn generic_actors_are_observed_with_all_their_bounds() {
    let rig = Rig::shared().await;
    let cache = Cache::<String, f64, 7>::spawn(vec![("pi".to_owned(), 3.0)]);
    assert_eq!(cache.ask(Put(("e".to_owned(), 2.7))).await.unwrap(), 2);
    let (identity, _) = rig.when("/cache-7", handled(1)).await;
    assert!(identity.actor_type.contains("Cache<") && identity.actor_type.contains("f64"));
    let answer = rig.dump("/cache-7", 0, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(answer.text, "2 of 7");
    let _full = Cache::<u8, u8, 0>::spawn(vec![(1, 1)]);
    rig.when("/cache-0", |s| state(s) == "failed").await;
    let (.., detail) = rig.show("/cache-0").await.unwrap();
    assert!(detail.history[0].reason.as_ref().unwrap().contains("1 are more than 0"));
}

/// Borrows for ever.
#[derive(Debug)]
struct Reader<'a> {
    text: &'a str,
}

#[observed(state)]
impl Actor for Reader<'static> {
    type Args = &'static str;
    type Error = Infallible;
    async fn on_start(text: &'static str, me: ActorRef<Self>) -> Result<Self, Infallible> {
        name_actor(&me, "reader");
        Ok(Self { text })
    }
}

impl Message<Put<u8>> for Reader<'static> {
    type Reply = usize;
    async fn handle(&mut self, _: Put<u8>, _: &mut Context<Self, usize>) -> usize {
        self.text.len()
    }
}

/// Borrows for ever, with every hook of its own.
struct Chooser<'a> {
    text: &'a str,
}

#[observed]
impl Actor for Chooser<'static> {
    type Args = &'static str;
    type Error = String;
    async fn on_start(text: &'static str, me: ActorRef<Self>) -> Result<Self, String> {
        name_actor(&me, "chooser");
        Ok(Self { text })
    }
    async fn next(
        &mut self,
        _: WeakActorRef<Self>,
        mailbox: &mut MailboxReceiver<Self>,
    ) -> Result<Option<Signal<Self>>, String> {
        Ok(mailbox.recv().await)
    }
    async fn on_message(
        &mut self,
        message: BoxMessage<Self>,
        actor_ref: ActorRef<Self>,
        tx: Option<BoxReplySender>,
        stop: &mut bool,
    ) -> Result<(), Box<dyn ReplyError>> {
        message.handle_dyn(self, actor_ref, tx, stop).await
    }
    async fn on_panic(
        &mut self,
        _: WeakActorRef<Self>,
        error: PanicError,
    ) -> Result<ControlFlow<ActorStopReason>, String> {
        Ok(ControlFlow::Break(ActorStopReason::Panicked(error)))
    }
    async fn on_stop(&mut self, _: WeakActorRef<Self>, _: ActorStopReason) -> Result<(), String> {
        Ok(())
    }
}

impl Message<Put<u8>> for Chooser<'static> {
    type Reply = usize;
    async fn handle(&mut self, _: Put<u8>, _: &mut Context<Self, usize>) -> usize {
        self.text.len()
    }
}

#[tokio::test]
async fn lifetimes_are_kept() {
    let rig = Rig::shared().await;
    let reader = Reader::spawn("four");
    assert_eq!(reader.ask(Put(0)).await.unwrap(), 4);
    rig.when("/reader", handled(1)).await;
    let chooser = Chooser::spawn("seven");
    assert_eq!(chooser.ask(Put(0)).await.unwrap(), 5);
    rig.when("/chooser", handled(1)).await;
}

/// kameo's derive with another path: that is the whole change.
#[derive(Actor)]
struct Plain;

#[derive(Actor, Clone)]
#[actor(name = "given")]
struct Named<T>
where
    T: Display + Clone + Send + Sync + 'static,
{
    what: T,
}

impl<T: Display + Clone + Send + Sync + 'static> Message<Put<u8>> for Named<T> {
    type Reply = String;
    async fn handle(&mut self, _: Put<u8>, _: &mut Context<Self, String>) -> String {
        self.what.to_string()
    }
}

#[tokio::test]
async fn derived_actors_are_observed_under_their_own_or_a_given_name() {
    let rig = Rig::shared().await;
    let plain = Plain::spawn(Plain);
    assert_eq!(Plain::name(), "Plain");
    let (identity, _) = rig.when("/Plain", is_idle).await;
    assert_eq!(identity.framework, "kameo");
    let named = Named::supervise_observed(&plain, ChildSpec::new("child"), Named { what: 5 });
    let named = named.spawn().await;
    assert_eq!(named.ask(Put(0)).await.unwrap(), "5");
    rig.when("/Plain/child", handled(1)).await;
    let _other = Named::spawn(Named { what: "x" });
    rig.when("/given", is_idle).await;
}

/// Every hook as a function that returns a future.
struct Futures {
    stops: std::sync::mpsc::Sender<&'static str>,
}

#[observed(state)]
impl Actor for Futures {
    type Args = std::sync::mpsc::Sender<&'static str>;
    type Error = Infallible;

    fn on_start(
        stops: Self::Args,
        me: ActorRef<Self>,
    ) -> impl Future<Output = Result<Self, Self::Error>> + Send {
        name_actor(&me, "futures");
        std::future::ready(Ok(Self { stops }))
    }

    fn on_message(
        &mut self,
        message: BoxMessage<Self>,
        actor_ref: ActorRef<Self>,
        tx: Option<BoxReplySender>,
        stop: &mut bool,
    ) -> impl Future<Output = Result<(), Box<dyn ReplyError>>> + Send {
        message.handle_dyn(self, actor_ref, tx, stop)
    }

    fn on_stop(
        &mut self,
        _: WeakActorRef<Self>,
        _: ActorStopReason,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        let _ = self.stops.send("stopped");
        std::future::ready(Ok(()))
    }
}

impl Debug for Futures {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("futures")
    }
}

impl Message<Put<u8>> for Futures {
    type Reply = u8;
    async fn handle(&mut self, Put(n): Put<u8>, context: &mut Context<Self, u8>) -> u8 {
        context.stop();
        n
    }
}

#[tokio::test]
async fn hooks_may_return_futures_instead_of_being_async() {
    let rig = Rig::shared().await;
    let (stops, stopped) = std::sync::mpsc::channel();
    let futures = Futures::spawn(stops);
    rig.when("/futures", is_idle).await;
    let answer = rig.dump("/futures", 0, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(answer.text, "futures");
    assert_eq!(futures.ask(Put(3)).await.unwrap(), 3);
    let (_, stats) = rig.when("/futures", |s| state(s) == "stopped").await;
    assert_eq!((stats.total.unwrap().handled, stopped.try_recv()), (1, Ok("stopped")));
}

/// Written by a macro, whose names are not those of the attribute's.
macro_rules! actor {
    ($name:ident, $own:ident) => {
        struct $name;

        #[observed]
        impl kameo::Actor for $name {
            type Args = Self;
            type Error = Infallible;
            async fn on_start($own: Self, actor_ref: ActorRef<Self>) -> Result<Self, Infallible> {
                name_actor(&actor_ref, stringify!($name));
                Ok($own)
            }
            async fn on_message(
                &mut self,
                message: BoxMessage<Self>,
                actor_ref: ActorRef<Self>,
                tx: Option<BoxReplySender>,
                stop: &mut bool,
            ) -> Result<(), Box<dyn ReplyError>> {
                message.handle_dyn(self, actor_ref, tx, stop).await
            }
        }

        impl Message<Put<u8>> for $name {
            type Reply = u8;
            async fn handle(&mut self, Put(n): Put<u8>, _: &mut Context<Self, u8>) -> u8 {
                n
            }
        }
    };
}

actor!(FromMacro, own);

#[tokio::test]
async fn actors_written_by_macros_are_observed() {
    let rig = Rig::shared().await;
    let actor = FromMacro::spawn(FromMacro);
    assert_eq!(actor.ask(Put(8)).await.unwrap(), 8);
    rig.when("/FromMacro", handled(1)).await;
}
