//! The one table of actions: what can be asked for, where, by which keys, and in which words. Keys,
//! footer, help, palette and manual are read from it (through the [`Keymap`](super::keymap::Keymap),
//! which knows what the user has changed), and its words are the names that a configuration and the
//! palette use.

use super::keys::{Key, ch, ctrl, key};
use super::screens::ScreenId;
use crossterm::event::KeyCode;

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
    /// Show the agent attached to whose tab is to the right.
    NextNode,
    /// Show the agent attached to whose tab is to the left.
    PreviousNode,
    /// Leave an agent attached to.
    Detach,
    /// Ask an actor to print its state.
    State,
    /// Show a screen.
    Go(ScreenId),
    /// The screen whose tab is to the right.
    NextScreen,
    /// The screen whose tab is to the left.
    PreviousScreen,
    /// Show the children of the selected row, or go to the first of them.
    Expand,
    /// Hide the children of the selected row, or go to its parent.
    Collapse,
    /// What is to the left.
    Left,
    /// What is to the right.
    Right,
    /// Show or hide the children of the selected row.
    Toggle,
    /// Show many like actors as one row, or each in a row of its own.
    Folding,
    /// Show one level less of the tree.
    Shallower,
    /// Show one level more of the tree.
    Deeper,
    /// Sort by the column to the left.
    SortLeft,
    /// Sort by the column to the right.
    SortRight,
    /// Turn the order round.
    Reverse,
    /// Type a filter.
    Filter,
    /// Stay with the newest, or no longer.
    Follow,
    /// Go to the slot with the slowest queue.
    Slowest,
    /// Show or hide the latest events below the page.
    EventsPane,
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
    /// Copy what is selected as a table.
    CopyTable,
    /// Copy what is selected as JSON.
    CopyJson,
    /// Type a command.
    Palette,
    /// The next way to complete what was typed.
    Complete,
    /// The way before.
    CompleteBack,
    /// The command before this one.
    Older,
    /// The command after this one.
    Newer,
    /// Choose columns.
    Columns,
    /// Move what is selected one place forward.
    MoveUp,
    /// Move what is selected one place back.
    MoveDown,
    /// Make it as it usually is.
    Reset,
    /// Keep it for the next time.
    Save,
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
    /// One of the screens.
    Screen(ScreenId),
    /// The page of one slot, above a screen.
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
    /// A command is being typed.
    Palette,
    /// The choice of columns.
    Columns,
}

use Context::{
    Choosing, Columns, Confirm, Connecting, Detail, Help, Menu, Outcome, Palette, Typing, Waiting,
};

const TREE: Context = Context::Screen(ScreenId::Tree);
const TABLE: Context = Context::Screen(ScreenId::Table);
const EVENTS: Context = Context::Screen(ScreenId::Events);
const OVERVIEW: Context = Context::Screen(ScreenId::Overview);
const SYSTEM: Context = Context::Screen(ScreenId::System);
const NODES: Context = Context::Screen(ScreenId::Nodes);

impl Context {
    /// Every place, screens in the order of their tabs.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Waiting, Choosing, Connecting];
        all.extend(ScreenId::ALL.iter().copied().map(Self::Screen));
        all.extend([Detail, Typing, Palette, Columns, Menu, Confirm, Outcome, Help]);
        all
    }

    /// Its name, in messages and in the manual.
    pub fn word(self) -> &'static str {
        match self {
            Waiting => "waiting",
            Choosing => "choosing",
            Connecting => "connecting",
            Self::Screen(screen) => screen.word(),
            Detail => "details",
            Typing => "typing",
            Menu => "verb menu",
            Confirm => "verb preview",
            Outcome => "verb outcome",
            Help => "help",
            Palette => "palette",
            Columns => "columns",
        }
    }

    /// Whether characters may go into a field here, so that they can't be keys.
    pub const fn takes_text(self) -> bool {
        matches!(self, Typing | Confirm | Palette)
    }
}

/// In which places a line of the table holds.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    /// In every place.
    Everywhere,
    /// Wherever no text is typed and no dialog is open.
    Reading,
    /// On every screen and on the page of a slot.
    Pages,
    /// On every screen.
    Screens,
    /// Wherever an agent is attached to.
    Attached,
    /// On screens with columns.
    Columned,
    /// Wherever there is something to scroll.
    Scrolling,
    /// In these places.
    Only(&'static [Context]),
}

impl Scope {
    /// Whether it contains a place.
    pub fn holds(self, context: Context) -> bool {
        let screen = matches!(context, Context::Screen(_));
        match self {
            Self::Everywhere => true,
            Self::Reading => {
                !matches!(context, Typing | Menu | Confirm | Outcome | Palette | Columns)
            }
            Self::Pages => screen || context == Detail,
            Self::Screens => screen,
            Self::Attached => screen || matches!(context, Detail | Connecting),
            Self::Columned => {
                matches!(context, Context::Screen(screen) if screen.page().has_columns())
            }
            Self::Scrolling => screen || matches!(context, Choosing | Detail | Help | Columns),
            Self::Only(contexts) => contexts.contains(&context),
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    /// The line's name, unique: for a configuration and for the palette.
    pub id: &'static str,
    /// What happens.
    pub action: Action,
    /// On any of these keys, unless the user has chosen others.
    pub keys: &'static [Key],
    /// In these places.
    pub scope: Scope,
    /// One or two words for the footer; empty = only in the help.
    pub label: &'static str,
    /// A line for the help.
    pub help: &'static str,
}

const fn bind(
    id: &'static str,
    action: Action,
    keys: &'static [Key],
    scope: Scope,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding { id, action, keys, scope, label, help }
}

use Scope::{Attached, Columned, Everywhere, Only, Pages, Reading, Screens, Scrolling};

/// Screens on which actors are selected.
const ACTORS: Scope = Only(&[OVERVIEW, TREE, TABLE, EVENTS]);
/// Screens of rows of actors.
const ROWS: Scope = Only(&[TREE, TABLE]);

/// Every action there is but going to a screen, which has a line for each screen (see
/// [`screen_binding`]). What stands first in a place stands first in its footer and help.
#[rustfmt::skip] // A table reads as one: a binding a line.
pub const BINDINGS: &[Binding] = &[
    bind("open", Action::Open, &[key(KeyCode::Enter)], ACTORS, "details", "open the page of the selected actor"),
    bind("attach", Action::Open, &[key(KeyCode::Enter)], Only(&[Choosing]), "attach", "attach to the selected agent"),
    bind("attach-to", Action::Open, &[key(KeyCode::Enter)], Only(&[NODES]), "attach", "show the selected agent, in a tab of its own"),
    bind("detach", Action::Detach, &[ch('d')], Only(&[NODES]), "detach", "leave the selected agent and close its tab"),
    bind("preview", Action::Open, &[key(KeyCode::Enter)], Only(&[Menu]), "preview", "show what the verb would do here; nothing is done yet"),
    bind("press", Action::Open, &[key(KeyCode::Enter)], Only(&[Confirm]), "press", "press the selected button"),
    bind("close-outcome", Action::Open, &[key(KeyCode::Enter)], Only(&[Outcome]), "close", "close"),
    bind("keep-filter", Action::Open, &[key(KeyCode::Enter)], Only(&[Typing]), "keep", "keep the filter"),
    bind("complete-filter", Action::Complete, &[key(KeyCode::Tab)], Only(&[Typing]), "complete", "complete the word, as far as there is one way to go on"),
    bind("run", Action::Open, &[key(KeyCode::Enter)], Only(&[Palette]), "run", "run the command, or the one that is marked"),
    bind("leave-palette", Action::Back, &[key(KeyCode::Esc)], Only(&[Palette]), "leave", "leave without running anything"),
    bind("complete", Action::Complete, &[key(KeyCode::Tab)], Only(&[Palette]), "complete", "complete the command; again: the next one that fits"),
    bind("complete-back", Action::CompleteBack, &[key(KeyCode::BackTab)], Only(&[Palette]), "", "the one before"),
    bind("older-command", Action::Older, &[key(KeyCode::Up), ctrl('p')], Only(&[Palette]), "older", "the command that was run before"),
    bind("newer-command", Action::Newer, &[key(KeyCode::Down), ctrl('n')], Only(&[Palette]), "", "the command that was run after it"),
    bind("show-column", Action::Toggle, &[ch(' ')], Only(&[Columns]), "show", "show or hide the column"),
    bind("column-forward", Action::MoveUp, &[ch('K'), ch('<')], Only(&[Columns]), "left", "move the column to the left"),
    bind("column-back", Action::MoveDown, &[ch('J'), ch('>')], Only(&[Columns]), "right", "move the column to the right"),
    bind("reset-columns", Action::Reset, &[ch('r')], Only(&[Columns]), "reset", "show the usual columns in the usual order"),
    bind("save-columns", Action::Save, &[ch('s')], Only(&[Columns]), "save", "write the columns of all screens into the configuration file"),
    bind("close-columns", Action::Back, &[key(KeyCode::Esc), key(KeyCode::Enter), ch('c')], Only(&[Columns]), "close", "close; the columns stay as they are until the program ends"),
    bind("leave-details", Action::Back, &[key(KeyCode::Esc), key(KeyCode::Left), ch('h'), key(KeyCode::Backspace)], Only(&[Detail]), "back", "back to the screen below"),
    bind("drop-filter", Action::Back, &[key(KeyCode::Esc)], Only(&[Typing]), "drop", "drop the filter"),
    bind("cancel", Action::Back, &[key(KeyCode::Esc)], Only(&[Menu, Confirm]), "cancel", "leave without doing anything"),
    bind("leave-outcome", Action::Back, &[key(KeyCode::Esc)], Only(&[Outcome]), "", "close"),
    bind("close-help", Action::Back, &[key(KeyCode::Esc)], Only(&[Help]), "close", "close the help"),
    bind("next-field", Action::NextField, &[key(KeyCode::Tab), key(KeyCode::Down)], Only(&[Confirm]), "next field", "next field or button"),
    bind("previous-field", Action::PreviousField, &[key(KeyCode::BackTab), key(KeyCode::Up)], Only(&[Confirm]), "", "previous field or button"),
    bind("filter", Action::Filter, &[ch('/')], ROWS, "filter", "show only some rows, such as lobby state:failed, depth>100 | wait.p99>5ms, !under:/shop"),
    bind("filter-events", Action::Filter, &[ch('/')], Only(&[EVENTS]), "filter", "show only events that contain all of some words; kind:exited,restarted = only these kinds"),
    bind("follow", Action::Follow, &[ch('f')], Only(&[EVENTS]), "follow", "stay with the newest event, or no longer"),
    bind("state", Action::State, &[ch('i')], Only(&[Detail]), "state", "ask the actor to print its state, where the service allows that; again: ask anew"),
    bind("slowest", Action::Slowest, &[ch('w')], Pages, "slowest", "go to the actor with the slowest queue"),
    bind("verbs", Action::Verbs, &[ch('X'), key(KeyCode::F(9))], Pages, "verbs", "kill, stop, restart, suspend or resume, after a preview"),
    bind("next-screen", Action::NextScreen, &[key(KeyCode::Tab)], Pages, "next", "the next screen"),
    bind("previous-screen", Action::PreviousScreen, &[key(KeyCode::BackTab)], Pages, "", "the screen before"),
    bind("go-left", Action::Left, &[key(KeyCode::Left), ch('h')], Only(&[OVERVIEW]), "", "to the list beside, at the left"),
    bind("go-right", Action::Right, &[key(KeyCode::Right), ch('l')], Only(&[OVERVIEW]), "", "to the list beside, at the right"),
    bind("fold", Action::Toggle, &[ch(' ')], Only(&[TREE]), "fold", "show or hide the children of the selected row, or the actors of a row of many"),
    bind("expand", Action::Expand, &[key(KeyCode::Right), ch('l')], Only(&[TREE]), "", "show the children, or go to the first of them"),
    bind("collapse", Action::Collapse, &[key(KeyCode::Left), ch('h')], Only(&[TREE]), "", "hide the children, or go to the parent"),
    bind("folding", Action::Folding, &[ch('o')], Only(&[TREE]), "", "show many like actors as one row, or each in a row of its own"),
    bind("shallower", Action::Shallower, &[ch('[')], Only(&[TREE]), "", "show one level less of the whole tree"),
    bind("deeper", Action::Deeper, &[ch(']')], Only(&[TREE]), "", "show one level more of the whole tree"),
    bind("sort-right", Action::SortRight, &[ch('>'), ch('.'), ch('s')], Only(&[TABLE]), "sort", "sort by the column to the right; a click on a heading sorts by it"),
    bind("sort-left", Action::SortLeft, &[ch('<'), ch(',')], Only(&[TABLE]), "", "sort by the column to the left"),
    bind("reverse", Action::Reverse, &[ch('I')], Only(&[TABLE]), "reverse", "turn the order round"),
    bind("columns", Action::Columns, &[ch('c')], Columned, "columns", "choose the columns"),
    bind("events-pane", Action::EventsPane, &[ch('e')], Only(&[OVERVIEW, TREE, TABLE, SYSTEM, NODES, Detail]), "events", "show or hide the latest events below"),
    bind("pause", Action::Pause, &[ch('p')], Pages, "pause", "freeze what is shown, or go on"),
    bind("faster", Action::Faster, &[ch('+'), ch('=')], Pages, "", "refresh more often"),
    bind("slower", Action::Slower, &[ch('-')], Pages, "", "refresh less often"),
    bind("copy", Action::CopyTable, &[ch('y')], Pages, "", "copy what is selected to the clipboard: a line of headings and one of values, with tabs between"),
    bind("copy-json", Action::CopyJson, &[ch('Y')], Pages, "", "copy what is selected to the clipboard as JSON, as the command line writes it"),
    bind("look", Action::Look, &[ch('r')], Only(&[Waiting, Choosing]), "look again", "look for agents again, at once"),
    bind("reconnect", Action::Retry, &[ch('r')], Pages, "", "when the connection is lost: try again now"),
    bind("connect", Action::Retry, &[ch('r')], Only(&[Connecting]), "try now", "try again now"),
    bind("next-node", Action::NextNode, &[ch('n')], Attached, "", "with several agents attached: the next one"),
    bind("previous-node", Action::PreviousNode, &[ch('N')], Attached, "", "with several agents attached: the one before"),
    bind("agents", Action::Agents, &[ch('a')], Pages, "", "the agents of this machine, to attach to more of them"),
    bind("other-agents", Action::Agents, &[ch('a')], Only(&[Connecting]), "other agents", "leave this one and choose another agent"),
    bind("back", Action::Back, &[key(KeyCode::Esc)], Screens, "", "leave what was opened last: a note, the filter, the events"),
    bind("give-up", Action::Back, &[key(KeyCode::Esc)], Only(&[Connecting]), "", "choose another agent"),
    bind("text-up", Action::PageUp, &[key(KeyCode::PageUp)], Only(&[Confirm, Outcome]), "", "scroll the text up"),
    bind("text-down", Action::PageDown, &[key(KeyCode::PageDown)], Only(&[Confirm, Outcome]), "", "scroll the text down"),
    bind("verb-up", Action::Up, &[key(KeyCode::Up), ch('k')], Only(&[Menu]), "", "verb above"),
    bind("verb-down", Action::Down, &[key(KeyCode::Down), ch('j')], Only(&[Menu]), "", "verb below"),
    bind("up", Action::Up, &[key(KeyCode::Up), ch('k')], Scrolling, "", "up"),
    bind("down", Action::Down, &[key(KeyCode::Down), ch('j')], Scrolling, "", "down"),
    bind("page-up", Action::PageUp, &[key(KeyCode::PageUp), ctrl('b')], Scrolling, "", "one screen up"),
    bind("page-down", Action::PageDown, &[key(KeyCode::PageDown), ctrl('f')], Scrolling, "", "one screen down"),
    bind("top", Action::Top, &[key(KeyCode::Home), ch('g')], Scrolling, "", "to the beginning"),
    bind("bottom", Action::Bottom, &[key(KeyCode::End), ch('G')], Scrolling, "", "to the end"),
    bind("palette", Action::Palette, &[ch(':')], Reading, "command", "type a command: any of these actions by name, and more"),
    bind("mouse", Action::Mouse, &[ch('m')], Reading, "", "leave the mouse to the terminal (to select text), or take it back"),
    bind("redraw", Action::Redraw, &[ctrl('l')], Everywhere, "", "draw everything anew"),
    bind("suspend", Action::Suspend, &[ctrl('z')], Everywhere, "", "back to the shell; `fg` returns"),
    bind("help", Action::Help, &[ch('?'), key(KeyCode::F(1))], Reading, "help", "this help"),
    bind("quit", Action::Quit, &[ch('q')], Reading, "quit", "quit"),
    bind("quit-anywhere", Action::Quit, &[ctrl('c')], Everywhere, "", "quit, from anywhere"),
];

/// Keys of the screens, in the order of their tabs.
const DIGITS: &[Key] =
    &[ch('1'), ch('2'), ch('3'), ch('4'), ch('5'), ch('6'), ch('7'), ch('8'), ch('9')];

/// The line of the table that shows a screen: its id is the screen's word, its key the number of the
/// tab.
pub fn screen_binding(screen: ScreenId) -> Binding {
    let n = screen.index();
    Binding {
        id: screen.word(),
        action: Action::Go(screen),
        keys: DIGITS.get(n..=n).unwrap_or(&[]),
        scope: Pages,
        label: "",
        help: screen.about(),
    }
}

/// The whole table, screens after the keys that go from one to the next.
pub fn bindings() -> impl Iterator<Item = Binding> {
    BINDINGS.iter().flat_map(|b| {
        let screens: &[ScreenId] =
            if b.action == Action::PreviousScreen { ScreenId::ALL } else { &[] };
        let this = Binding { ..*b };
        std::iter::once(this).chain(screens.iter().copied().map(screen_binding))
    })
}
