//! Actors of all frameworks that this build has, in one process: a client sees them in one tree, each
//! below the one whose code started it, whichever two frameworks these are.
#![cfg(any(
    feature = "tokio",
    feature = "kameo",
    feature = "ractor",
    feature = "ractor-supervisor",
    feature = "actix",
    feature = "task-supervisor",
    feature = "ractor-cluster",
))]

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "kameo")]
mod kameo;
mod plain_tokio;
#[cfg(any(feature = "ractor", feature = "ractor-supervisor", feature = "ractor-cluster"))]
mod ractor;
#[cfg(feature = "ractor-supervisor")]
mod ractor_supervisor;
#[cfg(feature = "task-supervisor")]
mod task_supervisor;

use actorscope_testkit::Rig;
use std::pin::Pin;

/// What an actor does as part of its own code.
type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How to start an actor.
struct Framework {
    /// What its slots say.
    word: &'static str,
    /// Its name here: two packages share a word.
    name: &'static str,
    /// Where, below the slot of what is started, the work is done.
    within: &'static str,
    /// Starts an actor with this name that does this and stays.
    start: fn(String, Work) -> Work,
}

/// Those of this build.
const ALL: &[Framework] = &[
    #[cfg(feature = "tokio")]
    plain_tokio::FRAMEWORK,
    #[cfg(feature = "kameo")]
    kameo::FRAMEWORK,
    #[cfg(any(feature = "ractor", feature = "ractor-cluster"))]
    ractor::FRAMEWORK,
    #[cfg(feature = "ractor-supervisor")]
    ractor_supervisor::FRAMEWORK,
    #[cfg(feature = "actix")]
    actix::FRAMEWORK,
    #[cfg(feature = "task-supervisor")]
    task_supervisor::FRAMEWORK,
];

fn nothing() -> Work {
    Box::pin(async {})
}

/// Starts one of each other framework.
fn start_the_others(host: &'static Framework) -> Work {
    Box::pin(async move {
        for guest in ALL.iter().filter(|guest| guest.word != host.word) {
            (guest.start)(format!("{}-in-{}", guest.name, host.name), nothing()).await;
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hangs_below_whoever_started_them() {
    let rig = Rig::shared().await;
    let whole: Work = Box::pin(async {
        for host in ALL {
            (host.start)(host.name.to_owned(), start_the_others(host)).await;
        }
    });
    (plain_tokio::FRAMEWORK.start)("program".to_owned(), whole).await;
    let is_there = async |path: &str, framework: &Framework| {
        let (identity, _) = rig.when(path, |stats| stats.incarnation == 1).await;
        assert_eq!(identity.framework, framework.word, "{path}");
    };
    for host in ALL {
        let at = format!("/program/{}", host.name);
        is_there(&at, host).await;
        for guest in ALL.iter().filter(|guest| guest.word != host.word) {
            let path = format!("{at}{}/{}-in-{}", host.within, guest.name, host.name);
            is_there(&path, guest).await;
        }
    }
}
