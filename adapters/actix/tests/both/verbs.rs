#[actix::test]
async fn stop_is_asked_of_the_actor_and_kill_is_not() {
    let rig = Rig::shared().await;
    let (name, path) = named("stubborn");
    let worker = Worker { stubborn: true, ..Worker::default() }.start_observed(&name);
    rig.when(&path, is("idle")).await;
    assert_eq!(rig.act("stop", &path).await.unwrap().outcome, "accepted");
    assert_eq!(worker.send(Count).await.unwrap(), 1);
    assert_eq!(rig.act("kill", &path).await.unwrap().outcome, "done");
    rig.when(&path, is("stopped")).await;
    let (exit, reason) = end(&rig, &path).await;
    assert_eq!(exit, "killed");
    assert!(reason.unwrap().starts_with("killed by"));
    assert!(!worker.connected());
}

#[actix::test]
async fn stop_ends_an_idle_actor() {
    let rig = Rig::shared().await;
    let (name, path) = named("idle");
    let worker = start(&name);
    rig.when(&path, is("idle")).await;
    assert_eq!(rig.act("stop", &path).await.unwrap().outcome, "done");
    rig.when(&path, is("stopped")).await;
    let (exit, reason) = end(&rig, &path).await;
    assert_eq!(exit, "normal");
    assert!(reason.unwrap().ends_with(": a test"));
    assert!(worker.send(Count).await.is_err());
}

#[actix::test]
async fn a_kill_comes_before_what_is_queued_but_not_into_a_handler() {
    let rig = Rig::shared().await;
    let (name, path) = named("busy");
    let arbiter = Arbiter::new();
    let worker = Worker::start_in_arbiter_observed(&arbiter.handle(), &name, |_| Worker::default());
    let (go_on, until) = std::sync::mpsc::channel();
    worker.do_send(Block(until));
    rig.when(&path, is("handling")).await;
    for _ in 0..100 {
        worker.do_send(Count);
    }
    let killed = rig.act("kill", &path).await.unwrap();
    assert_eq!(killed.outcome, "accepted", "{}", killed.message);
    rig.when(&path, is("handling")).await;
    go_on.send(()).unwrap();
    rig.when(&path, is("stopped")).await;
    let (.., detail) = rig.show(&path).await.unwrap();
    let last = &detail.history[0];
    assert_eq!(last.exit, "killed");
    // The handler of the blocked one goes on to whatever its poll has at hand: that is all or nothing.
    assert_eq!(last.counters.unwrap().handled + last.lost_messages.unwrap_or(0), 101);
    arbiter.stop();
}

#[actix::test]
async fn a_kill_cancels_what_a_handler_left_to_be_waited_for() {
    let rig = Rig::shared().await;
    let (name, path) = named("awaits");
    let worker = start(&name);
    let (_never, until) = oneshot::channel();
    let asked = worker.send(Await(until));
    let (_, stats) = rig.when(&path, is("handling")).await;
    assert_eq!(stats.total.unwrap().handled, 0);
    assert_eq!(rig.act("kill", &path).await.unwrap().outcome, "done");
    assert!(asked.await.is_err());
    let (_, stats) = rig.when(&path, is("stopped")).await;
    let total = stats.total.unwrap();
    assert_eq!((total.handled, total.failed), (1, 1));
}

#[actix::test]
async fn a_suspended_actor_handles_nothing_until_it_is_resumed() {
    let rig = Rig::shared().await;
    let (name, path) = named("held");
    let worker = start(&name);
    worker.send(Count).await.unwrap();
    rig.when(&path, is("idle")).await;
    assert_eq!(rig.act("suspend", &path).await.unwrap().outcome, "done");
    rig.when(&path, is("suspended")).await;
    // More than the bound of its mailbox.
    for _ in 0..40 {
        worker.do_send(Count);
    }
    let asked = worker.send(Count);
    if KIND == "ours" {
        rig.when(&path, |s| depth(s) == (41, "exact".into())).await;
    } else {
        let (_, stats, _) = rig.show(&path).await.unwrap();
        assert!(depth_is_unknown(&stats));
    }
    assert_eq!(rig.show(&path).await.unwrap().1.total.unwrap().handled, 1);
    assert_eq!(rig.act("resume", &path).await.unwrap().outcome, "done");
    assert_eq!(asked.await.unwrap(), 42);
    rig.when(&path, handled(42)).await;
}

#[actix::test]
async fn a_held_actor_can_be_stopped_and_killed() {
    let rig = Rig::shared().await;
    for (name, verb, exit) in [("held-stop", "stop", "normal"), ("held-kill", "kill", "killed")] {
        let (name, path) = named(name);
        let worker = start(&name);
        rig.when(&path, is("idle")).await;
        rig.act("suspend", &path).await.unwrap();
        rig.when(&path, is("suspended")).await;
        assert_eq!(rig.act(verb, &path).await.unwrap().outcome, "done");
        rig.when(&path, is("stopped")).await;
        assert_eq!(end(&rig, &path).await.0, exit);
        drop(worker);
    }
}

#[actix::test]
async fn a_held_actor_does_nothing_else_either() {
    let rig = Rig::shared().await;
    let (name, path) = named("timers");
    let ticks = Arc::new(AtomicU32::new(0));
    let counted = ticks.clone();
    let _worker = Worker::create_observed(&name, |ctx| {
        ctx.run_interval(Duration::from_millis(1), move |_, _| {
            counted.fetch_add(1, Relaxed);
        });
        Worker::default()
    });
    let more_than = async |before: u32| {
        let ticked = async {
            while ticks.load(Relaxed) <= before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(SOON, ticked).await.expect("it goes on");
    };
    more_than(0).await;
    rig.act("suspend", &path).await.unwrap();
    // Held by the answer to the next look at it: it runs on the thread that we run on.
    rig.when(&path, is("suspended")).await;
    let before = ticks.load(Relaxed);
    rig.when(&path, is("suspended")).await;
    assert_eq!(ticks.load(Relaxed), before);
    rig.act("resume", &path).await.unwrap();
    more_than(before).await;
}

#[actix::test]
async fn what_nobody_supervises_cannot_be_restarted_and_why_is_said() {
    let rig = Rig::shared().await;
    let (name, path) = named("free");
    let _worker = start(&name);
    rig.when(&path, is("idle")).await;
    let refused = rig.act("restart", &path).await.unwrap();
    assert_eq!(refused.outcome, "not_supported");
    assert!(refused.message.contains("it has no supervisor"), "{}", refused.message);
}

#[actix::test]
async fn an_actor_whose_mailbox_is_never_empty_obeys_all_the_same() {
    let rig = Rig::shared().await;
    let (name, path) = named("never-empty");
    let arbiter = actix::Arbiter::new();
    let wanted = Arc::new(());
    let busy = |stats: &v1::Stats| stats.current.as_ref().is_some_and(|c| c.handled > 100);
    let worker =
        Worker::supervise_in_arbiter_observed(&arbiter.handle(), &name, |_| Worker::default());
    worker.do_send(Again(Arc::downgrade(&wanted)));
    rig.when(&path, busy).await;
    for (restarts, verb) in [(1, "restart"), (2, "stop")] {
        rig.act(verb, &path).await.unwrap();
        rig.when(&path, |stats| stats.restarts == restarts && busy(stats)).await;
    }
    rig.act("suspend", &path).await.unwrap();
    rig.when(&path, is("suspended")).await;
    rig.act("resume", &path).await.unwrap();
    rig.when(&path, |stats| state(stats) != "suspended").await;
    drop((wanted, worker));
    rig.when(&path, is("stopped")).await;

    let (name, path) = named("never-empty-killed");
    let wanted = Arc::new(());
    let worker =
        Worker::start_in_arbiter_observed(&arbiter.handle(), &name, |_| Worker::default());
    worker.do_send(Again(Arc::downgrade(&wanted)));
    rig.when(&path, busy).await;
    rig.act("kill", &path).await.unwrap();
    rig.when(&path, is("stopped")).await;
    assert_eq!(end(&rig, &path).await.0, "killed");
    arbiter.stop();
}
