//! Builds the variants, runs them in turns and compares.
//!
//! ```text
//! cargo run --release -p bench -- [--rounds N] [--markdown] [tokio|kameo] [time|memory]
//! ```
//!
//! **Method.** Every variant is a binary of its own, built by itself, so that no feature of one leaks
//! into another. A round starts each of them once, in an order that rotates from round to round; a
//! process measures itself and prints what it found. Reported are medians over all rounds. The
//! *cost* of a variant is the median of its differences to the base of the same round; the floor F
//! is the cost of two raw clock reads and the stores that keep what they say, in the same loop. A
//! variant that is `watched` has a client on its socket that shows a table of 60 rows once a second.

mod build;
mod report;
mod run;

use std::process::ExitCode;

/// Rounds unless said otherwise.
const ROUNDS: usize = 15;

/// One line of the table: a binary in a mode.
pub struct Entry {
    pub package: &'static str,
    pub mode: &'static str,
    pub label: &'static str,
}

const fn entry(package: &'static str, mode: &'static str, label: &'static str) -> Entry {
    Entry { package, mode, label }
}

/// What is compared: the base first, the floor second.
const TOKIO: &[Entry] = &[
    entry("tokio-base", "off", "tokio"),
    entry("tokio-floor", "off", "the floor"),
    entry("tokio-ours", "off", "actorscope, no agent started"),
    entry("tokio-ours", "on", "actorscope"),
    entry("tokio-ours", "watched", "actorscope, watched at 1 Hz"),
    entry("tokio-console", "off", "tokio-console"),
];
const KAMEO: &[Entry] = &[
    entry("kameo-base", "off", "kameo"),
    entry("kameo-floor", "off", "the floor"),
    entry("kameo-ours", "off", "actorscope, no agent started"),
    entry("kameo-ours", "on", "actorscope"),
    entry("kameo-ours", "watched", "actorscope, watched at 1 Hz"),
    entry("kameo-console", "off", "kameo's `console`"),
];

fn main() -> ExitCode {
    let mut rounds = ROUNDS;
    let (mut sets, mut whats) = (Vec::new(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => match arguments.next().and_then(|n| n.parse().ok()) {
                Some(n) if n > 0 => rounds = n,
                _ => return usage("--rounds takes a number from 1"),
            },
            "tokio" => sets.push(TOKIO),
            "kameo" => sets.push(KAMEO),
            "time" | "memory" => whats.push(argument),
            other => return usage(&format!("`{other}` is not known")),
        }
    }
    if sets.is_empty() {
        sets = vec![TOKIO, KAMEO];
    }
    if whats.is_empty() {
        whats = vec!["time".to_owned(), "memory".to_owned()];
    }
    match compare(&sets, &whats, rounds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage(wrong: &str) -> ExitCode {
    eprintln!("bench: {wrong}\nusage: bench [--rounds N] [tokio|kameo] [time|memory]");
    ExitCode::from(2)
}

fn compare(sets: &[&[Entry]], whats: &[String], rounds: usize) -> Result<(), String> {
    let built = build::build(sets.iter().flat_map(|set| set.iter()).map(|e| e.package))?;
    report::method(rounds);
    for set in sets {
        for what in whats {
            // Memory is counted, not timed: it does not vary from round to round.
            let rounds = if what == "memory" { 3.min(rounds) } else { rounds };
            let found = run::rounds(set, what, rounds, &built)?;
            report::table(set, what, &found);
        }
    }
    Ok(())
}
