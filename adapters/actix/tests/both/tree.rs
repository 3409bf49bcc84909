#[actix::test]
async fn what_a_handler_starts_hangs_under_its_actor() {
    let rig = Rig::shared().await;
    let (name, path) = named("parent");
    let parent = start(&name);
    parent.send(Adopt("child")).await.unwrap();
    let (child, _) = rig.when(&format!("{path}/child"), is("idle")).await;
    let (identity, _) = rig.when(&path, is("idle")).await;
    assert_eq!(child.parent, Some(identity.slot));
    assert_eq!((identity.parent, identity.child_spec), (None, None));
    assert_eq!((identity.framework.as_str(), identity.kind.as_str()), ("actix", "worker"));
    assert!(identity.actor_type.ends_with("::Worker"), "{}", identity.actor_type);
}

/// Starts others wherever its code runs.
struct Founder;

impl Founder {
    fn found(name: &str) {
        // Lives for as long as there is something to wait for.
        let child = Worker::create_observed(name, |ctx| {
            ctx.run_later(Duration::from_secs(60), |_, _| {});
            Worker::default()
        });
        drop(child);
    }
}

impl Actor for Founder {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        Self::found("by-started");
        ctx.run_later(Duration::from_millis(1), |_, _| Self::found("by-a-timer"));
        ctx.wait(async { Self::found("by-a-future") }.into_actor(self));
    }

    fn stopped(&mut self, _: &mut Context<Self>) {
        Self::found("by-stopped");
    }
}

impl Handler<Stop> for Founder {
    type Result = ();
    fn handle(&mut self, _: Stop, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

#[actix::test]
async fn whatever_part_of_an_actor_starts_another_is_that_actor() {
    let rig = Rig::shared().await;
    let (name, path) = named("founder");
    let founder = Founder::create_observed(&name, |_| {
        Founder::found("by-its-maker");
        Founder
    });
    for child in ["by-its-maker", "by-started", "by-a-timer", "by-a-future"] {
        rig.when(&format!("{path}/{child}"), is("idle")).await;
    }
    founder.do_send(Stop);
    rig.when(&path, is("stopped")).await;
    rig.when(&format!("{path}/by-stopped"), is("idle")).await;
}

#[actix::test]
async fn an_actor_on_another_thread_hangs_under_whoever_put_it_there() {
    struct Boss(Arbiter);
    impl Actor for Boss {
        type Context = Context<Self>;
    }
    impl Handler<Adopt> for Boss {
        type Result = actix::MessageResult<Adopt>;
        fn handle(&mut self, Adopt(name): Adopt, _: &mut Context<Self>) -> Self::Result {
            let child = Worker::start_in_arbiter_observed(&self.0.handle(), name, |_| {
                Founder::found("of-its-own");
                Worker::default()
            });
            // For as long as the process.
            std::mem::forget(child);
            actix::MessageResult(())
        }
    }
    let rig = Rig::shared().await;
    let (name, path) = named("boss");
    let boss = Boss(Arbiter::new()).start_observed(&name);
    boss.send(Adopt("far")).await.unwrap();
    rig.when(&format!("{path}/far"), is("idle")).await;
    rig.when(&format!("{path}/far/of-its-own"), is("idle")).await;
}

#[actix::test]
async fn equal_names_are_told_apart() {
    let rig = Rig::shared().await;
    let (name, path) = named("twin");
    let (_first, _second) = (start(&name), start(&name));
    rig.when(&path, is("idle")).await;
    rig.when(&format!("{path}~2"), is("idle")).await;
}
