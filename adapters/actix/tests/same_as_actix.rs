//! An observed actor does what it would do unobserved: small random programs of messages, timers,
//! waits, cancelled futures, addresses given away and stops, played by an actor that actix starts and
//! by observed ones.

use actix::System;
use std::cell::RefCell;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Act {
    Send(Script),
    Notify(Script),
    Later(u64, Script),
    Wait(u64, Script),
    Spawn(u64, Script),
    Cancel,
    GiveAway(u64, Script),
    Stop,
    Terminate,
}

/// What an actor is to do when it handles this.
#[derive(Clone, Debug, actix::Message)]
#[rtype(result = "()")]
struct Script {
    id: u32,
    acts: Vec<Act>,
}

#[derive(Clone, Debug)]
struct Program {
    /// What comes from outside, with the milliseconds before.
    outside: Vec<(u64, Script)>,
    lets_go_after: u64,
    /// How often it refuses to stop.
    stubborn: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Life {
    Once,
    Supervised,
}

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Notes what happened, and at what time.
fn log(what: String) {
    let at = EPOCH.with(|epoch| epoch.borrow().map(|epoch| epoch.elapsed().as_millis()));
    LOG.with(|log| log.borrow_mut().push(format!("{} {what}", at.unwrap_or_default())));
}

thread_local! {
    static EPOCH: RefCell<Option<tokio::time::Instant>> = const { RefCell::new(None) };
}

mod unobserved {
    use actix::Context;
    include!("both/program.rs");

    pub(super) async fn play(program: Program, life: Life) {
        let puppet = match life {
            Life::Once => Puppet::new(&program).start(),
            Life::Supervised => {
                let program = program.clone();
                actix::Supervisor::start(move |_| Puppet::new(&program))
            }
        };
        direct(puppet, program).await;
    }
}

mod plain {
    use actix::Context;
    include!("both/program.rs");
    include!("both/played.rs");
}

mod ours {
    use actorscope_actix::Context;
    include!("both/program.rs");
    include!("both/played.rs");
}

/// splitmix64: the same programs in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % most
    }
}

/// Pauses longer than this, in milliseconds, hardly ever end at the same instant.
const SPARSE: u64 = 1_000;

/// Makes programs.
struct Author {
    random: Random,
    scripts: u32,
    /// Terminates instead of cancelling: after both, actix itself may go round for ever.
    terminates: bool,
    /// Somebody has its address all the time. Without, it depends on the order at an instant whether
    /// actix loses what an actor sends to itself as the last thing it does.
    known: bool,
    /// The longest pause, in milliseconds.
    longest: u64,
}

impl Author {
    fn program(seed: u64, life: Life, longest: u64) -> Program {
        let mut random = Random(seed);
        let terminates = life == Life::Once && random.below(2) == 0;
        let known = random.below(2) == 0;
        let mut author = Self { random, scripts: 0, terminates, known, longest };
        let outside = (0..author.random.below(5)).map(|_| author.outside()).collect();
        let lets_go_after = match author.known && author.is_sparse() {
            true => 100 * longest,
            false => author.random.below(2 * longest),
        };
        // A supervised actor without an end would be told to stop for ever.
        let stubborn = author.random.below(3) as u32;
        Program { outside, lets_go_after, stubborn }
    }

    /// Whether things hardly ever happen at the same instant.
    fn is_sparse(&self) -> bool {
        self.longest > SPARSE
    }

    fn outside(&mut self) -> (u64, Script) {
        if self.is_sparse() && self.random.below(4) == 0 {
            let ending = if self.terminates { Act::Terminate } else { Act::Stop };
            let script = Script { id: 0, acts: vec![ending] };
            return (self.random.below(self.longest), script);
        }
        (self.random.below(self.longest), self.script(3))
    }

    fn script(&mut self, depth: u32) -> Script {
        self.scripts += 1;
        let id = self.scripts;
        let most = if depth == 0 { 1 } else { 4 };
        let acts =
            (0..self.random.below(most)).map(|_| self.act(depth.saturating_sub(1))).collect();
        Script { id, acts }
    }

    fn act(&mut self, depth: u32) -> Act {
        let ms = 1 + self.random.below(self.longest);
        match self.random.below(20) {
            0..=3 if self.known || !self.is_sparse() => Act::Send(self.script(depth)),
            4..=6 => Act::Notify(self.script(depth)),
            7..=9 => Act::Later(ms, self.script(depth)),
            10..=11 if !self.is_sparse() => Act::Wait(ms, self.script(depth)),
            12..=14 => Act::Spawn(ms, self.script(depth)),
            15 if !self.terminates && !self.is_sparse() => Act::Cancel,
            16..=17 => Act::GiveAway(ms, self.script(depth)),
            _ if self.is_sparse() => Act::GiveAway(ms, self.script(depth)),
            18 if self.terminates => Act::Terminate,
            _ => Act::Stop,
        }
    }
}

/// What happens when a program is played.
fn played<F: Future<Output = ()>>(play: impl FnOnce() -> F) -> Vec<String> {
    let system = System::with_tokio_rt(|| {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().start_paused(true).build().unwrap()
    });
    system.block_on(async {
        EPOCH.with(|epoch| epoch.replace(Some(tokio::time::Instant::now())));
        play().await;
        // All that is to happen has happened by then.
        tokio::time::sleep(Duration::from_secs(100_000)).await;
        EPOCH.with(|epoch| epoch.replace(None));
    });
    // Whoever is still there ends with it.
    drop(system);
    LOG.with(|log| log.take())
}

const PROGRAMS: u64 = 2_000;

/// What is compared.
#[derive(Clone, Copy)]
enum Order {
    /// Everything, with many things at the same instant.
    Exact,
    /// With hardly anything at the same instant, and then in any order: of messages and futures that
    /// are ready together, actix says nothing about which come first.
    Instants,
}

fn compare<F: Future<Output = ()>>(life: Life, order: Order, observed: fn(Program, Life) -> F) {
    let mut lines = 0;
    for seed in 0..PROGRAMS {
        let longest = match order {
            Order::Exact => 12,
            Order::Instants => 100 * SPARSE,
        };
        let program = Author::program(seed, life, longest);
        let mut expected = played(|| unobserved::play(program.clone(), life));
        let mut found = played(|| observed(program.clone(), life));
        if matches!(order, Order::Instants) {
            for line in expected.iter_mut().chain(&mut found) {
                line.truncate(line.find(" waiting").unwrap_or(line.len()));
            }
            expected.sort_unstable();
            found.sort_unstable();
        }
        assert_eq!(expected, found, "program {seed}: {program:#?}");
        lines += expected.len();
    }
    assert!(lines as u64 > 10 * PROGRAMS, "the programs do too little: {lines} lines");
}

#[test]
fn with_our_context() {
    compare(Life::Once, Order::Exact, ours::play);
}

#[test]
fn with_our_context_and_supervised() {
    compare(Life::Supervised, Order::Exact, ours::play);
}

#[test]
fn with_the_context_of_actix() {
    compare(Life::Once, Order::Instants, plain::play);
}

#[test]
fn with_the_context_of_actix_and_supervised() {
    compare(Life::Supervised, Order::Instants, plain::play);
}
