//! The documents in `docs/` are true: pictures of screens are what the program draws, and what the
//! text for contributors quotes and names is there.
//!
//! After a change of what screens show: `ACTORSCOPE_REGENERATE=1 cargo test -p actorscope --test ui docs`.

use crate::bench::Bench;
use crate::screens::look;
use crate::svg::svg;
use actorscope::ui::screens::ScreenId;
use actorscope::ui::theme::Colors;
use actorscope_client::Update;
use actorscope_core::filter::{FIELDS, Field, Filter, Unit};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SIZE: (u16, u16) = (80, 24);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A screen with its name and a sentence about it.
struct Capture {
    name: String,
    about: String,
    bench: Bench,
}

fn on(name: &str, about: &str, keys: &str) -> Capture {
    let mut bench = Bench::connected(SIZE);
    bench.press(keys);
    Capture { name: name.to_owned(), about: about.to_owned(), bench }
}

/// Every screen of the table of screens, and what lies above them.
fn captures() -> Vec<Capture> {
    let mut all: Vec<Capture> = ScreenId::ALL
        .iter()
        .map(|screen| {
            let mut bench = Bench::connected(SIZE);
            bench.go(*screen);
            let about = screen.about();
            // "tree: every actor …" says its name twice.
            let about = about.split_once(": ").map_or(about, |(_, about)| about);
            Capture { name: screen.word().to_owned(), about: about.to_owned(), bench }
        })
        .collect();
    all.extend([
        on("details", "everything about one actor, above the screen it was opened from", "w"),
        on(
            "fold",
            "many like actors are one row, which opens into those that need attention most",
            "<tree><end><up><up><up><enter><esc>",
        ),
        on("filter", "a filter works while it is typed", "<tree>/signaling"),
        on("events-pane", "the latest events below any screen", "<table>e"),
        on("menu", "what can be done to an actor, and what can't and why", "wX"),
        on(
            "preview",
            "nothing is done before it is shown what it would do; the default is to cancel",
            "wX<enter>",
        ),
        on("palette", "every action by name, and commands with an argument", "<tree>:so"),
        on(
            "columns",
            "columns are chosen and put in order; the screen below follows at once",
            "<tree>c<down> J",
        ),
        on(
            "help",
            "the keys of the place it was called from, and what columns and signs mean",
            "<tree>?",
        ),
    ]);
    let mut lost = Bench::connected(SIZE);
    lost.go(ScreenId::Tree).update(Update::Lost {
        reason: "the agent hung up".to_owned(),
        retry_in: Duration::from_millis(1_600),
    });
    lost.wait(400);
    let mut waiting = Bench::looking(SIZE);
    waiting.looked(look(&[]));
    let mut choosing = Bench::looking(SIZE);
    choosing.looked(look(&[("billing", 311, 93_784, 1_204), ("parlor", 4_242, 11_045, 103)]));
    for (name, about, bench) in [
        ("lost", "a lost connection: what is shown is old, and for how long", lost),
        ("waiting", "no agent runs: where was looked, and how to add one", waiting),
        ("choosing", "several agents run", choosing),
    ] {
        all.push(Capture { name: name.to_owned(), about: about.to_owned(), bench });
    }
    all
}

fn regenerates() -> bool {
    std::env::var_os("ACTORSCOPE_REGENERATE").is_some()
}

/// Compares a file with what it should be, or makes it so.
#[track_caller]
fn holds(path: &Path, text: &str) {
    if regenerates() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let there = fs::read_to_string(path).unwrap_or_default();
    assert!(
        there == text,
        "{} is out of date: run ACTORSCOPE_REGENERATE=1 cargo test -p actorscope --test ui docs",
        path.display()
    );
}

#[test]
fn the_pictures_of_screens_are_what_the_program_draws() {
    let mut page = String::from(
        "# Screens\n\n\
         What `actorscope` draws on a terminal of 80 × 24, of a chat service with one bad actor. Made and\n\
         kept true by `tui/tests/ui/docs.rs`; each has a picture in colour.\n",
    );
    let directory = root().join("docs").join("screens");
    let mut pictures = BTreeSet::new();
    for capture in captures() {
        let Capture { name, about, mut bench } = capture;
        let _ = write!(
            page,
            "\n## {name}\n\n{}{} ([in colour](screens/{name}.svg))\n\n```text\n{}```\n",
            about[..1].to_uppercase(),
            &about[1..],
            bench.screen()
        );
        bench.app.settings.theme.colors = Colors::True;
        let file = format!("{name}.svg");
        let title = format!("actorscope: {name}");
        holds(&directory.join(&file), &svg(&bench.buffer(), &title));
        assert!(pictures.insert(file), "{name} is there twice");
    }
    holds(&root().join("docs").join("screens.md"), &page);
    for entry in fs::read_dir(&directory).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if !pictures.contains(&name) && regenerates() {
            fs::remove_file(entry.path()).unwrap();
        } else {
            assert!(pictures.contains(&name), "docs/screens/{name} is of no screen");
        }
    }
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().scan(false, |in_block, line| {
        let fence = line.starts_with("```");
        *in_block ^= fence;
        Some(if *in_block || fence { "" } else { line })
    });
    lines.flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Blocks of code with the file that each is quoted from, which the line above names.
fn quotations(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let source = line.strip_prefix("<!-- from ").and_then(|l| l.strip_suffix(" -->"));
        if let Some(source) = source {
            assert_eq!(lines.next(), Some("```rust"), "a block follows {line}");
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push((source, block.join("\n")));
        }
    }
    found
}

#[test]
fn what_contributors_are_told_is_so() {
    is_so("contributing.md", 5);
}

#[test]
fn what_writers_of_adapters_are_told_is_so() {
    is_so("adapters.md", 10);
}

/// A document quotes the code, so many times at least, and names files that are there.
#[track_caller]
fn is_so(document: &str, least: usize) {
    let text = fs::read_to_string(root().join("docs").join(document)).unwrap();
    let quotations = quotations(&text);
    assert!(quotations.len() >= least, "examples quote the code");
    assert_eq!(quotations.len(), text.matches("```rust").count(), "all of them do");
    for (source, block) in quotations {
        let there = fs::read_to_string(root().join(source)).unwrap();
        // Where it stands there decides about indentation.
        let trimmed = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        assert!(trimmed(&there).contains(&trimmed(&block)), "{source} has no\n{block}");
    }
    let mut paths = 0;
    let is_path = |word: &&str| word.contains('/') && !word.contains(' ') && *word != "n/a";
    for word in code(&text).filter(is_path) {
        assert!(root().join(word).exists(), "there is no {word}");
        paths += 1;
    }
    assert!(paths > 10, "{paths} paths");
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("http")) {
        assert!(root().join("docs").join(link).exists(), "there is no {link}");
    }
}

#[test]
fn the_page_of_filters_has_all_fields_and_its_examples_are_right() {
    let path = root().join("docs").join("filters.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once("<!-- fields -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- /fields -->").unwrap();
    let mut table = String::from("| field | | such as |\n| --- | --- | --- |\n");
    for Field { name, unit, help, .. } in FIELDS {
        let value = match unit {
            Unit::Count => "1.5k",
            Unit::Duration => "5ms",
            Unit::Share => "80%",
        };
        let _ = writeln!(table, "| `{name}` | {help} | `{name}>{value}` |");
    }
    holds(&path, &format!("{head}<!-- fields -->\n{table}<!-- /fields -->{tail}"));
    let comparisons = ["<", "<=", "=", "!=", ">=", ">", "|", "!", "/", "n/a"];
    let examples =
        page.split("\n\n").filter(|part| part.starts_with("| ") || part.contains("Terms"));
    for example in examples.flat_map(|part| part.split('`').skip(1).step_by(2)) {
        let is_one = !comparisons.contains(&example) && Field::named(example).is_none();
        let problem = is_one.then(|| Filter::parse(example).err()).flatten();
        assert!(problem.is_none(), "{example}: {problem:?}");
    }
}
