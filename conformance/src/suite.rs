//! Runs the scenarios on subjects, and compares what they show with the table.

use crate::scenarios;
use crate::stage::Stage;
use crate::subject::Subject;
use crate::table::{Column, Table};
use actorscope_testkit::Rig;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Says in a child process on which subject it plays the scenario of a process of its own.
const CHILD: &str = "ACTORSCOPE_CONFORMANCE";

/// Has a column written instead of compared.
const REGENERATE: &str = "ACTORSCOPE_REGENERATE";

/// A scenario and its name.
pub(crate) type Scenario<'a> = (&'static str, LocalBoxFuture<'a, ()>);

/// The whole of a test without a harness: see the crate's documentation.
#[derive(Debug)]
pub struct Suite {
    table: PathBuf,
    command: String,
    only: Option<String>,
    lists: bool,
    failed: Vec<String>,
}

impl Suite {
    /// A run that compares with the table in this file; `command` is what brings it up to date.
    pub fn new(table: impl Into<PathBuf>, command: &str) -> Self {
        let mut arguments = std::env::args().skip(1);
        let mut only = None;
        let mut lists = false;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--list" => lists = true,
                // What test runners pass, with a value or without.
                "--format" | "--test-threads" | "--skip" | "-Z" => {
                    let _ = arguments.next();
                }
                word if !word.starts_with('-') => only = Some(word.to_owned()),
                _ => {}
            }
        }
        Self { table: table.into(), command: command.to_owned(), only, lists, failed: Vec::new() }
    }

    /// Plays everything on one subject.
    #[must_use]
    pub fn run<S: Subject>(mut self, subject: impl Fn() -> S) -> Self {
        if self.lists {
            return self;
        }
        match std::env::var(CHILD) {
            Ok(column) if column == S::COLUMN => {
                subject().run(scenarios::agent::in_its_own_process(&subject()));
                std::process::exit(0);
            }
            Ok(_) => return self,
            Err(_) => {}
        }
        println!("\n{}", S::COLUMN);
        let begun = Instant::now();
        let (column, failed) = play(&subject, self.only.as_deref());
        println!("{} took {:.1} s", S::COLUMN, begun.elapsed().as_secs_f64());
        if !failed.is_empty() {
            self.failed.extend(failed);
        } else if self.only.is_none() {
            self.compare(S::COLUMN, column);
        }
        self
    }

    fn compare(&mut self, name: &str, shown: Column) {
        let table = Table::read(&self.table);
        let differences = table.differences(name, &shown);
        if differences.is_empty() {
            return;
        }
        if std::env::var_os(REGENERATE).is_some() {
            let text = table.with(name, shown).text();
            std::fs::write(&self.table, text).expect("the table is written");
            println!("  {} has a new column {name}", self.table.display());
            return;
        }
        self.failed.extend(differences);
        self.failed.push(format!(
            "{} is out of date: if that is how it should be, run {REGENERATE}=1 {}",
            self.table.display(),
            self.command
        ));
    }

    /// What all runs came to.
    pub fn finish(self) -> ExitCode {
        if self.lists {
            println!("conformance: test");
            return ExitCode::SUCCESS;
        }
        for line in &self.failed {
            eprintln!("\n{line}");
        }
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// What fails on one subject of the scenarios that have this in their names, a line or more each: for
/// tests of the suite itself, and of adapters that are being written.
pub fn failures<S: Subject>(subject: impl Fn() -> S, only: &str) -> Vec<String> {
    play(&subject, Some(only)).1
}

fn play<S: Subject>(subject: &impl Fn() -> S, only: Option<&str>) -> (Column, Vec<String>) {
    let mut failed = Vec::new();
    let mut column = Column::default();
    let mut played = 0;
    subject().run(async {
        let stage = Stage::new(Rig::shared().await, subject());
        for (name, scenario) in scenarios::all(&stage) {
            if only.is_some_and(|only| !name.contains(only)) {
                continue;
            }
            played += 1;
            let begun = Instant::now();
            let ended = AssertUnwindSafe(scenario).catch_unwind().await;
            let took = begun.elapsed().as_millis();
            match ended {
                Ok(()) => println!("  {name} … ok, {took} ms"),
                Err(panic) => {
                    println!("  {name} … FAILED");
                    failed.push(format!("{}, {name}: {}", S::COLUMN, words(&*panic)));
                }
            }
        }
        column = stage.into_column();
    });
    if played == 0 {
        failed.push(format!("no scenario has {:?} in its name", only.unwrap_or_default()));
    }
    (column, failed)
}

/// Plays what needs a process of its own in one; what it wrote, if it failed.
pub(crate) fn in_a_child<S: Subject>() -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let child = Command::new(program).env(CHILD, S::COLUMN).output();
    let output = child.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
