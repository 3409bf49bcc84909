//! The loops, and what they print.

use crate::heap;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

/// Messages sent before one is waited for.
const BATCH: usize = 256;
/// Batches in one window: a few milliseconds.
const BATCHES: usize = 160;
/// Windows of one measurement of messages. The median of them counts, so that a pause of the host in some of
/// them does not.
const WINDOWS: usize = 9;
/// Asks in one measurement.
const ASKS: usize = 20_000;
/// Tasks or actors spawned in one measurement.
const SPAWNS: usize = 5_000;
/// Turns of a measurement of spawns, each with the heap's end at another place.
const TURNS: usize = 8;
/// Actors alive when memory is measured.
const ALIVE: usize = 20_000;
/// Messages to each of them before they count as active.
const ACTIVE: usize = 32;

/// One way to run a task or actor.
pub trait Variant: Sized + 'static {
    /// What there is of a running one.
    type Actor: 'static;
    /// Prepares the process, such as by starting an agent; the socket to watch, if there is one.
    fn prepare(mode: &str) -> (Self, Option<String>);
    /// Runs the measurements on a runtime of this thread alone.
    fn on_one_thread<F: Future>(work: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("tokio")
            .block_on(work)
    }
    /// Starts one; it has started when this returns.
    fn spawn(&self) -> impl Future<Output = Self::Actor>;
    /// Ends it and waits until it has ended.
    fn end(&self, actor: Self::Actor) -> impl Future<Output = ()>;
    /// The unit of spawn and exit: starts something that ends at once, and waits for that.
    fn spawn_and_exit(&self) -> impl Future<Output = ()>;
}

/// One that counts the messages it is sent.
pub trait Counts: Variant {
    /// Sends a message and goes on.
    fn tell(&self, actor: &Self::Actor) -> impl Future<Output = ()>;
    /// Sends a message and waits for its answer.
    fn ask(&self, actor: &Self::Actor) -> impl Future<Output = ()>;
    /// Runs the measurements where what [`Counts::spawn_elsewhere`] starts runs on another thread.
    fn on_two_threads<F: Future>(work: F) -> F::Output {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("tokio")
            .block_on(work)
    }
    /// [`Variant::spawn`] on another thread than this.
    fn spawn_elsewhere(&self) -> impl Future<Output = Self::Actor> {
        self.spawn()
    }
}

/// What one run measured; nanoseconds and bytes, `None` where it was not asked for.
#[derive(Serialize, Deserialize, Clone, Debug, Default)]
pub struct Figures {
    /// One message of a batch of 256, on a runtime of one thread; the median of nine windows.
    pub message_ns: Option<f64>,
    /// One ask and its answer, on a runtime of one thread.
    pub ask_ns: Option<f64>,
    /// The same, where sender and receiver run on two threads.
    pub message_two_threads_ns: Option<f64>,
    /// Starting something and waiting for its end.
    pub spawn_exit_ns: Option<f64>,
    /// Heap bytes of one that was started and never sent anything.
    pub idle_bytes: Option<f64>,
    /// Heap bytes of one that has handled 32 messages.
    pub active_bytes: Option<f64>,
}

/// Runs what the command line asks for: `MODE WHAT`, with WHAT `time`, `memory` or, for profilers,
/// `loop` (nothing but messages; `loop N` for N times as many) or `spawn` (nothing but spawns and
/// exits). If there is a socket it is printed first, and a line on stdin begins the measurement.
pub fn main<V: Counts>() {
    let asked = Asked::read();
    let (variant, mode) = prepare::<V>(&asked);
    report(&match asked.what.as_str() {
        "memory" => V::on_one_thread(async {
            let (alive, idle) = measure_idle(&variant, mode, activate).await;
            measure_active(&variant, mode, alive, idle).await
        }),
        "loop" => {
            let each = V::on_one_thread(async {
                let actor = variant.spawn().await;
                messages(&variant, &actor, WINDOWS * BATCHES * asked.times).await
            });
            Figures { message_ns: Some(each), ..Figures::default() }
        }
        "spawn" => V::on_one_thread(measure_spawns(&variant, 20 * asked.times)),
        _ => {
            let mut figures = V::on_one_thread(measure_messages(&variant));
            // The sender runs on this thread, the receiver on the other.
            figures.message_two_threads_ns = Some(V::on_two_threads(async {
                let actor = variant.spawn_elsewhere().await;
                let each = windows(&variant, &actor).await;
                variant.end(actor).await;
                each
            }));
            figures
        }
    });
}

/// [`main`] of those that get no messages.
pub fn main_without_messages<V: Variant>() {
    let asked = Asked::read();
    let (variant, mode) = prepare::<V>(&asked);
    report(&match asked.what.as_str() {
        "memory" => {
            V::on_one_thread(async { measure_idle(&variant, mode, async |_, _| {}).await.1 })
        }
        "spawn" => V::on_one_thread(measure_spawns(&variant, 20 * asked.times)),
        _ => V::on_one_thread(measure_spawns(&variant, 1)),
    });
}

/// The command line.
struct Asked {
    mode: String,
    what: String,
    times: usize,
}

impl Asked {
    fn read() -> Self {
        let mut arguments = std::env::args().skip(1);
        Self {
            mode: arguments.next().unwrap_or_else(|| "off".to_owned()),
            what: arguments.next().unwrap_or_else(|| "time".to_owned()),
            times: arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1),
        }
    }
}

/// Whether an agent looks at what runs.
#[derive(Clone, Copy)]
enum Mode {
    Alone,
    WithAgent,
}

fn prepare<V: Variant>(asked: &Asked) -> (V, Mode) {
    if asked.what == "memory" {
        heap::count();
    }
    // A service has threads. With one alone, allocators and reference counts take short cuts that no
    // variant with an agent could.
    std::thread::spawn(|| {
        loop {
            std::thread::park();
        }
    });
    let (variant, socket) = V::prepare(&asked.mode);
    if let Some(socket) = socket {
        println!("{socket}");
        std::io::stdout().flush().expect("stdout");
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).expect("stdin");
    }
    (variant, if asked.mode == "off" { Mode::Alone } else { Mode::WithAgent })
}

fn report(figures: &Figures) {
    println!("{}", serde_json::to_string(figures).expect("JSON"));
}

/// Batches of messages, each ended by an ask; nanoseconds a message.
async fn messages<V: Counts>(variant: &V, actor: &V::Actor, batches: usize) -> f64 {
    let begin = Instant::now();
    for _ in 0..batches {
        for _ in 0..BATCH {
            variant.tell(actor).await;
        }
        variant.ask(actor).await;
    }
    each(begin.elapsed(), batches * (BATCH + 1))
}

/// Nanoseconds a message, after some to warm up.
async fn windows<V: Counts>(variant: &V, actor: &V::Actor) -> f64 {
    messages(variant, actor, BATCHES / 4).await;
    let mut each = [0.0; WINDOWS];
    for window in &mut each {
        *window = messages(variant, actor, BATCHES).await;
    }
    each.sort_by(f64::total_cmp);
    each[WINDOWS / 2]
}

/// So many spawns and exits, one after another; nanoseconds each.
async fn spawns<V: Variant>(variant: &V, count: usize) -> f64 {
    let begin = Instant::now();
    for _ in 0..count {
        variant.spawn_and_exit().await;
    }
    each(begin.elapsed(), count)
}

fn each(all: Duration, count: usize) -> f64 {
    all.as_nanos() as f64 / count as f64
}

async fn measure_messages<V: Counts>(variant: &V) -> Figures {
    let actor = variant.spawn().await;
    let message_ns = windows(variant, &actor).await;
    let begin = Instant::now();
    for _ in 0..ASKS {
        variant.ask(&actor).await;
    }
    let ask_ns = each(begin.elapsed(), ASKS);
    variant.end(actor).await;
    Figures {
        message_ns: Some(message_ns),
        ask_ns: Some(ask_ns),
        ..measure_spawns(variant, 1).await
    }
}

async fn measure_spawns<V: Variant>(variant: &V, times: usize) -> Figures {
    // Tasks are allocated with an alignment of 128 bytes, and what glibc does for that depends on where in such
    // 128 bytes its heap happens to end: a third of an allocation's instructions, in whichever variant is unlucky.
    // So each way takes its turn.
    let mut all_ns = 0.0;
    for turn in 0..TURNS {
        std::mem::forget(Vec::<u8>::with_capacity(64 * 1024 + 16 * turn));
        spawns(variant, SPAWNS / TURNS).await;
        all_ns += spawns(variant, times * SPAWNS / TURNS).await;
    }
    Figures { spawn_exit_ns: Some(all_ns / TURNS as f64), ..Figures::default() }
}

/// Time for an agent to look at everything at least once: it does so every second, or somewhat less often when
/// much was started at once.
const LOOKED_AT: Duration = Duration::from_millis(2_500);

/// Time for it to see that something does nothing, which takes it some passes.
const AT_REST: Duration = Duration::from_secs(9);

async fn looked_at(mode: Mode, time: Duration) {
    if let Mode::WithAgent = mode {
        tokio::time::sleep(time).await;
    }
}

/// Those that are alive, how many bytes there were before, and what each of them takes.
async fn measure_idle<V: Variant>(
    variant: &V,
    mode: Mode,
    // Makes an actor an active one, where there are messages.
    use_it: impl AsyncFn(&V, &V::Actor),
) -> (Alive<V>, Figures) {
    let mut alive = Vec::with_capacity(ALIVE);
    // What is made once belongs to nobody: an agent's journal of a megabyte, full after some thousand
    // starts and ends, and the fine histograms of the 32 slots that wait longest.
    for _ in 0..ALIVE {
        variant.spawn_and_exit().await;
    }
    for _ in 0..100 {
        let actor = variant.spawn().await;
        use_it(variant, &actor).await;
        alive.push(actor);
    }
    looked_at(mode, LOOKED_AT).await;
    for actor in alive.drain(..) {
        variant.end(actor).await;
    }
    looked_at(mode, LOOKED_AT).await;
    at_rest().await;
    let before = heap::bytes();
    for _ in 0..ALIVE {
        alive.push(variant.spawn().await);
    }
    looked_at(mode, AT_REST).await;
    let idle_bytes = bytes_each(before);
    (Alive { actors: alive, before }, Figures { idle_bytes, ..Figures::default() })
}

/// Waits until hardly anything is given back any more: what ends may be heard of, and let go, on another
/// thread.
async fn at_rest() {
    const LITTLE: i64 = 16 * 1024;
    loop {
        let before = heap::bytes();
        tokio::time::sleep(Duration::from_millis(200)).await;
        if before - heap::bytes() < LITTLE {
            return;
        }
    }
}

/// Those that are alive.
struct Alive<V: Variant> {
    actors: Vec<V::Actor>,
    /// Bytes on the heap before they were made.
    before: i64,
}

async fn activate<V: Counts>(variant: &V, actor: &V::Actor) {
    for _ in 0..ACTIVE {
        variant.ask(actor).await;
    }
}

async fn measure_active<V: Counts>(
    variant: &V,
    mode: Mode,
    alive: Alive<V>,
    idle: Figures,
) -> Figures {
    for actor in &alive.actors {
        activate(variant, actor).await;
    }
    looked_at(mode, LOOKED_AT).await;
    Figures { active_bytes: bytes_each(alive.before), ..idle }
}

fn bytes_each(before: i64) -> Option<f64> {
    Some((heap::bytes() - before) as f64 / ALIVE as f64)
}
