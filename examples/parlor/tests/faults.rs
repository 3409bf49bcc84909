//! What each fault does to the service, and what an observer sees of it.

mod common;

use actorscope_parlor::{
    Fault,
    wire::{ClientLine, ErrorCode, ServerLine},
};
use actorscope_proto::v1;
use actorscope_testkit::{depth, state};
use common::{Client, eventually, observed::Observed};

/// In a handler of this message, since when.
fn handling(stats: &v1::Stats, message_type: &str) -> Option<u64> {
    let now = stats.handling_now.as_ref()?;
    let name = now.message_type.as_deref()?.rsplit("::").next()?;
    (name == message_type).then_some(now.for_ns)
}

/// Says something and waits for the echo, `times` times.
async fn talk(client: &mut Client, times: usize) {
    for number in 0..times {
        client.say(&number.to_string()).await;
        client.hear().await;
    }
}

/// Whether presence answers `who`.
async fn presence_answers(client: &mut Client) -> bool {
    client.send(ClientLine::Who).await;
    client
        .find(|line| match line {
            ServerLine::Who { .. } => Some(true),
            ServerLine::Error { code: ErrorCode::Busy, .. } => Some(false),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn the_store_is_stuck_from_the_500th_message_on_and_the_conversation_is_not() {
    let observed = Observed::with_fault("stuck-store", Fault::StuckStore).await;
    let mut ada = observed.server.client_in("lobby", "ada").await;
    talk(&mut ada, 499).await;
    let fine = |stats: &v1::Stats| stats.total.as_ref().is_some_and(|total| total.handled >= 499);
    let stats = observed.when("archive/store", |stats| fine(stats) && state(stats) == "idle").await;
    assert_eq!(stats.oldest_wait_ns.unwrap_or(0), 0);

    talk(&mut ada, 200).await;
    let stuck = observed
        .when("archive/store", |stats| {
            handling(stats, "Append").is_some() && depth(stats) == (199, "exact".to_owned())
        })
        .await;
    let (since, waits) = (handling(&stuck, "Append").unwrap(), stuck.oldest_wait_ns.unwrap());
    let later = observed
        .when("archive/store", |stats| {
            stats.utilization > Some(0.99)
                && handling(stats, "Append") > Some(since)
                && stats.oldest_wait_ns > Some(waits)
        })
        .await;
    assert_eq!(later.total.unwrap().handled, stuck.total.unwrap().handled);
    // Behind it, the task that writes: the one that really does not return.
    observed.when("store-write", |stats| handling(stats, "Encoded").is_some()).await;
    assert_eq!(observed.server.handle.store_stats().written(), 500);

    talk(&mut ada, 50).await;
    ada.call("c-1").await;
    assert_eq!(ada.answered().await, ("c-1".to_owned(), true));
    assert!(presence_answers(&mut ada).await);
    observed.server.abandon();
}

#[tokio::test]
async fn presence_takes_longer_the_more_it_has_not_forgotten() {
    let observed = Observed::with_fault("leaky-presence", Fault::LeakyPresence).await;
    let mut ada = observed.server.client_in("lobby", "ada").await;
    let mut others = Vec::new();
    for number in 0..24 {
        others.push(observed.server.client_in("lobby", &format!("guest-{number}")).await);
    }
    // Of the messages up to now, and since then: how long one took.
    let total = |stats: &v1::Stats| {
        let total = stats.total.as_ref().unwrap();
        (total.handled, total.busy_ns)
    };
    let (mut handled, mut busy) = total(&observed.show("presence").await.1);
    let (mut least, mut in_a_row) = (u64::MAX, 0);
    eventually("presence takes ten times as long", async || {
        let goal = handled + 40;
        for client in &mut others {
            talk(client, 2).await;
        }
        let stats = observed.when("presence", |stats| total(stats).0 >= goal).await;
        let (now_handled, now_busy) = total(&stats);
        let mean = (now_busy - busy) / (now_handled - handled);
        (handled, busy) = (now_handled, now_busy);
        least = least.min(mean);
        in_a_row = if mean > 10 * least { in_a_row + 1 } else { 0 };
        in_a_row == 3
    })
    .await;
    assert!(presence_answers(&mut ada).await, "slow, but right");
    observed.server.stop().await;
}

#[tokio::test]
async fn the_index_panics_until_its_restarts_are_used_up_and_the_rest_lives_on() {
    let observed = Observed::with_fault("panic-loop", Fault::PanicLoop).await;
    let mut ada = observed.server.client_in("lobby", "ada").await;
    talk(&mut ada, 3).await;
    eventually("something is found", async || {
        ada.search("2").await.is_some_and(|found| found.len() == 1)
    })
    .await;
    let before = observed.incarnations().await;

    ada.say("who's coming to the caf\u{e9} at noon?").await;
    ada.hear().await;
    let failed = observed.when("archive/search/index", |stats| state(stats) == "failed").await;
    assert_eq!((failed.incarnation, failed.restarts), (6, 5));
    let budget = failed.budget.unwrap();
    assert_eq!((budget.used, budget.allowed), (5, 5));
    let (_, _, detail) = observed.show("archive/search/index").await;
    let reasons: Vec<_> = detail.history.iter().map(|h| (h.exit.as_str(), h.reason())).collect();
    assert_eq!(reasons.len(), 6);
    let boundary = |(exit, why): &(&str, &str)| *exit == "panic" && why.contains("char boundary");
    assert!(reasons.iter().all(boundary), "{reasons:?}");
    let path = observed.path("archive/search/index");
    eventually("it is said that it gave up", async || {
        observed.rig.kinds(&path).await.last().is_some_and(|kind| kind == "gave_up")
    })
    .await;

    eventually("searching is off", async || ada.search("2").await.is_none()).await;
    talk(&mut ada, 3).await;
    let mut expected = before.clone();
    expected.remove("archive/search/index");
    assert_eq!(observed.incarnations().await, expected, "nobody else was concerned");

    // One level up there is somebody who can be restarted, and what is in its way is gone with a new store.
    observed.act("kill", "archive/store").await;
    eventually("searching works again", async || {
        talk(&mut ada, 1).await;
        ada.search("0").await.is_some_and(|found| !found.is_empty())
    })
    .await;
    observed.server.stop().await;
}

#[tokio::test]
async fn every_ten_seconds_a_burst_fills_the_sessions_mailbox_and_calls_wait_behind_it() {
    let observed = Observed::start("burst", |options| {
        options.fault = Some(Fault::Burst);
        options.signaling_workers = 8;
    })
    .await;
    // 750 ports, and the session's mailbox has space for 512. The table waits for the rest: at least 1 s, and even if each
    // request takes four times as long as it should, less than the 5 s for which a call waits for its port.
    let mut clients = Vec::new();
    for number in 0..5 {
        clients.push(observed.server.client(&format!("guest-{number}")).await);
    }
    for client in &mut clients {
        for number in 0..150 {
            client.call(&number.to_string()).await;
        }
    }
    for client in &mut clients {
        for _ in 0..150 {
            assert!(client.answered().await.1);
        }
    }
    observed.when("media/relay-session", |stats| depth(stats).0 >= 500).await;
    observed.when("media/ports", |stats| handling(stats, "RefreshDue").is_some()).await;
    clients[0].call("late").await;
    observed.when("media/ports", |stats| depth(stats).0 == 1).await;
    assert_eq!(clients[0].answered().await, ("late".to_owned(), true), "late, but well");
    observed
        .when("media/relay-session", |stats| depth(stats).0 == 0 && state(stats) == "idle")
        .await;
    observed.server.stop().await;
}

#[tokio::test]
async fn a_room_and_presence_wait_for_each_other_until_one_is_killed() {
    let observed = Observed::with_fault("deadlock", Fault::Deadlock).await;
    let mut ada = observed.server.client_in("lounge", "ada").await;
    let mut eve = observed.server.client_in("lobby", "eve").await;
    talk(&mut ada, 99).await;
    assert!(presence_answers(&mut ada).await, "up to here everything is in order");

    // From the 100th message on it happens as soon as both are at it at the same time. The echo never comes.
    eventually("both wait", async || {
        ada.say("hello?").await;
        let (_, presence, _) = observed.show("presence").await;
        let (_, lounge, _) = observed.show("rooms/lounge").await;
        // Long enough to be no coincidence.
        let long = Some(300_000_000);
        handling(&presence, "Active") > long && handling(&lounge, "Say") > long
    })
    .await;
    for _ in 0..50 {
        ada.say("hello?").await;
    }
    observed.when("rooms/lounge", |stats| depth(stats).0 >= 50).await;
    let presence = observed.when("presence", |stats| depth(stats).0 >= 50).await;
    assert!(presence.oldest_wait_ns > Some(0));
    talk(&mut eve, 20).await;

    observed.act("kill", "presence").await;
    // The room is free, and everything that was said is heard. (With the 100th activity it begins anew.)
    eventually("the last word is heard", async || {
        let said = ada.said_so_far().await;
        said.iter().any(|line| matches!(line, ServerLine::Chat(_)))
    })
    .await;
    observed.server.abandon();
}
