//! From a file's text to a [`Config`]. Whatever is wrong is told with its line and with what may stand
//! there.

use super::settings::{SETTINGS, Setting, bare};
use super::{Config, ConfigError};
use crate::nearest::unknown;
use crate::ui::actions;
use crate::ui::columns::{self, COLUMNS, Choice, Columns};
use crate::ui::keymap::{Keymap, KeymapError};
use crate::ui::screens::ScreenId;
use std::ops::Range;
use std::path::Path;
use toml_edit::{Document, Item, Table, Value};

/// The sections there are, with a line about each.
pub const SECTIONS: [(&str, &str); 3] = [
    ("ui", "how the terminal UI looks"),
    (
        "columns",
        "the columns of each screen, from left to right; what has no room gives way from the right",
    ),
    ("keys", "an action's key or keys; [] = none. Other actions keep theirs"),
];

/// Where something stands in the text, in bytes, as far as that is known.
type At = Option<Range<usize>>;

/// Something is wrong there.
struct Wrong {
    at: At,
    what: String,
}

fn wrong<T>(at: At, what: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { at, what: what.into() })
}

/// Reads a configuration; `path` is only named.
pub fn read(path: &Path, text: &str) -> Result<Config, ConfigError> {
    config(text).map_err(|Wrong { at, what }| {
        let before = at.and_then(|at| text.get(..at.start));
        let line = before.map(|before| before.matches('\n').count() + 1);
        ConfigError { path: path.to_owned(), line, what }
    })
}

fn config(text: &str) -> Result<Config, Wrong> {
    let document = Document::parse(text).map_err(|error| Wrong {
        at: error.span(),
        // Several lines, the first of which says it.
        what: error.message().lines().collect::<Vec<_>>().join("; "),
    })?;
    let mut config = Config::default();
    for (name, item) in document.iter() {
        let known = SECTIONS.map(|(section, _)| section);
        let key = document.as_table().key(name).and_then(|key| key.span());
        let Some(section) = item.as_table().filter(|_| known.contains(&name)) else {
            if known.contains(&name) {
                return wrong(key, format!("`{name}` is a section: write `[{name}]`"));
            }
            return wrong(key, unknown("section", name, &known));
        };
        match name {
            "ui" => ui(&mut config, section)?,
            "columns" => config.columns = chosen(section)?,
            _ => config.keys = keys(section)?,
        }
    }
    Ok(config)
}

/// The members of a section, each with the place of its name.
fn members(section: &Table) -> impl Iterator<Item = (&str, At, &Item)> {
    section.iter().map(|(name, item)| {
        (name, section.key(name).and_then(|key| key.span()).or(item.span()), item)
    })
}

fn value<'a>(name: &str, at: &At, item: &'a Item) -> Result<&'a Value, Wrong> {
    match item.as_value() {
        Some(value) => Ok(value),
        None => wrong(at.clone(), format!("`{name}` is no section: write `{name} = …`")),
    }
}

fn ui(config: &mut Config, section: &Table) -> Result<(), Wrong> {
    for (name, at, item) in members(section) {
        let Some(setting) = Setting::named(name) else {
            let known: Vec<_> = SETTINGS.iter().map(|setting| setting.key).collect();
            return wrong(at, unknown("setting", name, &known));
        };
        let value = value(name, &at, item)?;
        setting.take(&mut config.ui, value).or_else(|what| wrong(value.span().or(at), what))?;
    }
    Ok(())
}

fn chosen(section: &Table) -> Result<Columns, Wrong> {
    let mut columns = Columns::default();
    for (name, at, item) in members(section) {
        let screen = ScreenId::from_word(name);
        let Some(choice) = screen.and_then(|screen| columns.of_mut(screen)) else {
            let known: Vec<_> = Columns::screens().map(ScreenId::word).collect();
            return wrong(at, unknown("screen with columns", name, &known));
        };
        let mut shown = Vec::new();
        for (id, at) in strings(name, &at, item, "columns")? {
            let Some(column) = columns::named(&id) else {
                let known: Vec<_> = COLUMNS.iter().map(|column| column.id).collect();
                return wrong(at, unknown("column", &id, &known));
            };
            if shown.contains(&column) {
                return wrong(at, format!("the column `{id}` is named twice"));
            }
            shown.push(column);
        }
        *choice = Choice::of(shown);
    }
    Ok(columns)
}

/// A list of strings, each with its place.
fn strings(name: &str, at: &At, item: &Item, of: &str) -> Result<Vec<(String, At)>, Wrong> {
    let value = value(name, at, item)?;
    let Some(array) = value.as_array() else {
        let what =
            format!("`{name}` can't be {}; write a list of {of}: [\"…\", \"…\"]", bare(value));
        return wrong(value.span().or(at.clone()), what);
    };
    let string = |value: &Value| match value.as_str() {
        Some(text) => Ok((text.to_owned(), value.span())),
        None => wrong(value.span(), format!("{} in `{name}` is no string", bare(value))),
    };
    array.iter().map(string).collect()
}

fn keys(section: &Table) -> Result<Keymap, Wrong> {
    let mut changes = Vec::new();
    let mut places = Vec::new();
    for (name, at, item) in members(section) {
        let names = match value(name, &at, item)?.as_str() {
            Some(key) => vec![key.to_owned()],
            None => strings(name, &at, item, "keys")?.into_iter().map(|(key, _)| key).collect(),
        };
        places.push((name, at));
        changes.push((name, names));
    }
    let changes = changes.iter().map(|(name, names)| (*name, names.as_slice()));
    Keymap::with(changes).map_err(|error| {
        let place = |id: &str| places.iter().find(|(name, _)| *name == id);
        let found = match &error {
            KeymapError::NoSuchAction { id, .. } => place(id),
            KeymapError::NoSuchKey { id, .. } | KeymapError::IsText { id, .. } => place(id),
            // The one that the user has changed, if only one of them was.
            KeymapError::Conflict { first, second, .. } => place(second).or(place(first)),
            KeymapError::NoWayOut { .. } => {
                let quits = actions::BINDINGS.iter().filter(|b| b.action == actions::Action::Quit);
                quits.filter_map(|b| place(b.id)).next_back()
            }
        };
        Wrong { at: found.and_then(|(_, at)| at.clone()), what: error.to_string() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::ColorChoice;
    use crate::ui::actions::{Action, Context};
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use proptest::prelude::*;
    use std::time::Duration;

    fn config(text: &str) -> Config {
        read(Path::new("config.toml"), text).unwrap()
    }

    fn error(text: &str) -> String {
        read(Path::new("config.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_holds() {
        let config = config(
            "# mine\n\
             [ui]\ncolor = \"256\"\nascii = true\nmouse = false\ninterval = \"500ms\"\nscreen = \"table\"\n\
             [keys]\npause = \"F5\"\nreverse = []\nhelp = [\"F1\", \"H\"]\n\
             [columns]\ntable = [\"wait\", \"state\"]\ntree = []\n",
        );
        assert_eq!(config.ui.color, ColorChoice::Indexed);
        assert!(config.ui.ascii && !config.ui.mouse);
        assert_eq!(config.ui.interval, Duration::from_millis(500));
        assert_eq!(config.ui.screen, ScreenId::Table);
        let table = Context::Screen(ScreenId::Table);
        let f5 = KeyEvent::new(KeyCode::F(5), KeyModifiers::NONE);
        assert_eq!(config.keys.action(table, f5), Some(Action::Pause));
        assert_eq!(config.keys.key(table, Action::Reverse), None);
        let ids = |screen| config.columns.of(screen).shown().map(|c| c.id).collect::<Vec<_>>();
        assert_eq!(ids(ScreenId::Table), ["wait", "state"]);
        assert!(ids(ScreenId::Tree).is_empty());
    }

    #[test]
    fn nothing_written_is_as_usual() {
        for text in ["", "[ui]\n[keys]\n[columns]\n", "# nothing\n"] {
            let config = config(text);
            assert_eq!(config.ui, Config::default().ui);
            assert_eq!(config.columns, Columns::default());
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_there_no_line_is_beyond_the_end(
            text in "(\\[(ui|keys|columns|x)\\]\n|(color|pause|tree|ascii)|=|\"|'|\\[|\\]|,|\n|#|1|é|wait| ){0,40}",
        ) {
            if let Err(error) = read(Path::new("config.toml"), &text) {
                prop_assert!(error.line.is_none_or(|line| line <= text.matches('\n').count() + 1));
                prop_assert!(!error.what.is_empty() && !error.what.contains('\n'));
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_what_may_stand_there() {
        for (text, said) in [
            (
                "[ui]\ncolour = \"16\"",
                "config.toml:2: there is no setting `colour`; did you mean `color`?",
            ),
            (
                "\n\n[ui]\ncolor = \"blue\"",
                "config.toml:4: `color` can't be \"blue\"; write \"auto\", \"always\", \"never\", \"16\", \"256\", \"truecolor\"",
            ),
            (
                "[ui]\ncolor = \"atuo\"",
                "config.toml:2: `color` can't be \"atuo\"; write \"auto\", \"always\"",
            ),
            (
                "[ui]\nmouse = \"no\" # really",
                "config.toml:2: `mouse` can't be \"no\"; write true, false",
            ),
            (
                "[ui]\ninterval = \"1h\"",
                "config.toml:2: `interval` can't be \"1h\"; write a time from 250ms to 10s",
            ),
            ("[ui.color]\na = 1", "config.toml:1: `color` is no section: write `color = …`"),
            ("ui = 1", "config.toml:1: `ui` is a section: write `[ui]`"),
            ("[key]\nx = 1", "config.toml:1: there is no section `key`; did you mean `keys`?"),
            (
                "[keys]\n\nsort-rihgt = \"x\"",
                "config.toml:3: there is no action `sort-rihgt`; did you mean `sort-right`?",
            ),
            (
                "[keys]\nhelp = \"Hyper-x\"",
                "config.toml:2: `Hyper-x`, wanted for `help`, is no key",
            ),
            ("[keys]\nhelp = 1", "config.toml:2: `help` can't be 1; write a list of keys"),
            ("[keys]\npause = \"F3\"\nverbs = \"q\"", "config.toml:3: `q` would mean both"),
            ("[keys]\nredraw = \"z\"", "config.toml:2: `z` can't be the key of `redraw`"),
            ("[keys]\nquit-anywhere = []", "config.toml:2: no key is left that quits"),
            (
                "[columns]\nevents = []",
                "config.toml:2: there is no screen with columns `events`; there are tree, table",
            ),
            (
                "[columns]\ntree = [\n \"state\",\n \"wiat\",\n]",
                "config.toml:4: there is no column `wiat`; did you mean `wait`?",
            ),
            (
                "[columns]\ntree = [\"state\", \"state\"]",
                "config.toml:2: the column `state` is named twice",
            ),
            ("[columns]\ntree = [1]", "config.toml:2: 1 in `tree` is no string"),
            (
                "[columns]\ntree = \"state\"",
                "config.toml:2: `tree` can't be \"state\"; write a list of columns",
            ),
            ("[ui]\ncolor = ", "config.toml:2: "),
            ("[ui]\nascii = true\nascii = false", "config.toml:3: duplicate key"),
        ] {
            let error = error(text);
            assert!(error.starts_with(said), "{text:?}: {error}");
        }
    }
}
