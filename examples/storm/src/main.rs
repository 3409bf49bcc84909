//! `storm`: as many actors as you like, some of them busy, some starting and ending, some crashing,
//! until it is told to stop. Its figures are what happened, counted by the actors themselves, so that
//! what an observer shows can be held against them.

mod host;
mod kameo_host;
mod options;
mod orders;
mod ractor_host;
mod storm;
mod tokio_host;

use clap::Parser as _;
use options::{Framework, Options};
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("storm: the runtime could not be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match options.framework {
            Framework::Tokio => storm::run::<tokio_host::Tokio>(&options).await,
            Framework::Kameo => storm::run::<kameo_host::Kameo>(&options).await,
            Framework::Ractor => storm::run::<ractor_host::Ractor>(&options).await,
        }
    });
    // A million actors that nobody needs any more are not worth waiting for.
    runtime.shutdown_background();
    let printed = result.and_then(|totals| {
        println!("{}", serde_json::to_string(&totals).map_err(|error| error.to_string())?);
        Ok(())
    });
    actorscope_examples::exit("storm", printed)
}
