//! Whether the numbers on the screen are right: a load whose truth is known, beside what the agent
//! says of it.
//!
//! Arrivals are Poisson, from a thread of their own; handlers compute for exponentially distributed
//! times. Every message carries the instant at which it was sent, so the true waits are known
//! exactly. A measured quantile is right if it lies between the true quantiles a little below and
//! above, or is off by no more than 15 %.

use crate::Rig;
use actorscope_agent::core::histogram::Buckets;
use actorscope_proto::v1;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Mean time that a handler computes.
const HANDLING: Duration = Duration::from_micros(100);

/// Messages in one run.
const MESSAGES: usize = 20_000;

/// Runs of one load, the best of which counts: a machine that was busy with something else during
/// one says nothing.
const RUNS: usize = 3;

/// Relative error that passes whatever the distribution looks like there.
const TOLERANCE: f64 = 0.15;

/// Shares of the time in which the actor has something to do.
pub const LOADS: [f64; 4] = [0.30, 0.60, 0.80, 0.95];

/// Quantiles that are compared, and how far in rank the truth may be away.
const QUANTILES: [(f64, f64); 3] = [(0.50, 0.05), (0.90, 0.05), (0.99, 0.005)];

/// A message that knows when it was sent and how much there is to do.
#[derive(Debug)]
pub struct Job {
    sent: Instant,
    work: Duration,
    truth: Truth,
}

/// What truly happened, in nanoseconds.
#[derive(Clone, Debug, Default)]
pub struct Truth(Arc<Mutex<(Vec<u64>, Vec<u64>)>>);

impl Job {
    /// Computes, and notes when that began and how long it took.
    pub fn run(self) {
        let begun = Instant::now();
        while begun.elapsed() < self.work {
            std::hint::spin_loop();
        }
        let took = begun.elapsed();
        let waited = begun.saturating_duration_since(self.sent);
        let mut truth = self.truth.0.lock().unwrap();
        truth.0.push(waited.as_nanos() as u64);
        truth.1.push(took.as_nanos() as u64);
    }
}

/// Sends Poisson arrivals at every load and compares. `start` starts an actor of this name whose
/// slot has the same path, and returns what sends to it; the actor ends when that is dropped.
pub async fn check<S>(rig: &Rig, what: &str, mut start: impl AsyncFnMut(&str) -> S)
where
    S: Fn(Job) + Send + 'static,
{
    for (step, load) in LOADS.into_iter().enumerate() {
        let mut found = Vec::new();
        for run in 0..RUNS {
            let name = format!("{what}-{step}-{run}");
            let send = start(&name).await;
            let verdict = one(rig, &name, load, send).await;
            eprintln!("{what} at {:.0} %: {verdict}", load * 100.0);
            let passed = verdict.wrong.is_empty();
            found.push(verdict);
            if passed {
                break;
            }
        }
        assert!(
            found.iter().any(|verdict| verdict.wrong.is_empty()),
            "{what} at {:.0} % load is wrong in each of {RUNS} runs: {:#?}",
            load * 100.0,
            found.iter().map(|verdict| &verdict.wrong).collect::<Vec<_>>()
        );
    }
}

/// What one run came to.
struct Verdict {
    lines: Vec<String>,
    wrong: Vec<String>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join("; "))
    }
}

async fn one<S: Fn(Job) + Send + 'static>(rig: &Rig, name: &str, load: f64, send: S) -> Verdict {
    let path = format!("/{name}");
    // Looked at before the load begins: from here on the fine histogram is there.
    rig.when(&path, |stats| stats.state.as_ref().is_some_and(|s| s.word == "idle")).await;
    let truth = Truth::default();
    let of_thread = truth.clone();
    let sender = std::thread::spawn(move || {
        produce(load, &of_thread, &send);
        send
    });
    rig.when(&path, |stats| {
        stats.total.as_ref().is_some_and(|total| total.handled >= MESSAGES as u64)
    })
    .await;
    let send = sender.join().unwrap();
    let (_, _, detail) = rig.show(&path).await.unwrap();
    drop(send);
    let (waits, handlings) = std::mem::take(&mut *truth.0.lock().unwrap());
    let mut verdict = Verdict { lines: Vec::new(), wrong: Vec::new() };
    for (what, true_values, buckets) in
        [("wait", waits, detail.queue_wait), ("handling", handlings, detail.handling)]
    {
        let buckets = Buckets::try_from(buckets.expect("a histogram")).unwrap();
        assert!(
            buckets.count() + 100 >= MESSAGES as u64,
            "the histogram has {} of {MESSAGES}",
            buckets.count()
        );
        compare(what, true_values, &buckets, &mut verdict);
    }
    verdict
}

fn produce(load: f64, truth: &Truth, send: &impl Fn(Job)) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (load * 1_000.0) as u64);
    let gap = HANDLING.as_secs_f64() / load;
    let begun = Instant::now();
    let mut due = 0.0;
    for _ in 0..MESSAGES {
        due += gap * random.exponential();
        let at = begun + Duration::from_secs_f64(due);
        while Instant::now() < at {
            std::hint::spin_loop();
        }
        let work = HANDLING.mul_f64(random.exponential());
        send(Job { sent: Instant::now(), work, truth: truth.clone() });
    }
}

fn compare(what: &str, mut truth: Vec<u64>, measured: &Buckets, verdict: &mut Verdict) {
    truth.sort_unstable();
    let at = |q: f64| {
        let rank = (q.clamp(0.0, 1.0) * (truth.len() - 1) as f64).round() as usize;
        truth[rank] as f64
    };
    let mut line = what.to_owned();
    for (q, away) in QUANTILES {
        let told = measured.quantile(q).expect("a quantile") as f64;
        let (low, exact, high) = (at(q - away), at(q), at(q + away));
        let within_ranks = (low..=high).contains(&told);
        let close = (told - exact).abs() <= TOLERANCE * exact;
        line += &format!(" p{:.0} {:.1}/{:.1} µs", q * 100.0, told / 1e3, exact / 1e3);
        if !within_ranks && !close {
            verdict.wrong.push(format!(
                "{what} p{:.0}: {told} ns, truly {exact} ns ({low} … {high})",
                q * 100.0
            ));
        }
    }
    verdict.lines.push(line);
}

/// splitmix64: enough for arrival times, and the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// With mean 1.
    fn exponential(&mut self) -> f64 {
        let uniform = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        -(1.0 - uniform).ln()
    }
}

/// Compares the oldest wait that the agent tells with the time since `sent`, once that is `long`
/// ago. `late_by` is what the agent may be late in noticing that something is queued.
pub async fn check_oldest_wait(
    rig: &Rig,
    path: &str,
    sent: SystemTime,
    long: Duration,
    late_by: Duration,
) {
    let deadline = tokio::time::Instant::now() + long + crate::SOON;
    loop {
        let request = v1::QueryRequest { path: path.to_owned(), view: None };
        let frame = rig.ask(request).await.unwrap();
        let sampled = UNIX_EPOCH + Duration::from_nanos(frame.sampled_at);
        let truth = sampled.duration_since(sent).unwrap_or_default();
        if truth >= long {
            let told = frame.stats[0].oldest_wait_ns.expect("an oldest wait");
            let told = Duration::from_nanos(told);
            let least = truth.mul_f64(1.0 - TOLERANCE).saturating_sub(late_by);
            let most = truth.mul_f64(1.0 + TOLERANCE);
            assert!((least..=most).contains(&told), "{path}: {told:?}, truly {truth:?}");
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{path} was not sampled any more");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
