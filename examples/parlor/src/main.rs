//! `parlor serve` and `parlor load`.

use std::{future::Future, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use actorscope_examples::arguments::{count, duration, rate};
use actorscope_examples::until_signalled;
use actorscope_parlor::{Fault, LoadOptions, ServeOptions, load, serve};
use clap::{Args, Parser, Subcommand};

/// A chat and conferencing server made of supervised actors, and clients to keep it busy.
#[derive(Parser)]
#[command(name = "parlor", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until SIGINT or SIGTERM.
    Serve(Serve),
    /// Run clients against a server and report what they see, each second on stderr and in total on stdout.
    Load(Load),
}

#[derive(Args)]
struct Serve {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:7420", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// What clients and observers call the server.
    #[arg(long, default_value = "parlor")]
    name: String,
    /// Directory for the message log, made if missing.
    #[arg(long, default_value = "parlor-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Run with a defect.
    #[arg(long, value_name = "FAULT", value_parser = Fault::argument())]
    fault: Option<Fault>,
    /// Actors that set up calls.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = count(1, 1024))]
    signaling_workers: usize,
    /// Calls that may wait for one signaling worker.
    #[arg(long, default_value_t = 16_384, value_name = "N", value_parser = count(1, 1 << 24))]
    signaling_mailbox: usize,
    /// Observers may look at actors, not act on them.
    #[arg(long)]
    no_control: bool,
}

#[derive(Args)]
struct Load {
    /// Address of the server.
    #[arg(long, default_value = "127.0.0.1:7420", value_name = "ADDRESS")]
    server: SocketAddr,
    /// Clients.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = count(1, 100_000))]
    sessions: usize,
    /// Calls begun each second, by all clients together; they do not wait for one another.
    #[arg(long, default_value_t = 50.0, value_name = "RATE", value_parser = rate(0.0, 1_000_000.0))]
    calls_per_second: f64,
    /// Chat messages said each second, by all clients together.
    #[arg(long, default_value_t = 100.0, value_name = "RATE", value_parser = rate(0.0, 1_000_000.0))]
    messages_per_second: f64,
    /// Rooms the clients are spread over.
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = count(1, 1000))]
    rooms: usize,
    /// End after this long, for example `30s`, `2m` or `1h`; without it, on SIGINT or SIGTERM.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    duration: Option<Duration>,
    /// No line each second.
    #[arg(long)]
    quiet: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match until_signalled() {
        Ok(stop) => match cli.command {
            Command::Serve(args) => args.run(stop).await,
            Command::Load(args) => args.run(stop).await,
        },
        Err(error) => Err(error),
    };
    actorscope_examples::exit("parlor", result)
}

impl Serve {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let options = ServeOptions {
            listen: self.listen,
            name: self.name,
            data_dir: self.data_dir,
            fault: self.fault,
            signaling_workers: self.signaling_workers,
            signaling_mailbox: self.signaling_mailbox,
            allow_control: !self.no_control,
            ..ServeOptions::default()
        };
        serve(options, stop).await.map_err(|error| error.to_string())
    }
}

impl Load {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let options = LoadOptions {
            server: self.server,
            sessions: self.sessions,
            calls_per_second: self.calls_per_second,
            messages_per_second: self.messages_per_second,
            rooms: self.rooms,
            duration: self.duration,
            quiet: self.quiet,
            ..LoadOptions::default()
        };
        let report = load(options, stop).await.map_err(|error| error.to_string())?;
        println!("{report}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_lists_every_fault_and_says_what_is_wrong() {
        use clap::CommandFactory;
        let mut cli = Cli::command();
        let help = cli.find_subcommand_mut("serve").unwrap().render_long_help().to_string();
        for fault in Fault::ALL {
            let line = help.lines().find(|line| line.contains(&format!("- {fault}:")));
            assert!(line.is_some_and(|line| line.contains(fault.about())), "{fault}: {help}");
        }
    }
}
