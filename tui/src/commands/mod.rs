//! What each command does: ask an agent, hand the answer on.

mod actor;
mod attach;
mod completions;
mod config;
mod confirm;
mod demo;
mod events;
mod ls;
mod man;
mod rows;
mod show;
mod verb;

use crate::cli::{Cli, Command, Exit};
use crate::output::json::Problem;
use crate::output::{Failure, Out, Stop};
use actorscope_client::{Connection, Target, connect};
use clap::Parser as _;
use std::io;
use std::process::ExitCode;

/// The process: reads the command line, does what it says, ends with what came of it.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match &cli.command {
        Some(Command::DemoServe(args)) => return crate::demo::serve(args),
        Some(Command::DemoLoad(args)) => return crate::demo::load(args),
        _ => {}
    }
    let out = Out::new(cli.common.json);
    // One thread is enough: people and scripts ask one thing at a time.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let message = format!("the system gives no event queue: {error}");
            return end(&out, Failure::new(Exit::Error, "runtime", message).into());
        }
    };
    let result = runtime.block_on(run(&cli, &out));
    // A question at the terminal may still wait for its answer.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(stop) => end(&out, stop),
    }
}

async fn run(cli: &Cli, out: &Out) -> Result<ExitCode, Stop> {
    let common = &cli.common;
    let Some(command) = &cli.command else {
        return attach::run(cli, out).await;
    };
    let exit = match command {
        Command::Demo(args) => return demo::run(cli, args, out).await,
        Command::Ls => ls::run(out).await?,
        Command::Tree(args) => rows::tree(common, args, out).await?,
        Command::Top(args) => rows::top(common, args, out).await?,
        Command::Show(args) => show::run(common, args, out).await?,
        Command::Events(args) => events::run(common, args, out).await?,
        Command::Config(args) => config::run(cli, args, out)?,
        Command::Completions(args) => completions::run(args, out)?,
        Command::Man(args) => man::run(args, out)?,
        other => match other.verb() {
            Some(verb) => verb::run(common, verb, out).await?,
            // Processes of their own, which never come here.
            None => Exit::Usage,
        },
    };
    Ok(exit.into())
}

/// Finds the agent and shakes hands.
async fn agent(target: &Target) -> Result<Connection, Failure> {
    Ok(connect(target).await?)
}

/// Says what went wrong, where it is wanted.
fn end(out: &Out, stop: Stop) -> ExitCode {
    match stop {
        Stop::Failure(failure) => {
            report(out, &failure);
            failure.exit.into()
        }
        // Whoever read the pipe has seen enough.
        Stop::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done.into(),
        Stop::Output(error) => {
            out.say(&format!("cannot write the answer: {error}"));
            Exit::Error.into()
        }
    }
}

fn report(out: &Out, failure: &Failure) {
    if out.is_json() {
        // If that fails too there is nobody left to tell.
        let _ = out.json(&Problem::from(failure));
        return;
    }
    out.say(&failure.message);
    if let Some(hint) = &failure.hint {
        out.say(&format!("hint: {hint}"));
    }
}

/// A command line that makes no sense, a call for help, or the version.
fn usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|arg| arg == "--json");
    if wants_json && error.use_stderr() {
        let text = error.render().to_string();
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first);
        let mut failure = Failure::new(Exit::Usage, "usage", message);
        failure.hint = lines.map(str::trim).find(|line| !line.is_empty()).map(ToOwned::to_owned);
        report(&Out::new(true), &failure);
        return Exit::Usage.into();
    }
    // Help that nobody reads to its end is no error.
    let _ = error.print();
    u8::try_from(error.exit_code()).map_or(Exit::Usage.into(), ExitCode::from)
}
