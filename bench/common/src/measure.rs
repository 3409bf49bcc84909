//! The loops, and what they print.

use crate::heap;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

/// Messages sent before one is waited for.
const BATCH: usize = 256;
/// Batches in one window, and before it, so that it finds its memory near: others have run meanwhile.
const BATCHES: usize = 40;
const WARM_BATCHES: usize = 4;
/// Asks in one window, and before it.
const ASKS: usize = 2_000;
const WARM_ASKS: usize = 200;
/// Tasks or actors spawned in one window, and before it.
const SPAWNS: usize = 320;
const WARM_SPAWNS: usize = 32;
/// Places of the heap's end that windows of spawns take in turns.
const TURNS: usize = 8;
/// How many windows are one where nobody else waits for a turn.
const LONG: usize = 32;
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

/// What is measured in windows of some milliseconds, each when it is asked for: so the variants take turns,
/// and a host that is slow for a second is so for all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Window {
    /// Messages in batches of 256, on a runtime of one thread.
    Message,
    /// Asks and their answers, one after another, on a runtime of one thread.
    Ask,
    /// Starting something and waiting for its end.
    SpawnExit,
    /// [`Window::Message`] where sender and receiver run on two threads. After one of these there are no
    /// others.
    MessageTwoThreads,
}

impl Window {
    /// All, in the order in which they may be asked for.
    pub const ALL: [Self; 4] = [Self::Message, Self::Ask, Self::SpawnExit, Self::MessageTwoThreads];

    /// The line that asks for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Ask => "ask",
            Self::SpawnExit => "spawn-exit",
            Self::MessageTwoThreads => "message-two-threads",
        }
    }

    /// What is asked for next; `None` at the end.
    fn read() -> Option<Self> {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).expect("stdin");
        Self::ALL.into_iter().find(|window| window.name() == line.trim_end())
    }
}

/// What one run measured as a whole; nanoseconds and bytes, `None` where it was not asked for.
#[derive(Serialize, Deserialize, Clone, Debug, Default)]
pub struct Figures {
    /// One message of many.
    pub message_ns: Option<f64>,
    /// Starting something and waiting for its end.
    pub spawn_exit_ns: Option<f64>,
    /// Heap bytes of one that was started and never sent anything.
    pub idle_bytes: Option<f64>,
    /// Heap bytes of one that has handled 32 messages.
    pub active_bytes: Option<f64>,
}

/// Runs what the command line asks for: `MODE WHAT`, with WHAT one of
///
/// * `time`: for each line on stdin that is a [`Window::name`], nanoseconds for one on a line of stdout,
/// * `memory`, or, for profilers, `loop` (nothing but messages; `loop N` for N times as many) and `spawn`
///   (nothing but spawns and exits): [`Figures`] as JSON.
///
/// If there is a socket it is printed first, and an empty line on stdin begins the measurement.
pub fn main<V: Counts>() {
    let asked = Asked::read();
    let (variant, mode) = prepare::<V>(&asked);
    report(&match asked.what.as_str() {
        "memory" => V::on_one_thread(async {
            let (alive, idle) = measure_idle(&variant, mode, activate).await;
            measure_active(&variant, mode, alive, idle).await
        }),
        "loop" => V::on_one_thread(async {
            let actor = variant.spawn().await;
            let each = messages(&variant, &actor, LONG * BATCHES * asked.times).await;
            Figures { message_ns: Some(each), ..Figures::default() }
        }),
        "spawn" => V::on_one_thread(many_spawns(&variant, asked.times)),
        _ => return windows(&variant),
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
        "spawn" => V::on_one_thread(many_spawns(&variant, asked.times)),
        _ => {
            return V::on_one_thread(async {
                let mut spawns = Spawns::default();
                while Window::read() == Some(Window::SpawnExit) {
                    say(spawns.window(&variant, SPAWNS).await);
                }
            });
        }
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

/// Windows as they are asked for.
fn windows<V: Counts>(variant: &V) {
    let next = V::on_one_thread(async {
        let actor = variant.spawn().await;
        let mut spawns = Spawns::default();
        let next = loop {
            say(match Window::read() {
                Some(Window::Message) => message_window(variant, &actor).await,
                Some(Window::Ask) => {
                    asks(variant, &actor, WARM_ASKS).await;
                    asks(variant, &actor, ASKS).await
                }
                Some(Window::SpawnExit) => spawns.window(variant, SPAWNS).await,
                other => break other,
            });
        };
        variant.end(actor).await;
        next
    });
    if next != Some(Window::MessageTwoThreads) {
        return;
    }
    // The sender runs on this thread, the receiver on the other.
    V::on_two_threads(async {
        let actor = variant.spawn_elsewhere().await;
        say(message_window(variant, &actor).await);
        while Window::read() == Some(Window::MessageTwoThreads) {
            say(message_window(variant, &actor).await);
        }
        variant.end(actor).await;
    });
}

fn say(ns: f64) {
    println!("{ns}");
}

async fn message_window<V: Counts>(variant: &V, actor: &V::Actor) -> f64 {
    messages(variant, actor, WARM_BATCHES).await;
    messages(variant, actor, BATCHES).await
}

/// So many asks, one after another; nanoseconds each.
async fn asks<V: Counts>(variant: &V, actor: &V::Actor, count: usize) -> f64 {
    let begin = Instant::now();
    for _ in 0..count {
        variant.ask(actor).await;
    }
    each(begin.elapsed(), count)
}

/// Windows of spawns and exits.
///
/// Tasks are allocated with an alignment of 128 bytes, and what glibc does for that depends on where in such
/// 128 bytes its heap happens to end: a third of an allocation's instructions, in whichever variant is unlucky.
/// So each way takes its turn.
#[derive(Default)]
struct Spawns {
    turn: usize,
}

impl Spawns {
    async fn window<V: Variant>(&mut self, variant: &V, count: usize) -> f64 {
        self.turn = (self.turn + 1) % TURNS;
        std::mem::forget(Vec::<u8>::with_capacity(64 * 1024 + 16 * self.turn));
        spawns(variant, WARM_SPAWNS).await;
        spawns(variant, count).await
    }
}

async fn many_spawns<V: Variant>(variant: &V, times: usize) -> Figures {
    let (mut spawns, mut all_ns) = (Spawns::default(), 0.0);
    for _ in 0..TURNS {
        all_ns += spawns.window(variant, LONG * SPAWNS * times).await;
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
