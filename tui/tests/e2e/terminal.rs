//! What the terminal UI does to the terminal, and that it is undone whatever happens.

use super::screen::Screen;
use super::service::{Place, until};
use actorscope::ui::terminal;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use vt100::Color;

/// The tree of a service.
fn live(place: &Place, args: &[&str], env: &[(&str, &str)]) -> Screen {
    let screen = Screen::start(place, &[&["--screen", "tree"], args].concat(), env);
    screen.wait_for(&["live", "presence", "signaling", "rooms"]);
    screen
}

/// A directory for sockets without any: the terminal UI waits for an agent.
fn nobody() -> Place {
    let place = Place::new();
    fs::create_dir(place.sockets()).unwrap();
    fs::set_permissions(place.sockets(), fs::Permissions::from_mode(0o700)).unwrap();
    place
}

fn configure(place: &Place, text: &str) -> std::path::PathBuf {
    let directory = place.directory.path().join("actorscope");
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("config.toml");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn without_colour_nothing_is_coloured_and_the_selection_is_still_seen() {
    let place = Place::new();
    let _service = place.serve(&[]);
    let mut screen = live(&place, &[], &[("NO_COLOR", "1")]);
    assert!(!screen.any_cell(|c| c.fgcolor() != vt100::Color::Default));
    assert!(!screen.any_cell(|c| c.bgcolor() != vt100::Color::Default));
    assert!(screen.any_cell(vt100::Cell::inverse), "the selected row is reversed");
    screen.press("q");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn the_terminal_gets_the_colours_it_has() {
    let place = Place::new();
    let _service = place.serve(&[]);
    let is_true = |c: &vt100::Cell| matches!(c.fgcolor(), Color::Rgb(..));
    let is_indexed = |c: &vt100::Cell| matches!(c.fgcolor(), Color::Idx(16..));
    let mut screen = live(&place, &[], &[]);
    assert!(screen.any_cell(is_indexed) && !screen.any_cell(is_true));
    screen.press("q");
    screen.ended();
    let screen = live(&place, &[], &[("COLORTERM", "truecolor")]);
    assert!(screen.any_cell(is_true) && !screen.any_cell(is_indexed));
    let env = [("COLORTERM", "truecolor"), ("NO_COLOR", "1")];
    let screen = live(&place, &["--color", "16"], &env);
    assert!(screen.any_cell(|c| matches!(c.fgcolor(), Color::Idx(0..16))));
    assert!(!screen.any_cell(is_true) && !screen.any_cell(is_indexed));
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let place = nobody();
    for (signal, code) in [(Signal::TERM, 128 + 15), (Signal::HUP, 128 + 1), (Signal::INT, 128 + 2)]
    {
        let mut screen = Screen::start(&place, &[], &[]);
        screen.wait_for(&["no agent"]);
        screen.wait_until_taken();
        kill_process(Pid::from_raw(screen.pid() as i32).unwrap(), signal).unwrap();
        assert_eq!(screen.ended(), code);
        screen.wait_until_given_back();
    }
}

#[test]
fn quitting_gives_the_terminal_back() {
    let place = nobody();
    let mut screen = Screen::start(&place, &[], &[]);
    screen.wait_for(&["no agent"]);
    screen.wait_until_taken();
    assert!(screen.has_mouse());
    screen.press("q");
    assert_eq!(screen.ended(), 0);
    screen.wait_until_given_back();
}

/// Runs itself on a terminal of its own, where it takes the terminal as the UI does and panics while
/// it draws.
#[test]
fn a_panic_gives_the_terminal_back_and_is_read_there() {
    const HERE: &str = "ACTORSCOPE_TEST_PANICS_HERE";
    if std::env::var_os(HERE).is_some() {
        let mut screen = terminal::Screen::take(true).unwrap();
        screen.draw(|frame| frame.render_widget("all is well", frame.area())).unwrap();
        // Goes on once the other side has seen it.
        std::io::stdin().read_line(&mut String::new()).unwrap();
        let _ = screen.draw(|_| panic!("the roof is on fire"));
        unreachable!("a panic in a frame ends the test");
    }
    let place = nobody();
    let me = std::env::current_exe().unwrap();
    let name = "terminal::a_panic_gives_the_terminal_back_and_is_read_there";
    let program = [me.to_str().unwrap(), "--exact", name, "--nocapture", "--test-threads", "1"];
    let mut screen = Screen::run(&place, &program, &[(HERE, "1"), ("RUST_BACKTRACE", "0")]);
    screen.wait_for(&["all is well"]);
    screen.wait_until_taken();
    // A line ends with this in raw mode, too.
    screen.press("\n");
    assert_eq!(screen.ended(), 101);
    screen.wait_until_given_back();
    screen.wait_for(&["the roof is on fire"]);
}

#[test]
fn ctrl_z_hands_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let place = nobody();
    let ours = env!("CARGO_BIN_EXE_actorscope");
    let script =
        "set -m; \"$0\"; echo it has stopped; read line; fg > /dev/null; echo it ended with $?";
    let mut screen = Screen::run(&place, &["/bin/sh", "-c", script, ours], &[]);
    screen.wait_for(&["no agent"]);
    screen.wait_until_taken();
    assert!(screen.has_mouse());
    screen.press("\x1a");
    screen.wait_for(&["it has stopped"]);
    screen.wait_until_given_back();
    screen.press("\r");
    screen.wait_for(&["no agent"]);
    screen.wait_until_taken();
    assert!(screen.has_mouse());
    // What was drawn before is drawn again, and keys are heard.
    screen.press("?");
    screen.wait_for(&["Help"]);
    screen.press("q");
    assert_eq!(screen.ended(), 0);
    screen.wait_for(&["it has stopped", "it ended with 0"]);
    screen.wait_until_given_back();
}

#[test]
fn whoever_stops_it_from_outside_gets_it_back_by_fg() {
    let place = nobody();
    let ours = env!("CARGO_BIN_EXE_actorscope");
    let script = "set -m; modes=$(stty -g); /bin/sh -c 'echo $$ > \"$PID\"; exec \"$0\"' \"$0\"; \
                  stty \"$modes\"; echo it has stopped; read line; fg > /dev/null";
    let file = place.directory.path().join("pid");
    let env = [("PID", file.to_str().unwrap())];
    let mut screen = Screen::run(&place, &["/bin/sh", "-c", script, ours], &env);
    screen.wait_for(&["no agent"]);
    screen.wait_until_taken();
    let pid = fs::read_to_string(file).unwrap().trim().parse().unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::STOP).unwrap();
    screen.wait_for(&["it has stopped"]);
    assert!(!screen.taken().is_some_and(|taken| taken.contains("instead of")), "as shells want it");
    screen.press("\n");
    screen.wait_until_taken();
    screen.press("?");
    screen.wait_for(&["Help"]);
    screen.press("q");
    assert_eq!(screen.ended(), 0);
    screen.wait_until_given_back();
}

#[test]
fn a_row_is_sent_to_the_clipboard_of_the_terminal() {
    let place = Place::new();
    let _service = place.serve(&[]);
    let mut screen = live(&place, &[], &[]);
    screen.press(":copy-json\r");
    screen.wait_for(&["copied as JSON"]);
    // {"id": in base64.
    until("the sequence", || screen.has_sent("\x1b]52;c;eyJpZCI6").then_some(()));
    screen.press("q");
    assert_eq!(screen.ended(), 0);
}

#[test]
fn the_configuration_holds() {
    let place = Place::new();
    let _service = place.serve(&[]);
    configure(
        &place,
        "[ui]\nmouse = false\nascii = true\nscreen = \"table\"\ncolor = \"never\"\n\
         interval = \"250ms\"\n[keys]\nquit = \"F10\"\nhelp = \"H\"\n",
    );
    let mut screen = Screen::start(&place, &[], &[]);
    screen.wait_for(&["live", "every 0.25 s", "/parlor/rooms", "H help"]);
    assert!(!screen.has_mouse());
    assert!(screen.text().is_ascii());
    assert!(!screen.any_cell(|c| c.fgcolor() != Color::Default));
    screen.wait_for(&["F10 quit"]);
    screen.press("q?H");
    screen.wait_for(&["Help"]);
    screen.press("\x1b[21~");
    assert_eq!(screen.ended(), 0);
    // The command line has the last word.
    let screen = Screen::start(&place, &["--interval", "2s", "--screen", "tree"], &[]);
    screen.wait_for(&["live", "every 2 s", "- parlor"]);
    let screen = Screen::start(&place, &["--no-config"], &[]);
    screen.wait_for(&["live", "every 1 s", "? help"]);
}

#[test]
fn chosen_columns_are_there_the_next_time() {
    let place = Place::new();
    let _service = place.serve(&[]);
    let path = configure(&place, "# mine\n[ui]\nascii = true # plain\n");
    let mut screen = Screen::start(&place, &["--screen", "tree"], &[]);
    screen.wait_for(&["live", "STATE", "QUEUED"]);
    screen.press("c");
    screen.wait_for(&["Columns of the tree", "[x] state"]);
    // The first is hidden, the second goes one place back.
    screen.press(" jJs");
    screen.wait_for(&["[ ] state", "saved in"]);
    screen.press("\x1b");
    until("the end of the popup", || (!screen.text().contains("Columns of")).then_some(()));
    screen.press("q");
    assert_eq!(screen.ended(), 0);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with(
            "# mine\n[ui]\nascii = true # plain\n\n[columns]\ntree = [\"rate\", \"queued\", "
        ),
        "{text}"
    );
    let screen = Screen::start(&place, &["--screen", "tree"], &[]);
    let text = screen.wait_for(&["live", "MSG/S", "QUEUED"]);
    assert!(!text.contains("STATE"), "{text}");
    assert!(text.find("MSG/S") < text.find("QUEUED"), "{text}");
}

#[test]
fn an_actor_is_found_by_the_end_of_its_path() {
    let place = Place::new();
    let service = place.serve(&[]);
    let _client = service.client("ada", "lounge");
    let mut screen = live(&place, &[], &[]);
    screen.press(":goto rooms/lounge\r");
    screen.wait_for(&["/parlor/rooms/lounge", "SUPERVISION"]);
    screen.press(":goto nowhere/at/all\r");
    screen.wait_for(&["nowhere/at/all"]);
    screen.press("q");
    assert_eq!(screen.ended(), 0);
}
