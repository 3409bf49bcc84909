//! task-supervisor: tasks that receive from an observed channel, each run from one of its own.

use actorscope_agent::core::RestartType;
use actorscope_agent::core::spec::Strategy;
use actorscope_agent::tokio::channel;
use actorscope_conformance::{
    Family, FamilyPlan, Lacks, Message, Next, Order, Plan, Probe, Rules, Started, Subject, Suite,
};
use actorscope_task_supervisor::{SupervisorBuilder, SupervisorHandle};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use task_supervisor::{CancellationToken, SupervisedTask, TaskResult};
use tokio::sync::{mpsc, oneshot};

fn main() -> ExitCode {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/capabilities.md");
    Suite::new(table, "cargo test -p actorscope-conformance --test task_supervisor")
        .run(|| TaskSupervisor)
        .finish()
}

struct TaskSupervisor;

/// The sender of the run of the moment.
type Current = Arc<Mutex<Option<mpsc::Sender<Message>>>>;

#[derive(Clone)]
struct Worker {
    name: String,
    probe: Arc<Probe>,
    sender: Current,
}

impl SupervisedTask for Worker {
    async fn run(self, cancel: CancellationToken) -> TaskResult {
        let life = self.probe.live();
        let (to_us, mut inbox) = channel(&self.name, 64);
        *self.sender.lock().unwrap() = Some(to_us);
        loop {
            // First the word to stop, whatever is queued.
            let message = tokio::select! {
                biased;
                () = cancel.cancelled() => None,
                message = inbox.recv() => message,
            };
            let Some(message) = message else { return Ok(()) };
            match life.perform(message).await {
                Next::Go => {}
                Next::End => return Ok(()),
                Next::Fail(error) => return Err(error.into()),
            }
        }
    }
}

#[derive(Clone)]
struct Handle {
    task: String,
    sender: Current,
    /// With the last one, the supervisor shuts down.
    supervisor: SupervisorHandle,
}

/// Pauses that are short and known, and time enough to finish a handler.
fn builder(name: &str, restarts: u32) -> SupervisorBuilder {
    SupervisorBuilder::new(name)
        .with_base_restart_delay(Duration::from_millis(5))
        .with_max_restart_delay(Duration::from_millis(5))
        .with_restart_jitter(0.0)
        .with_restart_limit(restarts, FamilyPlan::WINDOW)
}

/// A supervisor with one task, which is not started again.
fn start(plan: &Plan) -> Handle {
    let (name, probe) = (plan.name.clone(), plan.probe.clone());
    let sender = Current::default();
    let worker = Worker { name: name.clone(), probe, sender: sender.clone() };
    let supervisor = builder(&supervisor_of(plan), 0).with_task(&name, worker).spawn();
    Handle { task: name, sender, supervisor }
}

fn supervisor_of(plan: &Plan) -> String {
    format!("{}-sup", plan.name)
}

/// A task has a sender when it has begun.
async fn begun(sender: &Current) {
    while sender.lock().unwrap().is_none() {
        tokio::task::yield_now().await;
    }
}

impl Subject for TaskSupervisor {
    type Handle = Handle;
    const COLUMN: &'static str = "task-supervisor";
    const FRAMEWORK: &'static str = "task-supervisor";

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
        let above = Plan { name: supervisor_of(&plan), probe: plan.probe.clone() };
        let above = above.path(parent.map_or("", |parent| &parent.path));
        let path = plan.path(&above);
        let handle = match parent {
            None => start(&plan),
            // A supervisor hangs under whatever code started it.
            Some(parent) => {
                let (tell, told) = oneshot::channel();
                let starts = Order::Run(Box::new(move || {
                    let _ = tell.send(start(&plan));
                }));
                assert!(self.send(&parent.handle, Message::new(starts)));
                told.await.expect("the parent starts it")
            }
        };
        begun(&handle.sender).await;
        Ok(Started { handle, path })
    }

    fn send(&self, to: &Handle, message: Message) -> bool {
        to.sender.lock().unwrap().as_ref().is_some_and(|sender| sender.try_send(message).is_ok())
    }

    async fn end(&self, handle: &Handle) {
        handle.supervisor.kill_task(&handle.task).await.expect("the supervisor ends it");
    }

    async fn family(&self, plan: FamilyPlan) -> Result<Family<Handle>, Lacks> {
        if plan.strategy != Strategy::OneForOne {
            return Err(Lacks(
                "task-supervisor restarts each task by itself: there are no other strategies.",
            ));
        }
        if plan.restart == RestartType::Temporary {
            return Err(Lacks("task-supervisor restarts every task that fails, or none."));
        }
        let mut builder = builder(&plan.name, plan.restarts);
        let mut waiting = Vec::new();
        for member in plan.members {
            let sender = Current::default();
            let Plan { name, probe } = member.clone();
            let worker = Worker { name: name.clone(), probe, sender: sender.clone() };
            builder = builder.with_task(&name, worker);
            waiting.push((member, sender));
        }
        let supervisor = builder.spawn();
        let path = format!("/{}", plan.name);
        let mut members = Vec::new();
        for (member, sender) in waiting {
            begun(&sender).await;
            let path = member.path(&path);
            let handle = Handle { task: member.name, sender, supervisor: supervisor.clone() };
            members.push(Started { handle, path });
        }
        Ok(Family { supervisor: Some(path), members, keep: Box::new(supervisor) })
    }

    fn notes(&self) -> Vec<String> {
        [
            "Tasks take messages from an observed `channel`, made anew in each run; without one their rows \
             show no messages, and they can't be suspended.",
            "An unsupervised task is one under a supervisor of its own that allows no restart.",
            "All tasks are transient: what ends in order, or is stopped or killed, stays down.",
        ]
        .map(str::to_owned)
        .into()
    }
}
