//! `ledger serve` and `ledger load`.

use std::{future::Future, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use actorscope_examples::until_signalled;
use actorscope_ledger::{Fault, LoadOptions, ServeOptions, load, serve};
use clap::{Args, Parser, Subcommand, value_parser};

/// Accounts and transfers, kept by actix actors, and clients to keep them busy.
#[derive(Parser)]
#[command(name = "ledger", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGINT or SIGTERM.
    Serve(Serve),
    /// Run clients against a server, and say in the end what they saw.
    Load(Load),
}

#[derive(Args)]
struct Serve {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:7520", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// What observers call the service.
    #[arg(long, default_value = "ledger")]
    name: String,
    /// Socket for observers, in the place of the one where they look by themselves.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Directory of the journal, made if missing.
    #[arg(long, default_value = "ledger-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Actors that know the accounts.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = value_parser!(u32).range(1..=256))]
    shards: u32,
    /// Orders that the journal writes with one sync.
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = value_parser!(u32).range(1..=65_536))]
    batch: u32,
    /// Connections that may be open.
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = value_parser!(u32).range(1..=100_000))]
    max_sessions: u32,
    /// Run with a defect.
    #[arg(long, value_name = "FAULT", value_parser = Fault::argument())]
    fault: Option<Fault>,
    /// Observers may look at actors, not act on them.
    #[arg(long)]
    no_control: bool,
}

#[derive(Args)]
struct Load {
    /// Address of the server.
    #[arg(long, default_value = "127.0.0.1:7520", value_name = "ADDRESS")]
    server: SocketAddr,
    /// Clients.
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = value_parser!(u32).range(1..=10_000))]
    sessions: u32,
    /// Pause of a client between two orders.
    #[arg(long, default_value_t = 0, value_name = "MS", value_parser = value_parser!(u64).range(0..=600_000))]
    pause_ms: u64,
    /// Orders of each client; without it, until SIGINT or SIGTERM.
    #[arg(long, value_name = "N")]
    orders: Option<u64>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = actix::System::new().block_on(async {
        let stop = until_signalled()?;
        match cli.command {
            Command::Serve(args) => args.run(stop).await,
            Command::Load(args) => args.run(stop).await,
        }
    });
    actorscope_examples::exit("ledger", result)
}

impl Serve {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let options = ServeOptions {
            listen: self.listen,
            name: self.name,
            socket: self.socket,
            data_dir: self.data_dir,
            shards: self.shards as usize,
            batch: self.batch as usize,
            max_sessions: self.max_sessions as usize,
            fault: self.fault,
            allow_control: !self.no_control,
        };
        serve(options, stop).await.map_err(|error| error.to_string())
    }
}

impl Load {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let options = LoadOptions {
            server: self.server,
            sessions: self.sessions,
            pause: Duration::from_millis(self.pause_ms),
            orders: self.orders,
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
    fn the_command_line_is_consistent_and_its_defaults_are_those_of_the_library() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
        let Command::Serve(serve) = Cli::parse_from(["ledger", "serve"]).command else {
            panic!("not serve");
        };
        let ours = ServeOptions::default();
        let words = (serve.listen, &serve.name, &serve.data_dir);
        assert_eq!(words, (ours.listen, &ours.name, &ours.data_dir));
        let counts = [serve.shards, serve.batch, serve.max_sessions].map(|count| count as usize);
        assert_eq!(counts, [ours.shards, ours.batch, ours.max_sessions]);
    }
}
