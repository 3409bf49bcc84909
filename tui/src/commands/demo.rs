//! `demo`: a service to look at.

use super::attach;
use crate::cli::{Cli, DemoArgs};
use crate::demo::{self, Demo};
use crate::output::{Out, Stop};
use crate::ui;
use std::process::ExitCode;

/// Starts the demo, shows it to whoever is there, and clears up.
pub async fn run(cli: &Cli, args: &DemoArgs, out: &Out) -> Result<ExitCode, Stop> {
    let mut demo = Demo::start(args).await?;
    if args.headless || out.is_json() || !demo::is_terminal() {
        return Ok(demo.headless(out).await?.into());
    }
    let options = ui::Options { target: Some(demo.target()), ..attach::options(cli) };
    attach::show(options).await
}
