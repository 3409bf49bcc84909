//! task-supervisor, observed by nobody.

include!("../../task_supervisor.rs");

type Supervisor = task_supervisor::SupervisorHandle;

#[derive(Default)]
struct Kit {
    tasks: Tasks,
}

impl Kit {
    fn prepare(_: &str) -> (Self, Option<String>) {
        (Self::default(), None)
    }

    fn supervisor() -> Supervisor {
        task_supervisor::SupervisorBuilder::new().spawn()
    }
}
