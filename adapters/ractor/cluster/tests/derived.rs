//! Messages that derive `ObservedMessage`, in a build with ractor's feature `cluster`.

use actorscope_proto::v1;
use actorscope_ractor_cluster::{Kind, ObservedMessage, observe};
use actorscope_testkit::{Rig, depth, state};
use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, call, cast};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

#[derive(ObservedMessage)]
enum Do {
    Nothing,
    Wait {
        until: Arc<Notify>,
    },
    Count(RpcReplyPort<u32>),
    /// To send itself so many more.
    Again(u32),
}

#[derive(ObservedMessage)]
struct Parcel<T> {
    _content: T,
}

struct Peer;

impl Actor for Peer {
    type Msg = Do;
    type State = u32;
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Do>, (): ()) -> Result<u32, ActorProcessingErr> {
        Ok(0)
    }

    async fn handle(
        &self,
        myself: ActorRef<Do>,
        message: Do,
        count: &mut u32,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            Do::Nothing => {}
            Do::Wait { until } => until.notified().await,
            Do::Count(reply) => _ = reply.send(*count),
            Do::Again(times) => {
                for _ in 0..times {
                    cast!(myself, Do::Nothing)?;
                }
            }
        }
        *count += 1;
        Ok(())
    }
}

async fn spawn(name: &str) -> ActorRef<Do> {
    let peer = observe(Peer).messages(Do::kind);
    Actor::spawn(Some(name.to_owned()), peer, ()).await.unwrap().0
}

fn is(handled: u64, deep: u64) -> impl Fn(&v1::Stats) -> bool {
    move |s| s.total.unwrap().handled == handled && depth(s) == (deep, "exact".to_owned())
}

#[tokio::test]
async fn depth_and_waits_are_exact_whoever_sends() {
    let rig = Rig::shared().await;
    let peer = spawn("exact").await;
    let until = Arc::new(Notify::new());
    for _ in 0..20 {
        call!(peer, Do::Count).unwrap();
    }
    cast!(peer, Do::Wait { until: until.clone() }).unwrap();
    rig.when("/exact", |s| state(s) == "handling" && depth(s) == (0, "exact".to_owned())).await;
    let sent = Instant::now();
    cast!(peer, Do::Again(100)).unwrap();
    for _ in 0..300 {
        cast!(peer, Do::Nothing).unwrap();
    }
    let all_sent = Instant::now();
    rig.when("/exact", is(20, 301)).await;
    let let_go = Instant::now();
    until.notify_one();
    let (_, stats) = rig.when("/exact", is(422, 0)).await;
    let longest = Duration::from_nanos(stats.queue_wait.unwrap().max.unwrap());
    assert!(longest >= let_go.duration_since(all_sent), "{longest:?}");
    assert!(longest <= sent.elapsed(), "{longest:?}");
    let (.., detail) = rig.show("/exact").await.unwrap();
    let mut names: Vec<String> = detail.handlers.iter().map(|h| h.message_type.clone()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Again", "Count", "Nothing", "Wait"]);
}

/// ractor unpacks what it could not deliver in the sender, which may be an observed actor itself.
#[tokio::test]
async fn a_message_that_could_not_be_delivered_is_not_the_senders_own() {
    let rig = Rig::shared().await;
    let peer = spawn("alive").await;
    let gone = spawn("gone").await;
    gone.stop(None);
    rig.when("/gone", |s| state(s) == "stopped").await;
    for _ in 0..10 {
        assert!(cast!(gone, Do::Nothing).is_err());
        call!(peer, Do::Count).unwrap();
    }
    rig.when("/alive", is(10, 0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_senders_are_counted_together() {
    let rig = Rig::shared().await;
    let mut peers = Vec::new();
    for n in 0..40 {
        peers.push(spawn(&format!("crowd-{n}")).await);
    }
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let peers = peers.clone();
        senders.spawn(async move {
            for _ in 0..100 {
                for peer in &peers {
                    cast!(peer, Do::Nothing).unwrap();
                }
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender.unwrap();
    }
    for n in 0..40 {
        rig.when(&format!("/crowd-{n}"), is(400, 0)).await;
    }
}

#[test]
fn structs_and_generic_types_are_messages_too() {
    fn is_message<M: ractor::Message + Kind>(message: &M) -> &'static str {
        message.kind()
    }
    assert_eq!(is_message(&Parcel { _content: 5 }), "Parcel");
}

#[tokio::test]
async fn actors_of_other_messages_are_observed_as_without_the_feature() {
    struct Plain;
    impl Actor for Plain {
        type Msg = ();
        type State = ();
        type Arguments = ();
        async fn pre_start(&self, _: ActorRef<()>, (): ()) -> Result<(), ActorProcessingErr> {
            Ok(())
        }
    }
    let rig = Rig::shared().await;
    let (plain, _) = Actor::spawn(Some("plain".to_owned()), observe(Plain), ()).await.unwrap();
    plain.cast(()).unwrap();
    let (_, stats) = rig.when("/plain", |s| s.total.unwrap().handled == 1).await;
    assert_eq!(depth(&stats).1, "");
    // Prompts reach it as ever.
    assert_eq!(rig.act("stop", "/plain").await.unwrap().outcome, "done");
    rig.when("/plain", |s| state(s) == "stopped").await;
}
