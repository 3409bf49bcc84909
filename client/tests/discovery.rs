//! Which agents are found, and what happens to sockets of the dead.
#![cfg(unix)]

mod support;

use actorscope_client::{ConnectError, Target, Why};
use std::path::Path;
use std::time::SystemTime;
use support::{FakeAgent, Script, directory};

fn named(name: &str) -> Target {
    Target::Named(name.into())
}

/// Makes a file as old as a socket must be to count as left behind.
fn age(path: &Path) {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
    let hour_ago = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map(|now| now.as_secs() as i64 - 3600)
        .unwrap();
    let time = Timespec { tv_sec: hour_ago, tv_nsec: 0 };
    let times = Timestamps { last_access: time, last_modification: time };
    utimensat(CWD, path, &times, AtFlags::empty()).unwrap();
}

#[tokio::test]
async fn the_only_agent_needs_no_name() {
    let (dir, search) = directory();
    let agent = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let address = search.resolve(&Target::Local).await.unwrap();
    assert_eq!(address.path(), Some(agent.path.as_path()));
}

#[tokio::test]
async fn several_agents_are_named_and_not_chosen_from() {
    let (dir, search) = directory();
    let _shop = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let second = FakeAgent::start(dir.path(), "shop", 2, &Script::new(2));
    let _chat = FakeAgent::start(dir.path(), "chat", 3, &Script::new(3));
    let error = search.resolve(&Target::Local).await.unwrap_err();
    assert_eq!(error.to_string(), "3 agents fit: chat, shop-1, shop-2");
    assert!(search.resolve(&named("chat")).await.is_ok());
    assert!(matches!(
        search.resolve(&named("shop")).await,
        Err(ConnectError::SeveralAgents { .. })
    ));
    let address = search.resolve(&named("shop-2")).await.unwrap();
    assert_eq!(address.path(), Some(second.path.as_path()));
}

#[tokio::test]
async fn an_unknown_name_comes_back_with_those_that_run() {
    let (dir, search) = directory();
    let _shop = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let error = search.resolve(&named("chat")).await.unwrap_err();
    let ConnectError::NoSuchName { running, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(running.len(), 1);
}

#[tokio::test]
async fn sockets_of_the_dead_are_removed_and_those_of_the_living_kept() {
    let (dir, search) = directory();
    let living = FakeAgent::start(dir.path(), "shop", 1, &Script::new(1));
    let dead = FakeAgent::start(dir.path(), "shop", 2, &Script::new(2));
    let newborn = FakeAgent::start(dir.path(), "shop", 3, &Script::new(3));
    let (dead_path, newborn_path) = (dead.path.clone(), newborn.path.clone());
    age(&living.path);
    age(&dead_path);
    dead.crash();
    newborn.crash();
    let foreign = dir.path().join("notes-1-0000.sock");
    std::fs::write(&foreign, "no socket").unwrap();
    age(&foreign);
    // A crash takes a moment to close the listener.
    support::holds("the dead no longer answer", || {
        std::os::unix::net::UnixStream::connect(&dead_path).is_err()
            && std::os::unix::net::UnixStream::connect(&newborn_path).is_err()
    })
    .await;

    let finds = search.agents().await;

    assert_eq!(finds.live.len(), 1);
    assert!(living.path.exists());
    assert!(!dead_path.exists());
    // It may be one that is about to listen.
    assert!(newborn_path.exists());
    assert!(foreign.exists());
}

#[tokio::test]
async fn an_empty_or_missing_directory_holds_no_agents() {
    let (dir, search) = directory();
    let error = search.resolve(&Target::Local).await.unwrap_err();
    assert!(error.to_string().contains(&dir.path().display().to_string()));
    drop(dir);
    assert!(search.agents().await.live.is_empty());
}

#[tokio::test]
async fn what_cannot_be_removed_is_told_and_stands_in_nobodys_way() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let (dir, search) = directory();
    let dead = FakeAgent::start(dir.path(), "shop", 2, &Script::new(2));
    let path = dead.path.clone();
    age(&path);
    dead.crash();
    support::holds("the dead no longer answers", || {
        std::os::unix::net::UnixStream::connect(&path).is_err()
    })
    .await;
    let permissions =
        |mode| std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(mode));
    // Root can remove anything, but leaves alone what is somebody else's.
    if rustix::process::geteuid().is_root() {
        chown(&path, Some(65_534), None).unwrap();
    } else {
        permissions(0o500).unwrap();
    }
    let finds = search.agents().await;
    let resolved = search.resolve(&Target::Local).await;
    permissions(0o700).unwrap();
    assert!(finds.live.is_empty());
    assert_eq!(finds.unreachable.first().map(|(_, why)| why), Some(&Why::NobodyListens));
    assert!(matches!(resolved, Err(ConnectError::NoAgent { .. })), "{resolved:?}");
}
