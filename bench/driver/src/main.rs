//! Builds the variants, runs them in turns and compares.
//!
//! ```text
//! cargo run --release -p bench -- [--rounds N] [FAMILY]… [time|memory]
//! ```
//!
//! FAMILY is `tokio`, `kameo`, `ractor`, `actix`, `ractor-supervisor` or `task-supervisor`; all of them
//! unless said otherwise.
//!
//! **Method.** Every variant is a binary of its own, built by itself, so that no feature of one leaks
//! into another. A round starts each of them once. For `time` they then take turns with windows of some
//! milliseconds, in an order that rotates, because how quick a host is may change from one second to the
//! next; for `memory` each runs by itself. Reported are medians over all turns of all rounds. The *cost*
//! of a variant is the median of its differences to the base in the same turn; the floor F is the cost
//! of two raw clock reads and the stores that keep what they say, in the same loop. What is told in F
//! has a 95 % interval, by the bootstrap over rounds. A variant that is `watched` has a client on its
//! socket that shows a table of 60 rows once a second.

mod build;
mod report;
mod run;

use actorscope_bench::{Figures, Window};
use build::Built;
use report::Column;
use std::process::ExitCode;

/// Rounds unless said otherwise.
const ROUNDS: usize = 15;
/// At most so many for bytes.
const BYTES_ROUNDS: usize = 3;

/// One line of the table: a binary in a mode.
pub struct Entry {
    pub package: &'static str,
    pub mode: &'static str,
    pub label: &'static str,
}

const fn entry(package: &'static str, mode: &'static str, label: &'static str) -> Entry {
    Entry { package, mode, label }
}

/// What is compared with each other.
pub struct Family {
    /// What it is asked for by on the command line.
    name: &'static str,
    /// The base first; the floor second, if there is one.
    pub entries: &'static [Entry],
    pub has_floor: bool,
    /// What a window of spawns and exits is of.
    pub spawn_exit: &'static str,
}

const OFF: &str = "actorscope, no agent started";
const ON: &str = "actorscope";
const WATCHED: &str = "actorscope, watched at 1 Hz";

const FAMILIES: &[Family] = &[
    Family {
        name: "tokio",
        entries: &[
            entry("tokio-base", "off", "tokio"),
            entry("tokio-floor", "off", "the floor"),
            entry("tokio-ours", "off", OFF),
            entry("tokio-ours", "on", ON),
            entry("tokio-ours", "watched", WATCHED),
            entry("tokio-console", "off", "tokio-console"),
        ],
        has_floor: true,
        spawn_exit: "spawn + exit, ns",
    },
    Family {
        name: "kameo",
        entries: &[
            entry("kameo-base", "off", "kameo"),
            entry("kameo-floor", "off", "the floor"),
            entry("kameo-ours", "off", OFF),
            entry("kameo-ours", "on", ON),
            entry("kameo-ours", "watched", WATCHED),
            entry("kameo-console", "off", "kameo's `console`"),
        ],
        has_floor: true,
        spawn_exit: "spawn + exit, ns",
    },
    Family {
        name: "ractor",
        entries: &[
            entry("ractor-base", "off", "ractor"),
            entry("ractor-floor", "off", "the floor"),
            entry("ractor-ours", "off", OFF),
            entry("ractor-ours", "on", ON),
            entry("ractor-ours", "watched", WATCHED),
            entry("ractor-tracked", "on", "actorscope, tracked references"),
            entry("ractor-tracked", "watched", "the same, watched at 1 Hz"),
        ],
        has_floor: true,
        spawn_exit: "spawn + exit, ns",
    },
    Family {
        name: "actix",
        entries: &[
            entry("actix-base", "off", "actix"),
            entry("actix-floor", "off", "the floor"),
            entry("actix-ours", "off", OFF),
            entry("actix-ours", "on", ON),
            entry("actix-ours", "watched", WATCHED),
            entry("actix-context", "on", "actorscope, our context"),
            entry("actix-context", "watched", "the same, watched at 1 Hz"),
        ],
        has_floor: true,
        spawn_exit: "spawn + exit, ns",
    },
    Family {
        name: "ractor-supervisor",
        entries: &[
            entry("ractor-supervisor-base", "off", "ractor-supervisor"),
            entry("ractor-supervisor-ours", "off", OFF),
            entry("ractor-supervisor-ours", "on", ON),
            entry("ractor-supervisor-ours", "watched", WATCHED),
        ],
        has_floor: false,
        spawn_exit: "child: spawn + exit, ns",
    },
    Family {
        name: "task-supervisor",
        entries: &[
            entry("task-supervisor-base", "off", "task-supervisor"),
            entry("task-supervisor-ours", "off", OFF),
            entry("task-supervisor-ours", "on", ON),
            entry("task-supervisor-ours", "watched", WATCHED),
        ],
        has_floor: false,
        spawn_exit: "task: restart, ns",
    },
];

fn main() -> ExitCode {
    let mut rounds = ROUNDS;
    let (mut families, mut whats) = (Vec::new(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => match arguments.next().and_then(|n| n.parse().ok()) {
                Some(n) if n > 0 => rounds = n,
                _ => return usage("--rounds takes a number from 1"),
            },
            "time" | "memory" => whats.push(argument),
            other => match FAMILIES.iter().find(|family| family.name == other) {
                Some(family) => families.push(family),
                None => return usage(&format!("`{other}` is not known")),
            },
        }
    }
    if families.is_empty() {
        families.extend(FAMILIES);
    }
    if whats.is_empty() {
        whats = vec!["time".to_owned(), "memory".to_owned()];
    }
    match compare(&families, &whats, rounds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage(wrong: &str) -> ExitCode {
    let names: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
    let names = names.join("|");
    eprintln!("bench: {wrong}\nusage: bench [--rounds N] [{names}]… [time|memory]");
    ExitCode::from(2)
}

fn compare(families: &[&Family], whats: &[String], rounds: usize) -> Result<(), String> {
    let entries = families.iter().flat_map(|family| family.entries);
    let built = build::build(entries.map(|entry| entry.package))?;
    report::method(rounds);
    for family in families {
        for what in whats {
            let is_time = what == "time";
            let columns =
                if is_time { times(family, rounds, &built) } else { bytes(family, rounds, &built) };
            report::table(family, &columns?, is_time && family.has_floor);
        }
    }
    Ok(())
}

fn times(family: &Family, rounds: usize, built: &Built) -> Result<Vec<Column>, String> {
    // Those without a floor get no messages.
    let windows: &[Window] = if family.has_floor { &Window::ALL } else { &[Window::SpawnExit] };
    let name = |window| match window {
        Window::Message => "message, ns",
        Window::Ask => "ask, ns",
        Window::SpawnExit => family.spawn_exit,
        Window::MessageTwoThreads => "message, two threads, ns",
    };
    let found = run::times(family.entries, windows, rounds, built)?;
    let columns = windows.iter().map(|window| name(*window)).zip(found);
    Ok(columns.map(|(name, found)| Column { name, found }).collect())
}

fn bytes(family: &Family, rounds: usize, built: &Built) -> Result<Vec<Column>, String> {
    // Bytes hardly vary from round to round.
    let found = run::wholes(family.entries, "memory", rounds.min(BYTES_ROUNDS), built)?;
    let column = |name, pick: fn(&Figures) -> Option<f64>| {
        let round = |figures| pick(figures).into_iter().collect();
        let found = found.iter().map(|rounds| rounds.iter().map(round).collect()).collect();
        Column { name, found }
    };
    let mut columns =
        vec![column("idle, bytes", |f| f.idle_bytes), column("active, bytes", |f| f.active_bytes)];
    columns.retain(Column::has_any);
    Ok(columns)
}
