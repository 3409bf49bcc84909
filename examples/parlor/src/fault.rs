//! Faults the server can be told to have, so that there is something to find with an observer.

use std::{fmt, str::FromStr};

/// A defect to run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The media relay takes 30 ms instead of 8 ms to allocate. Harmless on a quiet day; from 33 calls a second on,
    /// a single signaling worker falls behind and its queue grows.
    SlowSignaling,
    /// The room `lounge` panics on every 200th chat message it handles.
    CrashyRoom,
}

impl Fault {
    /// Every fault, in the order in which they are documented.
    pub const ALL: [Self; 2] = [Self::SlowSignaling, Self::CrashyRoom];

    /// The name used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SlowSignaling => "slow-signaling",
            Self::CrashyRoom => "crashy-room",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no [`Fault`].
#[derive(Debug, thiserror::Error)]
#[error("unknown fault `{0}`; known are slow-signaling and crashy-room")]
pub struct UnknownFault(String);

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|fault| fault.as_str() == text)
            .ok_or_else(|| UnknownFault(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_reads_back_as_it_is_written() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse::<Fault>().unwrap(), fault);
        }
    }

    #[test]
    fn an_unknown_fault_names_the_known_ones() {
        let message = "slow".parse::<Fault>().unwrap_err().to_string();
        for fault in Fault::ALL {
            assert!(message.contains(fault.as_str()), "{message}");
        }
    }
}
