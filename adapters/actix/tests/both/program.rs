use super::{Act, Life, Program, Script, log};
use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Handler, Running, SpawnHandle,
    Supervised, WrapFuture,
};
use std::time::Duration;

/// Does what it is told, and says what happens to it.
struct Puppet {
    stubborn: u32,
    last: Option<SpawnHandle>,
}

impl Actor for Puppet {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Context<Self>) {
        log("started".to_owned());
    }

    fn stopping(&mut self, ctx: &mut Context<Self>) -> Running {
        log(format!("stopping {:?}", ctx.state()));
        // With nothing left to do it would be asked again whenever something wakes it by chance.
        if self.stubborn == 0 || ctx.state() == actix::ActorState::Running {
            return Running::Stop;
        }
        self.stubborn -= 1;
        Running::Continue
    }

    fn stopped(&mut self, ctx: &mut Context<Self>) {
        log(format!("stopped {:?}", ctx.state()));
    }
}

impl Supervised for Puppet {
    fn restarting(&mut self, _: &mut Context<Self>) {
        log("restarting".to_owned());
    }
}

impl Drop for Puppet {
    fn drop(&mut self) {
        log("dropped".to_owned());
    }
}

impl Handler<Script> for Puppet {
    type Result = ();
    fn handle(&mut self, script: Script, ctx: &mut Context<Self>) {
        self.play(script, ctx);
    }
}

impl Puppet {
    fn new(program: &Program) -> Self {
        Self { stubborn: program.stubborn, last: None }
    }

    fn play(&mut self, script: Script, ctx: &mut Context<Self>) {
        log(format!("{} waiting {}", script.id, ctx.waiting()));
        let sleep = |ms: u64| tokio::time::sleep(Duration::from_millis(ms));
        for act in script.acts {
            match act {
                Act::Send(script) => ctx.address().do_send(script),
                Act::Notify(script) => ctx.notify(script),
                Act::Later(ms, script) => {
                    self.last = Some(ctx.notify_later(script, Duration::from_millis(ms)));
                }
                Act::Wait(ms, script) => ctx.wait(
                    sleep(ms)
                        .into_actor(self)
                        .map(move |(), act: &mut Self, ctx| act.play(script, ctx)),
                ),
                Act::Spawn(ms, script) => {
                    let then =
                        move |(), act: &mut Self, ctx: &mut Context<Self>| act.play(script, ctx);
                    self.last = Some(ctx.spawn(sleep(ms).into_actor(self).map(then)));
                }
                Act::Cancel => {
                    if let Some(last) = self.last.take() {
                        ctx.cancel_future(last);
                    }
                }
                // Somebody keeps the address for a while, and uses it last.
                Act::GiveAway(ms, script) => {
                    let address = ctx.address();
                    actix::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(ms)).await;
                        address.do_send(script);
                    });
                }
                Act::Stop => ctx.stop(),
                Act::Terminate => ctx.terminate(),
            }
        }
    }
}

/// Sends what the program says from outside, and lets go.
async fn direct(puppet: Addr<Puppet>, program: Program) {
    for (ms, script) in program.outside {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        puppet.do_send(script);
    }
    tokio::time::sleep(Duration::from_millis(program.lets_go_after)).await;
    log("nobody outside".to_owned());
}
