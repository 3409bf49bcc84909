//! `demo`: a real service under load, with something wrong in it, and the terminal UI on top.
//!
//! The binary starts itself twice more: as the service (with an agent in it) and as its clients, in
//! processes of their own, as they would be in life. Both end when this process does, however it
//! ends: they hold the other end of a pipe. The socket is in a private directory, so that nobody's
//! real agents are mixed up with the demo's.

mod child;
mod den;
mod inside;
mod watch;

pub use inside::{load, serve};

use crate::cli::{DemoArgs, Exit};
use crate::output::{Failure, Out, Stop, json};
use actorscope_client::{Address, Search, Target};
use child::Child;
use den::Den;
use std::io::IsTerminal as _;
use std::time::Duration;
use tokio::time::Instant;

/// How long the service may take to be there.
const STARTING: Duration = Duration::from_secs(10);

/// Time between two looks at something that is starting.
const LOOK: Duration = Duration::from_millis(20);

/// The running demo. Dropping it ends both processes and removes what they left.
#[derive(Debug)]
pub struct Demo {
    // In this order: first the clients go, then the service, then its directory.
    load: Child,
    service: Child,
    den: Den,
    address: Address,
}

impl Demo {
    /// Starts the service and its clients; returns when an observer can attach, or when a signal
    /// asks to give up.
    pub async fn start(args: &DemoArgs) -> Result<Self, Failure> {
        tokio::select! {
            demo = Self::start_all(args) => demo,
            () = watch::signalled() => Err(failed("interrupted".to_owned())),
        }
    }

    async fn start_all(args: &DemoArgs) -> Result<Self, Failure> {
        let den = Den::make().map_err(|error| {
            let message = format!("no private directory could be made for the demo: {error}");
            failed(message).hint("TMPDIR chooses where it is made")
        })?;
        let mut service = child::service(&den, args)?;
        let server = service.announcement(STARTING).await?;
        let address = listening(&den, &mut service).await?;
        let load = child::load(&den, args, &server)?;
        Ok(Self { load, service, den, address })
    }

    /// Where the service's agent listens.
    pub fn target(&self) -> Target {
        match &self.address {
            Address::Unix(path) => Target::Unix(path.clone()),
            Address::Tcp(address) => Target::Tcp(*address),
        }
    }

    /// Says how to attach, then waits for the end: the service's own, a signal, or the end of
    /// standard input where that is a pipe.
    pub async fn headless(&mut self, out: &Out) -> Result<Exit, Stop> {
        if out.is_json() {
            let dir = self.den.path().display().to_string();
            out.json(&json::Demo::new(&self.target().to_string(), &dir))?;
        } else {
            out.text(&format!("ACTORSCOPE_DIR={}\n", self.den.path().display()))?;
            out.say("the demo runs; attach to it from elsewhere with this directory, such as");
            out.say(&format!("    ACTORSCOPE_DIR={} actorscope top", self.den.path().display()));
        }
        tokio::select! {
            () = watch::asked_to_end() => Ok(Exit::Done),
            failure = self.fallen() => Err(failure.into()),
        }
    }

    /// Resolves when one of the processes ended by itself.
    async fn fallen(&mut self) -> Failure {
        loop {
            for child in [&mut self.service, &mut self.load] {
                if let Some(failure) = child.ended() {
                    return failure;
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// Whether there is a person to show something to.
pub fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Waits for the service's agent.
async fn listening(den: &Den, service: &mut Child) -> Result<Address, Failure> {
    let search = Search::in_directories(vec![den.path().to_owned()]);
    let deadline = Instant::now() + STARTING;
    loop {
        if let Some(found) = search.agents().await.live.first() {
            return Ok(found.address());
        }
        if let Some(failure) = service.ended() {
            return Err(failure);
        }
        if Instant::now() >= deadline {
            let message = format!(
                "the demo's agent did not appear in {} within {} s",
                den.path().display(),
                STARTING.as_secs()
            );
            return Err(service.explain(failed(message)));
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn failed(message: String) -> Failure {
    Failure::new(Exit::Error, "demo", message)
}
