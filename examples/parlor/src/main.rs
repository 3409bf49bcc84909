//! `parlor serve` and `parlor load`.

use std::{future::Future, io, net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use actorscope_parlor::{Fault, LoadOptions, ServeOptions, load, serve};
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};

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
    #[arg(long, value_name = "FAULT", value_parser = faults())]
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
    #[arg(long, default_value_t = 50.0, value_name = "RATE", value_parser = rate)]
    calls_per_second: f64,
    /// Chat messages said each second, by all clients together.
    #[arg(long, default_value_t = 100.0, value_name = "RATE", value_parser = rate)]
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
        Err(error) => Err(format!("can't listen for signals: {error}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("parlor: {message}");
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

fn count(
    least: usize,
    most: usize,
) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse() {
        Ok(count) if (least..=most).contains(&count) => Ok(count),
        _ => Err(format!("expected a whole number from {least} to {most}")),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=1_000_000.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0 to 1000000".to_owned()),
    }
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
    fn the_help_lists_every_fault_and_says_what_is_wrong() {
        use clap::CommandFactory;
        let mut cli = Cli::command();
        let help = cli.find_subcommand_mut("serve").unwrap().render_long_help().to_string();
        for fault in Fault::ALL {
            let line = help.lines().find(|line| line.contains(&format!("- {fault}:")));
            assert!(line.is_some_and(|line| line.contains(fault.about())), "{fault}: {help}");
        }
    }

    #[test]
    fn durations_need_a_unit() {
        for (text, expected) in [("30s", Some(30_000)), ("2m", Some(120_000)), ("500ms", Some(500))]
        {
            assert_eq!(duration(text).ok(), expected.map(Duration::from_millis), "{text}");
        }
        for text in [
            "",
            "30",
            "s",
            "-1s",
            "1.5s",
            "0s",
            "1d",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
