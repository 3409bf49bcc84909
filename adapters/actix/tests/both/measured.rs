#[actix::test]
async fn messages_are_counted_and_their_handlers_timed() {
    let rig = Rig::shared().await;
    let (name, path) = named("counts");
    let worker = start(&name);
    for n in 1..=50 {
        assert_eq!(worker.send(Count).await.unwrap(), n);
    }
    worker.send(Adopt("child")).await.unwrap();
    let (_, stats) = rig.when(&path, handled(51)).await;
    assert_eq!(stats.total.unwrap().failed, 0);
    assert_eq!(stats.handling.unwrap().count, 51);
    let (identity, stats, detail) = rig.show(&path).await.unwrap();
    let mut types: Vec<_> =
        detail.handlers.iter().map(|h| (h.message_type.as_str(), h.handled)).collect();
    types.sort_unstable();
    if KIND == "ours" {
        assert_eq!(depth(&stats), (0, "exact".into()));
        assert_eq!(stats.queue_wait.unwrap().count, 51);
        assert_eq!(types.iter().map(|t| t.1).collect::<Vec<_>>(), [1, 50]);
        assert!(types[0].0.ends_with("Adopt") && types[1].0.ends_with("Count"), "{types:?}");
        assert_eq!(identity.mailbox_capacity, Some(16));
    } else {
        assert!(depth_is_unknown(&stats));
        assert_eq!((stats.queue_wait, stats.oldest_wait_ns), (None, None));
        assert!(types.is_empty(), "{types:?}");
        assert_eq!(identity.mailbox_capacity, None);
    }
}

#[actix::test]
async fn messages_over_every_address_are_seen() {
    let rig = Rig::shared().await;
    let (name, path) = named("addresses");
    let mut own = None;
    let worker = Worker::create_observed(&name, |ctx| {
        own = Some(ctx.address());
        Worker::default()
    });
    let own = own.unwrap();
    assert_eq!(own, worker);
    worker.send(Count).await.unwrap();
    own.send(Count).await.unwrap();
    worker.downgrade().upgrade().unwrap().send(Count).await.unwrap();
    own.recipient::<Count>().send(Count).await.unwrap();
    worker.try_send(Count).unwrap();
    rig.when(&path, handled(5)).await;
}

#[actix::test]
async fn a_handler_lasts_until_what_it_waits_for_is_over() {
    let rig = Rig::shared().await;
    let (name, path) = named("waits");
    let worker = start(&name);
    let (go_on, until) = oneshot::channel();
    let asked = worker.send(Await(until));
    let (_, stats) = rig.when(&path, is("handling")).await;
    assert_eq!(stats.total.unwrap().handled, 0);
    for _ in 0..3 {
        worker.do_send(Count);
    }
    if KIND == "ours" {
        // Behind a handler there may always be more.
        rig.when(&path, |s| depth(s) == (3, "stale".into())).await;
    }
    go_on.send(()).unwrap();
    asked.await.unwrap();
    let (_, stats) = rig.when(&path, handled(4)).await;
    assert_eq!(state(&stats), "idle");
}

#[actix::test]
async fn what_is_queued_while_the_actor_waits_outside_of_a_message() {
    struct Slow(Option<oneshot::Receiver<()>>);
    impl Actor for Slow {
        type Context = Context<Self>;
        fn started(&mut self, ctx: &mut Context<Self>) {
            let ready = self.0.take().unwrap();
            ctx.wait(async { ready.await.unwrap() }.into_actor(self));
        }
    }
    impl Handler<Count> for Slow {
        type Result = u32;
        fn handle(&mut self, _: Count, _: &mut Context<Self>) -> u32 {
            0
        }
    }
    let rig = Rig::shared().await;
    let (name, path) = named("slow");
    let (ready, is_ready) = oneshot::channel();
    let slow = Slow(Some(is_ready)).start_observed(&name);
    for _ in 0..30 {
        slow.do_send(Count);
    }
    if KIND == "ours" {
        rig.when(&path, |s| depth(s) == (30, "exact".into())).await;
    } else {
        rig.when(&path, depth_is_unknown).await;
    }
    ready.send(()).unwrap();
    rig.when(&path, handled(30)).await;
}

#[actix::test]
async fn what_comes_while_messages_wait_is_queued_behind_them_at_the_next_message() {
    let rig = Rig::shared().await;
    let (name, path) = named("backlog");
    let arbiter = Arbiter::new();
    let worker = Worker::start_in_arbiter_observed(&arbiter.handle(), &name, |_| Worker::default());
    let block = || {
        let (go_on, until) = std::sync::mpsc::channel();
        worker.do_send(Block(until));
        go_on
    };
    let count = |times| (0..times).for_each(|_| worker.do_send(Count));
    let queued = async |so_many| {
        if KIND == "ours" {
            rig.when(&path, |s| depth(s).0 == so_many).await;
        }
    };
    let first = block();
    rig.when(&path, is("handling")).await;
    let (second, third) = (block(), block());
    count(1);
    first.send(()).unwrap();
    // The mailbox is found empty: all that waits is out of it.
    queued(2).await;
    count(3);
    second.send(()).unwrap();
    queued(4).await;
    third.send(()).unwrap();
    rig.when(&path, handled(7)).await;
    arbiter.stop();
}
