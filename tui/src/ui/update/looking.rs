//! The agents of this machine: looking for them, choosing one, going from one to another.

use crate::ui::app::{App, Looking, Stage};
use crate::ui::input::{Command, Found, Look};
use crate::ui::nodes::NodeId;
use std::time::Duration;

/// Time between looks. People start a service in the other window and expect to see it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks again when the last look is old enough and somebody sees what it finds.
pub fn look_when_due(app: &mut App) -> Vec<Command> {
    let seen = match &app.stage {
        Stage::Looking(_) => true,
        Stage::Attached(nodes) => {
            let front = nodes.front();
            front.model.node.is_some() && front.page().shows_agents()
        }
    };
    let due = app.local.looked_at.is_none_or(|at| app.now.saturating_sub(at) >= LOOK_EVERY);
    if seen && due { look(app) } else { Vec::new() }
}

/// Looks now.
pub fn look(app: &mut App) -> Vec<Command> {
    if app.local.busy {
        return Vec::new();
    }
    app.local.busy = true;
    app.local.looked_at = Some(app.now);
    vec![Command::Look]
}

/// Takes what was found.
pub fn looked(app: &mut App, look: Look) -> Vec<Command> {
    app.local.busy = false;
    let only = match &mut app.stage {
        Stage::Looking(looking) => choose(looking, app.local.look.as_ref(), &look),
        Stage::Attached(_) => None,
    };
    app.local.look = Some(look);
    only.map(|agent| attach(app, &agent)).into_iter().collect()
}

/// Lets the selection follow its agent when others come and go; says which one is to be attached to
/// without asking.
fn choose(looking: &mut Looking, before: Option<&Look>, look: &Look) -> Option<Found> {
    let selected = before
        .and_then(|l| l.agents.get(looking.cursor))
        .map(|agent| (agent.name.clone(), agent.pid));
    looking.cursor = selected
        .and_then(|who| look.agents.iter().position(|a| (&a.name, a.pid) == (&who.0, who.1)))
        .unwrap_or(looking.cursor)
        .min(look.agents.len().saturating_sub(1));
    let only = match look.agents.as_slice() {
        [only] if looking.take_only_one && only.problem.is_none() => Some(only.clone()),
        _ => None,
    };
    // Once there was a choice, an agent that disappears must not decide it.
    looking.take_only_one &= look.agents.len() <= 1;
    only
}

/// Attaches to the selected agent.
pub fn attach_to_selected(app: &mut App) -> Vec<Command> {
    let Stage::Looking(looking) = &app.stage else {
        return Vec::new();
    };
    let look = app.local.look.as_ref();
    let agent = look.and_then(|l| l.agents.get(looking.cursor)).cloned();
    agent.map(|agent| attach(app, &agent)).into_iter().collect()
}

/// Opens a tab for an agent.
pub fn attach(app: &mut App, agent: &Found) -> Command {
    app.attach(format!("{} (pid {})", agent.name, agent.pid), agent.target.clone())
}

/// Leaves the agent that is shown, and shows the next one or all there are.
pub fn choose_another(app: &mut App) -> Vec<Command> {
    let Some(front) = app.agent() else {
        return Vec::new();
    };
    let mut commands = vec![app.detach(front.id)];
    app.note = None;
    commands.extend(look(app));
    commands
}

/// Shows the agent some tabs to the right.
pub fn step(app: &mut App, steps: isize) -> Vec<Command> {
    if let Stage::Attached(nodes) = &mut app.stage {
        nodes.step(steps);
        app.note = None;
    }
    Vec::new()
}

/// Shows an agent that is attached to.
pub fn go(app: &mut App, node: NodeId) -> Vec<Command> {
    if let Stage::Attached(nodes) = &mut app.stage
        && nodes.go(node)
    {
        app.note = None;
    }
    Vec::new()
}
