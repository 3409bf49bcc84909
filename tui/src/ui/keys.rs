//! The one table of keys: dispatch, footer and help are all read from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Leave the program.
    Quit,
    /// Hand the terminal back to the shell for a while.
    Suspend,
    /// Draw everything anew, after something else wrote to the terminal.
    Redraw,
    /// Show or hide the help.
    Help,
    /// Leave what was opened last.
    Back,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// The first row.
    Top,
    /// The last row.
    Bottom,
    /// Open what is selected.
    Open,
    /// Look for agents again.
    Look,
    /// Show all agents of this machine.
    Agents,
    /// The other of tree and table.
    NextPage,
    /// Show the children of the selected row, or go to the first of them.
    Expand,
    /// Hide the children of the selected row, or go to its parent.
    Collapse,
    /// Show or hide the children of the selected row.
    Toggle,
    /// Show one level less of the tree.
    Shallower,
    /// Show one level more of the tree.
    Deeper,
    /// Sort by the column to the left.
    SortLeft,
    /// Sort by the column to the right.
    SortRight,
    /// Sort by the n-th column.
    SortBy(u8),
    /// Turn the order round.
    Reverse,
    /// Type a filter.
    Filter,
    /// Go to the slot with the slowest queue.
    Slowest,
    /// Show or hide the list of events.
    Events,
    /// Freeze what is shown, or go on.
    Pause,
    /// Refresh more often.
    Faster,
    /// Refresh less often.
    Slower,
    /// Do something to the selected actor.
    Verbs,
    /// Try to connect now.
    Retry,
    /// Use the mouse, or leave it to the terminal.
    Mouse,
    /// The next field or button.
    NextField,
    /// The field or button before.
    PreviousField,
}

/// Where keys are pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Context {
    /// No agent runs: waiting for one.
    Waiting,
    /// Several agents run: choosing one.
    Choosing,
    /// Attached to an agent that has not answered yet.
    Connecting,
    /// The tree of slots.
    Tree,
    /// The table of slots.
    Table,
    /// The page of one slot.
    Detail,
    /// A filter is being typed.
    Typing,
    /// The list of verbs.
    Menu,
    /// The preview of a verb, with its fields and buttons.
    Confirm,
    /// What became of a verb.
    Outcome,
    /// The help.
    Help,
}

use Context::{
    Choosing, Confirm, Connecting, Detail, Help, Menu, Outcome, Table, Tree, Typing, Waiting,
};

/// A key as the table writes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
}

const fn key(code: KeyCode) -> Key {
    Key { code, ctrl: false }
}

const fn ch(c: char) -> Key {
    key(KeyCode::Char(c))
}

const fn ctrl(c: char) -> Key {
    Key { code: KeyCode::Char(c), ctrl: true }
}

impl Key {
    /// Whether `event` is this key. Shift is part of the character typed, so it is not compared.
    pub fn is(self, event: KeyEvent) -> bool {
        let held = event.modifiers;
        self.code == event.code
            && self.ctrl == held.contains(KeyModifiers::CONTROL)
            && !held.intersects(KeyModifiers::ALT | KeyModifiers::SUPER)
    }

    /// The key's name, as help and footer show it.
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(c) if self.ctrl => c.to_ascii_uppercase().to_string(),
            KeyCode::Char(c) => c.to_string(),
            KeyCode::F(n) => format!("F{n}"),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            other => other.to_string(),
        };
        if self.ctrl { format!("Ctrl-{name}") } else { name }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    /// What happens.
    pub action: Action,
    /// On any of these keys.
    pub keys: &'static [Key],
    /// In these places.
    pub contexts: &'static [Context],
    /// One or two words for the footer; empty = only in the help.
    pub label: &'static str,
    /// A line for the help.
    pub help: &'static str,
}

const fn bind(
    action: Action,
    keys: &'static [Key],
    contexts: &'static [Context],
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding { action, keys, contexts, label, help }
}

const EVERYWHERE: &[Context] =
    &[Waiting, Choosing, Connecting, Tree, Table, Detail, Typing, Menu, Confirm, Outcome, Help];
const PAGES: &[Context] = &[Tree, Table, Detail];
const LISTS: &[Context] = &[Tree, Table];
const SCROLLING: &[Context] = &[Choosing, Tree, Table, Detail, Help];
const READING: &[Context] = &[Waiting, Choosing, Connecting, Tree, Table, Detail, Help];

/// Every key there is. What stands first in a context stands first in its footer and help.
#[rustfmt::skip] // A table reads as one: a binding a line.
pub const BINDINGS: &[Binding] = &[
    bind(Action::Open, &[key(KeyCode::Enter)], LISTS, "details", "open the page of the selected actor"),
    bind(Action::Open, &[key(KeyCode::Enter)], &[Choosing], "attach", "attach to the selected agent"),
    bind(Action::Open, &[key(KeyCode::Enter)], &[Menu], "preview", "show what the verb would do here; nothing is done yet"),
    bind(Action::Open, &[key(KeyCode::Enter)], &[Confirm], "press", "press the selected button"),
    bind(Action::Open, &[key(KeyCode::Enter)], &[Outcome], "close", "close"),
    bind(Action::Open, &[key(KeyCode::Enter)], &[Typing], "keep", "keep the filter"),
    bind(Action::Back, &[key(KeyCode::Esc), key(KeyCode::Left), ch('h'), key(KeyCode::Backspace)], &[Detail], "back", "back to the list"),
    bind(Action::Back, &[key(KeyCode::Esc)], &[Typing], "drop", "drop the filter"),
    bind(Action::Back, &[key(KeyCode::Esc)], &[Menu, Confirm], "cancel", "leave without doing anything"),
    bind(Action::Back, &[key(KeyCode::Esc)], &[Outcome], "", "close"),
    bind(Action::Back, &[key(KeyCode::Esc)], &[Help], "close", "close the help"),
    bind(Action::NextField, &[key(KeyCode::Tab), key(KeyCode::Down)], &[Confirm], "next field", "next field or button"),
    bind(Action::PreviousField, &[key(KeyCode::BackTab), key(KeyCode::Up)], &[Confirm], "", "previous field or button"),
    bind(Action::NextPage, &[key(KeyCode::Tab), key(KeyCode::BackTab)], &[Tree], "table", "the same actors as a table, sorted"),
    bind(Action::NextPage, &[key(KeyCode::Tab), key(KeyCode::BackTab)], &[Table], "tree", "the same actors as a tree"),
    bind(Action::Filter, &[ch('/')], LISTS, "filter", "show only rows whose path or type contains a text"),
    bind(Action::Slowest, &[ch('w')], PAGES, "slowest", "go to the actor with the slowest queue"),
    bind(Action::Verbs, &[ch('X'), key(KeyCode::F(9))], PAGES, "verbs", "kill, stop, restart, suspend or resume, after a preview"),
    bind(Action::Toggle, &[ch(' ')], &[Tree], "fold", "show or hide the children of the selected row"),
    bind(Action::Expand, &[key(KeyCode::Right), ch('l')], &[Tree], "", "show the children, or go to the first of them"),
    bind(Action::Collapse, &[key(KeyCode::Left), ch('h')], &[Tree], "", "hide the children, or go to the parent"),
    bind(Action::Shallower, &[ch('[')], &[Tree], "", "show one level less of the whole tree"),
    bind(Action::Deeper, &[ch(']')], &[Tree], "", "show one level more of the whole tree"),
    bind(Action::SortRight, &[ch('>'), ch('.'), ch('s')], &[Table], "sort", "sort by the column to the right"),
    bind(Action::SortLeft, &[ch('<'), ch(',')], &[Table], "", "sort by the column to the left"),
    bind(Action::SortBy(1), &[ch('1')], &[Table], "", "sort by the first column; 2 … 9 by the others"),
    bind(Action::SortBy(2), &[ch('2')], &[Table], "", ""),
    bind(Action::SortBy(3), &[ch('3')], &[Table], "", ""),
    bind(Action::SortBy(4), &[ch('4')], &[Table], "", ""),
    bind(Action::SortBy(5), &[ch('5')], &[Table], "", ""),
    bind(Action::SortBy(6), &[ch('6')], &[Table], "", ""),
    bind(Action::SortBy(7), &[ch('7')], &[Table], "", ""),
    bind(Action::SortBy(8), &[ch('8')], &[Table], "", ""),
    bind(Action::SortBy(9), &[ch('9')], &[Table], "", ""),
    bind(Action::Reverse, &[ch('I')], &[Table], "reverse", "turn the order round"),
    bind(Action::Events, &[ch('e')], PAGES, "events", "show or hide the latest starts, ends and restarts"),
    bind(Action::Pause, &[ch('p')], PAGES, "pause", "freeze what is shown, or go on"),
    bind(Action::Faster, &[ch('+'), ch('=')], PAGES, "", "refresh more often"),
    bind(Action::Slower, &[ch('-')], PAGES, "", "refresh less often"),
    bind(Action::Look, &[ch('r')], &[Waiting, Choosing], "look again", "look for agents again, at once"),
    bind(Action::Retry, &[ch('r')], PAGES, "", "when the connection is lost: try again now"),
    bind(Action::Retry, &[ch('r')], &[Connecting], "try now", "try again now"),
    bind(Action::Agents, &[ch('a')], PAGES, "", "choose another agent"),
    bind(Action::Agents, &[ch('a')], &[Connecting], "other agents", "choose another agent"),
    bind(Action::Back, &[key(KeyCode::Esc)], &[Tree, Table], "", "leave what was opened last: a note, the filter, the events"),
    bind(Action::Back, &[key(KeyCode::Esc)], &[Connecting], "", "choose another agent"),
    bind(Action::PageUp, &[key(KeyCode::PageUp)], &[Confirm, Outcome], "", "scroll the text up"),
    bind(Action::PageDown, &[key(KeyCode::PageDown)], &[Confirm, Outcome], "", "scroll the text down"),
    bind(Action::Up, &[key(KeyCode::Up), ch('k')], &[Menu], "", "verb above"),
    bind(Action::Down, &[key(KeyCode::Down), ch('j')], &[Menu], "", "verb below"),
    bind(Action::Up, &[key(KeyCode::Up), ch('k')], SCROLLING, "", "up"),
    bind(Action::Down, &[key(KeyCode::Down), ch('j')], SCROLLING, "", "down"),
    bind(Action::PageUp, &[key(KeyCode::PageUp), ctrl('b')], SCROLLING, "", "one screen up"),
    bind(Action::PageDown, &[key(KeyCode::PageDown), ctrl('f')], SCROLLING, "", "one screen down"),
    bind(Action::Top, &[key(KeyCode::Home), ch('g')], SCROLLING, "", "to the beginning"),
    bind(Action::Bottom, &[key(KeyCode::End), ch('G')], SCROLLING, "", "to the end"),
    bind(Action::Mouse, &[ch('m')], READING, "", "leave the mouse to the terminal (to select text), or take it back"),
    bind(Action::Redraw, &[ctrl('l')], EVERYWHERE, "", "draw everything anew"),
    bind(Action::Suspend, &[ctrl('z')], EVERYWHERE, "", "back to the shell; `fg` returns"),
    bind(Action::Help, &[ch('?'), key(KeyCode::F(1))], READING, "help", "this help"),
    bind(Action::Quit, &[ch('q')], READING, "quit", "quit"),
    bind(Action::Quit, &[ctrl('c')], EVERYWHERE, "", "quit, from anywhere"),
];

/// What a key asks for in a place.
pub fn action(context: Context, event: KeyEvent) -> Option<Action> {
    of(context).find(|b| b.keys.iter().any(|k| k.is(event))).map(|b| b.action)
}

/// The lines that hold in a place.
pub fn of(context: Context) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |b| b.contexts.contains(&context))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for context in EVERYWHERE {
            let mut seen: Vec<(Key, Action)> = Vec::new();
            for binding in of(*context) {
                for key in binding.keys {
                    let other = seen.iter().find(|(k, _)| k == key);
                    assert!(
                        other.is_none(),
                        "{} in {context:?}: {:?} and {other:?}",
                        key.name(),
                        binding.action
                    );
                    seen.push((*key, binding.action));
                }
            }
        }
    }

    #[test]
    fn everywhere_is_every_place_and_has_a_way_out() {
        for context in EVERYWHERE {
            assert!(of(*context).any(|b| b.action == Action::Quit), "{context:?}");
        }
        for binding in BINDINGS {
            assert!(!binding.keys.is_empty() && !binding.contexts.is_empty());
        }
    }

    #[test]
    fn shift_is_part_of_the_character() {
        let shifted = KeyEvent::new(KeyCode::Char('X'), KeyModifiers::SHIFT);
        assert_eq!(action(Context::Tree, shifted), Some(Action::Verbs));
        let alt = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT);
        assert_eq!(action(Context::Tree, alt), None);
    }
}
