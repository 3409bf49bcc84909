//! `exchange serve` and `exchange load`.

use std::{future::Future, io, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use actorscope_exchange::{Fault, LoadOptions, ServeOptions, Server, load};
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};

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
    #[arg(long, value_name = "FAULT", value_parser = faults())]
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
        Err(error) => Err(format!("can't listen for signals: {error}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("exchange: {message}");
            ExitCode::FAILURE
        }
    }
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

/// Resolves on the first SIGINT or SIGTERM. A second one, when stopping takes too long for somebody, ends the process.
fn until_signalled() -> io::Result<impl Future<Output = ()>> {
    let mut signals = Signals::listen()?;
    Ok(async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            std::process::exit(1);
        });
    })
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without signals there is nothing to wait for, and nothing that should end the process.
            std::future::pending::<()>().await;
        }
    }
}

/// Every fault by its name, each with a line of help.
fn faults() -> impl TypedValueParser<Value = Fault> {
    let faults = Fault::ALL.map(|fault| PossibleValue::new(fault.as_str()).help(fault.about()));
    PossibleValuesParser::new(faults).try_map(|name| name.parse::<Fault>())
}

/// A symbol is a word of the protocol and a name in the tree.
fn symbol(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric();
    if (1..=12).contains(&text.len()) && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err("expected 1 to 12 letters and digits".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || "expected a whole number and a unit, for example 500ms, 30s, 2m or 1h".to_owned();
    let split = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    let millis = number.checked_mul(unit).filter(|millis| *millis > 0).ok_or_else(wrong)?;
    Ok(Duration::from_millis(millis))
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
