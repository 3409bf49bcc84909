//! The commands that fit what was typed, best first.

use super::commands::{COMMANDS, Typed};
use crate::ui::actions::Action;
use crate::ui::app::App;
use crate::ui::update::context_below_help;

/// What a command does.
#[derive(Clone, Copy, Debug)]
pub enum Does {
    /// What a key does, too.
    Action(Action),
    /// Something with an argument.
    Command(&'static Typed),
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The command's name.
    pub word: &'static str,
    /// What the line becomes when it is completed to this.
    pub text: String,
    /// What stands for the argument that is still missing; empty = none is.
    pub argument: &'static str,
    /// What it does.
    pub help: String,
    /// The keys that do the same.
    pub keys: String,
    /// What it does, to do it.
    pub does: Does,
}

/// How well something fits; the least fits best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fit {
    Whole,
    Beginning,
    Within,
    Scattered,
    Meaning,
}

/// The commands that fit. Empty text fits all of them, in the order of the tables.
pub fn entries(app: &App, typed: &str) -> Vec<Entry> {
    let typed = typed.trim_start();
    if let Some((word, argument)) = typed.split_once(char::is_whitespace)
        && let Some(command) = held(app).find(|command| command.word == word)
    {
        return arguments(app, command, argument.trim());
    }
    let all = actions(app).chain(held(app).map(waiting)).collect();
    best(all, typed.trim(), |entry| (entry.word, &entry.help))
}

/// What the command of this line means, where there is nothing to choose from.
pub fn about(app: &App, typed: &str) -> Option<&'static Typed> {
    let word = typed.split_whitespace().next()?;
    held(app).find(|command| command.word == word)
}

/// The commands with arguments that hold here.
fn held(app: &App) -> impl Iterator<Item = &'static Typed> {
    let context = context_below_help(app);
    COMMANDS.iter().filter(move |command| command.scope.holds(context))
}

fn waiting(command: &'static Typed) -> Entry {
    Entry {
        word: command.word,
        text: format!("{} ", command.word),
        argument: command.argument,
        help: command.help.to_owned(),
        keys: String::new(),
        does: Does::Command(command),
    }
}

fn actions(app: &App) -> impl Iterator<Item = Entry> {
    let keys = &app.settings.keys;
    let mut seen: Vec<Action> = vec![Action::Palette];
    keys.of(context_below_help(app)).filter_map(move |bound| {
        // Two lines for the same are for two sets of keys.
        if seen.contains(&bound.action) || (app.settings.read_only && bound.action == Action::Verbs)
        {
            return None;
        }
        seen.push(bound.action);
        let names: Vec<String> = bound.keys.iter().map(|key| key.name()).collect();
        Some(Entry {
            word: bound.id,
            text: bound.id.to_owned(),
            argument: "",
            help: bound.help.to_owned(),
            keys: names.join(" "),
            does: Does::Action(bound.action),
        })
    })
}

fn arguments(app: &App, command: &'static Typed, argument: &str) -> Vec<Entry> {
    let entry = |(value, help): (String, String)| Entry {
        word: command.word,
        text: format!("{} {value}", command.word),
        argument: "",
        help,
        keys: String::new(),
        does: Does::Command(command),
    };
    let all = (command.values)(app).into_iter().map(entry).collect();
    let prefix = command.word.len() + 1;
    best(all, argument, |entry| (entry.text.get(prefix..).unwrap_or(""), &entry.help))
}

fn best(all: Vec<Entry>, text: &str, of: impl Fn(&Entry) -> (&str, &str)) -> Vec<Entry> {
    let mut fitting: Vec<(Fit, Entry)> = all
        .into_iter()
        .filter_map(|entry| {
            let (word, help) = of(&entry);
            Some((fit(text, word, help)?, entry))
        })
        .collect();
    fitting.sort_by_key(|(fit, _)| *fit);
    fitting.into_iter().map(|(_, entry)| entry).collect()
}

fn fit(text: &str, word: &str, help: &str) -> Option<Fit> {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    if word == text {
        Some(Fit::Whole)
    } else if word.starts_with(&text) {
        Some(Fit::Beginning)
    } else if word.contains(&text) {
        Some(Fit::Within)
    } else if is_scattered(&text, &word) {
        Some(Fit::Scattered)
    } else {
        help.to_lowercase().contains(&text).then_some(Fit::Meaning)
    }
}

/// Whether all letters of `text` occur in `word`, in their order.
fn is_scattered(text: &str, word: &str) -> bool {
    let mut letters = word.chars();
    text.chars().all(|c| letters.any(|other| other == c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_a_word_the_better_it_fits() {
        let fit = |text| fit(text, "sort-right", "sort by the column to the right");
        assert_eq!(fit("sort-right"), Some(Fit::Whole));
        assert_eq!(fit("SORT"), Some(Fit::Beginning));
        assert_eq!(fit("right"), Some(Fit::Within));
        assert_eq!(fit("srt"), Some(Fit::Scattered));
        assert_eq!(fit("column"), Some(Fit::Meaning));
        assert_eq!(fit("pause"), None);
    }
}
