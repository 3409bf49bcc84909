//! actix with the floor in its handler: two raw clock reads and the stores.

include!("../../actix.rs");

use actix::Context;
use actorscope_bench::Floor as Probe;

struct Kit;

impl Kit {
    fn prepare(_: &str) -> (Self, Option<String>) {
        (Self, None)
    }

    fn start(counter: Counter) -> Addr<Counter> {
        counter.start()
    }

    fn start_in(arbiter: &ArbiterHandle, counter: Counter) -> Addr<Counter> {
        Counter::start_in_arbiter(arbiter, |_| counter)
    }
}
