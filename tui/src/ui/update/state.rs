//! Asking an actor for its state, and what comes back.

use crate::ui::app::App;
use crate::ui::input::Command;
use crate::ui::screens::detail::StatePane;
use crate::ui::severity::Severity;
use actorscope_client::Dumped;

/// Asks the actor whose page is open; asks again if its state is shown already.
pub fn ask(app: &mut App) -> Vec<Command> {
    let request = app.requests.wrapping_add(1);
    let Some(attached) = app.stage.front_mut() else {
        return Vec::new();
    };
    if attached.is_stale() {
        app.say(Severity::Warn, "connection lost: no actor can be asked now");
        return Vec::new();
    }
    let node = attached.id;
    let Some(page) = &mut attached.detail else {
        return Vec::new();
    };
    page.state = Some(StatePane::asked(request));
    app.requests = request;
    vec![Command::Dump { node, request, slot: page.slot }]
}

/// An answer is here: shown if its page is still open.
pub fn dumped(app: &mut App, request: u32, result: Result<Dumped, String>) {
    let panes = app.stage.nodes_mut().filter_map(|node| node.detail.as_mut()?.state.as_mut());
    for pane in panes {
        if pane.request == request && pane.answer.is_none() {
            pane.answer = Some(result);
            return;
        }
    }
}
