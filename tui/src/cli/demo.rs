//! Options of `demo` and of the processes that it consists of.

use actorscope_parlor::Fault;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Options of `demo`.
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    /// What is wrong with the service.
    #[arg(long, value_name = "FAULT", default_value = "slow-signaling", value_parser = faults())]
    pub fault: FaultChoice,
    /// Clients of the service.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    pub sessions: u32,
    /// Calls begun each second, by all clients together.
    #[arg(long, value_name = "RATE", default_value_t = 50.0, value_parser = rate)]
    pub calls_per_second: f64,
    /// Do not show the terminal UI: say how to attach, and run until interrupted or until standard
    /// input ends.
    #[arg(long)]
    pub headless: bool,
}

/// Options of the demo's service.
#[derive(Args, Clone, Debug)]
pub struct DemoServeArgs {
    /// The demo's private directory.
    #[arg(long)]
    pub den: PathBuf,
    /// What is wrong with the service.
    #[arg(long, default_value = FaultChoice::NONE, value_parser = faults())]
    pub fault: FaultChoice,
}

/// Options of the demo's clients.
#[derive(Args, Clone, Debug)]
pub struct DemoLoadArgs {
    /// The service.
    #[arg(long)]
    pub server: SocketAddr,
    /// Clients.
    #[arg(long)]
    pub sessions: u32,
    /// Calls begun each second.
    #[arg(long, value_parser = rate)]
    pub calls_per_second: f64,
}

/// A defect, or none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FaultChoice(pub Option<Fault>);

impl FaultChoice {
    const NONE: &'static str = "none";

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        self.0.map_or(Self::NONE, Fault::as_str)
    }
}

fn faults() -> impl TypedValueParser<Value = FaultChoice> {
    let words = std::iter::once(FaultChoice::NONE).chain(Fault::ALL.map(Fault::as_str));
    PossibleValuesParser::new(words).map(|word| FaultChoice(word.parse().ok()))
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("a rate is a number from 0 to 10000".to_owned()),
    }
}
