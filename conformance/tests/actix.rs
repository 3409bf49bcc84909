//! actix: with its own context, and with ours.

use actix::prelude::*;
use actorscope_actix::{StartObserved, SuperviseObserved};
use actorscope_agent::core::RestartType;
use actorscope_agent::core::spec::Strategy;
use actorscope_conformance::{
    Family, FamilyPlan, Lacks, Life, Message as Told, Next, Order, Plan, Probe, Rules, Started,
    Subject, Suite,
};
use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::oneshot;

fn main() -> ExitCode {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/capabilities.md");
    Suite::new(table, "cargo test -p actorscope-conformance --test actix")
        .run(|| plain::Actix)
        .run(|| ours::Actix)
        .finish()
}

const NO_ERRORS: Lacks = Lacks(
    "An actix actor has no errors of its own: a handler's `Err` is its answer, and the actor goes on.",
);
const NO_ENDS: Lacks = Lacks("An actix address can't end its actor: only the actor itself can.");
const NO_LIMITS: Lacks = Lacks("actix restarts without a limit.");
const NO_STRATEGIES: Lacks =
    Lacks("actix restarts every supervised actor by itself: there are no other strategies.");
const PERMANENT: Lacks = Lacks("actix restarts every supervised actor that stops, whatever for.");

/// The message type of the suite, as actix wants it.
#[derive(actix::Message)]
#[rtype(result = "()")]
struct Do(Told);

/// The same actor with one kind of context.
macro_rules! subject {
    ($module:ident, $context:ty, $column:literal, [$($note:literal),*]) => {
        mod $module {
            use super::*;

            pub(super) struct Actix;

            pub(super) struct Worker {
                probe: Arc<Probe>,
                life: Option<Life>,
            }

            impl Actor for Worker {
                type Context = $context;

                fn started(&mut self, ctx: &mut Self::Context) {
                    ctx.set_mailbox_capacity(64);
                    self.life = Some(self.probe.live());
                }

                fn stopped(&mut self, _: &mut Self::Context) {
                    self.life = None;
                }
            }

            impl Supervised for Worker {
                fn restarting(&mut self, _: &mut Self::Context) {
                    self.life = None;
                }
            }

            impl Handler<Do> for Worker {
                type Result = AtomicResponse<Self, ()>;

                fn handle(&mut self, Do(told): Do, _: &mut Self::Context) -> Self::Result {
                    let work = self.life.as_ref().expect("it has started").perform(told);
                    AtomicResponse::new(Box::pin(work.into_actor(self).map(|next, _, ctx| {
                        if next != Next::Go {
                            ctx.stop();
                        }
                    })))
                }
            }

            fn start(plan: &Plan) -> Addr<Worker> {
                Worker { probe: plan.probe.clone(), life: None }.start_observed(&plan.name)
            }

            impl Subject for Actix {
                type Handle = Addr<Worker>;
                const COLUMN: &'static str = $column;
                const FRAMEWORK: &'static str = "actix";

                fn rules(&self) -> Rules {
                    Rules {
                        errors: Err(NO_ERRORS),
                        ends: Err(NO_ENDS),
                        limits: Err(NO_LIMITS),
                        ends_unreachable: true,
                        ends_with_parent: false,
                    }
                }

                fn run(&self, scenarios: impl Future<Output = ()>) {
                    System::new().block_on(scenarios);
                }

                async fn start(
                    &self,
                    plan: Plan,
                    parent: Option<&Started<Self::Handle>>,
                ) -> Result<Started<Self::Handle>, Lacks> {
                    let path = plan.path(parent.map_or("", |parent| &parent.path));
                    let handle = match parent {
                        None => start(&plan),
                        // It hangs under the actor whose code started it.
                        Some(parent) => {
                            let (tell, told) = oneshot::channel();
                            let starts = Order::Run(Box::new(move || {
                                let _ = tell.send(start(&plan));
                            }));
                            assert!(self.send(&parent.handle, Told::new(starts)));
                            told.await.expect("the parent starts it")
                        }
                    };
                    Ok(Started { handle, path })
                }

                fn send(&self, to: &Self::Handle, message: Told) -> bool {
                    to.try_send(Do(message)).is_ok()
                }

                async fn family(&self, plan: FamilyPlan) -> Result<Family<Self::Handle>, Lacks> {
                    if plan.strategy != Strategy::OneForOne {
                        return Err(NO_STRATEGIES);
                    }
                    if plan.restart != RestartType::Permanent {
                        return Err(PERMANENT);
                    }
                    let mut members = Vec::new();
                    for Plan { name, probe } in plan.members {
                        let path = format!("/{name}");
                        let make = move |_: &mut _| Worker { probe, life: None };
                        members.push(Started { handle: Worker::supervise_observed(&name, make), path });
                    }
                    Ok(Family { supervisor: None, members, keep: Box::new(()) })
                }

                /// A panic is final.
                fn failure(&self) -> Order {
                    Order::End
                }

                fn notes(&self) -> Vec<String> {
                    vec![
                        "A panic is final in actix, supervised or not.".to_owned(),
                        $($note.to_owned()),*
                    ]
                }
            }
        }
    };
}

subject!(
    plain,
    actix::Context<Self>,
    "actix",
    ["With actix's own context only an unsupervised actor can be killed."]
);
subject!(ours, actorscope_actix::Context<Self>, "actix, our `Context`", []);
