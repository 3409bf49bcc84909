//! The binary as scripts meet it: exit codes, and what goes to stdout and stderr, without any agent.
#![cfg(unix)]

use serde_json::Value;
use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

/// What a command left behind.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.stdout))
    }

    fn error_code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
}

fn directory() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("as").tempdir().unwrap()
}

fn actorscope(dir: &Path, args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_actorscope"))
        .args(args)
        .env("ACTORSCOPE_DIR", dir)
        .env("XDG_CONFIG_HOME", dir)
        .env_remove("ACTORSCOPE_TARGET")
        .env_remove("ACTORSCOPE_CONFIG")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A socket that its process left behind an hour ago.
fn dead_socket(path: &Path) {
    use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
    drop(UnixListener::bind(path).unwrap());
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let seconds = hour_ago.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let time = Timespec { tv_sec: seconds.as_secs() as i64, tv_nsec: 0 };
    let times = Timestamps { last_access: time, last_modification: time };
    utimensat(CWD, path, &times, AtFlags::empty()).unwrap();
}

const ASKING: [&[&str]; 5] =
    [&["tree"], &["top"], &["show", "worker"], &["events"], &["kill", "worker"]];

#[test]
fn without_an_agent_every_question_says_what_to_do() {
    let dir = directory();
    for args in ASKING {
        let ran = actorscope(dir.path(), args);
        assert_eq!(ran.code, 5, "{args:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(ran.stderr.contains("no agent is running"), "{}", ran.stderr);
        assert!(ran.stderr.contains("actorscope demo"), "{}", ran.stderr);

        let json = actorscope(dir.path(), &[args, &["--json"]].concat());
        assert_eq!((json.code, json.stderr.as_str()), (5, ""), "{args:?}");
        assert_eq!(json.json()["schema"], "actorscope/1");
        assert_eq!(json.error_code(), "no_agent");
    }
}

#[test]
fn no_agents_is_an_answer_to_ls() {
    let dir = directory();
    let text = actorscope(dir.path(), &["ls"]);
    assert_eq!((text.code, text.stdout.as_str()), (0, ""));
    assert!(text.stderr.contains("hint: "), "{}", text.stderr);
    let json = actorscope(dir.path(), &["ls", "--json"]);
    assert_eq!(json.code, 0);
    assert_eq!(json.json()["nodes"], Value::Array(vec![]));
}

#[test]
fn an_unknown_name_is_unreachable() {
    let dir = directory();
    let ran = actorscope(dir.path(), &["tree", "-t", "shop", "--json"]);
    assert_eq!((ran.code, ran.error_code().as_str()), (5, "no_such_agent"));
    let missing = format!("unix:{}/none.sock", dir.path().display());
    let ran = actorscope(dir.path(), &["tree", "-t", &missing, "--json"]);
    assert_eq!((ran.code, ran.error_code().as_str()), (5, "unreachable"));
}

#[test]
fn wrong_command_lines_are_usage_errors() {
    let dir = directory();
    let wrong: [&[&str]; 8] = [
        &["dance"],
        &["show"],
        &["top", "--sort", "beauty"],
        &["top", "--limit", "0"],
        &["tree", "--filter", "room depth>many"],
        &["tree", "--target", "https://shop:7070"],
        &["tree", "--interval", "soon"],
        &["kill", "--confirm"],
    ];
    for args in wrong {
        let ran = actorscope(dir.path(), args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!ran.stderr.is_empty());
        let json = actorscope(dir.path(), &[args, &["--json"]].concat());
        assert_eq!((json.code, json.error_code().as_str()), (2, "usage"), "{args:?}");
    }
}

#[test]
fn what_is_wrong_in_a_filter_is_marked() {
    let dir = directory();
    let ran = actorscope(dir.path(), &["top", "--filter", "room depth>many"]);
    let marked = "expected a number such as 100 or 1.5k\n\n  room depth>many\n             ^^^^\n";
    assert!(ran.stderr.contains(marked), "{}", ran.stderr);
}

#[test]
fn the_terminal_ui_needs_a_terminal() {
    let dir = directory();
    let ran = actorscope(dir.path(), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("terminal"), "{}", ran.stderr);
    assert_eq!(actorscope(dir.path(), &["--json"]).error_code(), "usage");
}

#[test]
fn read_only_refuses_verbs_before_anybody_is_asked() {
    let dir = directory();
    let ran = actorscope(dir.path(), &["--read-only", "kill", "worker", "--json"]);
    assert_eq!((ran.code, ran.error_code().as_str()), (4, "read_only"));
}

#[test]
fn sockets_of_the_dead_are_removed() {
    let dir = directory();
    let dead = dir.path().join("shop-4711-beef.sock");
    dead_socket(&dead);
    assert_eq!(actorscope(dir.path(), &["tree"]).code, 5);
    assert!(!dead.exists());
}

#[test]
fn another_program_behind_a_socket_is_not_waited_for() {
    let dir = directory();
    let listener = UnixListener::bind(dir.path().join("shop-4711-beef.sock")).unwrap();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.write_all(b"220 mail.example ESMTP ready, say hello to me\r\n");
        }
    });
    let ran = actorscope(dir.path(), &["tree", "--json"]);
    assert_eq!((ran.code, ran.error_code().as_str()), (5, "not_an_agent"));
    let ls = actorscope(dir.path(), &["ls", "--json"]);
    assert_eq!((ls.code, ls.json()["nodes"].as_array().map(Vec::len)), (0, Some(0)));
    assert!(ls.stderr.contains("does not answer"), "{}", ls.stderr);
}

#[test]
fn somebody_who_never_answers_is_given_up_on() {
    let dir = directory();
    let path = dir.path().join("shop-4711-beef.sock");
    // Accepts by way of the system's queue, and says nothing.
    let _listener = UnixListener::bind(&path).unwrap();
    let begun = std::time::Instant::now();
    let ran = actorscope(dir.path(), &["tree", "--json"]);
    assert_eq!((ran.code, ran.error_code().as_str()), (5, "unreachable"));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn help_and_version_go_to_stdout() {
    let dir = directory();
    let help = actorscope(dir.path(), &["--help"]);
    assert_eq!(help.code, 0);
    for command in ["ls", "tree", "top", "show", "events", "kill", "suspend"] {
        assert!(help.stdout.contains(command), "{command}");
    }
    let version = actorscope(dir.path(), &["--version"]);
    assert_eq!(version.stdout, format!("actorscope {}\n", env!("CARGO_PKG_VERSION")));
}

/// The commands that people are shown.
fn commands() -> Vec<String> {
    use clap::CommandFactory as _;
    let cli = actorscope::cli::Cli::command();
    let shown = cli.get_subcommands().filter(|command| !command.is_hide_set());
    shown.map(|command| command.get_name().to_owned()).collect()
}

#[test]
fn every_shell_completes_every_command() {
    let dir = directory();
    let commands = commands();
    assert!(commands.len() > 10, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = actorscope(dir.path(), &["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        for command in &commands {
            assert!(ran.stdout.contains(command.as_str()), "{shell}: {command}");
        }
        assert!(!ran.stdout.contains("demo-serve"), "{shell}");
        assert!(ran.stdout.contains("truecolor") || shell == "elvish" || shell == "powershell");
    }
    assert_eq!(actorscope(dir.path(), &["completions", "tcsh"]).code, 2);
}

#[test]
fn the_manual_has_all_that_the_tables_have() {
    use actorscope::ui::config::settings::SETTINGS;
    use actorscope::ui::keymap::Keymap;
    use actorscope::ui::palette::commands::COMMANDS;
    let dir = directory();
    let man = actorscope(dir.path(), &["man"]);
    assert_eq!((man.code, man.stderr.as_str()), (0, ""));
    let page = man.stdout.replace("\\-", "-");
    assert!(page.contains(".TH actorscope 1"), "{page}");
    for bound in Keymap::default().all() {
        assert!(page.contains(&format!("\\fI{}\\fR\n", bound.id)), "{}", bound.id);
    }
    for typed in COMMANDS {
        assert!(page.contains(&format!("\\fB{}\\fR \\fI{}", typed.word, typed.argument)));
    }
    for setting in SETTINGS {
        assert!(page.contains(&format!("\\fB{}\\fR = ", setting.key)), "{}", setting.key);
    }
    for command in commands() {
        assert!(page.contains(&format!("actorscope-{command}(1)")), "{command}");
        let own = actorscope(dir.path(), &["man", &command]);
        assert_eq!(own.code, 0);
        let own = own.stdout.replace("\\-", "-");
        assert!(own.contains(&format!("actorscope {command}")), "{own}");
    }
    for part in ["EXIT STATUS", "ENVIRONMENT", "NO_COLOR", "FILES", "config.toml", ".sock"] {
        assert!(page.contains(part), "{part}");
    }
    for code in 0..=5 {
        assert!(page.contains(&format!("\\fB{code}\\fR")), "{code}");
    }
    assert!(!page.contains("demo-serve"));
    let wrong = actorscope(dir.path(), &["man", "tre"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("did you mean `tree`?"), "{}", wrong.stderr);
}

#[test]
fn the_printed_configuration_can_be_used() {
    let dir = directory();
    let printed = actorscope(dir.path(), &["config"]);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    let path = actorscope(dir.path(), &["config", "--path"]).stdout;
    let path = Path::new(path.trim_end());
    assert_eq!(path, dir.path().join("actorscope").join("config.toml"));
    assert_eq!(actorscope(dir.path(), &["config", "--check"]).code, 0, "none is no error");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    std::fs::write(path, printed.stdout).unwrap();
    assert_eq!(actorscope(dir.path(), &["config", "--check"]).code, 0);
}

#[test]
fn a_configuration_that_is_wrong_is_a_usage_error_with_its_line() {
    let dir = directory();
    let path = dir.path().join("mine.toml");
    std::fs::write(&path, "[ui]\n\ncolour = \"16\"\n").unwrap();
    let path = path.to_str().unwrap();
    // The terminal UI reads it before it looks for a terminal.
    for args in [vec!["--config", path], vec!["--config", path, "config", "--check"]] {
        let ran = actorscope(dir.path(), &args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        let said = format!("{path}:3: there is no setting `colour`; did you mean `color`?");
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    }
    let json = actorscope(dir.path(), &["--json", "--config", path, "config", "--check"]);
    assert_eq!((json.code, json.error_code().as_str()), (2, "config"));
    let none = actorscope(dir.path(), &["--config", "/none/such.toml", "config", "--check"]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("/none/such.toml: there is no such file"), "{}", none.stderr);
    let without = actorscope(dir.path(), &["--no-config"]);
    assert!(without.stderr.contains("terminal"), "{}", without.stderr);
    // Commands that show no terminal UI do without it.
    assert_eq!(actorscope(dir.path(), &["--config", path, "ls"]).code, 0);
}

#[test]
fn a_pipe_gets_no_colours() {
    let dir = directory();
    for args in [["--help"].as_slice(), &["dance"], &["ls"], &["tree"]] {
        let ran = actorscope(dir.path(), args);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let dir = directory();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_actorscope"))
        .args(["ls", "--json"])
        .env("ACTORSCOPE_DIR", dir.path())
        .stdout(writer)
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
}
