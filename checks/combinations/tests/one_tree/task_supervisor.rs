//! A supervisor of task-supervisor's, and its task, which does the work.

use super::{Framework, Work};
use actorscope_task_supervisor::SupervisorBuilder;
use std::sync::{Arc, Mutex};
use task_supervisor::{CancellationToken, SupervisedTask, TaskResult};

pub const FRAMEWORK: Framework =
    Framework { word: "task-supervisor", name: "task-supervisor", within: "/task", start };

#[derive(Clone)]
struct Task(Arc<Mutex<Option<Work>>>);

impl SupervisedTask for Task {
    async fn run(self, cancel: CancellationToken) -> TaskResult {
        let work = self.0.lock().expect("nobody panics").take();
        work.expect("it runs once").await;
        cancel.cancelled().await;
        Ok(())
    }
}

fn start(name: String, work: Work) -> Work {
    Box::pin(async move {
        let task = Task(Arc::new(Mutex::new(Some(work))));
        let supervisor = SupervisorBuilder::new(&name).with_task("task", task).spawn();
        // It runs as long as somebody has its handle.
        std::mem::forget(supervisor);
    })
}
