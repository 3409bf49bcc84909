//! What is selected, as text for the clipboard.

use super::app::App;
use super::attached::Attached;
use super::columns::{Facts, of_fold};
use super::screens;
use crate::output::json;
use actorscope_client::model::{Row, ViewState};
use actorscope_core::view::Fold;
use actorscope_core::{Event, SlotId};

/// In which form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A line of headings and a line of values, tabs between: what tables and chats take.
    Table,
    /// JSON, the same that the command line writes.
    Json,
}

impl Form {
    /// Its name in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Table => "a table",
            Self::Json => "JSON",
        }
    }
}

/// The text, and what it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copied {
    /// In a few words, for a note.
    pub about: String,
    /// The text.
    pub text: String,
}

/// Copies what is selected; says why there is nothing to copy.
pub fn selected(app: &App, form: Form) -> Result<Copied, &'static str> {
    let attached = app.agent().ok_or("no agent is attached")?;
    let page = attached.page();
    if let Some(event) = page.event(attached) {
        let about = format!("the event “{}”", event.kind.word().replace('_', " "));
        let text = match form {
            Form::Table => event_table(event),
            Form::Json => to_json(&json::EventLine::from(event)),
        };
        return Ok(Copied { about, text });
    }
    if let Some(fold) = page.selected_fold(attached) {
        let text = match form {
            Form::Table => fold_table(app, attached, fold),
            Form::Json => to_json(&json::Fold::new(fold, None)),
        };
        return Ok(Copied { about: screens::fold::title(fold), text });
    }
    let slot = page.selected(attached).ok_or("nothing is selected")?;
    let (view, row) = row(attached, slot).ok_or("too little is known of this actor here")?;
    let about = row.path.to_owned();
    let text = match form {
        Form::Table => row_table(app, attached, view, &row),
        Form::Json => to_json(&json::Slot::from(row)),
    };
    Ok(Copied { about, text })
}

fn row(attached: &Attached, slot: SlotId) -> Option<(&ViewState, Row<'_>)> {
    attached
        .shown()
        .find_map(|view| view.rows().find(|row| row.identity.id == slot).map(|row| (view, row)))
}

/// The path and all columns that the screen shows if it has the room.
fn row_table(app: &App, attached: &Attached, view: &ViewState, row: &Row<'_>) -> String {
    let choice = app.settings.columns.of(attached.screen);
    let mut heads = vec!["path".to_owned()];
    let mut cells = vec![row.path.to_owned()];
    for column in choice.shown() {
        heads.push(column.id.to_owned());
        cells.push(row.stats.map_or_else(String::new, |stats| {
            (column.cell)(&Facts { identity: row.identity, stats, at: view.sampled_at }).0
        }));
    }
    lines(&heads, &cells)
}

/// What they are called and all columns that the screen shows if it has the room.
fn fold_table(app: &App, attached: &Attached, fold: &Fold) -> String {
    let choice = app.settings.columns.of(attached.screen);
    let mut heads = vec!["actors".to_owned()];
    let mut cells = vec![screens::fold::title(fold)];
    for column in choice.shown() {
        heads.push(column.id.to_owned());
        cells.push(of_fold(column, &fold.sums).0);
    }
    lines(&heads, &cells)
}

fn event_table(event: &Event) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let fields = [
        ("seq", event.seq.to_string()),
        ("at", event.at.to_rfc3339()),
        ("kind", event.kind.word().to_owned()),
        ("path", event.path.to_string()),
        ("incarnation", event.incarnation.map_or_else(String::new, |n| n.to_string())),
        ("exit", event.exit.map_or_else(String::new, |exit| exit.word().to_owned())),
        ("reason", text(&event.reason)),
        ("by", text(&event.by)),
    ];
    let (heads, cells): (Vec<String>, Vec<String>) =
        fields.into_iter().map(|(head, cell)| (head.to_owned(), cell)).unzip();
    lines(&heads, &cells)
}

fn lines(heads: &[String], cells: &[String]) -> String {
    let line = |cells: &[String]| {
        // A control character would be another cell, another line, or a command to a terminal.
        let clean = |c: char| if c.is_control() { ' ' } else { c };
        let cells: Vec<String> = cells.iter().map(|c| c.chars().map(clean).collect()).collect();
        cells.join("\t") + "\n"
    };
    line(heads) + &line(cells)
}

fn to_json(value: &impl serde::Serialize) -> String {
    // Members have names and values are numbers and strings: nothing here can't be JSON.
    serde_json::to_string(value).unwrap_or_default()
}
