//! Supervisors that restart more than the child that failed: exactly who, and that the service is whole afterwards.

mod common;

use common::{Client, eventually, observed::Observed};

/// Says something and waits until it can be found.
async fn is_found(client: &mut Client, text: &str) {
    client.say(text).await;
    client.hear().await;
    eventually("the message is found", async || {
        client.search(text).await.is_some_and(|found| !found.is_empty())
    })
    .await;
}

#[tokio::test]
async fn the_index_subscribes_again_when_the_store_it_registered_with_is_gone() {
    let observed = Observed::start("rest-for-one", |_| ()).await;
    let mut ada = observed.server.client_in("lobby", "ada").await;
    is_found(&mut ada, "before").await;
    let (archive, ..) = observed.show("archive").await;
    assert_eq!(archive.supervisor.unwrap().strategy, "rest_for_one");

    let before = observed.incarnations().await;
    let restarted = ["archive/store", "archive/search", "archive/search/index"];
    assert_eq!(observed.preview_kill("archive/store").await, restarted[1..]);
    observed.act("kill", "archive/store").await;
    observed.restarts_exactly(&before, &restarted).await;
    is_found(&mut ada, "after").await;
    assert_eq!(ada.search("before").await, Some(vec![]), "the shelf went with the store");
    observed.restarts_exactly(&before, &restarted).await;
    observed.server.stop().await;
}

#[tokio::test]
async fn the_store_does_not_notice_that_search_was_restarted() {
    let observed = Observed::start("the-elder-stays", |_| ()).await;
    let mut ada = observed.server.client_in("lobby", "ada").await;
    is_found(&mut ada, "before").await;

    let before = observed.incarnations().await;
    let restarted = ["archive/search", "archive/search/index"];
    assert_eq!(observed.preview_kill("archive/search").await, restarted[1..]);
    observed.act("kill", "archive/search").await;
    observed.restarts_exactly(&before, &restarted).await;
    is_found(&mut ada, "after").await;
    let found = ada.search("before").await;
    assert_eq!(found, Some(vec![(1, "before".to_owned())]), "it is still on the shelf");

    let before = observed.incarnations().await;
    observed.act("kill", "archive/search/index").await;
    observed.restarts_exactly(&before, &["archive/search/index"]).await;
    is_found(&mut ada, "again").await;
    observed.restarts_exactly(&before, &["archive/search/index"]).await;
    observed.server.stop().await;
}

#[tokio::test]
async fn a_new_archive_is_found_by_rooms_that_were_there_before() {
    let observed = Observed::start("new-archive", |_| ()).await;
    let mut ada = observed.server.client_in("lobby", "ada").await;
    is_found(&mut ada, "before").await;

    let before = observed.incarnations().await;
    observed.act("kill", "archive").await;
    let restarted = ["archive", "archive/store", "archive/search", "archive/search/index"];
    observed.restarts_exactly(&before, &restarted).await;
    is_found(&mut ada, "after").await;

    let stats = observed.server.handle.store_stats();
    observed.server.stop().await;
    assert_eq!((stats.written(), stats.dropped()), (2, 0));
}

#[tokio::test]
async fn a_session_and_its_ports_go_together_whichever_fails() {
    let observed = Observed::start("one-for-all", |_| ()).await;
    let mut ada = observed.server.client_in("lobby", "ada").await;
    ada.call("before").await;
    assert_eq!(ada.answered().await, ("before".to_owned(), true));
    let (media, ..) = observed.show("media").await;
    assert_eq!(media.supervisor.unwrap().strategy, "one_for_all");

    let both = ["media/ports", "media/relay-session"];
    for killed in both {
        let before = observed.incarnations().await;
        let preview = observed.preview_kill(killed).await;
        let other = both.iter().find(|part| **part != killed).unwrap();
        assert!(preview.iter().any(|path| path == other), "{preview:?}");
        observed.act("kill", killed).await;
        observed.restarts_exactly(&before, &both).await;
        // The port is one of the new session, or the relay would refuse it.
        ada.call(killed).await;
        assert_eq!(ada.answered().await, (killed.to_owned(), true));
        observed.restarts_exactly(&before, &both).await;
    }
    observed.server.stop().await;
}

#[tokio::test]
async fn calls_find_the_ports_of_a_new_media_supervisor() {
    let observed = Observed::start("new-media", |_| ()).await;
    let mut ada = observed.server.client_in("lobby", "ada").await;
    let before = observed.incarnations().await;
    observed.act("kill", "media").await;
    let restarted = ["media", "media/ports", "media/relay-session"];
    observed.restarts_exactly(&before, &restarted).await;
    ada.call("after").await;
    assert_eq!(ada.answered().await, ("after".to_owned(), true));
    observed.server.stop().await;
}
