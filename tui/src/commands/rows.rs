//! `tree` and `top`: rows of one agent, once or again and again.

use super::{actor, agent};
use crate::cli::{Common, Exit, TopArgs, TreeArgs};
use crate::output::{Out, Snapshot, Stop, json, text};
use actorscope_client::{CallError, Connection, ViewState};
use actorscope_core::SlotId;
use actorscope_core::view::{Expansion, MAX_ROWS, ViewSpec};
use std::time::Duration;
use tokio::time::MissedTickBehavior;

/// Everything below the roots or below one actor.
pub async fn tree(common: &Common, args: &TreeArgs, out: &Out) -> Result<Exit, Stop> {
    let connection = agent(&common.target()).await?;
    let root: Option<SlotId> = match &args.root {
        Some(path) => {
            let found = actor::find(&connection, path).await?;
            Some(actor::row(&found, path)?.identity.id)
        }
        None => None,
    };
    let view = ViewSpec::Tree {
        root,
        expansion: Expansion::ToDepth(args.depth.unwrap_or(u32::MAX)),
        filter: args.filter.clone(),
        offset: 0,
        limit: MAX_ROWS,
    };
    let asked = Asked { view, rows: u64::MAX, render: text::tree };
    asked.answer(&connection, repeat(common, args.watch), out).await
}

/// The first actors in some order.
pub async fn top(common: &Common, args: &TopArgs, out: &Out) -> Result<Exit, Stop> {
    let connection = agent(&common.target()).await?;
    let natural = args.sort.natural_order();
    let view = ViewSpec::Table {
        sort: args.sort,
        order: if args.reverse { natural.reversed() } else { natural },
        filter: args.filter.clone(),
        offset: 0,
        limit: args.limit.min(MAX_ROWS),
    };
    let asked = Asked { view, rows: u64::from(args.limit), render: text::top };
    asked.answer(&connection, repeat(common, args.watch), out).await
}

fn repeat(common: &Common, watch: bool) -> Option<Duration> {
    watch.then_some(common.interval())
}

/// What is asked, and how the answer looks as text.
struct Asked {
    view: ViewSpec,
    rows: u64,
    render: fn(&Snapshot, Option<usize>) -> String,
}

impl Asked {
    /// Answers once or, with an interval, until the agent or the reader is gone.
    async fn answer(
        &self,
        connection: &Connection,
        repeat: Option<Duration>,
        out: &Out,
    ) -> Result<Exit, Stop> {
        let Some(interval) = repeat else {
            let snapshot = self.ask(connection, out).await?;
            self.write(&snapshot, out)?;
            return Ok(completeness(&snapshot, out));
        };
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut first = true;
        loop {
            ticks.tick().await;
            let snapshot = self.ask(connection, out).await?;
            if !out.is_json() {
                let gap = if first { "" } else { "\n" };
                out.text(&format!("{gap}{}", text::heading(&snapshot)))?;
            }
            first = false;
            self.write(&snapshot, out)?;
            completeness(&snapshot, out);
        }
    }

    async fn ask(&self, connection: &Connection, out: &Out) -> Result<Snapshot, CallError> {
        let frame = connection.query_all(&self.view, self.rows).await?;
        let mut summary = frame.summary.clone();
        if summary.is_none() && out.is_json() {
            summary = connection.query(&ViewSpec::Summary).await?.summary;
        }
        let mut view = ViewState::default();
        view.apply(frame);
        Ok(Snapshot { node: connection.node().clone(), summary, view })
    }

    fn write(&self, snapshot: &Snapshot, out: &Out) -> Result<(), Stop> {
        if out.is_json() {
            out.json(&json::Rows::from(snapshot))
        } else {
            out.text(&(self.render)(snapshot, out.width()))
        }
    }
}

/// Says what is missing, if anything is.
pub fn completeness(snapshot: &Snapshot, out: &Out) -> Exit {
    for partial in &snapshot.view.partial {
        out.say(&format!("partial ({}): {}", partial.reason, partial.message));
    }
    if snapshot.is_partial() { Exit::Partial } else { Exit::Done }
}
