//! ractor-supervisor with `observe_supervisor`, its children with `observe`. Modes: `off` (no agent
//! runs), `on` (one runs, nobody looks), `watched` (somebody does).

include!("../../ractor_supervisor.rs");
include!("../../agent.rs");

use actorscope_ractor_supervisor::agent::Agent;
use actorscope_ractor_supervisor::{observe, observe_supervisor};

struct Kit {
    nursery: Nursery,
    #[expect(dead_code, reason = "the agent runs as long as this")]
    agent: Option<Agent>,
}

impl Kit {
    fn prepare(mode: &str) -> (Self, Option<String>) {
        let (agent, socket) = agent(mode);
        (Self { nursery: Nursery::default(), agent }, socket)
    }

    async fn supervisor(
        options: DynamicSupervisorOptions,
    ) -> Result<ActorRef<DynamicSupervisorMsg>, SpawnErr> {
        let name = Some("nursery".to_owned());
        Ok(Actor::spawn(name, observe_supervisor(DynamicSupervisor), options).await?.0)
    }

    async fn child(supervisor: ActorCell, id: String) -> Result<ActorCell, SpawnErr> {
        let (child, _) =
            DynamicSupervisor::spawn_linked(id, observe(Child), (), supervisor).await?;
        Ok(child.get_cell())
    }
}
