//! `exchange serve` and `exchange load`.

use std::{future::Future, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use actorscope_examples::arguments::duration;
use actorscope_examples::until_signalled;
use actorscope_exchange::{Fault, LoadOptions, ServeOptions, Server, load};
use clap::{Args, Parser, Subcommand};

/// An order-matching exchange of kameo, ractor and tokio actors, and clients to keep it busy.
#[derive(Parser)]
#[command(name = "exchange", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the exchange until SIGINT or SIGTERM.
    Serve(Serve),
    /// Run clients that trade with each other, and report in the end what they saw.
    Load(Load),
}

#[derive(Args)]
struct Serve {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:7430", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// What observers call the exchange.
    #[arg(long, default_value = "exchange")]
    name: String,
    /// Directory for the journal, made if missing.
    #[arg(long, default_value = "exchange-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// What is traded.
    #[arg(long, value_delimiter = ',', default_value = "ACME,BOLT,CASK", value_name = "NAME,…", value_parser = symbol)]
    symbols: Vec<String>,
    /// Run with a defect.
    #[arg(long, value_name = "FAULT", value_parser = Fault::argument())]
    fault: Option<Fault>,
    /// Observers may look at actors, not act on them.
    #[arg(long)]
    no_control: bool,
}

#[derive(Args)]
struct Load {
    /// Address of the exchange.
    #[arg(long, default_value = "127.0.0.1:7430", value_name = "ADDRESS")]
    server: SocketAddr,
    /// Clients.
    #[arg(long, default_value_t = 20, value_name = "N")]
    sessions: usize,
    /// Orders and cancels each second, by all clients together; each waits for its answer.
    #[arg(long, default_value_t = 100.0, value_name = "RATE")]
    orders_per_second: f64,
    /// What is traded.
    #[arg(long, value_delimiter = ',', default_value = "ACME,BOLT,CASK", value_name = "NAME,…", value_parser = symbol)]
    symbols: Vec<String>,
    /// End after this long, for example `30s`, `2m` or `1h`; without it, on SIGINT or SIGTERM.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    duration: Option<Duration>,
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
    actorscope_examples::exit("exchange", result)
}

impl Serve {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let options = ServeOptions {
            listen: self.listen,
            name: self.name,
            data_dir: self.data_dir,
            symbols: self.symbols,
            fault: self.fault,
            allow_control: !self.no_control,
        };
        let server = Server::bind(options).await.map_err(|error| error.to_string())?;
        server.run(stop).await.map_err(|error| error.to_string())
    }
}

impl Load {
    async fn run(self, stop: impl Future<Output = ()>) -> Result<(), String> {
        let options = LoadOptions {
            server: self.server,
            sessions: self.sessions,
            orders_per_second: self.orders_per_second,
            symbols: self.symbols,
            duration: self.duration,
        };
        let report = load(options, stop).await.map_err(|error| error.to_string())?;
        println!("{report}");
        Ok(())
    }
}

/// A symbol is a word of the protocol and a name in the tree.
fn symbol(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric();
    if (1..=12).contains(&text.len()) && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err("expected 1 to 12 letters and digits".to_owned())
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
    fn what_is_wrong_is_told_with_what_would_be_right() {
        let parse = |args: &[&str]| Cli::try_parse_from(args).map(|_| ()).unwrap_err().to_string();
        assert!(parse(&["exchange", "serve", "--fault", "slow"]).contains("slow-risk"));
        assert!(parse(&["exchange", "serve", "--symbols", "A/B"]).contains("letters and digits"));
        assert!(parse(&["exchange", "load", "--duration", "30"]).contains("30s"));
    }
}
