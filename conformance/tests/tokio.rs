//! Plain tokio: tasks that receive from an observed channel, and supervised ones.

use actorscope_agent::core::spec::Strategy;
use actorscope_agent::tokio::{channel, outcome, spawn, supervise};
use actorscope_conformance::{
    Family, FamilyPlan, Lacks, Message, Next, Order, Plan, Probe, Rules, Started, Subject, Suite,
};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

fn main() -> ExitCode {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/capabilities.md");
    Suite::new(table, "cargo test -p actorscope-conformance --test tokio").run(|| Tokio).finish()
}

struct Tokio;

/// The sender of the task that runs at the moment, if any does.
type Current = Arc<Mutex<Option<mpsc::Sender<Message>>>>;

struct Handle {
    sender: Current,
    /// Of a task that nobody supervises.
    abort: Option<AbortHandle>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // The channel is closed with its last sender.
        self.sender.lock().unwrap().take();
    }
}

/// What every task of the suite does: takes messages until it is told to end, or to fail.
async fn work(name: String, probe: Arc<Probe>, sender: Current) -> Result<(), String> {
    let life = probe.live();
    let (to_us, mut inbox) = channel(&name, 64);
    *sender.lock().unwrap() = Some(to_us);
    drop(sender);
    while let Some(message) = inbox.recv().await {
        match life.perform(message).await {
            Next::Go => {}
            Next::End => break,
            Next::Fail(error) => return Err(error),
        }
    }
    Ok(())
}

fn spawn_one(plan: &Plan) -> Handle {
    let sender = Current::default();
    let (name, probe) = (plan.name.clone(), plan.probe.clone());
    let task = spawn(&plan.name, outcome(work(name, probe, sender.clone())));
    Handle { sender, abort: Some(task.abort_handle()) }
}

/// A task has a sender when it has begun.
async fn begun(handle: &Handle) {
    while handle.sender.lock().unwrap().is_none() {
        tokio::task::yield_now().await;
    }
}

impl Subject for Tokio {
    type Handle = Handle;
    const COLUMN: &'static str = "tokio";
    const FRAMEWORK: &'static str = "tokio";

    fn rules(&self) -> Rules {
        Rules {
            errors: Ok(()),
            ends: Ok(()),
            limits: Ok(()),
            ends_unreachable: true,
            ends_with_parent: false,
        }
    }

    async fn start(
        &self,
        plan: Plan,
        parent: Option<&Started<Handle>>,
    ) -> Result<Started<Handle>, Lacks> {
        let path = plan.path(parent.map_or("", |parent| &parent.path));
        let handle = match parent {
            None => spawn_one(&plan),
            // A task hangs under the one whose code spawned it.
            Some(parent) => {
                let (tell, told) = oneshot::channel();
                let spawns = Order::Run(Box::new(move || {
                    let _ = tell.send(spawn_one(&plan));
                }));
                assert!(self.send(&parent.handle, Message::new(spawns)));
                told.await.expect("the parent spawns")
            }
        };
        begun(&handle).await;
        Ok(Started { handle, path })
    }

    fn send(&self, to: &Handle, message: Message) -> bool {
        to.sender.lock().unwrap().as_ref().is_some_and(|sender| sender.try_send(message).is_ok())
    }

    async fn end(&self, handle: &Handle) {
        handle.abort.as_ref().expect("an unsupervised task").abort();
    }

    async fn family(&self, plan: FamilyPlan) -> Result<Family<Handle>, Lacks> {
        if plan.strategy != Strategy::OneForOne {
            return Err(Lacks(
                "`supervise` restarts one task by itself: there are no other strategies.",
            ));
        }
        let mut members = Vec::new();
        let mut keep = Vec::new();
        for Plan { name, probe } in plan.members {
            let sender = Current::default();
            let (of_run, path) = (sender.clone(), format!("/{name}"));
            let task = name.clone();
            let supervised =
                supervise(&name, move || work(task.clone(), probe.clone(), of_run.clone()))
                    .restart(plan.restart)
                    .intensity(plan.restarts, FamilyPlan::WINDOW)
                    .spawn();
            let handle = Handle { sender, abort: None };
            begun(&handle).await;
            members.push(Started { handle, path });
            keep.push(Supervision(supervised));
        }
        Ok(Family { supervisor: None, members, keep: Box::new(keep) })
    }

    fn notes(&self) -> Vec<String> {
        [
            "Tasks are spawned with `spawn` and receive from `channel`; supervised ones are made with \
             `supervise`, and make their channel anew in each run.",
            "A task can be stopped and suspended between two messages of an observed receiver only.",
        ]
        .map(str::to_owned)
        .into()
    }
}

/// Ends the task with the scenario.
struct Supervision(actorscope_agent::tokio::Supervised);

impl Drop for Supervision {
    fn drop(&mut self) {
        self.0.abort();
    }
}
