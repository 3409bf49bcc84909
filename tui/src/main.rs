//! The `actorscope` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    actorscope::commands::main()
}
