//! What can be asked for.

use actorscope_examples::arguments::{duration, rate};
use clap::{Parser, ValueEnum};
use std::time::Duration;

/// What the actors run on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Framework {
    /// Tasks that receive from bounded channels.
    Tokio,
    /// kameo's actors with bounded mailboxes.
    Kameo,
    /// ractor's actors, sent to by tracked references.
    Ractor,
}

/// Runs many actors until SIGINT or SIGTERM, reports each second on stderr and in total, as JSON, on
/// stdout.
#[derive(Parser, Clone, Debug)]
#[command(name = "storm", version)]
pub struct Options {
    /// Actors that live all the time, a thousand below each parent.
    #[arg(long, default_value_t = 100_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=50_000_000))]
    pub actors: u32,
    /// Share of them that gets a message each second, 0 to 1.
    #[arg(long, default_value_t = 0.1, value_name = "SHARE", value_parser = rate(0.0, 1.0))]
    pub active: f64,
    /// Messages that an active actor gets each second.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub rate: u32,
    /// More actors that start and end each second, one message each.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(..=10_000_000))]
    pub churn: u32,
    /// Crashes and restarts each second, of up to a hundred supervised actors.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub restarts: u32,
    /// What the actors run on.
    #[arg(long, value_enum, default_value_t = Framework::Tokio)]
    pub framework: Framework,
    /// What observers call it.
    #[arg(long, default_value = "storm")]
    pub name: String,
    /// No agent: what it costs alone.
    #[arg(long)]
    pub no_agent: bool,
    /// Take orders on stdin, a line each: `totals` prints the totals so far, `calm` ends the messages,
    /// the starts and the crashes, so that what happened can be counted.
    #[arg(long)]
    pub orders: bool,
    /// End after this long, for example `30s`, `2m` or `1h`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub duration: Option<Duration>,
}
