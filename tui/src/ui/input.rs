//! What goes into the state and what comes out of it: the only ways between it and the world.

use super::clipboard::Clipboard;
use super::columns::Columns;
use super::nodes::NodeId;
use actorscope_client::{Dumped, Target, Update};
use actorscope_core::blast::BlastRadius;
use actorscope_core::view::ViewSpec;
use actorscope_core::{Incarnation, InstanceId, Outcome, SlotId, Verb};
use crossterm::event::{KeyEvent, MouseEvent};
use std::path::PathBuf;
use std::time::Duration;

/// Something happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The terminal has another size: columns, rows.
    Resize(u16, u16),
    /// Time passed.
    Tick,
    /// A session reports.
    Update {
        /// Whose.
        node: NodeId,
        /// What.
        update: Update,
    },
    /// A session took a view and gave it this revision; its answers carry it.
    Asked {
        /// Whose.
        node: NodeId,
        /// Which view.
        view: u32,
        /// Its new revision.
        revision: u32,
    },
    /// Agents were looked for.
    Looked(Look),
    /// What a verb would do, or why that is not known.
    Previewed {
        /// The [`Command::Preview`] it answers.
        request: u32,
        /// The answer.
        result: Result<BlastRadius, String>,
    },
    /// An actor was looked for.
    Found {
        /// The [`Command::Find`] it answers.
        request: u32,
        /// The slot and its path, or why there is none.
        result: Result<(SlotId, String), String>,
    },
    /// The columns were saved, or why not.
    Saved(Result<(), String>),
    /// What became of a verb, or why that is not known.
    Acted {
        /// The [`Command::Act`] it answers.
        request: u32,
        /// The answer: the outcome and the agent's words.
        result: Result<(Outcome, String), String>,
    },
    /// What an actor printed of itself, or why it did not.
    Dumped {
        /// The [`Command::Dump`] it answers.
        request: u32,
        /// The answer.
        result: Result<Dumped, String>,
    },
}

/// What was found when agents were looked for.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Directories that were searched, in order.
    pub places: Vec<String>,
    /// Agents that answered.
    pub agents: Vec<Found>,
    /// Sockets behind which no agent answers.
    pub problems: Vec<Problem>,
}

/// A socket of an agent that cannot be reached, or of one that has ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The service's name, as the socket says.
    pub name: String,
    /// Its process id, as the socket says.
    pub pid: u32,
    /// Where the socket is.
    pub path: String,
    /// What is in the way.
    pub why: String,
}

/// An agent on this machine.
#[derive(Clone, Debug)]
pub struct Found {
    /// The service's name.
    pub name: String,
    /// Its process id.
    pub pid: u32,
    /// Which life of the service answered, if one did.
    pub instance: Option<InstanceId>,
    /// How long it has been running, if it said so.
    pub uptime_ns: Option<u64>,
    /// Slots in it, if it said so.
    pub actors: Option<u64>,
    /// Why it can't be attached to, if that is known already.
    pub problem: Option<String>,
    /// How to reach it.
    pub target: Target,
}

/// Something is to be done outside of the state.
#[derive(Clone, Debug)]
pub enum Command {
    /// Leave the program.
    Quit,
    /// Hand the terminal to the shell until it is given back.
    Suspend,
    /// Forget what the terminal shows and draw all of it.
    Redraw,
    /// Report mouse events, or leave the mouse to the terminal.
    Mouse(bool),
    /// Look for agents.
    Look,
    /// Begin a session.
    Attach {
        /// The number that stands for it from now on.
        node: NodeId,
        /// Whom with.
        target: Target,
    },
    /// End a session.
    Detach(NodeId),
    /// Ask for a view from now on.
    SetView {
        /// Whom.
        node: NodeId,
        /// Its id; the same id replaces the view before.
        view: u32,
        /// What is wanted.
        spec: ViewSpec,
        /// How often.
        interval: Duration,
    },
    /// A view is no longer wanted.
    DropView {
        /// Of whom.
        node: NodeId,
        /// Its id.
        view: u32,
    },
    /// Do not wait for the next try to connect.
    RetryNow(NodeId),
    /// Send text to the clipboard.
    Copy {
        /// The text.
        text: String,
        /// Which way.
        by: Clipboard,
    },
    /// Write the columns into the configuration file.
    SaveColumns {
        /// The file.
        path: PathBuf,
        /// The columns of all screens.
        columns: Columns,
    },
    /// Ask for the actor that a path, the end of one, or a name means.
    Find {
        /// Whom.
        node: NodeId,
        /// Comes back with the answer.
        request: u32,
        /// What the user wrote.
        path: String,
    },
    /// Ask what a verb would do.
    Preview {
        /// Whom.
        node: NodeId,
        /// Comes back with the answer.
        request: u32,
        /// The verb.
        verb: Verb,
        /// On whom.
        slot: SlotId,
    },
    /// Do it. Only ever sent after the user has confirmed a preview of the same.
    Act {
        /// By whom.
        node: NodeId,
        /// Comes back with the answer.
        request: u32,
        /// The verb.
        verb: Verb,
        /// On whom.
        slot: SlotId,
        /// The actor that the preview named; a successor is not touched.
        incarnation: Incarnation,
        /// Why, in the user's words; for the service's log.
        reason: String,
        /// For a suspension: when the actor goes on by itself; `None` = the agent's default.
        hold: Option<Duration>,
    },
    /// Ask an actor to print its state.
    Dump {
        /// Of whom.
        node: NodeId,
        /// Comes back with the answer.
        request: u32,
        /// Which actor, whoever fills the slot now.
        slot: SlotId,
    },
}
