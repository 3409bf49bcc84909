fn supervise(name: &str) -> Addr<Worker> {
    Worker::supervise_observed(name, |_| Worker::default())
}

fn incarnation(n: u32) -> impl Fn(&v1::Stats) -> bool {
    move |s| s.incarnation == n && state(s) == "idle"
}

#[actix::test]
async fn a_supervised_actor_keeps_its_place_its_state_and_its_mailbox() {
    let rig = Rig::shared().await;
    let (name, path) = named("again");
    let worker = supervise(&name);
    assert_eq!(worker.send(Count).await.unwrap(), 1);
    let (before, _) = rig.when(&path, incarnation(1)).await;
    worker.do_send(Stop);
    let asked = worker.send(Count);
    assert_eq!(asked.await.unwrap(), 2);
    let (after, stats) = rig.when(&path, incarnation(2)).await;
    assert_eq!((before.slot, stats.restarts), (after.slot, 1));
    assert_eq!((stats.total.unwrap().handled, stats.current.unwrap().handled), (3, 1));
    assert_eq!(end(&rig, &path).await, ("normal".into(), Some("it stopped itself".into())));
    assert_eq!(after.child_spec.unwrap().restart, "permanent");
    assert_eq!(rig.kinds(&path).await, ["started", "exited", "restarted"]);
    drop(worker);
    rig.when(&path, is("stopped")).await;
}

#[actix::test]
async fn it_is_restarted_killed_and_stopped_and_comes_back_each_time() {
    let rig = Rig::shared().await;
    let (name, path) = named("verbs");
    let worker = supervise(&name);
    worker.send(Count).await.unwrap();
    let verbs: &[_] =
        if KIND == "ours" { &["restart", "stop", "kill"] } else { &["restart", "stop"] };
    for (n, verb) in (2..).zip(verbs) {
        let preview = rig.preview(verb, &path).await.unwrap();
        assert_eq!(preview.affected[0].effect, "restarts");
        assert_eq!(preview.queued, "kept");
        assert_eq!(rig.act(verb, &path).await.unwrap().outcome, "done");
        rig.when(&path, incarnation(n)).await;
        assert!(end(&rig, &path).await.1.unwrap().contains("by uid"));
    }
    assert_eq!(worker.send(Count).await.unwrap(), 2);
}

#[actix::test]
async fn a_supervised_actor_is_killed_without_being_asked_or_it_is_said_why_not() {
    let rig = Rig::shared().await;
    let (name, path) = named("kill");
    let worker =
        Worker::supervise_observed(&name, |_| Worker { stubborn: true, ..Worker::default() });
    worker.send(Count).await.unwrap();
    rig.when(&path, incarnation(1)).await;
    let answer = rig.act("kill", &path).await.unwrap();
    if KIND == "ours" {
        assert_eq!(answer.outcome, "done");
        rig.when(&path, incarnation(2)).await;
        assert_eq!(end(&rig, &path).await.0, "killed");
    } else {
        assert_eq!(answer.outcome, "not_supported");
        assert!(answer.message.contains("actix asks a supervised actor"), "{}", answer.message);
    }
    assert_eq!(worker.send(Count).await.unwrap(), 2);
}

#[actix::test]
async fn a_panic_is_final_although_it_is_supervised() {
    let rig = Rig::shared().await;
    let (name, path) = named("final");
    let worker = supervise(&name);
    assert!(worker.send(Panic).await.is_err());
    let (_, stats) = rig.when(&path, is("failed")).await;
    assert_eq!(stats.restarts, 0);
    assert_eq!(end(&rig, &path).await, ("panic".into(), Some("on purpose".into())));
}

#[actix::test]
async fn on_another_thread_under_load_nothing_is_lost() {
    let rig = Rig::shared().await;
    let (name, path) = named("load");
    let arbiter = Arbiter::new();
    let worker =
        Worker::supervise_in_arbiter_observed(&arbiter.handle(), &name, |_| Worker::default());
    for n in 0..1_000 {
        worker.do_send(Count);
        if n % 100 == 0 {
            rig.act("restart", &path).await.unwrap();
        }
    }
    let (_, stats) = rig.when(&path, handled(1_000)).await;
    assert_eq!(worker.send(Count).await.unwrap(), 1_001);
    assert!(stats.restarts > 0);
    arbiter.stop();
}

#[actix::test]
async fn its_futures_end_with_each_incarnation_and_messages_go_on() {
    let rig = Rig::shared().await;
    let (name, path) = named("futures");
    let ended = Arc::new(AtomicU32::new(0));
    struct CountsDrop(Arc<AtomicU32>);
    impl Drop for CountsDrop {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    let guard = CountsDrop(ended.clone());
    let worker = Worker::supervise_observed(&name, |ctx| {
        let forever = async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        };
        ctx.spawn(forever.into_actor(&Worker::default()).map(|(), _, _| ()));
        Worker::default()
    });
    worker.send(Count).await.unwrap();
    assert_eq!(ended.load(Relaxed), 0);
    worker.do_send(Stop);
    assert_eq!(worker.send(Count).await.unwrap(), 2);
    assert_eq!(ended.load(Relaxed), 1);
    rig.when(&path, incarnation(2)).await;
}
