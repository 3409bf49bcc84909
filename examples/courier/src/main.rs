//! `courier serve`, `courier endpoints` and `courier load`.

use std::{future::Future, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use actorscope_courier::{
    EndpointOptions, Fault, LoadOptions, ServeOptions, endpoints, load, serve,
};
use actorscope_examples::arguments::rate;
use actorscope_examples::until_signalled;
use clap::{Args, Parser, Subcommand, value_parser};

/// Webhook delivery with retries, made of supervised actors; endpoints to deliver to; and jobs.
#[derive(Parser)]
#[command(name = "courier", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Deliver jobs until SIGINT or SIGTERM.
    Serve(Serve),
    /// Run five HTTP endpoints: ok, slow, failing, refusing, dated (in the order of their ports).
    Endpoints(Endpoints),
    /// Hand in jobs, and say in the end how many were accepted.
    Load(Load),
}

#[derive(Args)]
struct Serve {
    /// Address at which jobs are handed in; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:7510", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// What observers call the service.
    #[arg(long, default_value = "courier")]
    name: String,
    /// Socket for observers, in the place of the one where they look by themselves.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Directory of the journal and the dead letters, made if missing; files of jobs are taken from its `incoming`.
    #[arg(long, default_value = "courier-data", value_name = "DIR")]
    spool: PathBuf,
    /// Jobs that may be open.
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    max_open: u32,
    /// Attempts after which a job is put to the dead letters.
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = value_parser!(u32).range(1..=100))]
    attempts: u32,
    /// Time after the first attempt, doubled after each further one, up to 30 s.
    #[arg(long, default_value_t = 200, value_name = "MS", value_parser = value_parser!(u64).range(1..=30_000))]
    backoff_ms: u64,
    /// How long an attempt may take.
    #[arg(long, default_value_t = 5_000, value_name = "MS", value_parser = value_parser!(u64).range(1..=600_000))]
    timeout_ms: u64,
    /// After so long without a job a destination's worker ends.
    #[arg(long, default_value_t = 30_000, value_name = "MS", value_parser = value_parser!(u64).range(100..=86_400_000))]
    idle_ms: u64,
    /// For so long a destination is left alone whose worker was given up.
    #[arg(long, default_value_t = 15_000, value_name = "MS", value_parser = value_parser!(u64).range(100..=86_400_000))]
    cool_down_ms: u64,
    /// Run with a defect.
    #[arg(long, value_name = "FAULT", value_parser = Fault::argument())]
    fault: Option<Fault>,
    /// Observers may look at actors, not act on them.
    #[arg(long)]
    no_control: bool,
}

#[derive(Args)]
struct Endpoints {
    /// Port of the first; the others follow. 0 takes free ones.
    #[arg(long, default_value_t = 7511, value_name = "PORT")]
    first_port: u16,
    /// How long the slow one takes.
    #[arg(long, default_value_t = 300, value_name = "MS", value_parser = value_parser!(u64).range(0..=600_000))]
    slow_ms: u64,
    /// File that gets a line for each job that was taken.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

#[derive(Args)]
struct Load {
    /// Address of the service.
    #[arg(long, default_value = "127.0.0.1:7510", value_name = "ADDRESS")]
    server: SocketAddr,
    /// Where the jobs go, in turn.
    #[arg(
        long,
        value_name = "URL",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:7511/hook,http://127.0.0.1:7512/hook,http://127.0.0.1:7513/hook"
    )]
    to: Vec<String>,
    /// Jobs a second.
    #[arg(long, default_value_t = 30.0, value_name = "RATE", value_parser = rate(0.01, 100_000.0))]
    rate: f64,
    /// Connections that hand them in.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = value_parser!(u32).range(1..=200))]
    connections: u32,
    /// End after so many; without it, on SIGINT or SIGTERM.
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match until_signalled() {
        Ok(stop) => match cli.command {
            Command::Serve(args) => args.run(stop).await,
            Command::Endpoints(args) => args.run(stop).await,
            Command::Load(args) => args.run(stop).await,
        },
        Err(error) => Err(error),
    };
    actorscope_examples::exit("courier", result)
}

impl Serve {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let mut options = ServeOptions {
            listen: self.listen,
            name: self.name,
            socket: self.socket,
            spool: self.spool,
            max_open: self.max_open as usize,
            attempts: self.attempts,
            timeout: Duration::from_millis(self.timeout_ms),
            idle: Duration::from_millis(self.idle_ms),
            cool_down: Duration::from_millis(self.cool_down_ms),
            fault: self.fault,
            allow_control: !self.no_control,
            ..ServeOptions::default()
        };
        options.backoff.first = Duration::from_millis(self.backoff_ms);
        serve(options, stop).await.map_err(|error| error.to_string())
    }
}

impl Endpoints {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let slow = Duration::from_millis(self.slow_ms);
        let options = EndpointOptions { first_port: self.first_port, slow, log: self.log };
        endpoints(options, stop).await.map_err(|error| error.to_string())
    }
}

impl Load {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let options = LoadOptions {
            server: self.server,
            to: self.to,
            rate: self.rate,
            connections: self.connections,
            jobs: self.jobs,
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
        let Command::Serve(serve) = Cli::parse_from(["courier", "serve"]).command else {
            panic!("not serve");
        };
        let ours = ServeOptions::default();
        assert_eq!(
            (serve.listen, &serve.name, &serve.spool),
            (ours.listen, &ours.name, &ours.spool)
        );
        let millis = [serve.backoff_ms, serve.timeout_ms, serve.idle_ms, serve.cool_down_ms];
        let theirs = [ours.backoff.first, ours.timeout, ours.idle, ours.cool_down];
        assert_eq!(millis.map(Duration::from_millis), theirs);
        assert_eq!((serve.max_open as usize, serve.attempts), (ours.max_open, ours.attempts));
    }
}
