//! The table of commands that take an argument. To add one, add a line.

use crate::nearest::unknown;
use crate::ui::actions::Scope;
use crate::ui::app::App;
use crate::ui::columns::{self, COLUMNS};
use crate::ui::config::settings::{interval, ms};
use crate::ui::input::Command;
use crate::ui::screens::{ScreenId, table};
use crate::ui::update::INTERVALS_MS;
use actorscope_core::SlotId;
use actorscope_core::view::SortKey;
use std::time::Duration;

/// A command with an argument.
#[derive(Debug)]
pub struct Typed {
    /// Its name.
    pub word: &'static str,
    /// What the argument is called.
    pub argument: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Where it can be given.
    pub scope: Scope,
    /// Arguments to choose from, each with what it means.
    pub values: fn(&App) -> Vec<(String, String)>,
    /// Does it; or says why that is not possible.
    pub run: fn(&mut App, &str) -> Result<Vec<Command>, String>,
}

/// All of them.
pub const COMMANDS: &[Typed] = &[
    Typed {
        word: "sort",
        argument: "COLUMN",
        help: "show the table, sorted by this column",
        scope: Scope::Pages,
        values: |_| sortable(),
        run: sort,
    },
    Typed {
        word: "filter",
        argument: "TEXT",
        help: "show only what matches this: lobby state:failed, depth>100, …",
        scope: Scope::Pages,
        values: |_| Vec::new(),
        run: filter,
    },
    Typed {
        word: "goto",
        argument: "PATH",
        help: "open the page of an actor: a path, the end of one, a name, or #id",
        scope: Scope::Pages,
        values: paths,
        run: goto,
    },
    Typed {
        word: "interval",
        argument: "TIME",
        help: "refresh so often, such as 500ms or 2s",
        scope: Scope::Pages,
        values: |_| {
            let time = |n| (ms(Duration::from_millis(n)), String::new());
            INTERVALS_MS.into_iter().map(time).collect()
        },
        run: refresh,
    },
];

fn sortable() -> Vec<(String, String)> {
    let name = ("name".to_owned(), "the path".to_owned());
    let columns = COLUMNS.iter().filter(|column| column.sort.is_some());
    std::iter::once(name)
        .chain(columns.map(|column| (column.id.to_owned(), column.help.to_owned())))
        .collect()
}

fn sort(app: &mut App, argument: &str) -> Result<Vec<Command>, String> {
    let column = columns::named(argument);
    // The command line's words are understood, too.
    let key = column.and_then(|column| column.sort).or_else(|| SortKey::from_word(argument));
    let Some(key) = key else {
        let words = sortable();
        let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
        return Err(match column {
            Some(_) => format!("nothing is sorted by `{argument}`; there are {}", words.join(", ")),
            None => unknown("column", argument, &words),
        });
    };
    if let Some(attached) = app.agent_mut() {
        attached.go(ScreenId::Table);
        table::sort(attached, key);
    }
    Ok(Vec::new())
}

fn filter(app: &mut App, argument: &str) -> Result<Vec<Command>, String> {
    let Some(attached) = app.agent_mut() else {
        return Ok(Vec::new());
    };
    if attached.page().filters_slots()
        && let Some(problem) = crate::ui::filter::problem(argument)
    {
        return Err(problem.to_string());
    }
    match attached.page().filter(attached) {
        Some(filter) => {
            argument.clone_into(filter);
            Ok(Vec::new())
        }
        None => Err("there is nothing to filter here".to_owned()),
    }
}

/// The paths on screen.
fn paths(app: &App) -> Vec<(String, String)> {
    let Some(attached) = app.agent() else {
        return Vec::new();
    };
    let rows = attached.shown().flat_map(|view| view.rows());
    let mut paths: Vec<(String, String)> =
        rows.map(|row| (row.path.to_owned(), row.identity.actor_type.to_string())).collect();
    paths.sort();
    paths.dedup_by(|a, b| a.0 == b.0);
    paths
}

fn goto(app: &mut App, argument: &str) -> Result<Vec<Command>, String> {
    if let Some(digits) = argument.strip_prefix('#') {
        let slot = digits.parse().ok().and_then(SlotId::new);
        let slot = slot.ok_or_else(|| format!("`{argument}` is no id: write # and a number"))?;
        if let Some(attached) = app.agent_mut() {
            attached.open(slot, None);
        }
        return Ok(Vec::new());
    }
    app.requests = app.requests.wrapping_add(1);
    let request = app.requests;
    let Some(attached) = app.agent_mut() else {
        return Ok(Vec::new());
    };
    attached.finding = Some(request);
    Ok(vec![Command::Find { node: attached.id, request, path: argument.to_owned() }])
}

fn refresh(app: &mut App, argument: &str) -> Result<Vec<Command>, String> {
    let time = interval(argument)
        .ok_or_else(|| format!("`{argument}` is no time from 250ms to 10s, such as 500ms or 2s"))?;
    app.settings.interval = time;
    Ok(Vec::new())
}
