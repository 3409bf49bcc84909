#[actix::test]
async fn an_actor_that_stops_itself() {
    let rig = Rig::shared().await;
    let (name, path) = named("stops");
    let worker = start(&name);
    worker.do_send(Stop);
    // Behind it, and so lost.
    worker.do_send(Count);
    worker.do_send(Count);
    rig.when(&path, is("stopped")).await;
    assert_eq!(end(&rig, &path).await, ("normal".into(), Some("it stopped itself".into())));
    let (.., detail) = rig.show(&path).await.unwrap();
    assert_eq!(detail.history[0].lost_messages, Some(2));
    assert_eq!(rig.kinds(&path).await, ["started", "exited", "messages_lost"]);
}

#[actix::test]
async fn an_actor_that_nobody_can_reach_any_more() {
    let rig = Rig::shared().await;
    let (name, path) = named("lonely");
    let worker = start(&name);
    for _ in 0..3 {
        worker.do_send(Count);
    }
    drop(worker);
    let (_, stats) = rig.when(&path, is("stopped")).await;
    assert_eq!(stats.total.unwrap().handled, 3, "all that was sent is handled before");
    let (exit, reason) = end(&rig, &path).await;
    // actix does not say whether it was that or the actor's own word.
    let known = (KIND == "ours").then(|| "nobody had its address any more".to_owned());
    assert_eq!((exit.as_str(), reason), ("normal", known));
}

#[actix::test]
async fn a_panic_says_what_it_says_and_is_final() {
    let rig = Rig::shared().await;
    let (name, path) = named("panics");
    let worker = start(&name);
    worker.send(Count).await.unwrap();
    assert!(worker.send(Panic).await.is_err());
    let (_, stats) = rig.when(&path, is("failed")).await;
    assert_eq!(end(&rig, &path).await, ("panic".into(), Some("on purpose".into())));
    let total = stats.total.unwrap();
    assert_eq!((total.handled, total.failed), (2, 1));
    assert!(!worker.connected());
}

#[actix::test]
async fn a_panic_in_the_making_of_an_actor_on_another_thread() {
    let rig = Rig::shared().await;
    let (name, path) = named("unmade");
    let arbiter = Arbiter::new();
    let worker = Worker::start_in_arbiter_observed(&arbiter.handle(), &name, |_| {
        std::panic::resume_unwind(Box::new("no parts"))
    });
    rig.when(&path, is("failed")).await;
    assert_eq!(end(&rig, &path).await, ("panic".into(), Some("no parts".into())));
    assert!(!worker.connected());
    arbiter.stop();
}

#[actix::test]
async fn an_arbiter_that_stops_takes_its_actors_with_it() {
    let rig = Rig::shared().await;
    let (name, path) = named("taken");
    let arbiter = Arbiter::new();
    let _worker =
        Worker::start_in_arbiter_observed(&arbiter.handle(), &name, |_| Worker::default());
    rig.when(&path, is("idle")).await;
    arbiter.stop();
    arbiter.join().unwrap();
    rig.when(&path, is("stopped")).await;
    assert_eq!(end(&rig, &path).await, ("aborted".into(), Some("its arbiter ended".into())));
}

#[actix::test]
async fn an_actor_for_an_arbiter_that_has_stopped_never_begins() {
    let rig = Rig::shared().await;
    let (name, path) = named("late");
    let arbiter = Arbiter::new();
    let handle = arbiter.handle();
    arbiter.stop();
    arbiter.join().unwrap();
    let worker = Worker::start_in_arbiter_observed(&handle, &name, |_| Worker::default());
    rig.when(&path, is("stopped")).await;
    let why = "its arbiter ended before it began".to_owned();
    assert_eq!(end(&rig, &path).await, ("aborted".into(), Some(why)));
    assert!(!worker.connected());
}

#[actix::test]
async fn an_actor_without_an_address_goes_on_while_it_has_something_to_do() {
    /// Hands out its address when its time has come, with nothing else left to do.
    struct Hermit(Option<oneshot::Sender<Addr<Hermit>>>);
    impl Actor for Hermit {
        type Context = Context<Self>;
        fn started(&mut self, ctx: &mut Context<Self>) {
            ctx.run_later(Duration::from_millis(50), |hermit, ctx| {
                let _ = hermit.0.take().unwrap().send(ctx.address());
            });
        }
    }
    impl Handler<Count> for Hermit {
        type Result = u32;
        fn handle(&mut self, _: Count, _: &mut Context<Self>) -> u32 {
            7
        }
    }
    let rig = Rig::shared().await;
    let (name, path) = named("hermit");
    let (sender, found) = oneshot::channel();
    drop(Hermit(Some(sender)).start_observed(&name));
    rig.when(&path, is("idle")).await;
    let hermit = found.await.unwrap();
    assert_eq!(hermit.send(Count).await.unwrap(), 7);
    assert_eq!(hermit.send(Count).await.unwrap(), 7);
    rig.when(&path, handled(2)).await;
    drop(hermit);
    rig.when(&path, is("stopped")).await;
}

#[actix::test]
async fn an_actor_without_an_address_gets_what_it_sends_to_itself() {
    struct Hermit;
    impl Actor for Hermit {
        type Context = Context<Self>;
        fn started(&mut self, ctx: &mut Context<Self>) {
            ctx.run_later(Duration::from_millis(200), |_, _| {});
            ctx.run_later(Duration::from_millis(20), |_, ctx| ctx.address().do_send(Count));
        }
    }
    impl Handler<Count> for Hermit {
        type Result = u32;
        fn handle(&mut self, _: Count, _: &mut Context<Self>) -> u32 {
            7
        }
    }
    let rig = Rig::shared().await;
    let (name, path) = named("to-itself");
    drop(Hermit.start_observed(&name));
    let (_, stats) = rig.when(&path, is("stopped")).await;
    assert_eq!(stats.total.unwrap().handled, 1);
}
