//! What a pass of the agent costs for each thousand actors, in instructions and allocations: counted,
//! and so the same on every machine with the same compiler. In release builds only: a debug build is
//! not what runs in production.

#[cfg(any(debug_assertions, not(target_os = "linux")))]
fn main() {}

#[cfg(all(not(debug_assertions), target_os = "linux"))]
#[global_allocator]
static HEAP: actorscope_testkit::heap::Counting = actorscope_testkit::heap::Counting;

#[cfg(all(not(debug_assertions), target_os = "linux"))]
fn main() -> std::process::ExitCode {
    counted::main()
}

#[cfg(all(not(debug_assertions), target_os = "linux"))]
mod counted {
    use actorscope_agent::Passes;
    use actorscope_agent::adapter::Registry;
    use actorscope_agent::tokio as observed;
    use actorscope_testkit::heap::allocations;
    use actorscope_testkit::steps;
    use std::process::ExitCode;
    use std::time::Duration;
    use tokio::sync::mpsc;

    /// Two crowds, whose difference is the thousand that is counted: what a pass costs in any case is
    /// left out.
    const FEW: usize = 100;
    const MANY: usize = FEW + 1_000;

    /// Messages that fit into a mailbox.
    const CAPACITY: usize = 64;

    /// Messages handled before anything is counted: with the 17th an actor gets its histograms.
    const WARM: usize = 20;

    /// Between two passes: rates are worked out over half a second at least.
    const TICK: Duration = Duration::from_millis(600);

    /// What a pass may cost for each thousand actors.
    struct Limit {
        what: &'static str,
        instructions: u64,
        allocations: u64,
    }

    const LIMITS: [Limit; 2] = [
        // Those that did nothing since the last pass …
        Limit { what: "idle", instructions: 500, allocations: 0 },
        // … and those that handled a message.
        Limit { what: "active", instructions: 800_000, allocations: 0 },
    ];

    pub fn main() -> ExitCode {
        if let Some(crowd) = steps::child() {
            return child(&crowd);
        }
        // What test runners ask before they run anything.
        if std::env::args().any(|argument| argument == "--list") {
            println!("per_pass: test");
            return ExitCode::SUCCESS;
        }
        let mut is_right = true;
        for Limit { what, instructions, allocations } in LIMITS {
            let (few, many) = (count(what, FEW), count(what, MANY));
            let mut judge = |unit: &str, few: u64, many: u64, most: u64| {
                let more = many.saturating_sub(few);
                println!("{what}: {more} {unit} a pass for 1,000 actors, at most {most} allowed");
                if more > most {
                    eprintln!(
                        "a pass takes {more} {unit} for each 1,000 {what} actors, at most {most} allowed"
                    );
                    is_right = false;
                }
            };
            judge("allocations", few.0, many.0, allocations);
            match few.1.zip(many.1) {
                Some((few, many)) => judge("instructions", few, many, instructions),
                None => {
                    println!("{what}: instructions can't be counted here: ptrace is not allowed")
                }
            }
        }
        if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Allocations and instructions of one pass.
    fn count(what: &str, actors: usize) -> (u64, Option<u64>) {
        let (said, stepped) = steps::run(&format!("{what} {actors}"), 1);
        let allocations = said.parse().expect("the child says how much it allocated");
        (allocations, stepped.map(|marks| marks[0].instructions))
    }

    /// So many actors, looked at.
    fn child(crowd: &str) -> ExitCode {
        let (what, actors) = crowd.split_once(' ').expect("what, and how many");
        let is_active = what == "active";
        let actors: usize = actors.parse().expect("a number");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let senders: Vec<mpsc::Sender<()>> = (0..actors).map(|_| actor()).collect();
            let mut passes = Passes::over(Registry::global()).expect("no agent runs here");
            for _ in 0..WARM {
                tell(&senders).await;
            }
            // The first passes make the rows, and then the rates.
            for _ in 0..3 {
                passes.make();
                tokio::time::sleep(TICK).await;
                if is_active {
                    tell(&senders).await;
                }
            }
            let before = allocations();
            passes.make();
            let allocated = allocations() - before;
            tokio::time::sleep(TICK).await;
            if is_active {
                tell(&senders).await;
            }
            if steps::begin(&allocated.to_string()) {
                steps::mark();
                passes.make();
                steps::mark();
            }
        });
        ExitCode::SUCCESS
    }

    /// Those that waited longest get finer histograms, so many in a pass. It is always the same ones here,
    /// which have theirs before anything is counted: else it would depend on chance how many are made in the
    /// pass that is.
    const WORST: usize = 32;

    /// How much longer they wait than the others: more than a machine that does something else in between
    /// keeps those waiting whose turn is after theirs.
    const LONGER: Duration = Duration::from_millis(100);

    /// A message to each of them, handled when this returns.
    async fn tell(senders: &[mpsc::Sender<()>]) {
        let (worst, others) = senders.split_at(WORST);
        for sender in worst {
            sender.try_send(()).unwrap();
        }
        // Nobody runs meanwhile: there is one thread.
        std::thread::sleep(LONGER);
        for sender in others {
            sender.try_send(()).unwrap();
        }
        for sender in senders {
            while sender.capacity() < CAPACITY {
                tokio::task::yield_now().await;
            }
        }
        // The last one has received its message, and now handles it.
        tokio::task::yield_now().await;
    }

    fn actor() -> mpsc::Sender<()> {
        let (sender, mut receiver) = observed::channel("jobs", CAPACITY);
        observed::spawn("worker", async move { while receiver.recv().await.is_some() {} });
        sender
    }
}
