//! What observing a million actors costs: a row for each target, a curve for each cost.
//!
//! ```text
//! cargo run --release -p million -- [--framework kameo] [--sizes 1000,20000] [--parts agent,wire] [--into FILE]
//! ```
//!
//! **Method.** `storm` (in `examples`) and `actorscope` are built by themselves and run as processes of
//! their own; nothing is measured inside of this one but what a client is. At each size there are two
//! storms: one in which a tenth of the actors gets a message a second, and one in which nothing
//! happens. CPU is what the kernel says of the agent's thread and of the program. Bytes are those of
//! the protobuf messages that arrive. Frames are drawn by the program's own code on a buffer, and keys
//! pressed in the program itself on a pseudo-terminal. Reported are medians; where a slow case counts
//! (a key, a first screen), it stands beside them. Whatever is started here is stopped here, by its
//! id, also when something fails or this is interrupted; and a storm ends by itself after half an hour.

mod binaries;
mod measure;
mod options;
mod paste;
mod plot;
mod process;
mod report;
mod stats;
mod storm;
mod views;
mod watch;

use binaries::{Binaries, Variants};
use clap::Parser as _;
use measure::{agent, churn, first, frame, host, screen, wire};
use options::{Options, Part};
use plot::{figure, size};
use report::{Growth, Report, Verdict};
use stats::{median, most, quantile};
use std::cell::RefCell;
use std::process::ExitCode;
use storm::{Storm, Weather};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let options = Options::parse();
    let report = RefCell::new(Report::default());
    let done = run(&options, &report);
    let report = report.into_inner();
    let text = format!("{}\n{}", heading(&options), report.markdown());
    println!("{text}");
    let pasted = match &options.into {
        // Half of it is no table to be read later.
        Some(path) if done.is_ok() && report.is_whole() => {
            paste::into(path, options.framework, &text)
        }
        Some(_) => Err("not everything was measured: nothing was written".to_owned()),
        None => Ok(()),
    };
    match done.and(pasted) {
        Ok(()) if report.is_whole() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("million: {error}");
            ExitCode::FAILURE
        }
    }
}

fn heading(options: &Options) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{} actors of {} at most, {} % of them with a message a second; {cores} cores.\n",
        size(options.largest()),
        options.framework,
        100.0 * options.active
    )
}

fn run(options: &Options, report: &RefCell<Report>) -> Result<(), String> {
    let binaries = binaries::build()?;
    let variants = if options.wants(Part::Spawn) { Some(binaries::variants()?) } else { None };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    // Dropped on the way out, whatever the way is, everything that was started is killed.
    runtime.block_on(async {
        let mut ended = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
        tokio::select! {
            () = all(options, &binaries, variants.as_ref(), report) => Ok(()),
            _ = tokio::signal::ctrl_c() => Err("interrupted".to_owned()),
            _ = ended.recv() => Err("told to end".to_owned()),
        }
    })
}

/// Every part that is asked for. What can't be measured is said, and the rest is measured.
async fn all(
    options: &Options,
    binaries: &Binaries,
    variants: Option<&Variants>,
    report: &RefCell<Report>,
) {
    let of_nodes = [Part::Agent, Part::Wire, Part::Screen];
    if of_nodes.iter().any(|part| options.wants(*part)) {
        for actors in options.sizes.iter().copied() {
            eprintln!("{} actors", size(actors));
            if let Err(error) = at_size(options, binaries, actors, report).await {
                report.borrow_mut().problem(format!("{} actors: {error}", size(actors)));
            }
        }
    }
    if options.wants(Part::Host) {
        eprintln!("the host");
        match host::measure(&binaries.storm, options).await {
            Ok(found) => tell_host(&found, options, &mut report.borrow_mut()),
            Err(error) => report.borrow_mut().problem(format!("the host: {error}")),
        }
    }
    if let Some(variants) = variants {
        eprintln!("a start and an end");
        match churn::spawn_exit(variants).await {
            Ok(found) => tell_spawn(found, &mut report.borrow_mut()),
            Err(error) => report.borrow_mut().problem(format!("a start and an end: {error}")),
        }
    }
    if options.wants(Part::Churn) {
        eprintln!("starts and ends");
        match churn::churn(&binaries.storm, options).await {
            Ok(found) => tell_churn(&found, options, &mut report.borrow_mut()),
            Err(error) => report.borrow_mut().problem(format!("starts and ends: {error}")),
        }
    }
    if options.wants(Part::Restarts) {
        eprintln!("restarts");
        match churn::restarts(binaries, options).await {
            Ok(found) => tell_restarts(&found, &mut report.borrow_mut()),
            Err(error) => report.borrow_mut().problem(format!("restarts: {error}")),
        }
    }
}

/// Two storms of a size: one active, one quiet.
async fn at_size(
    options: &Options,
    binaries: &Binaries,
    actors: u32,
    report: &RefCell<Report>,
) -> Result<(), String> {
    let weather = Weather::calm(options.framework, actors, options.active);
    let is_judged = actors == options.largest();
    let storm = Storm::start(&binaries.storm, weather.clone()).await?;
    eprintln!("  up after {:.1} s", storm.took.as_secs_f64());
    if options.wants(Part::Agent) {
        let patience = std::time::Duration::from_secs(options.unwatched);
        let cost = agent::measure(&storm, options.window(), patience).await?;
        tell_agent(&cost, actors, is_judged, &mut report.borrow_mut());
        let session = first::session(&storm, options.screens).await?;
        let times = options.screens.min(7);
        let command = first::command(&storm, &binaries.actorscope, times).await?;
        tell_first(&session, &command, actors, is_judged, &mut report.borrow_mut());
    }
    let busy = if options.wants(Part::Wire) {
        Some(wire::measure(&storm, options.window()).await?)
    } else {
        None
    };
    if options.wants(Part::Screen) {
        let frames = frame::measure(&storm).await?;
        let screen = screen::measure(&storm, &binaries.actorscope, options.window()).await?;
        tell_screen(&frames, &screen, actors, is_judged, &mut report.borrow_mut());
    }
    let observed = process::memory(storm.pid())?.now;
    storm.stop().await?;
    if let Some(busy) = busy {
        let storm = Storm::start(&binaries.storm, Weather { active: 0.0, ..weather.clone() });
        let storm = storm.await?;
        let quiet = wire::measure(&storm, options.window()).await?;
        storm.stop().await?;
        tell_wire(&busy, &quiet, actors, is_judged, &mut report.borrow_mut());
    }
    if options.wants(Part::Agent) {
        let storm = Storm::start(&binaries.storm, Weather { has_agent: false, ..weather }).await?;
        let alone = process::memory(storm.pid())?.now;
        storm.stop().await?;
        tell_memory(observed, alone, actors, is_judged, &mut report.borrow_mut());
    }
    Ok(())
}

fn tell_agent(cost: &agent::Cost, actors: u32, is_judged: bool, report: &mut Report) {
    let linear = Growth::Linear;
    report.point("a pass", "ms", linear, actors, cost.pass_ms);
    report.point("the agent, watched", "% of a core", linear, actors, 100.0 * cost.watched);
    match cost.unwatched {
        Some(share) => {
            report.point("the agent, unwatched", "% of a core", linear, actors, 100.0 * share);
        }
        None => report.problem(format!(
            "the unwatched agent of {}: it looks more rarely than --unwatched lets wait for",
            size(actors)
        )),
    }
    if !is_judged {
        return;
    }
    let of = size(actors);
    report.line(
        format!("a pass over {of}"),
        format!("{} ms", figure(cost.pass_ms)),
        "40 ms",
        Verdict::at_most(cost.pass_ms, 40.0),
        "the agent's own figure, watched",
    );
    let share = |share: f64| format!("{} % of a core", figure(100.0 * share));
    report.line(
        format!("the agent of {of}, watched at 1 Hz"),
        share(cost.watched),
        "5 %",
        Verdict::at_most(cost.watched, 0.05),
        "the kernel's figure of its thread",
    );
    if let Some(unwatched) = cost.unwatched {
        report.line(
            "the same, unwatched",
            share(unwatched),
            "0.5 %",
            Verdict::at_most(unwatched, 0.005),
            "the same, over three of its rounds",
        );
    }
}

fn tell_first(session: &[f64], command: &[f64], actors: u32, is_judged: bool, report: &mut Report) {
    let value = |all: &[f64]| median(all).unwrap_or(f64::NAN);
    report.point("a first screen", "ms", Growth::Linear, actors, value(session));
    report.point("`actorscope top`, the process", "ms", Growth::Linear, actors, value(command));
    if !is_judged {
        return;
    }
    let with_worst = |all: &[f64]| {
        let worst = most(all).unwrap_or(f64::NAN);
        format!("{} ms (at most {})", figure(value(all)), figure(worst))
    };
    let of = size(actors);
    report.line(
        format!("a first screen of {of}"),
        with_worst(session),
        "150 ms",
        Verdict::at_most(value(session), 150.0),
        "a session from connecting to 60 rows",
    );
    report.line(
        format!("`actorscope top --limit 60 --json` of {of}"),
        with_worst(command),
        "150 ms",
        Verdict::at_most(value(command), 150.0),
        "the whole process",
    );
}

fn tell_wire(
    busy: &wire::Wire,
    quiet: &wire::Wire,
    actors: u32,
    is_judged: bool,
    report: &mut Report,
) {
    let (none, unit) = (Growth::None, "bytes/s");
    report.point("wire: a table of 60 rows", unit, none, actors, busy.table.a_second);
    report.point("wire: a tree of 60 rows", unit, none, actors, busy.tree.a_second);
    report.point("wire: the header", unit, none, actors, busy.summary.a_second);
    report.point("wire: a table, quiet", unit, none, actors, quiet.table.a_second);
    report.point("wire: a tree, quiet", unit, none, actors, quiet.tree.a_second);
    report.point("wire: a table's first frame", "bytes", none, actors, busy.table.first);
    let method = "protobuf bytes that arrive, without the first frame";
    let mut line = |what: &str, bytes: &wire::Bytes, target: f64| {
        report.line(
            format!("wire: {what}, of {}", size(actors)),
            format!("{:.0} bytes/s", bytes.a_second),
            format!("{target:.0}"),
            Verdict::at_most(bytes.a_second, target),
            method,
        );
    };
    // The same for all sizes is the target: each is a row.
    line("a table of 60 rows at 1 Hz", &busy.table, 8_000.0);
    line("a tree of 60 rows at 1 Hz", &busy.tree, 8_000.0);
    if is_judged {
        line("a table when nothing changes", &quiet.table, 300.0);
        line("a tree when nothing changes", &quiet.tree, 300.0);
        report.line(
            "wire: the header's figures at 1 Hz",
            format!("{:.0} bytes/s", busy.summary.a_second),
            "",
            Verdict::Told,
            method,
        );
    }
}

fn tell_screen(
    frames: &frame::Frames,
    screen: &screen::Screen,
    actors: u32,
    is_judged: bool,
    report: &mut Report,
) {
    let none = Growth::None;
    let slowest = frames
        .drawn
        .iter()
        .filter_map(|(name, all)| Some((*name, median(all)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let (name, frame) = slowest.unwrap_or(("no screen", f64::NAN));
    let key = median(&screen.keys_ms).unwrap_or(f64::NAN);
    let slow_key = quantile(&screen.keys_ms, 0.95).unwrap_or(f64::NAN);
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    report.point("UI: a frame of 200×60", "ms", none, actors, frame);
    report.point("UI: idle", "% of a core", none, actors, 100.0 * screen.idle);
    let agent = 100.0 * screen.agent;
    report.point("the agent, under the overview", "% of a core", Growth::Linear, actors, agent);
    report.point("UI: key to paint", "ms", none, actors, key);
    report.point("UI: memory", "MB", none, actors, megabytes(screen.memory.now));
    report.point("UI: from start to rows", "ms", Growth::Linear, actors, screen.first_ms);
    if !is_judged {
        return;
    }
    report.line(
        "UI: a frame of 200×60",
        format!("{} ms ({name})", figure(frame)),
        "3 ms",
        Verdict::at_most(frame, 3.0),
        "a key, and every cell drawn into a buffer; the slowest screen",
    );
    report.line(
        "UI: taking in what arrives, a frame of a view",
        format!("{} ms", figure(median(&frames.taken).unwrap_or(f64::NAN))),
        "",
        Verdict::Told,
        "the program's own state, fed by a session",
    );
    report.line(
        "UI: idle",
        format!("{} % of a core", figure(100.0 * screen.idle)),
        "1 %",
        Verdict::at_most(screen.idle, 0.01),
        "the kernel's figure; the overview at 1 Hz on a pseudo-terminal",
    );
    report.line(
        format!("the agent of {}, under the overview at 1 Hz", size(actors)),
        format!("{} % of a core", figure(agent)),
        "5 %",
        Verdict::at_most(agent, 5.0),
        "the kernel's figure of its thread, over the same time",
    );
    report.line(
        "UI: key to paint",
        format!("{} ms (95 %: {})", figure(key), figure(slow_key)),
        "33 ms",
        Verdict::at_most(slow_key, 33.0),
        "`?` and Esc, until the help is there or gone; 95 % of them",
    );
    report.line(
        "UI: resident memory",
        format!(
            "{} MB (at most {})",
            figure(megabytes(screen.memory.now)),
            figure(megabytes(screen.memory.most))
        ),
        "60 MB",
        Verdict::at_most(megabytes(screen.memory.most), 60.0),
        "the kernel's figure, after all screens; the most it ever was",
    );
}

fn tell_memory(observed: u64, alone: u64, actors: u32, is_judged: bool, report: &mut Report) {
    let each = |bytes: u64| bytes as f64 / f64::from(actors);
    let more = each(observed.saturating_sub(alone));
    // What a process needs in any case is divided by few at first.
    report.point("host: memory an actor", "bytes", Growth::None, actors, each(observed));
    if is_judged {
        report.line(
            "host: resident memory an actor",
            format!("{:.0} bytes, {:.0} of them the agent's", each(observed), more),
            "",
            Verdict::Told,
            "the kernel's figure, over a storm without an agent, whose actors are instrumented too",
        );
    }
}

fn tell_host(found: &host::Drop, options: &Options, report: &mut Report) {
    let (drop, half) = found.throughput;
    report.line(
        format!("host: drop of throughput of {} when attached", size(options.largest())),
        format!(
            "{drop:+.2} ± {half:.2} % at {:.0} a second, {:.0} % of {:.0}",
            found.detached,
            100.0 * found.detached / found.capacity,
            found.capacity
        ),
        "2 %",
        Verdict::within([drop - half, drop + half], 2.0),
        "alternating pairs, 95 % interval by Student's t",
    );
    let (more, half) = found.cpu;
    report.line(
        "host: CPU a message when attached",
        format!("{more:+.2} ± {half:.2} %"),
        "",
        Verdict::Told,
        "the same pairs, without the agent's own thread",
    );
}

fn tell_spawn([off, on]: [churn::More; 2], report: &mut Report) {
    let told = |(median, [low, high]): churn::More| {
        let [median, low, high] = [median, low, high].map(|ns| figure(ns / 1e3));
        format!("{median} µs ({low} to {high})")
    };
    let (_, within) = on;
    report.line(
        "start and end of a tokio task, more than plain tokio's",
        format!("{}; without an agent {}", told(on), told(off)),
        "0.6 µs",
        Verdict::within(within, 600.0),
        "one after another; medians of rounds and their 95 % intervals, by ranks",
    );
}

fn tell_churn(found: &churn::Churned, options: &Options, report: &mut Report) {
    report.line(
        "starts and ends counted",
        format!(
            "{} of {} events, {} of {} living, at {:.0} a second",
            found.counted.0, found.happened.0, found.counted.1, found.happened.1, found.each_second
        ),
        format!("all, at {} a second for {} s", options.churn, options.churn_for),
        Verdict::of(
            found.counted == found.happened && found.each_second >= 0.98 * f64::from(options.churn),
        ),
        "what the actors counted beside what the agent did",
    );
    let (before, after) = found.memory;
    report.line(
        "memory over that time",
        format!(
            "{:.1} MB, then {:.1} MB; at most {} lived at once",
            before / 1e6,
            after / 1e6,
            found.most_at_once
        ),
        "flat: 5 % at most",
        Verdict::at_most(after, 1.05 * before),
        "resident: the second quarter of the time beside the last",
    );
}

fn tell_restarts(found: &churn::Restarted, report: &mut Report) {
    report.line(
        "restarts counted",
        format!("{} of {} at {:.0} a second", found.counted, found.crashed, found.each_second),
        "all",
        Verdict::of(found.counted == found.crashed),
        "what the actors counted beside what the agent did",
    );
    report.line(
        "events held meanwhile",
        format!(
            "{} in {} KB, the gap before them {}",
            found.held,
            found.held_bytes / 1_000,
            if found.is_marked { "marked" } else { "not marked" }
        ),
        "bounded, marked",
        Verdict::of(found.is_marked && found.held_bytes <= 1_100_000),
        "every event from the first on, asked for",
    );
    let slow = quantile(&found.keys_ms, 0.95).unwrap_or(f64::NAN);
    report.line(
        "UI: key to paint meanwhile",
        format!(
            "{} ms (95 %: {})",
            figure(median(&found.keys_ms).unwrap_or(f64::NAN)),
            figure(slow)
        ),
        "100 ms: nobody notices",
        Verdict::at_most(slow, 100.0),
        "as above; a frame each 33 ms is drawn in any case",
    );
}
