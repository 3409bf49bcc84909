//! ractor with `observe` and tracked references. Modes: `off` (no agent runs), `on` (one runs, nobody
//! looks), `watched` (somebody does).

include!("../../ractor.rs");
include!("../../agent.rs");

use actorscope_bench::NoProbe as Probe;
use actorscope_ractor::agent::Agent;
use actorscope_ractor::{ObservedRef, TrackSends, observe};

type To = ObservedRef<Message>;

struct Kit(#[expect(dead_code, reason = "the agent runs as long as this")] Option<Agent>);

impl Kit {
    fn prepare(mode: &str) -> (Self, Option<String>) {
        let (agent, socket) = agent(mode);
        (Self(agent), socket)
    }

    async fn start() -> (To, JoinHandle<()>) {
        let (actor, ended) = Actor::spawn(None, observe(Counter), ()).await.expect("it starts");
        (actor.tracked(), ended)
    }
}
