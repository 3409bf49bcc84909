//! What can be written on the command line.

mod demo;
mod exit;

pub use demo::{DemoArgs, DemoLoadArgs, DemoServeArgs};
pub use exit::Exit;

use crate::duration::parse_duration;
use crate::ui::ColorChoice;
use crate::ui::screens::ScreenId;
use actorscope_client::Target;
use actorscope_core::Verb;
use actorscope_core::filter::Filter;
use actorscope_core::view::SortKey;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// The Erlang observer for Rust actor systems.
///
/// Without a command: the terminal UI, attached to the agent named by --target or to the only one on
/// this machine.
#[derive(Parser, Clone, Debug)]
#[command(name = "actorscope", version, max_term_width = 100)]
#[command(after_help = Exit::all_in_short())]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What all commands have in common.
    #[command(flatten)]
    pub common: Common,
    /// How the terminal UI looks.
    #[command(flatten)]
    pub look: Look,
}

/// Options of every command.
#[derive(Args, Clone, Debug, Default)]
pub struct Common {
    /// The agent: a name, NAME-PID, unix:PATH or http://127.0.0.1:PORT. Without: the only one on this
    /// machine.
    #[arg(short, long, global = true, env = "ACTORSCOPE_TARGET", value_name = "TARGET")]
    pub target: Option<Target>,
    /// Write JSON, for programs.
    #[arg(long, global = true)]
    pub json: bool,
    /// Refuse everything that does something to an actor.
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Time between refreshes of the terminal UI and with --watch, such as 500ms or 2s; default: 1s.
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_duration)]
    pub interval: Option<Duration>,
}

impl Common {
    /// The agent that is meant.
    pub fn target(&self) -> Target {
        self.target.clone().unwrap_or_default()
    }

    /// Time between refreshes.
    pub fn interval(&self) -> Duration {
        self.interval.unwrap_or(Duration::from_secs(1))
    }
}

/// How the terminal UI looks; what is not said here is as the configuration file says.
#[derive(Args, Clone, Debug, Default)]
pub struct Look {
    /// Draw the terminal UI in ASCII.
    #[arg(long)]
    pub ascii: bool,
    /// Colours in the terminal UI; auto: those the terminal has, unless NO_COLOR is set.
    #[arg(long, value_name = "COLORS", value_parser = colors())]
    pub color: Option<ColorChoice>,
    /// Leave the mouse to the terminal.
    #[arg(long)]
    pub no_mouse: bool,
    /// The screen of the terminal UI that is shown first.
    #[arg(long, value_name = "SCREEN", value_parser = screens())]
    pub screen: Option<ScreenId>,
    /// The configuration file, instead of $ACTORSCOPE_CONFIG or the usual one.
    #[arg(long, value_name = "PATH", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration file.
    #[arg(long)]
    pub no_config: bool,
}

/// What to do.
#[derive(Subcommand, Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "one of them lives once in a process")]
pub enum Command {
    /// Start a service with something wrong in it, and look at it
    Demo(DemoArgs),
    /// List the agents on this machine
    Ls,
    /// Show the supervision tree
    Tree(TreeArgs),
    /// Show the actors that stand out
    Top(TopArgs),
    /// Show one actor with all there is to know
    Show(ShowArgs),
    /// Show what happened to actors
    Events(EventsArgs),
    /// End an actor at once; what runs is cancelled at its next await
    Kill(VerbArgs),
    /// End an actor after its current message
    Stop(VerbArgs),
    /// Have an actor replaced by its supervisor
    Restart(VerbArgs),
    /// Hold an actor before its next message, for a limited time
    Suspend(SuspendArgs),
    /// Let a suspended actor go on
    Resume(VerbArgs),
    /// Print a configuration file with every setting, explained, as it is without one
    Config(ConfigArgs),
    /// Print the completion script of a shell
    Completions(CompletionsArgs),
    /// Print the manual, for `man -l`
    Man(ManArgs),
    /// The demo's service; started by `demo`
    #[command(name = "__demo-serve", hide = true)]
    DemoServe(DemoServeArgs),
    /// The demo's clients; started by `demo`
    #[command(name = "__demo-load", hide = true)]
    DemoLoad(DemoLoadArgs),
}

/// Options of `tree`.
#[derive(Args, Clone, Debug)]
pub struct TreeArgs {
    /// Begin at this actor: a path, the end of one, a name, or '#id'.
    #[arg(long, value_name = "PATH")]
    pub root: Option<String>,
    /// Go only so deep; 0 shows the roots.
    #[arg(long, value_name = "N")]
    pub depth: Option<u32>,
    /// Only these actors, and who is above them: 'room', 'state:failed', 'under:/shop', 'depth>100',
    /// 'wait.p99>5ms', 'name~^room-'; joined by spaces (and), '|', '!' and parentheses.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true, value_parser = filter)]
    pub filter: Filter,
    /// A line for each actor, however many are alike; usually ten or more actors below one parent whose
    /// names differ by a number behind are one line, with sums.
    #[arg(long)]
    pub no_fold: bool,
    /// Repeat; with --json one object a line.
    #[arg(long)]
    pub watch: bool,
}

/// Options of `top`.
#[derive(Args, Clone, Debug)]
pub struct TopArgs {
    /// What to sort by.
    #[arg(long, value_name = "KEY", default_value = "queue-wait", value_parser = sort_keys())]
    pub sort: SortKey,
    /// The other way round.
    #[arg(long)]
    pub reverse: bool,
    /// So many actors.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Only these actors: 'room', 'state:failed', 'under:/shop', 'depth>100', 'wait.p99>5ms',
    /// 'name~^room-'; joined by spaces (and), '|', '!' and parentheses.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true, value_parser = filter)]
    pub filter: Filter,
    /// Repeat; with --json one object a line.
    #[arg(long)]
    pub watch: bool,
}

/// One actor.
#[derive(Args, Clone, Debug)]
pub struct ActorArgs {
    /// A path such as /shop/payments/worker-3, the end of one, a name, or '#id'.
    #[arg(value_name = "PATH")]
    pub actor: String,
}

/// Options of `show`.
#[derive(Args, Clone, Debug)]
pub struct ShowArgs {
    /// The actor.
    #[command(flatten)]
    pub actor: ActorArgs,
    /// What the actor prints of itself, where the service and the actor allow that; its task prints
    /// it, between two messages.
    #[arg(long)]
    pub state: bool,
}

/// Options of `events`.
#[derive(Args, Clone, Debug)]
pub struct EventsArgs {
    /// Wait for what is to come, over reconnects, until interrupted. Where more comes than the agent may spend time on
    /// (tens of thousands a second), events called gap say how many are missing.
    #[arg(long, short)]
    pub follow: bool,
    /// Begin with the newest N of those the agent still holds; 0 = all.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub last: u32,
}

/// Options of everything that does something to an actor.
#[derive(Args, Clone, Debug)]
pub struct VerbArgs {
    /// The actor.
    #[command(flatten)]
    pub actor: ActorArgs,
    /// Only if it is the N-th actor in its place; default: the one that is there now.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub incarnation: Option<u32>,
    /// Why, for the events and the audit log.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub reason: String,
    /// Say what would happen, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; where more than ten actors are affected, NAME must be the actor's name.
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Do not ask, where at most ten actors are affected.
    #[arg(long, short)]
    pub yes: bool,
}

/// Options of `suspend`.
#[derive(Args, Clone, Debug)]
pub struct SuspendArgs {
    /// As for every verb.
    #[command(flatten)]
    pub verb: VerbArgs,
    /// Goes on by itself after this time, such as 90s or 5m; default: 30s, or what the agent says.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    pub hold: Option<Duration>,
}

/// Options of `config`.
#[derive(Args, Clone, Debug)]
pub struct ConfigArgs {
    /// Print only where the configuration file is, or would be.
    #[arg(long)]
    pub path: bool,
    /// Print nothing unless something is wrong with the configuration file.
    #[arg(long, conflicts_with = "path")]
    pub check: bool,
}

/// Options of `completions`.
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL", value_parser = clap::value_parser!(clap_complete::Shell))]
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Args, Clone, Debug)]
pub struct ManArgs {
    /// The page of this command; without: of all of it.
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

impl Command {
    /// The verb that this command is, with its options.
    pub const fn verb(&self) -> Option<(Verb, &VerbArgs, Option<Duration>)> {
        Some(match self {
            Self::Kill(args) => (Verb::Kill, args, None),
            Self::Stop(args) => (Verb::Stop, args, None),
            Self::Restart(args) => (Verb::Restart, args, None),
            Self::Suspend(args) => (Verb::Suspend, &args.verb, args.hold),
            Self::Resume(args) => (Verb::Resume, args, None),
            _ => return None,
        })
    }
}

/// The definition without what is hidden, for everything that lists commands.
pub fn visible() -> clap::Command {
    let all = Cli::command();
    let commands = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let shown = clap::Command::new("actorscope")
        .version(env!("CARGO_PKG_VERSION"))
        .args(all.get_arguments().cloned())
        .subcommands(commands);
    let shown = match all.get_long_about().or(all.get_about()) {
        Some(about) => shown.long_about(about.clone()),
        None => shown,
    };
    match all.get_about() {
        Some(about) => shown.about(about.clone()),
        None => shown,
    }
}

/// Reads a filter; what is wrong is marked below it.
fn filter(typed: &str) -> Result<Filter, String> {
    Filter::parse(typed)
        .map_err(|problem| format!("{problem}\n\n  {typed}\n  {}", problem.caret(typed)))
}

fn sort_keys() -> impl TypedValueParser<Value = SortKey> {
    PossibleValuesParser::new(SortKey::ALL.iter().map(|key| key.word()))
        .try_map(|word| SortKey::from_word(&word).ok_or("no such column"))
}

fn colors() -> impl TypedValueParser<Value = ColorChoice> {
    PossibleValuesParser::new(ColorChoice::ALL.map(ColorChoice::word))
        .try_map(|word| ColorChoice::from_word(&word).ok_or("no such colours"))
}

fn screens() -> impl TypedValueParser<Value = ScreenId> {
    PossibleValuesParser::new(ScreenId::ALL.iter().map(|screen| screen.word()))
        .try_map(|word| ScreenId::from_word(&word).ok_or("no such screen"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn common_options_go_before_and_behind_the_command() {
        for args in [
            ["actorscope", "--json", "-t", "shop", "top"],
            ["actorscope", "top", "--json", "-t", "shop"],
        ] {
            let cli = Cli::try_parse_from(args).unwrap();
            assert!(cli.common.json);
            assert_eq!(cli.common.target(), Target::Named("shop".into()));
        }
    }

    #[test]
    fn a_target_that_cannot_be_is_a_usage_error() {
        let error = Cli::try_parse_from(["actorscope", "-t", "https://a:1", "ls"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("mTLS"), "{error}");
    }
}
