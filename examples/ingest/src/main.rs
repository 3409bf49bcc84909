//! `ingest run` and `ingest generate`.

use actorscope_agent::Agent;
use actorscope_examples::until_signalled;
use actorscope_ingest::{Fault, Format, GenerateOptions, RunOptions, generate, run};
use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Access logs in, requests by path and minute out; and logs to try it with.
#[derive(Parser)]
#[command(name = "ingest", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read the logs of a directory and count requests, bytes, statuses and latencies by path and minute.
    ///
    /// Common and Combined Log Format, with or without the time taken, and NDJSON. Goes on where the run
    /// before ended.
    Run(Run),
    /// Write logs to try it with.
    Generate(Generate),
}

#[derive(Args)]
struct Run {
    /// Directory of the logs.
    directory: PathBuf,
    /// Where the totals go: CSV, or NDJSON if the name ends in `.ndjson`, `.jsonl` or `.json`. Beside it are
    /// a checkpoint and the lines that were rejected.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Read what is appended, too, until SIGINT or SIGTERM.
    #[arg(long)]
    follow: bool,
    /// Parsers.
    #[arg(long, default_value_t = 4, value_name = "N",
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=64))]
    parsers: usize,
    /// Run with a defect.
    #[arg(long, value_name = "FAULT", value_parser = Fault::argument())]
    fault: Option<Fault>,
    /// What observers call it.
    #[arg(long, default_value = "ingest")]
    name: String,
    /// Observers may look at tasks, not act on them.
    #[arg(long)]
    no_control: bool,
}

#[derive(Args)]
struct Generate {
    /// Where to write them; made if missing.
    directory: PathBuf,
    /// Files.
    #[arg(long, default_value_t = 4, value_name = "N")]
    files: u32,
    /// Lines in each.
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    lines: u64,
    /// Write JSON objects instead of Combined Log Format.
    #[arg(long)]
    ndjson: bool,
    /// Requests a second in each log.
    #[arg(long, default_value_t = 50.0, value_name = "RATE")]
    rate: f64,
    /// Another number makes other logs.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
}

fn main() -> ExitCode {
    let ended = match Cli::parse().command {
        Command::Run(run) => run.run(),
        Command::Generate(generate) => generate.run(),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("ingest: {message}");
            ExitCode::FAILURE
        }
    }
}

impl Run {
    #[tokio::main]
    async fn run(self) -> Result<(), String> {
        let Self { directory, out, follow, parsers, fault, name, no_control } = self;
        let agent = Agent::builder(name);
        if no_control { agent } else { agent.allow_control() }.start_or_warn();
        let stop = until_signalled()?;
        let options = RunOptions { directory, out: out.clone(), follow, parsers, fault };
        let summary = run(options, stop).await.map_err(|error| error.to_string())?;
        println!("{summary} in {}", out.display());
        Ok(())
    }
}

impl Generate {
    fn run(self) -> Result<(), String> {
        let Self { directory, files, lines, ndjson, rate, seed } = self;
        let format = if ndjson { Format::Ndjson } else { Format::Combined };
        let options =
            GenerateOptions { directory: directory.clone(), files, lines, format, rate, seed };
        generate(&options).map_err(|e| format!("can't write to {}: {e}", directory.display()))?;
        println!("{files} files of {lines} lines in {}", directory.display());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_fault_is_known_by_the_name_it_is_shown_with() {
        for fault in Fault::ALL {
            let name = fault.to_string();
            let cli = Cli::parse_from(["ingest", "run", "d", "--out", "o", "--fault", &name]);
            assert!(matches!(cli.command, Command::Run(Run { fault: Some(f), .. }) if f == fault));
        }
    }
}
