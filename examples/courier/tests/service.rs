//! The real binary with real endpoints, and what an observer sees of it over the agent's socket.
#![cfg(unix)]

mod common;

use std::{collections::HashSet, fs};

use actorscope_testkit::{Rig, depth, state};
use common::{Client, World, eventually, job};

fn lane(endpoint: &str) -> String {
    format!("/courier/destinations/{endpoint}")
}

fn worker(endpoint: &str) -> String {
    format!("/courier/destinations/{endpoint}/worker-{endpoint}")
}

/// Kills an actor as an operator would, and waits for its successor.
async fn kill(rig: &Rig, path: &str) {
    let (_, before) = rig.when(path, |stats| state(stats) != "restarting").await;
    let answer = rig.act("kill", path).await.unwrap();
    assert!(matches!(answer.outcome.as_str(), "done" | "accepted"), "{}", answer.message);
    rig.when(path, |stats| stats.incarnation > before.incarnation && stats.restarts > 0).await;
}

#[tokio::test]
async fn the_worker_of_the_slow_destination_is_the_bottleneck_and_nobody_else_waits_for_it() {
    let world = World::new();
    let (service, rig) = world.serve(&[]).await;
    let (ok, slow) = (world.endpoint(0), world.endpoint(1));
    // In one file, and not one after another: each would be on the disk first, which may take as long as the slow
    // destination does.
    let mut jobs = Vec::new();
    for number in 0..100 {
        jobs.push((format!("slow-{number}"), slow));
        if number % 5 == 0 {
            jobs.push((format!("ok-{number}"), ok));
        }
    }
    let lines: Vec<_> = jobs.iter().map(|(id, endpoint)| job(id, endpoint)).collect();
    world.put_file("jobs.jsonl", &(lines.join("\n") + "\n"));
    let accepted = jobs.into_iter().map(|(id, _)| id).collect();
    eventually("the bottleneck is named", async || {
        let Some((identity, stats)) = rig.worst("queue-wait").await else { return false };
        let (waiting, quality) = depth(&stats);
        // Shares of time are known from the second tick on.
        let is_known = waiting > 20 && quality == "exact" && stats.utilization > Some(0.8);
        is_known && identity.path == worker(slow)
    })
    .await;
    rig.when(&worker(ok), |stats| depth(stats).0 == 0 && state(stats) == "idle").await;
    let taken = world.taken();
    let of_ok = taken.iter().filter(|id| id.starts_with("ok-")).count();
    let of_slow = taken.iter().filter(|id| id.starts_with("slow-")).count();
    assert!(of_ok == 20 && of_slow < 80, "{of_ok} {of_slow}");
    world.all_settled(&accepted).await;
    assert_eq!(service.terminate().await, Some(0));
}

#[tokio::test]
async fn in_one_lane_a_healthy_destination_waits_for_the_slow_one() {
    let world = World::new();
    let (service, rig) = world.serve(&["--fault", "one-lane"]).await;
    let mut client = Client::new(&service);
    for number in 0..40 {
        client.submit(&format!("slow-{number}"), world.endpoint(1)).await;
    }
    client.submit("ok", world.endpoint(0)).await;
    eventually("the bottleneck is named", async || {
        let worst = rig.worst("queue-wait").await;
        worst.is_some_and(|(identity, _)| identity.path == "/courier/destinations/http/worker-http")
    })
    .await;
    world.all_settled(&client.accepted).await;
    assert_eq!(world.taken().last().unwrap(), "ok");
}

#[tokio::test]
async fn a_worker_that_crashes_is_restarted_then_given_up_and_no_other_notices() {
    let world = World::new();
    let options = ["--fault", "crashy-worker", "--cool-down-ms", "1500", "--attempts", "5"];
    let (service, rig) = world.serve(&options).await;
    let mut client = Client::new(&service);
    let (ok, dated) = (world.endpoint(0), world.endpoint(4));
    for number in 0..4 {
        client.submit(&format!("dated-{number}"), dated).await;
        client.submit(&format!("ok-{number}"), ok).await;
    }
    let (_, stats) = rig.when(&worker(dated), |stats| stats.restarts == 4).await;
    let budget = stats.budget.unwrap();
    assert_eq!((budget.used, budget.allowed), (4, 4));
    rig.when(&lane(dated), |stats| state(stats) == "failed").await;
    let (.., detail) = rig.show(&lane(dated)).await.unwrap();
    assert_eq!(detail.history[0].exit, "budget_exhausted", "{:?}", detail.history);
    let kinds = rig.kinds(&worker(dated)).await;
    assert!(kinds.iter().any(|kind| kind == "gave_up"), "{kinds:?}");
    let (.., detail) = rig.show(&worker(dated)).await.unwrap();
    let reasons: Vec<_> = detail.history.iter().map(|end| end.reason()).collect();
    assert!(reasons.iter().any(|why| why.contains("Retry-After is in seconds")), "{reasons:?}");

    // After the cool-down it is opened again, in the same place.
    rig.when(&lane(dated), |stats| stats.incarnation >= 2).await;
    let (_, stats) = rig.when(&worker(ok), |stats| state(stats) == "idle").await;
    assert_eq!((stats.incarnation, stats.restarts), (1, 0));
    world.all_settled(&client.accepted).await;
    let dead: HashSet<_> = world.dead().into_iter().collect();
    assert_eq!(dead, (0..4).map(|number| format!("dated-{number}")).collect());
    assert_eq!(service.terminate().await, Some(0));
}

#[tokio::test]
async fn no_job_is_lost_whoever_is_killed() {
    let world = World::new();
    let (service, rig) = world.serve(&["--attempts", "50"]).await;
    let mut client = Client::new(&service);
    let mut number = 0;
    let mut some_jobs = async |client: &mut Client| {
        for _ in 0..40 {
            client.submit(&format!("job-{number}"), world.endpoint([0, 1, 2][number % 3])).await;
            number += 1;
        }
    };
    some_jobs(&mut client).await;
    for path in [&worker(world.endpoint(1)), "/courier/dispatcher", "/courier/spool"] {
        kill(&rig, path).await;
        some_jobs(&mut client).await;
    }
    for path in ["/courier/destinations", "/courier/journal"] {
        kill(&rig, path).await;
        some_jobs(&mut client).await;
    }
    service.kill();
    let (service, _) = world.serve(&["--attempts", "50"]).await;
    client.moves_to(&service);
    some_jobs(&mut client).await;
    world.all_settled(&client.accepted).await;
    assert_eq!(world.dead(), [""; 0]);
    assert_eq!(client.accepted.len(), 240 + 40);
    assert_eq!(service.terminate().await, Some(0));

    // What was settled is not begun again.
    let before = world.taken().len();
    let (service, _) = world.serve(&[]).await;
    client.moves_to(&service);
    client.submit("one-more", world.endpoint(0)).await;
    world.all_settled(&client.accepted).await;
    assert_eq!(world.taken().len(), before + 1);
    drop(service);
}

#[tokio::test]
async fn files_are_taken_whole_and_what_is_no_job_is_told_of() {
    let world = World::new();
    let (service, rig) = world.serve(&["--idle-ms", "300"]).await;
    let ok = world.endpoint(0);
    let accepted: HashSet<_> = (0..200).map(|number| format!("file-{number}")).collect();
    let lines: Vec<_> = accepted.iter().map(|id| job(id, ok)).collect();
    let done = world.put_file("a.jsonl", &format!("this is no job\n{}\n", lines.join("\n")));
    world.all_settled(&accepted).await;
    eventually("the file is gone", async || !done.exists()).await;
    let rejected = fs::read_to_string(world.spool().join("rejected.jsonl")).unwrap();
    assert!(rejected.contains("\"file\":\"a.jsonl\",\"line\":1,"), "{rejected}");
    assert_eq!(rejected.lines().count(), 1);
    // A worker that nobody needs ends, in order, and comes back when somebody does.
    rig.when(&lane(ok), |stats| state(stats) == "stopped").await;
    let mut client = Client::new(&service);
    client.submit("later", ok).await;
    world.all_settled(&client.accepted).await;
    assert_eq!(service.terminate().await, Some(0));
}

#[tokio::test]
async fn who_hands_in_nonsense_is_told_why_and_may_go_on() {
    let world = World::new();
    let (service, _) = world.serve(&["--max-open", "2"]).await;
    let mut client = Client::new(&service);
    let long = "x".repeat(300 * 1024);
    for (line, says) in [
        ("nonsense", "expected"),
        (r#"{"id":"a","url":"ftp://h/"}"#, "scheme"),
        (r#"{"id":"","url":"http://h/"}"#, "`id`"),
        (&long, "at most"),
    ] {
        let answer = client.say(line).unwrap();
        assert_eq!(answer["answer"], "refused", "{answer}");
        assert!(answer["why"].as_str().unwrap().contains(says), "{answer}");
    }
    let job = |id: &str, endpoint| format!(r#"{{"id":"{id}","url":"http://{endpoint}/"}}"#);
    // Nobody takes these two.
    for id in ["a", "b"] {
        assert_eq!(client.say(&job(id, world.endpoint(3))).unwrap()["answer"], "accepted");
    }
    assert_eq!(client.say(&job("a", world.endpoint(3))).unwrap()["answer"], "known");
    assert_eq!(client.say(&job("c", world.endpoint(0))).unwrap()["answer"], "busy");
}
