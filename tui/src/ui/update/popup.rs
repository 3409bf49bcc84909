//! The palette and the choice of columns.

use super::keys;
use crate::ui::actions::Action;
use crate::ui::app::App;
use crate::ui::chooser::Chooser;
use crate::ui::columns::Choice;
use crate::ui::input::Command;
use crate::ui::palette::entries::{Does, entries};
use crate::ui::palette::{Asked, Palette, asked, remember};
use crate::ui::popup::Popup;
use crate::ui::severity::Severity;
use crate::ui::update::context_below_help;
use actorscope_core::SlotId;

/// A key in one of them.
pub fn act(app: &mut App, action: Action) -> Vec<Command> {
    match app.popup.take() {
        Some(Popup::Palette(palette)) => typing(app, palette, action),
        Some(Popup::Columns(chooser)) => choosing(app, chooser, action),
        None => Vec::new(),
    }
}

/// A key in the palette, which is put back unless it has done its work.
fn typing(app: &mut App, mut palette: Palette, action: Action) -> Vec<Command> {
    match action {
        Action::Back => return Vec::new(),
        Action::Open => return run(app, palette),
        Action::Complete => palette.complete(&entries(app, palette.typed()), 1),
        Action::CompleteBack => palette.complete(&entries(app, palette.typed()), -1),
        Action::Older => palette.recall(&app.typed, 1),
        Action::Newer => palette.recall(&app.typed, -1),
        _ => {}
    }
    app.popup = Some(Popup::Palette(palette));
    Vec::new()
}

/// Runs what stands in the palette.
pub fn run(app: &mut App, mut palette: Palette) -> Vec<Command> {
    let result = match asked(app, &palette) {
        Asked::Nothing => return Vec::new(),
        Asked::More(text) => {
            palette.set(&text);
            app.popup = Some(Popup::Palette(palette));
            return Vec::new();
        }
        Asked::Unknown(problem) => Err(problem),
        Asked::Run(Does::Action(action), _) => {
            let name = written(app, action);
            remember(&mut app.typed, &name);
            let context = context_below_help(app);
            Ok(keys::act(app, context, action))
        }
        Asked::Run(Does::Command(command), argument) => {
            let done = (command.run)(app, &argument);
            if done.is_ok() {
                remember(&mut app.typed, &format!("{} {argument}", command.word));
            }
            done
        }
    };
    result.unwrap_or_else(|problem| {
        palette.problem = Some(problem);
        app.popup = Some(Popup::Palette(palette));
        Vec::new()
    })
}

/// An action's name.
fn written(app: &App, action: Action) -> String {
    let mut bound = app.settings.keys.of(context_below_help(app));
    bound.find(|bound| bound.action == action).map_or_else(String::new, |b| b.id.to_owned())
}

/// A key in the choice of columns.
fn choosing(app: &mut App, mut chooser: Chooser, action: Action) -> Vec<Command> {
    let Some(choice) = app.settings.columns.of_mut(chooser.screen) else {
        return Vec::new();
    };
    match action {
        Action::Back => return Vec::new(),
        Action::Up => chooser.step(-1, choice),
        Action::Down => chooser.step(1, choice),
        Action::PageUp => chooser.step(-8, choice),
        Action::PageDown => chooser.step(8, choice),
        Action::Top => chooser.at = 0,
        Action::Bottom => chooser.step(isize::MAX, choice),
        Action::Toggle => choice.toggle(chooser.at),
        Action::MoveUp => chooser.at = choice.shift(chooser.at, -1),
        Action::MoveDown => chooser.at = choice.shift(chooser.at, 1),
        Action::Reset => *choice = Choice::default(),
        _ => {}
    }
    app.popup = Some(Popup::Columns(chooser));
    if action == Action::Save { save(app) } else { Vec::new() }
}

fn save(app: &mut App) -> Vec<Command> {
    match app.settings.config.clone() {
        Some(path) => {
            vec![Command::SaveColumns { path, columns: app.settings.columns.clone() }]
        }
        None => {
            let text = "there is no configuration file to save into: started with --no-config, or \
                        HOME is not set";
            app.say(Severity::Warn, text);
            Vec::new()
        }
    }
}

/// The columns were saved, or not.
pub fn saved(app: &mut App, result: Result<(), String>) {
    match result {
        Ok(()) => {
            let place = app.settings.config.as_ref().map(|path| path.display().to_string());
            app.say(Severity::Calm, format!("saved in {}", place.unwrap_or_default()));
        }
        Err(why) => app.say(Severity::Warn, format!("not saved: {why}")),
    }
}

/// An actor was found by what the user wrote, or not.
pub fn found(app: &mut App, request: u32, result: Result<(SlotId, String), String>) {
    // Only the latest is wanted, and only of this life of the service.
    let Some(attached) = app.agent_mut().filter(|a| a.finding == Some(request)) else {
        return;
    };
    attached.finding = None;
    match result {
        Ok((slot, path)) => attached.open(slot, Some(&path)),
        Err(why) => app.say(Severity::Warn, why),
    }
}
