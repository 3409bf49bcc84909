//! `homegrown DIR`: the key-value store as a process.

use actorscope_agent::Agent;
use actorscope_homegrown::store::{Options, run};
use clap::Parser;
use clap::builder::RangedU64ValueParser;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// A key-value store on an actor framework of its own, observable by actorscope.
#[derive(Parser)]
#[command(name = "homegrown", version)]
struct Cli {
    /// Directory for the keys, made if missing.
    directory: PathBuf,
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:7430", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Parts that the keys are spread over; the same for each run in a directory.
    #[arg(long, default_value_t = 4, value_name = "N",
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000))]
    shards: usize,
    /// Requests that may wait for one of them.
    #[arg(long, default_value_t = 1_024, value_name = "N",
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    room: usize,
    /// Run with a defect: `CUT` panics where it would cut a letter in two.
    #[arg(long)]
    tears_letters: bool,
    /// Observers may look at actors, not act on them.
    #[arg(long)]
    no_control: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { directory, listen, shards, room, tears_letters, no_control } = Cli::parse();
    let agent = Agent::builder("homegrown");
    if no_control { agent } else { agent.allow_control() }.start_or_warn();
    let options = Options { directory, listen, shards, room, tears_letters };
    tokio::select! {
        ended = run(options, |address| println!("homegrown: listening on {address}")) => match ended {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => {
                eprintln!("homegrown: {why}");
                ExitCode::FAILURE
            }
        },
        // What was answered is on the disk, so there is nothing to be done first.
        _ = tokio::signal::ctrl_c() => ExitCode::SUCCESS,
    }
}
