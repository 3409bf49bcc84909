//! kameo with `#[observed]`. Modes: `off` (no agent runs), `on` (one runs, nobody looks), `watched`
//! (somebody does).

include!("../../kameo.rs");
include!("../../agent.rs");

use actorscope_kameo::agent::Agent;

struct Kit(#[expect(dead_code, reason = "the agent runs as long as this")] Option<Agent>);

#[derive(Default)]
struct Counter {
    count: u64,
}

#[actorscope_kameo::observed]
impl kameo::Actor for Counter {
    type Args = Self;
    type Error = std::convert::Infallible;

    async fn on_start(counter: Self, _: ActorRef<Self>) -> Result<Self, Self::Error> {
        Ok(counter)
    }
}

impl Counter {
    fn begin(&self) {}
    fn end(&self) {}
}

impl Kit {
    fn prepare(mode: &str) -> (Self, Option<String>) {
        let (agent, socket) = agent(mode);
        (Self(agent), socket)
    }
}
