//! The one way to change the state. Pure: time comes with the input, wishes go out as commands.

mod keys;
mod looking;
mod mouse;
mod popup;
mod session;
mod state;
mod verbs;

pub use keys::{INTERVALS_MS, context, context_below_help, scrolled};
pub use mouse::wheel;
pub use state::ask as ask_for_state;

use super::app::{App, Stage};
use super::input::{Command, Input};
use super::wanted;
use std::time::Duration;

/// Takes one input, at a time counted from the start; says what is to be done outside.
pub fn update(app: &mut App, at: Duration, input: Input) -> Vec<Command> {
    app.now = app.now.max(at);
    if app.note.as_ref().is_some_and(|n| n.until <= app.now) {
        app.note = None;
    }
    let mut commands = match input {
        Input::Key(key) => keys::press(app, key),
        Input::Paste(text) => keys::paste(app, &text),
        Input::Mouse(event) => mouse::mouse(app, event),
        Input::Resize(columns, lines) => {
            app.size = (columns, lines);
            Vec::new()
        }
        Input::Tick => looking::look_when_due(app),
        Input::Looked(look) => looking::looked(app, look),
        Input::Update { node, update } => {
            session::take(app, node, update);
            Vec::new()
        }
        Input::Asked { node, view, revision } => {
            if let Stage::Attached(nodes) = &mut app.stage
                && let Some(attached) = nodes.get_mut(node)
                && let Some(asked) = attached.asked.get_mut(&view)
            {
                asked.taken_as(revision);
            }
            Vec::new()
        }
        Input::Previewed { request, result } => {
            verbs::previewed(app, request, result);
            Vec::new()
        }
        Input::Found { request, result } => {
            popup::found(app, request, result);
            Vec::new()
        }
        Input::Saved(result) => {
            popup::saved(app, result);
            Vec::new()
        }
        Input::Acted { request, result } => {
            verbs::acted(app, request, result);
            Vec::new()
        }
        Input::Dumped { request, result } => {
            state::dumped(app, request, result);
            Vec::new()
        }
    };
    session::keep_on_screen(app);
    commands.extend(wanted::follow(app));
    commands
}
