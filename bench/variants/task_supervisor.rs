// What both variants of task-supervisor share; each defines `Supervisor` (the handle) and `Kit` with
// `prepare` and `supervisor` (starts it).
//
// A task gets no messages from its supervisor, which remembers every task there ever was: what is
// timed is that one of them ends and begins anew.

use actorscope_bench::Variant;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use task_supervisor::{CancellationToken, SupervisedTask, TaskResult};
use tokio::sync::OnceCell;

#[global_allocator]
static HEAP: actorscope_bench::Counting = actorscope_bench::Counting;

#[derive(Clone)]
struct Task;

impl SupervisedTask for Task {
    async fn run(self, cancel: CancellationToken) -> TaskResult {
        cancel.cancelled().await;
        Ok(())
    }
}

/// The supervisor, how many tasks there were, and the one that is restarted.
#[derive(Default)]
struct Tasks {
    supervisor: OnceCell<Supervisor>,
    born: AtomicU64,
    restarted: OnceCell<String>,
}

impl Tasks {
    async fn supervisor(&self) -> &Supervisor {
        self.supervisor.get_or_init(async || Kit::supervisor()).await
    }
}

impl Variant for Kit {
    type Actor = String;

    fn prepare(mode: &str) -> (Self, Option<String>) {
        Self::prepare(mode)
    }

    async fn spawn(&self) -> String {
        let name = format!("task-{}", self.tasks.born.fetch_add(1, Relaxed));
        self.tasks.supervisor().await.add_task(&name, Task).await.expect("the task starts");
        // Until it waits for its end.
        tokio::task::yield_now().await;
        name
    }

    async fn end(&self, name: String) {
        self.tasks.supervisor().await.kill_task(&name).await.expect("the task ends");
    }

    async fn spawn_and_exit(&self) {
        let name = self.tasks.restarted.get_or_init(async || self.spawn().await).await;
        self.tasks.supervisor().await.restart_task(name).await.expect("the task restarts");
    }
}

fn main() {
    actorscope_bench::main_without_messages::<Kit>();
}
