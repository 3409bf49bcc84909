//! `demo`: a service to look at.

use super::attach;
use crate::cli::{Cli, DemoArgs};
use crate::demo::{self, Demo};
use crate::output::{Out, Stop};
use std::process::ExitCode;

/// Starts the demo, shows it to whoever is there, and clears up.
pub async fn run(cli: &Cli, args: &DemoArgs, out: &Out) -> Result<ExitCode, Stop> {
    // A configuration that is wrong is told before anything is started.
    let settings = attach::settings(cli)?;
    let mut demo = Demo::start(args).await?;
    if args.headless || out.is_json() || !demo::is_terminal() {
        return Ok(demo.headless(out).await?.into());
    }
    attach::show(settings, Some(demo.target())).await
}
