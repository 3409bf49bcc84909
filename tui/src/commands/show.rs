//! `show`: one actor with all there is.

use super::{actor, agent};
use crate::cli::{Common, Exit, ShowArgs};
use crate::output::{Failure, Out, Stop, json, text};
use actorscope_client::{CallError, Connection, Dumped};
use actorscope_core::view::ViewSpec;
use actorscope_core::{Incarnation, Outcome, SlotId};

/// Asks once and shows the page, or what the actor prints of itself.
pub async fn run(common: &Common, args: &ShowArgs, out: &Out) -> Result<Exit, Stop> {
    let connection = agent(&common.target()).await?;
    let name = &args.actor.actor;
    let mut snapshot = actor::find(&connection, name).await?;
    if out.is_json() && snapshot.summary.is_none() {
        snapshot.summary = connection.query(&ViewSpec::Summary).await?.summary;
    }
    let row = actor::row(&snapshot, name)?;
    let state = if args.state {
        let incarnation = row.stats.map(|stats| stats.incarnation);
        Some(ask(&connection, row.identity.id, incarnation).await?)
    } else {
        None
    };
    match &state {
        state if out.is_json() => out.json(&json::Show::new(&snapshot, row, state.as_ref()))?,
        Some(state) => out.text(&text::state(state))?,
        None => out.text(&text::show(&snapshot, row, out.width()))?,
    }
    let complete = super::rows::completeness(&snapshot, out);
    match state {
        Some(state) if state.truncated => {
            out.say(&format!("partial: {}", state.message));
            Ok(Exit::Partial)
        }
        _ => Ok(complete),
    }
}

/// The text, or why there is none.
async fn ask(
    connection: &Connection,
    slot: SlotId,
    incarnation: Option<Incarnation>,
) -> Result<Dumped, Failure> {
    allowed(connection)?;
    let dumped = connection.dump(slot, incarnation).await?;
    if dumped.outcome == Outcome::Done {
        return Ok(dumped);
    }
    let exit = if dumped.outcome == Outcome::Refused { Exit::Refused } else { Exit::Error };
    Err(Failure::new(exit, dumped.outcome.word(), dumped.message))
}

/// What the handshake said of rights.
fn allowed(connection: &Connection) -> Result<(), Failure> {
    let rights = &connection.node().rights;
    if rights.state {
        return Ok(());
    }
    let message = rights
        .state_refused_because
        .clone()
        .filter(|why| !why.is_empty())
        .unwrap_or_else(|| "this service does not let its actors print their state".to_owned());
    Err(CallError::ControlOff { message }.into())
}
