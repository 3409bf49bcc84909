//! The weather: actors that live, messages, starts and ends, crashes.

use crate::host::{DONE, Do, Host};
use crate::options::{Framework, Options};
use crate::orders;
use actorscope_agent::Agent;
use actorscope_examples::until_signalled;
use serde::Serialize;
use std::collections::HashSet;
use std::ops::RangeFrom;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::time::{Interval, MissedTickBehavior};

/// Actors below one parent.
const FAMILY: u32 = 1_000;

/// Actors that crash in turns.
const CRASHERS: u32 = 100;

/// Of what comes so often a second, about so many come at a time …
const AT_A_TIME: f64 = 100.0;
/// … but no more often than this, and no less often than that.
const EVERY: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(10)];

/// Of those that pass by, so many at once as start in a hundredth of a second: where more have not ended yet, no
/// other one starts. Else memory would say how far the machine fell behind at some time, and nothing else.
const CROWDED: u32 = 100;
/// The same, of few.
const CROWD: u64 = 1_000;

/// How often to see on which thread one runs, until it was each.
const TRIES: u32 = 1_000;

static SENT: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// The most actors that lived at once, as seen each time that some are to start.
static MOST: AtomicU64 = AtomicU64::new(0);

/// Nothing more is begun; what has begun goes on.
pub static CALM: AtomicBool = AtomicBool::new(false);

/// What happened, all in all.
#[derive(Debug, Serialize)]
pub struct Totals {
    seconds: f64,
    actors: u32,
    /// Messages that were taken.
    sent: u64,
    /// Those that were not: no room, or nobody there at the moment.
    refused: u64,
    handled: u64,
    started: u64,
    ended: u64,
    crashed: u64,
    /// The most that lived at once while actors came and went; 0 = none did.
    most_at_once: u64,
}

/// Runs until it is told to stop or its time is up.
pub async fn run<H: Host>(options: &Options) -> Result<Totals, String> {
    // Before any actor: a process that is asked to stop while they start stops.
    let mut stop = std::pin::pin!(stopped(options.duration, until_signalled()?));
    let agent = if options.no_agent {
        None
    } else {
        let agent = Agent::builder(&options.name).allow_control().start();
        Some(agent.map_err(|error| format!("the agent did not start: {error}"))?)
    };
    let begin = Instant::now();
    if options.orders {
        orders::take(options.actors, begin)?;
    }
    let alive = tokio::select! {
        alive = start::<H>(options.actors) => alive?,
        () = &mut stop => return Ok(totals(options.actors, begin)),
    };
    eprintln!(
        "storm: {} {} actors are up after {:.1} s{}",
        alive.actors.len(),
        framework(options.framework),
        begin.elapsed().as_secs_f64(),
        resident().map_or_else(String::new, |bytes| format!(", {} MB resident", bytes / 1_000_000))
    );
    let alive = Arc::new(alive);
    let mut weather = tokio::task::JoinSet::new();
    weather.spawn(traffic::<H>(alive.clone(), options.active, options.rate));
    if options.churn > 0 {
        weather.spawn(churn::<H>(options.churn, alive.actors.len() as u64));
    }
    if options.restarts > 0 {
        weather.spawn(crashes::<H>(options.restarts));
    }
    weather.spawn(report());
    let result = tokio::select! {
        () = &mut stop => Ok(totals(options.actors, begin)),
        Some(ended) = weather.join_next() => match ended {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) => Err("something stopped by itself".to_owned()),
            Err(error) => Err(error.to_string()),
        },
    };
    weather.abort_all();
    drop(agent);
    // Their ends are the runtime's business, all at once.
    std::mem::forget(alive);
    result
}

const fn framework(framework: Framework) -> &'static str {
    match framework {
        Framework::Tokio => "tokio",
        Framework::Kameo => "kameo",
        Framework::Ractor => "ractor",
    }
}

/// As of now.
pub fn totals(actors: u32, begin: Instant) -> Totals {
    Totals {
        seconds: begin.elapsed().as_secs_f64(),
        actors,
        sent: SENT.load(Relaxed),
        refused: REFUSED.load(Relaxed),
        handled: DONE.handled.load(Relaxed),
        started: DONE.started.load(Relaxed),
        ended: DONE.ended.load(Relaxed),
        crashed: DONE.crashed.load(Relaxed),
        most_at_once: MOST.load(Relaxed),
    }
}

struct Alive<H: Host> {
    actors: Vec<H::Actor>,
    _parents: Vec<H::Parent>,
}

async fn start<H: Host>(actors: u32) -> Result<Alive<H>, String> {
    let mut alive = Alive { actors: Vec::with_capacity(actors as usize), _parents: Vec::new() };
    for family in 0..actors.div_ceil(FAMILY) {
        let parent = H::parent(format!("family-{family}")).await?;
        for member in family * FAMILY..actors.min((family + 1) * FAMILY) {
            alive.actors.push(H::actor(&parent, format!("member-{member}")).await?);
        }
        alive._parents.push(parent);
        // Some frameworks start what they are given later: no more than a family is on its way.
        while DONE.started.load(Relaxed) < alive.actors.len() as u64 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    Ok(alive)
}

fn send<H: Host>(actor: &H::Actor, what: Do) {
    let counter = if H::send(actor, what) { &SENT } else { &REFUSED };
    counter.fetch_add(1, Relaxed);
}

/// So many a second, a few at a time.
struct Pace {
    ticks: Interval,
    each_second: f64,
    last: Instant,
    /// Parts of one that is not due yet.
    owed: f64,
}

impl Pace {
    fn new(each_second: u64) -> Self {
        let each_second = each_second as f64;
        let [shortest, longest] = EVERY;
        let every = Duration::try_from_secs_f64(AT_A_TIME / each_second).unwrap_or(longest);
        let mut ticks = tokio::time::interval(every.clamp(shortest, longest));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self { ticks, each_second, last: Instant::now(), owed: 0.0 }
    }

    /// How many are due now, once any may be.
    async fn due(&mut self) -> u64 {
        self.ticks.tick().await;
        let now = Instant::now();
        let passed = now - std::mem::replace(&mut self.last, now);
        if CALM.load(Relaxed) {
            return 0;
        }
        // What could not be done in time for longer is not made up for: the host is as fast as it is.
        let [_, longest] = EVERY;
        self.owed += self.each_second * passed.min(longest).as_secs_f64();
        let due = self.owed.floor();
        self.owed -= due;
        due as u64
    }
}

/// Messages for some of the living, evenly spread among them.
async fn traffic<H: Host>(alive: Arc<Alive<H>>, share: f64, rate: u32) -> Result<(), String> {
    let all = alive.actors.len();
    let active = (all as f64 * share).round() as usize;
    if active == 0 {
        return std::future::pending().await;
    }
    let mut next = 0;
    let mut pace = Pace::new(active as u64 * u64::from(rate));
    loop {
        for _ in 0..pace.due().await {
            next = (next + 1) % active;
            // Every so manieth, whatever the share.
            if let Some(actor) = alive.actors.get(next * all / active) {
                send::<H>(actor, Do::Count);
            }
        }
    }
}

/// Actors that start, get one message and end, beside `others` that live on.
async fn churn<H: Host>(each_second: u32, others: u64) -> Result<(), String> {
    let parent = H::parent("churn".to_owned()).await?;
    let crowd = u64::from(each_second / CROWDED).max(CROWD);
    let most = others + u64::from(CRASHERS) + crowd;
    let mut numbers = 0..;
    begin_crowded::<H>(&parent, crowd.min(each_second.into()), &mut numbers).await?;
    let mut pace = Pace::new(u64::from(each_second));
    loop {
        for _ in 0..pace.due().await {
            let alive = DONE.alive();
            MOST.fetch_max(alive, Relaxed);
            if alive >= most {
                break;
            }
            pass_by::<H>(start_passer_by::<H>(&parent, &mut numbers).await?).await;
        }
    }
}

/// Lets as many pass by at once as ever will, from each of the runtime's threads, as this task comes to run on
/// them: what memory they take is taken now, and whatever rises later is not the machine falling behind for the
/// first time.
async fn begin_crowded<H: Host>(
    parent: &H::Parent,
    crowd: u64,
    numbers: &mut RangeFrom<u64>,
) -> Result<(), String> {
    let threads = tokio::runtime::Handle::current().metrics().num_workers();
    let mut begun_on = HashSet::new();
    for _ in 0..TRIES {
        if begun_on.insert(std::thread::current().id()) {
            let mut all_at_once = Vec::new();
            for _ in 0..crowd {
                all_at_once.push(start_passer_by::<H>(parent, numbers).await?);
            }
            for actor in all_at_once {
                pass_by::<H>(actor).await;
            }
        }
        if begun_on.len() >= threads || CALM.load(Relaxed) {
            break;
        }
        tokio::time::sleep(EVERY[0]).await;
    }
    Ok(())
}

async fn start_passer_by<H: Host>(
    parent: &H::Parent,
    numbers: &mut RangeFrom<u64>,
) -> Result<H::Actor, String> {
    let number = numbers.next().unwrap_or_default();
    H::actor(parent, format!("passer-by-{number}")).await
}

async fn pass_by<H: Host>(actor: H::Actor) {
    send::<H>(&actor, Do::Count);
    H::end(actor).await;
}

/// Actors that crash in turns and are restarted.
async fn crashes<H: Host>(each_second: u32) -> Result<(), String> {
    let parent = H::parent("crashers".to_owned()).await?;
    let mut crashers = Vec::new();
    for number in 0..each_second.min(CRASHERS) {
        crashers.push(H::supervised(&parent, format!("crasher-{number}")).await?);
    }
    let mut next = 0;
    let mut pace = Pace::new(u64::from(each_second));
    loop {
        for _ in 0..pace.due().await {
            next = (next + 1) % crashers.len();
            if let Some(crasher) = crashers.get(next) {
                send::<H>(crasher, Do::Crash);
            }
        }
    }
}

/// A line each second.
async fn report() -> Result<(), String> {
    let read = || {
        [&SENT, &REFUSED, &DONE.handled, &DONE.started, &DONE.ended, &DONE.crashed]
            .map(|counter| counter.load(Relaxed))
    };
    let mut before = (Instant::now(), read());
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let (now, counts) = (Instant::now(), read());
        let seconds = now.duration_since(before.0).as_secs_f64();
        let mut rates =
            counts.iter().zip(before.1).map(|(now, then)| (now - then) as f64 / seconds);
        let mut rate = || rates.next().unwrap_or_default();
        eprintln!(
            "storm: each second {:.0} sent, {:.0} refused, {:.0} handled, {:.0} started, {:.0} ended, {:.0} crashed{}",
            rate(),
            rate(),
            rate(),
            rate(),
            rate(),
            rate(),
            resident().map_or_else(String::new, |b| format!("; {} MB resident", b / 1_000_000)),
        );
        before = (now, counts);
    }
}

/// Memory of the process in bytes, where it can be told.
fn resident() -> Option<u64> {
    // The second number, in pages; those of Linux on the machines it is read on have 4 KiB.
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(pages.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()? * 4_096)
}

/// SIGINT, SIGTERM, or the end of the time.
async fn stopped(after: Option<Duration>, signalled: impl Future<Output = ()>) {
    let time_is_up = async {
        match after {
            Some(after) => tokio::time::sleep(after).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = time_is_up => {}
        () = signalled => {}
    }
}
