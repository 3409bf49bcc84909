//! Waiting for an agent, and choosing one.

use crate::ui::app::{App, Looking, Stage};
use crate::ui::attached::Attached;
use crate::ui::input::{Command, Found, Look};
use std::time::Duration;

/// Time between looks. People start a service in the other window and expect to see it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks again when the last look is old enough.
pub fn look_when_due(app: &mut App) -> Vec<Command> {
    let now = app.now;
    let Stage::Looking(looking) = &mut app.stage else {
        return Vec::new();
    };
    let due = looking.looked_at.is_none_or(|at| now.saturating_sub(at) >= LOOK_EVERY);
    if looking.busy || !due {
        return Vec::new();
    }
    look(looking, now)
}

/// Looks now.
pub fn look(looking: &mut Looking, now: Duration) -> Vec<Command> {
    if looking.busy {
        return Vec::new();
    }
    looking.busy = true;
    looking.looked_at = Some(now);
    vec![Command::Look]
}

/// Takes what was found.
pub fn looked(app: &mut App, look: Look) -> Vec<Command> {
    let Stage::Looking(looking) = &mut app.stage else {
        return Vec::new();
    };
    looking.busy = false;
    let selected = looking
        .look
        .as_ref()
        .and_then(|l| l.agents.get(looking.cursor))
        .map(|agent| (agent.name.clone(), agent.pid));
    // The selection follows the agent when others come and go.
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
    looking.look = Some(look);
    only.map(|agent| attach(app, &agent)).unwrap_or_default()
}

/// Attaches to the selected agent.
pub fn attach_to_selected(app: &mut App) -> Vec<Command> {
    let Stage::Looking(looking) = &app.stage else {
        return Vec::new();
    };
    let agent = looking.look.as_ref().and_then(|l| l.agents.get(looking.cursor)).cloned();
    agent.map(|agent| attach(app, &agent)).unwrap_or_default()
}

fn attach(app: &mut App, agent: &Found) -> Vec<Command> {
    let label = format!("{} (pid {})", agent.name, agent.pid);
    app.stage = Stage::Attached(Box::new(Attached::new(label, app.settings.first)));
    app.note = None;
    vec![Command::Attach(agent.target.clone())]
}

/// Leaves the agent and shows all there are.
pub fn choose_another(app: &mut App) -> Vec<Command> {
    let mut looking = Looking::default();
    let mut commands = vec![Command::Detach];
    commands.extend(look(&mut looking, app.now));
    app.stage = Stage::Looking(looking);
    app.note = None;
    commands
}
