//! The screens: what stands between header and footer once an agent has answered.
//!
//! A screen is a file (or a folder) here with two things in it: a `State` (what the user has done to
//! it: scrolled, sorted, opened) and a value that implements [`Page`]. It becomes a screen by one
//! line in the table below, which gives it its tab, its number, its place in the cycle of Tab, its
//! line in the help and its name in configurations.
//!
//! A screen says which views it needs ([`Page::views`]) and reads the answers, events and history
//! from [`Attached`]; it never talks to a session. The [`detail`] page lies above whichever screen
//! it was opened from and is built the same way, but has no tab.

pub mod detail;
pub mod events;
pub mod fold;
pub mod nodes;
pub mod overview;
pub mod rows;
pub mod system;
pub mod table;
pub mod tree;

use super::actions::Action;
use super::app::App;
use super::attached::Attached;
use super::field::Field;
use super::input::Command;
use super::layout::Layout;
use super::view::paint::Piece;
use actorscope_core::view::{Fold, ViewSpec};
use actorscope_core::{Event, SlotId};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

macro_rules! screens {
    ($($(#[doc = $doc:literal])+ $id:ident = $module:ident: $about:literal;)+) => {
        /// Which screen.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum ScreenId {
            $($(#[doc = $doc])+ $id,)+
        }

        /// The state of every screen.
        #[derive(Debug, Default)]
        pub struct Screens {
            $($(#[doc = $doc])+ pub $module: $module::State,)+
        }

        /// The table of screens, in the order of their tabs.
        const SCREENS: &[Entry] = &[
            $(Entry {
                id: ScreenId::$id,
                word: stringify!($module),
                about: $about,
                page: &$module::Screen,
            },)+
        ];

        impl ScreenId {
            /// Every screen, in the order of the tabs.
            pub const ALL: &[Self] = &[$(Self::$id,)+];
        }
    };
}

// The one place that knows all screens. A line: its name here, its module, and what it is about, for
// help and palette.
screens! {
    /// The node at a glance.
    Overview = overview: "overview: what needs attention, who is worst, how the node is doing";
    /// Slots below each other.
    Tree = tree: "tree: every actor below its supervisor";
    /// Slots in some order.
    Table = table: "table: all actors in one list, sorted by any column";
    /// What has happened.
    Events = events: "events: starts, ends, restarts, and who asked for them";
    /// What the node runs on.
    System = system: "system: process, host, runtime, and what the agent costs";
    /// Other nodes.
    Nodes = nodes: "nodes: the agents of this machine, and those attached to";
}

/// The screen that is shown first.
pub const FIRST: ScreenId = ScreenId::Overview;

/// A line of the table of screens.
struct Entry {
    id: ScreenId,
    word: &'static str,
    about: &'static str,
    page: &'static dyn Page,
}

impl ScreenId {
    const fn entry(self) -> &'static Entry {
        &SCREENS[self as usize]
    }

    /// Its place among the tabs, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name: on its tab, as an action and in configurations.
    pub const fn word(self) -> &'static str {
        self.entry().word
    }

    /// Its name and what it is about, in one line for help and palette.
    pub const fn about(self) -> &'static str {
        self.entry().about
    }

    /// What draws it and takes its keys.
    pub fn page(self) -> &'static dyn Page {
        self.entry().page
    }

    /// The screen with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        SCREENS.iter().find(|entry| entry.word == word).map(|entry| entry.id)
    }

    /// The screen some tabs to the right, round and round.
    pub fn beside(self, steps: isize) -> Self {
        let len = Self::ALL.len() as isize;
        let at = (self.index() as isize + steps).rem_euclid(len);
        Self::ALL.get(at as usize).copied().unwrap_or(self)
    }

    /// The number of its n-th view (0 … 15); no two screens share one, so that none ever shows
    /// another's rows.
    pub const fn view(self, n: u32) -> u32 {
        assert!(n < VIEWS);
        (self as u32 + 1) * VIEWS + n
    }

    /// Whether a view is one of its own.
    pub const fn owns(self, view: u32) -> bool {
        view / VIEWS == self as u32 + 1
    }
}

/// Numbers of views that each screen has; the first ones are everybody's (see
/// [`wanted`](super::wanted)).
const VIEWS: u32 = 16;

/// What the mouse does to a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pointer {
    /// The left button went down there.
    Click(Position),
    /// The wheel turned by so many lines; up is negative.
    Scroll(i64),
}

/// What a page adds to the line with the tabs.
#[derive(Debug, Default)]
pub struct Bar {
    /// Behind the tabs: filters.
    pub left: Vec<Piece>,
    /// At the right edge: order, position.
    pub right: Vec<Piece>,
}

/// How a screen looks and what it does. Everything is a pure function of the state; what is to be
/// done outside of it is returned as commands.
pub trait Page: Sync {
    /// The views that it needs now, beside the summary and the slowest queues, which are always
    /// there. Asked anew after every input; the agent hears of differences only. At most four: a
    /// session has eight.
    fn views(&self, _attached: &Attached, _size: (u16, u16)) -> Vec<(u32, ViewSpec)> {
        Vec::new()
    }

    /// Draws into `layout.heads` and `layout.rows`, together [`Layout::body`].
    fn draw(&self, app: &App, attached: &Attached, layout: &Layout, buf: &mut Buffer);

    /// What else stands in the line with the tabs.
    fn bar(&self, _app: &App, _attached: &Attached) -> Bar {
        Bar::default()
    }

    /// An action whose scope is this page and that does not mean the same on all pages.
    fn act(&self, _app: &mut App, _action: Action) -> Vec<Command> {
        Vec::new()
    }

    /// The mouse, while no dialog and no field is open.
    fn point(&self, _app: &mut App, _pointer: Pointer) -> Vec<Command> {
        Vec::new()
    }

    /// The slot that verbs act on.
    fn selected(&self, _attached: &Attached) -> Option<SlotId> {
        None
    }

    /// The row of many actors that is selected; verbs do not act on such.
    fn selected_fold<'a>(&self, _attached: &'a Attached) -> Option<&'a Fold> {
        None
    }

    /// The event that keys act on, where the page is about events.
    fn event<'a>(&self, _attached: &'a Attached) -> Option<&'a Event> {
        None
    }

    /// The filter that is typed here; `None` = it has none.
    fn filter<'a>(&self, _attached: &'a mut Attached) -> Option<&'a mut String> {
        None
    }

    /// Whether that is in the language of [`actorscope_core::filter`].
    fn filters_slots(&self) -> bool {
        false
    }

    /// A field of its own that text goes into now.
    fn field<'a>(&self, _attached: &'a mut Attached) -> Option<&'a mut Field> {
        None
    }

    /// Takes note of a frame of one of its views that was just taken.
    fn took(&self, _attached: &mut Attached, _view: u32) {}

    /// Lets selection and scroll position follow whatever has changed; after every input.
    fn settle(&self, _attached: &mut Attached, _size: (u16, u16)) {}

    /// The same for what depends on more than one agent.
    fn settle_all(&self, _app: &mut App) {}

    /// Another instance answers: nothing that names a slot carries over.
    fn forget(&self, _attached: &mut Attached) {}

    /// Whether it shows events itself, so that neither strip nor pane need to.
    fn shows_events(&self) -> bool {
        false
    }

    /// Whether it shows the agents of this machine, so that they are looked for again and again.
    fn shows_agents(&self) -> bool {
        false
    }

    /// Whether it shows the columns of [`columns`](super::columns), so that the help explains them.
    fn has_columns(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_ids() {
        for (n, entry) in SCREENS.iter().enumerate() {
            assert_eq!(entry.id.index(), n);
            assert_eq!(ScreenId::from_word(entry.word), Some(entry.id));
            assert!(entry.id.owns(entry.id.view(0)) && entry.id.owns(entry.id.view(VIEWS - 1)));
            assert_eq!(ScreenId::ALL.iter().filter(|s| s.owns(entry.id.view(3))).count(), 1);
        }
    }

    #[test]
    fn tabs_go_round() {
        let last = *ScreenId::ALL.last().unwrap();
        assert_eq!(last.beside(1), ScreenId::ALL[0]);
        assert_eq!(ScreenId::ALL[0].beside(-1), last);
    }
}
