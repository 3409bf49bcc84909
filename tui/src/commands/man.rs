//! `man`: the manual, made from the same tables that the program itself uses.

use crate::cli::{Cli, Exit, ManArgs};
use crate::nearest::unknown;
use crate::output::{Failure, Out, Stop};
use crate::ui::actions::Context;
use crate::ui::config::{read::SECTIONS, settings::SETTINGS, settings::Ui, settings::bare};
use crate::ui::keymap::{Bound, Keymap};
use crate::ui::palette::commands::COMMANDS;
use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use std::io;

/// What the environment decides, and where that is written.
const ENVIRONMENT: [(&str, &str); 8] = [
    ("ACTORSCOPE_TARGET", "the agent, where --target names none"),
    ("ACTORSCOPE_CONFIG", "the configuration file, where --config names none"),
    ("ACTORSCOPE_DIR", "the directory with the sockets of agents; others are not looked into then"),
    (
        "RUNTIME_DIRECTORY, XDG_RUNTIME_DIR, TMPDIR",
        "where such a directory is looked for otherwise",
    ),
    ("XDG_CONFIG_HOME, HOME", "where the configuration file is looked for"),
    ("NO_COLOR", "if it is set and not empty: no colours, unless --color asks for them"),
    ("COLORTERM, TERM", "how many colours the terminal has"),
    ("LC_ALL, LC_CTYPE, LANG", "whether the terminal shows Unicode; otherwise ASCII is drawn"),
];

/// Files that are read or made.
const FILES: [(&str, &str); 2] = [
    (
        "$XDG_CONFIG_HOME/actorscope/config.toml, ~/.config/actorscope/config.toml",
        "the configuration of the terminal UI; written only where columns are saved",
    ),
    (
        "$XDG_RUNTIME_DIR/actorscope/NAME-PID-INSTANCE.sock",
        "the socket of an agent. Those that dead processes have left behind are removed",
    ),
];

/// Prints the manual, or the page of one command.
pub fn run(args: &ManArgs, out: &Out) -> Result<Exit, Stop> {
    let mut cli = Cli::command().disable_help_subcommand(true);
    // So that the pages of commands know the options that all have in common.
    cli.build();
    let page = match &args.command {
        None => whole(cli),
        Some(name) => {
            let shown: Vec<&clap::Command> =
                cli.get_subcommands().filter(|command| !command.is_hide_set()).collect();
            match shown.iter().find(|command| command.get_name() == name) {
                Some(command) => of_command((*command).clone()),
                None => {
                    let known: Vec<&str> = shown.iter().map(|command| command.get_name()).collect();
                    let what = unknown("command", name, &known);
                    return Err(Failure::new(Exit::Usage, "usage", what).into());
                }
            }
        }
    };
    let page = page.map_err(Stop::Output)?;
    out.text(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}

fn of_command(command: clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.version(env!("CARGO_PKG_VERSION"))).render(&mut page)?;
    Ok(page)
}

fn whole(cli: clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let man = Man::new(cli);
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    man.render_subcommands_section(&mut page)?;
    let mut roff = Roff::new();
    keys(&mut roff);
    palette(&mut roff);
    configuration(&mut roff);
    exit_status(&mut roff);
    section(&mut roff, "ENVIRONMENT");
    for (name, about) in ENVIRONMENT {
        entry(&mut roff, &[bold(name)], about);
    }
    section(&mut roff, "FILES");
    for (path, about) in FILES {
        entry(&mut roff, &[italic(path)], about);
    }
    roff.to_writer(&mut page)?;
    Ok(page)
}

fn section(roff: &mut Roff, title: &str) {
    roff.control("SH", [title]);
}

fn entry(roff: &mut Roff, head: &[clap_mangen::roff::Inline], about: &str) {
    roff.control("TP", []);
    roff.text(head.to_vec());
    roff.text([roman(about)]);
}

/// Every action once, in the place where it comes first.
fn keys(roff: &mut Roff) {
    section(roff, "KEYS");
    roff.text([roman(
        "The keys of the terminal UI, with the name of each action for the configuration file and \
         the command palette. Those under one heading hold in the places that it names.",
    )]);
    let keymap = Keymap::default();
    let mut done: Vec<&Bound> = Vec::new();
    let places = |bound: &Bound| {
        let places = Context::all().into_iter().filter(|place| bound.scope.holds(*place));
        places.map(Context::word).collect::<Vec<_>>()
    };
    for bound in keymap.all() {
        if done.iter().any(|other| other.id == bound.id) {
            continue;
        }
        let here = places(bound);
        let heading = if here.len() == Context::all().len() {
            "Everywhere".to_owned()
        } else {
            here.join(", ")
        };
        roff.control("SS", [heading.as_str()]);
        for other in keymap.all().filter(|other| places(other) == here) {
            let names: Vec<String> = other.keys.iter().map(|key| key.ascii_name()).collect();
            let head = [bold(names.join(", ")), roman("  "), italic(other.id)];
            entry(roff, &head, other.help);
            done.push(other);
        }
    }
}

fn palette(roff: &mut Roff) {
    section(roff, "COMMAND PALETTE");
    roff.text([roman(
        "After : every action of the page can be given by its name, and these with an argument. Tab \
         completes.",
    )]);
    for command in COMMANDS {
        let head = [bold(command.word), roman(" "), italic(command.argument)];
        entry(roff, &head, command.help);
    }
}

fn configuration(roff: &mut Roff) {
    section(roff, "CONFIGURATION");
    roff.text([
        roman("A file in TOML; "),
        bold("actorscope config"),
        roman(" prints one with everything in it."),
    ]);
    for (name, about) in SECTIONS {
        entry(roff, &[bold(format!("[{name}]"))], about);
        if name != "ui" {
            continue;
        }
        for setting in SETTINGS {
            let usual = bare(&setting.value(&Ui::default()));
            let about = format!("{}: {}", setting.help, setting.allowed());
            entry(roff, &[bold(setting.key), roman(format!(" = {usual}"))], &about);
        }
    }
}

fn exit_status(roff: &mut Roff) {
    section(roff, "EXIT STATUS");
    for exit in Exit::ALL {
        entry(roff, &[bold((exit as u8).to_string())], exit.about().1);
    }
}
