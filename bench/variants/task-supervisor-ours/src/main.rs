//! task-supervisor with our builder. Modes: `off` (no agent runs), `on` (one runs, nobody looks),
//! `watched` (somebody does).

include!("../../task_supervisor.rs");
include!("../../agent.rs");

use actorscope_task_supervisor::agent::Agent;
use actorscope_task_supervisor::{SupervisorBuilder, SupervisorHandle};

type Supervisor = SupervisorHandle;

struct Kit {
    tasks: Tasks,
    #[expect(dead_code, reason = "the agent runs as long as this")]
    agent: Option<Agent>,
}

impl Kit {
    fn prepare(mode: &str) -> (Self, Option<String>) {
        let (agent, socket) = agent(mode);
        (Self { tasks: Tasks::default(), agent }, socket)
    }

    fn supervisor() -> Supervisor {
        SupervisorBuilder::new("tasks").spawn()
    }
}
