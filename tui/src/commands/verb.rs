//! `kill`, `stop`, `restart`, `suspend`, `resume`.

use super::confirm::{Consent, weigh};
use super::{actor, agent};
use crate::cli::{Common, Exit, VerbArgs};
use crate::output::{Failure, Out, Stop, json, text};
use actorscope_client::{Act, CallError, Connection};
use actorscope_core::blast::BlastRadius;
use actorscope_core::{Incarnation, Outcome, Verb};
use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

/// Affected actors named above a question: the sentences must still be on the screen.
const NAMED: usize = 10;

/// Finds the actor, says what would happen, makes sure it is meant, does it.
pub async fn run(
    common: &Common,
    (verb, args, hold): (Verb, &VerbArgs, Option<Duration>),
    out: &Out,
) -> Result<Exit, Stop> {
    if common.read_only && !args.dry_run {
        let message = format!("{verb} does something to an actor, and --read-only forbids that");
        return Err(Failure::new(Exit::Refused, "read_only", message).into());
    }
    let connection = agent(&common.target()).await?;
    let found = actor::find(&connection, &args.actor.actor).await?;
    let row = actor::row(&found, &args.actor.actor)?;
    let meant = args.incarnation.map(Incarnation);
    let radius = connection.preview(verb, row.identity.id, meant).await?;
    // Before anything is said about an actor that is not meant.
    if let Some(meant) = meant.filter(|meant| *meant != radius.incarnation) {
        let message = format!(
            "{} is filled by incarnation {} now, not {meant}; nothing was done",
            radius.path, radius.incarnation
        );
        let outcome = Outcome::StaleIncarnation;
        let failure = Failure::new(Exit::Error, outcome.word(), message);
        return refused(out, &json::Verb::foreseen(outcome, &radius, &failure), failure);
    }
    if args.dry_run {
        return dry_run(&radius, out);
    }
    // Whoever may not act at all need not learn what would have been in the way besides.
    allowed(&connection)?;
    if let Some(why) = &radius.impossible {
        let message = format!("cannot {verb} {}: {why}", radius.path);
        let outcome = if row.stats.is_some_and(|stats| stats.state.is_live()) {
            Outcome::NotSupported
        } else {
            Outcome::Gone
        };
        let failure = Failure::new(Exit::Error, outcome.word(), message);
        return refused(out, &json::Verb::foreseen(outcome, &radius, &failure), failure);
    }
    let consent = weigh(&radius, &row.identity.name, args, is_somebody_there())?;
    ask(consent, &radius, &row.identity.name).await?;
    let act = Act {
        verb,
        slot: row.identity.id,
        // What was looked at is what is meant, not what may have come after it.
        incarnation: Some(meant.unwrap_or(radius.incarnation)),
        reason: args.reason.clone(),
        deadline: hold,
    };
    let acted = connection.act(&act).await?;
    if acted.outcome.is_success() {
        if out.is_json() {
            out.json(&json::Verb::acted(&acted, None))?;
        } else {
            out.text(&text::acted(&acted))?;
        }
        return Ok(Exit::Done);
    }
    let exit = if acted.outcome == Outcome::Refused { Exit::Refused } else { Exit::Error };
    let message = text::acted(&acted).trim_end().to_owned();
    let failure = Failure::new(exit, acted.outcome.word(), message);
    refused(out, &json::Verb::acted(&acted, Some(&failure)), failure)
}

fn dry_run(radius: &BlastRadius, out: &Out) -> Result<Exit, Stop> {
    if out.is_json() {
        out.json(&json::DryRun::from(radius))?;
    } else {
        out.text(&text::radius(radius, usize::MAX))?;
    }
    // What the deed itself would end with.
    Ok(if radius.impossible.is_some() { Exit::Error } else { Exit::Done })
}

/// An answer that is an error: a program gets both in one object.
fn refused(out: &Out, answer: &json::Verb, failure: Failure) -> Result<Exit, Stop> {
    if !out.is_json() {
        return Err(failure.into());
    }
    out.json(answer)?;
    Ok(failure.exit)
}

/// What the handshake said of rights, before anybody is asked anything.
fn allowed(connection: &Connection) -> Result<(), Failure> {
    let rights = &connection.node().rights;
    if rights.control {
        return Ok(());
    }
    let message = rights
        .control_refused_because
        .clone()
        .filter(|why| !why.is_empty())
        .unwrap_or_else(|| "this service does not let anybody act on its actors".to_owned());
    Err(CallError::ControlOff { message }.into())
}

fn is_somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

async fn ask(consent: Consent, radius: &BlastRadius, name: &str) -> Result<(), Failure> {
    let question = match consent {
        Consent::Given => return Ok(()),
        Consent::AskYes => format!("{} it? [y/N] ", radius.verb),
        Consent::AskName => format!("write {name} to {} it: ", radius.verb),
    };
    {
        // The page comes first, so that the question stands right above the answer.
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "{}{question}", text::radius(radius, NAMED));
        let _ = stderr.flush();
    }
    // On a thread of its own: the connection stays awake meanwhile.
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    let answer = answer.await.ok().and_then(Result::ok).unwrap_or_default();
    let answer = answer.trim();
    let agreed = match consent {
        Consent::AskName => answer == name,
        Consent::Given | Consent::AskYes => {
            answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
        }
    };
    if agreed {
        return Ok(());
    }
    Err(Failure::new(Exit::Error, "cancelled", "cancelled; nothing was done"))
}
