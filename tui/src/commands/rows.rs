//! `tree` and `top`: rows of one agent, once or again and again.

use super::{actor, agent};
use crate::cli::{Common, Exit, TopArgs, TreeArgs};
use crate::output::{Out, Snapshot, Stop, json, text};
use actorscope_client::{CallError, Connection, Frame, ViewState};
use actorscope_core::SlotId;
use actorscope_core::node::Summary;
use actorscope_core::text::grouped;
use actorscope_core::view::{Expansion, Folding, MAX_ROWS, ViewSpec};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior};

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
    let folding = if args.no_fold { Folding::OFF } else { Folding::default() };
    let view = ViewSpec::Tree {
        root,
        expansion: Expansion::ToDepth(args.depth.unwrap_or(u32::MAX)),
        folding,
        filter: args.filter.clone(),
        offset: 0,
        limit: MAX_ROWS,
    };
    let Some(interval) = repeat(common, args.watch) else {
        return tree_once(&connection, &view, out, None).await;
    };
    let mut ticks = every(interval);
    let mut gap = "";
    loop {
        ticks.tick().await;
        tree_once(&connection, &view, out, Some(gap)).await?;
        gap = "\n";
    }
}

/// Writes a tree, each page as soon as it is here. With a heading behind `gap`, if there is any.
async fn tree_once(
    connection: &Connection,
    view: &ViewSpec,
    out: &Out,
    gap: Option<&str>,
) -> Result<Exit, Stop> {
    let mut pages = connection.pages(view, u64::MAX);
    let (mut as_text, mut as_json) = (text::Tree::default(), json::Tree::default());
    let (mut exit, mut folded, mut folds, mut summary) = (Exit::Done, 0, 0, None);
    let mut is_first = true;
    while let Some(frame) = pages.next().await? {
        if is_first && out.is_json() {
            summary = connection.query(&ViewSpec::Summary).await?.summary;
        }
        let page = snapshot(connection, frame, summary.clone());
        if out.is_json() {
            out.text(&as_json.page(&page).map_err(Stop::Output)?)?;
        } else {
            if let Some(gap) = gap.filter(|_| is_first) {
                out.text(&format!("{gap}{}", text::tree_heading(&page)))?;
            }
            out.text(&as_text.page(&page.view, out.width()))?;
        }
        is_first = false;
        folds += page.view.folds.len();
        folded += page.view.folds.values().map(|fold| fold.sums.count).sum::<u64>();
        if completeness(&page, out) == Exit::Partial {
            exit = Exit::Partial;
        }
    }
    if out.is_json() {
        out.text(&as_json.end().map_err(Stop::Output)?)?;
    } else if folds > 0 && gap.is_none() {
        let (actors, lines) = (grouped(folded), if folds == 1 { "line" } else { "lines" });
        out.say(&format!(
            "{actors} actors, and all below them, are in {folds} {lines}: --no-fold gives each its own"
        ));
    }
    Ok(exit)
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
    let asked = Asked { view, rows: u64::from(args.limit) };
    asked.answer(&connection, repeat(common, args.watch), out).await
}

fn repeat(common: &Common, watch: bool) -> Option<Duration> {
    watch.then_some(common.interval())
}

fn every(interval: Duration) -> Interval {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn snapshot(connection: &Connection, frame: Frame, summary: Option<Summary>) -> Snapshot {
    let summary = frame.summary.clone().or(summary);
    let mut view = ViewState::default();
    view.apply(frame);
    Snapshot { node: connection.node().clone(), summary, view }
}

/// What is asked.
struct Asked {
    view: ViewSpec,
    rows: u64,
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
        let mut ticks = every(interval);
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
        let mut summary = None;
        if frame.summary.is_none() && out.is_json() {
            summary = connection.query(&ViewSpec::Summary).await?.summary;
        }
        Ok(snapshot(connection, frame, summary))
    }

    fn write(&self, snapshot: &Snapshot, out: &Out) -> Result<(), Stop> {
        if out.is_json() {
            out.json(&json::Rows::from(snapshot))
        } else {
            out.text(&text::top(snapshot, out.width()))
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
