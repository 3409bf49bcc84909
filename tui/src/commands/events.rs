//! `events`: what happened to actors.

use super::agent;
use crate::cli::{Common, EventsArgs, Exit};
use crate::output::{Out, Stop, json, text};
use actorscope_client::{
    CallError, Connection, DEADLINE, EventsQuery, Session, SessionOptions, Update,
};
use actorscope_core::Event;

/// Shows what the agent remembers or, with `--follow`, goes on with what happens.
pub async fn run(common: &Common, args: &EventsArgs, out: &Out) -> Result<Exit, Stop> {
    // Also when following: what fails at the start is an error, what fails later is waited for.
    let connection = agent(&common.target()).await?;
    if args.follow {
        drop(connection);
        return follow(common, args, out).await;
    }
    let events = tokio::time::timeout(DEADLINE, remembered(&connection, args.last))
        .await
        .unwrap_or(Err(CallError::Deadline(DEADLINE)))?;
    if out.is_json() {
        out.json(&json::Events::new(connection.node(), &events))?;
    } else {
        out.text(&text::events(&events, out.width()))?;
    }
    Ok(Exit::Done)
}

async fn remembered(connection: &Connection, last: u32) -> Result<Vec<Event>, CallError> {
    let query = EventsQuery { last, ..EventsQuery::default() };
    let mut stream = connection.events(query).await?;
    let mut all = Vec::new();
    while let Some(batch) = stream.next().await {
        all.append(&mut batch?);
    }
    Ok(all)
}

async fn follow(common: &Common, args: &EventsArgs, out: &Out) -> Result<Exit, Stop> {
    let options = SessionOptions { events: Some(args.last), ..SessionOptions::default() };
    // Held: dropping it would end the updates.
    let (_session, mut updates) = Session::start(common.target(), options);
    if !out.is_json() {
        out.text(&text::event_headings())?;
    }
    let mut lost = false;
    while let Some(update) = updates.recv().await {
        match update {
            Update::Events(events) => write(&events, out)?,
            Update::Connected(node) if lost => {
                lost = false;
                out.say(&format!("connected to {}, pid {}", node.name, node.pid));
            }
            // Once, not with every attempt.
            Update::Lost { reason, .. } if !lost => {
                lost = true;
                out.say(&format!("{reason}; trying again"));
            }
            Update::Connected(_) | Update::Lost { .. } | Update::Frame(_) => {}
        }
    }
    Ok(Exit::Done)
}

fn write(events: &[Event], out: &Out) -> Result<(), Stop> {
    if out.is_json() {
        for event in events {
            out.json(&json::EventLine::from(event))?;
        }
        return Ok(());
    }
    out.text(&events.iter().map(text::event_line).collect::<String>())
}
