//! What can be asked for.

use clap::{Parser, ValueEnum};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What the actors run on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Framework {
    Tokio,
    Kameo,
    Ractor,
}

impl Framework {
    /// Bytes of one observed actor in storm, roughly and rather too many: what a size is checked
    /// against before it is started.
    pub const fn bytes(self) -> u64 {
        match self {
            Self::Tokio => 4_000,
            Self::Kameo => 12_000,
            Self::Ractor => 14_000,
        }
    }
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tokio => "tokio",
            Self::Kameo => "kameo",
            Self::Ractor => "ractor",
        })
    }
}

/// Which part of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Part {
    /// Pass, the agent's share of a core, first screen, memory: at every size.
    Agent,
    /// Bytes a second: at every size.
    Wire,
    /// Frames, the terminal: at every size.
    Screen,
    /// What attaching takes from the host's throughput: at the largest size.
    Host,
    /// What one start and end takes more than plain tokio's.
    Spawn,
    /// Starts and ends by the hundred thousand.
    Churn,
    /// Restarts by the ten thousand.
    Restarts,
}

/// Measures what observing up to a million actors costs and holds it against the targets.
///
/// Prints Markdown on stdout, as it stands in docs/performance.md, and what it is doing on stderr.
/// Interrupted, it prints what it has.
#[derive(Parser, Clone, Debug)]
#[command(name = "million")]
pub struct Options {
    /// What the actors run on.
    #[arg(long, value_enum, default_value_t = Framework::Tokio)]
    pub framework: Framework,
    /// How many actors, smallest first; targets are judged at the largest.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000,1000000")]
    pub sizes: Vec<u32>,
    /// Share of them that gets a message a second.
    #[arg(long, default_value_t = 0.1)]
    pub active: f64,
    /// Only these parts.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub parts: Vec<Part>,
    /// A document to put what was found into, between the marks `<!-- million FRAMEWORK: begin -->` and
    /// `<!-- million FRAMEWORK: end -->`.
    #[arg(long, value_name = "FILE")]
    pub into: Option<PathBuf>,
    /// Seconds over which CPU and bytes are counted.
    #[arg(long, default_value_t = 12)]
    pub window: u64,
    /// Longest wait for an unwatched agent, in seconds: it looks the more rarely the more there is.
    #[arg(long, default_value_t = 60)]
    pub unwatched: u64,
    /// Times that a first screen is waited for.
    #[arg(long, default_value_t = 15)]
    pub screens: usize,
    /// Pairs of attached and detached stretches.
    #[arg(long, default_value_t = 15)]
    pub pairs: usize,
    /// Seconds of one such stretch.
    #[arg(long, default_value_t = 4)]
    pub stretch: u64,
    /// Starts and ends a second.
    #[arg(long, default_value_t = 100_000)]
    pub churn: u32,
    /// Seconds of them.
    #[arg(long, default_value_t = 60)]
    pub churn_for: u64,
    /// Restarts a second.
    #[arg(long, default_value_t = 10_000)]
    pub restarts: u32,
    /// Seconds of them.
    #[arg(long, default_value_t = 20)]
    pub restarts_for: u64,
}

impl Options {
    /// Whether this part is asked for.
    pub fn wants(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }

    /// Seconds over which CPU and bytes are counted.
    pub const fn window(&self) -> Duration {
        Duration::from_secs(self.window)
    }

    /// The size that targets are judged at.
    pub fn largest(&self) -> u32 {
        self.sizes.iter().copied().max().unwrap_or_default()
    }
}
