//! actix with `start_observed` and its own context. Modes: `off` (no agent runs), `on` (one runs, nobody
//! looks), `watched` (somebody does).

include!("../../actix.rs");
include!("../../agent.rs");

use actix::Context;
use actorscope_actix::StartObserved;
use actorscope_actix::agent::Agent;
use actorscope_bench::NoProbe as Probe;

struct Kit(#[expect(dead_code, reason = "the agent runs as long as this")] Option<Agent>);

impl Kit {
    fn prepare(mode: &str) -> (Self, Option<String>) {
        let (agent, socket) = agent(mode);
        (Self(agent), socket)
    }

    fn start(counter: Counter) -> Addr<Counter> {
        counter.start_observed("counter")
    }

    fn start_in(arbiter: &ArbiterHandle, counter: Counter) -> Addr<Counter> {
        Counter::start_in_arbiter_observed(arbiter, "counter", |_| counter)
    }
}
