//! An actor of actix, in an arbiter of its own.

use super::{Framework, Work};
use actix::{Actor, ArbiterHandle, AsyncContext, Context, WrapFuture};
use actorscope_actix::StartObserved;
use std::sync::{LazyLock, mpsc};

pub const FRAMEWORK: Framework = Framework { word: "actix", name: "actix", within: "", start };

/// actix runs on threads of its own; this one stays for the whole process.
static ARBITER: LazyLock<ArbiterHandle> = LazyLock::new(|| {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let system = actix::System::new();
        let _ = tell.send(system.block_on(async { actix::Arbiter::current() }));
        system.run()
    });
    told.recv().expect("the system starts")
});

struct Worker(Option<Work>);

impl Actor for Worker {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        if let Some(work) = self.0.take() {
            ctx.wait(work.into_actor(self));
        }
    }
}

fn start(name: String, work: Work) -> Work {
    Box::pin(async move {
        let address = Worker::start_in_arbiter_observed(&ARBITER, &name, |_| Worker(Some(work)));
        // It lives as long as somebody has its address.
        std::mem::forget(address);
    })
}
