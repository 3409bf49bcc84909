//! Orders on stdin, for whoever measures: what happened so far, and an end to what happens.

use crate::storm::{CALM, totals};
use std::io::{BufRead as _, Write as _};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// Obeys from now on until stdin ends, on a thread of its own: an answer must not wait until there is
/// room among a million actors.
pub fn take(actors: u32, begin: Instant) -> Result<(), String> {
    let obey = move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if let Err(error) = follow(line.trim(), actors, begin) {
                eprintln!("storm: {error}");
            }
        }
    };
    let thread = std::thread::Builder::new().name("orders".to_owned()).spawn(obey);
    thread.map(drop).map_err(|error| format!("no thread to take orders on: {error}"))
}

fn follow(order: &str, actors: u32, begin: Instant) -> Result<(), String> {
    match order {
        "totals" => {
            let line = serde_json::to_string(&totals(actors, begin));
            let line = line.map_err(|error| error.to_string())?;
            let mut out = std::io::stdout().lock();
            let written = writeln!(out, "{line}").and_then(|()| out.flush());
            written.map_err(|error| format!("the totals can't be printed: {error}"))
        }
        "calm" => {
            CALM.store(true, Relaxed);
            Ok(())
        }
        "" => Ok(()),
        other => Err(format!("there is no order {other:?}; there are `totals` and `calm`")),
    }
}
