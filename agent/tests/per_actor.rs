//! Bytes on the heap for an actor of plain tokio, more than without observation, the agent's own tables
//! included: counted, and so the same on every machine. In release builds only: a debug build is not
//! what runs in production.

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
    use actorscope_testkit::heap;
    use std::process::ExitCode;
    use tokio::sync::mpsc;
    use tokio::task::JoinHandle;

    /// Actors alive while bytes are counted. What is there once (a journal of a megabyte, the fine
    /// histograms of the 32 worst) is made before.
    const ACTORS: usize = 20_000;

    /// Messages to each of them before they count as active: all that is ever allocated then is.
    const MESSAGES: usize = 32;

    /// Messages that fit into a mailbox.
    const CAPACITY: usize = 64;

    /// Bytes that an observed actor may take more, having handled nothing …
    const IDLE: i64 = 400;
    /// … and having handled messages.
    const ACTIVE: i64 = 700;

    /// One that is alive.
    struct Actor {
        sender: mpsc::Sender<()>,
        task: JoinHandle<()>,
    }

    pub fn main() -> ExitCode {
        // What test runners ask before they run anything.
        if std::env::args().any(|argument| argument == "--list") {
            println!("per_actor: test");
            return ExitCode::SUCCESS;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (base, observed) = runtime.block_on(async {
            let base = bytes(plain, || {}).await;
            let mut passes = Passes::over(Registry::global()).expect("no agent runs here");
            settle(&mut passes).await;
            (base, bytes(ours, || passes.make()).await)
        });
        let mut is_right = true;
        for (what, base, observed, most) in
            [("idle", base.0, observed.0, IDLE), ("active", base.1, observed.1, ACTIVE)]
        {
            let more = observed - base;
            println!("an {what} actor: {base} bytes, observed {more} more, at most {most} allowed");
            if more > most {
                eprintln!(
                    "an {what} actor takes {more} bytes more when observed, at most {most} allowed"
                );
                is_right = false;
            }
        }
        if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Makes what is made once.
    async fn settle(passes: &mut Passes) {
        for _ in 0..4 {
            for _ in 0..4_096 {
                observed::spawn("passer-by", async {}).await.unwrap();
            }
            passes.make();
        }
        let some: Vec<Actor> = (0..100).map(|_| ours()).collect();
        use_all(&some).await;
        passes.make();
        for actor in some {
            drop(actor.sender);
            actor.task.await.unwrap();
        }
        passes.make();
    }

    /// Bytes of each actor: of idle ones, and of those that handled messages.
    async fn bytes(spawn: fn() -> Actor, mut look: impl FnMut()) -> (i64, i64) {
        let mut actors = Vec::with_capacity(ACTORS);
        let before = heap::bytes();
        let each = || (heap::bytes() - before) / ACTORS as i64;
        for _ in 0..ACTORS {
            actors.push(spawn());
            // Until it waits for its first message.
            tokio::task::yield_now().await;
        }
        look();
        look();
        let idle = each();
        use_all(&actors).await;
        look();
        look();
        let active = each();
        for actor in actors {
            drop(actor.sender);
            actor.task.await.unwrap();
        }
        look();
        (idle, active)
    }

    async fn use_all(actors: &[Actor]) {
        for actor in actors {
            for _ in 0..MESSAGES {
                actor.sender.try_send(()).unwrap();
            }
            // The task has all of them when it waits again.
            while actor.sender.capacity() < CAPACITY {
                tokio::task::yield_now().await;
            }
        }
    }

    fn plain() -> Actor {
        let (sender, mut receiver) = mpsc::channel(CAPACITY);
        let task = tokio::spawn(async move { while receiver.recv().await.is_some() {} });
        Actor { sender, task: task }
    }

    fn ours() -> Actor {
        let (sender, mut receiver) = observed::channel("jobs", CAPACITY);
        let task =
            observed::spawn("worker", async move { while receiver.recv().await.is_some() {} });
        Actor { sender, task: task }
    }
}
