//! What the example services share, so that each of them is about what it does: when to stop, what the
//! command line may say, which defects it can be told to have, random numbers to make load from.

pub mod arguments;
mod fault;
mod random;
mod signals;

#[doc(hidden)]
pub use clap::builder::TypedValueParser;
pub use fault::{UnknownFault, one_of};
pub use random::Random;
pub use signals::until_signalled;

use std::fmt::Display;
use std::process::ExitCode;

/// What a program ends with: an error goes to stderr, behind the program's name.
pub fn exit(program: &str, result: Result<(), impl Display>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::FAILURE
        }
    }
}
