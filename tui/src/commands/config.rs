//! `config`: a configuration file to begin with, where it belongs, and whether it is right.

use super::attach::place;
use crate::cli::{Cli, ConfigArgs, Exit};
use crate::output::{Failure, Out, Stop};
use crate::ui::config::text;

/// Prints it, or checks the one there is.
pub fn run(cli: &Cli, args: &ConfigArgs, out: &Out) -> Result<Exit, Stop> {
    let place = place(&cli.look);
    if args.check {
        place.load().map_err(Failure::from)?;
    } else if args.path {
        let nowhere = || {
            Failure::new(Exit::Error, "no_config", "there is no directory for configurations")
                .hint("set HOME, or name a file with --config PATH")
        };
        let path = place.path().ok_or_else(nowhere)?;
        out.text(&format!("{}\n", path.display()))?;
    } else {
        out.text(&text::usual())?;
    }
    Ok(Exit::Done)
}
