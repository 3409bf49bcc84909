//! A configuration with everything in it, as it usually is: for `actorscope config`.

use super::read::SECTIONS;
use super::settings::{SETTINGS, Ui, bare};
use crate::ui::columns::{COLUMNS, Columns};
use crate::ui::keymap::Keymap;
use crate::ui::text::wrap;
use std::fmt::Write as _;
use toml_edit::{Array, Value};

/// Longest line of a comment.
const WIDTH: usize = 96;

/// Every setting, commented out and explained: without its `#`, each line says what holds anyway.
pub fn usual() -> String {
    let mut out = String::new();
    comment(
        &mut out,
        "The configuration of actorscope's terminal UI. Each line shows what holds without it: take the # away to change it. `actorscope config --path` says where this belongs.",
    );
    for (section, about) in SECTIONS {
        let _ = write!(out, "\n[{section}]\n");
        comment(&mut out, about);
        out.push('\n');
        match section {
            "ui" => ui(&mut out),
            "columns" => columns(&mut out),
            _ => keys(&mut out),
        }
    }
    out
}

fn comment(out: &mut String, text: &str) {
    for line in wrap(text, WIDTH) {
        let _ = writeln!(out, "# {line}");
    }
}

fn assign(out: &mut String, key: &str, value: &Value) {
    let _ = writeln!(out, "#{key} = {}", bare(value));
}

fn ui(out: &mut String) {
    for setting in SETTINGS {
        comment(out, &format!("{}: {}", setting.help, setting.allowed()));
        assign(out, setting.key, &setting.value(&Ui::default()));
    }
}

fn columns(out: &mut String) {
    for column in COLUMNS {
        let _ = writeln!(out, "# {:<14}{}", column.id, column.help);
    }
    for (screen, choice) in Columns::default().all() {
        assign(out, screen.word(), &list(choice.shown().map(|column| column.id.to_owned())));
    }
}

fn keys(out: &mut String) {
    for bound in Keymap::default().all() {
        comment(out, bound.help);
        let mut names: Vec<String> = bound.keys.iter().map(|key| key.ascii_name()).collect();
        let value = match names.len() {
            1 => names.remove(0).into(),
            _ => list(names),
        };
        assign(out, bound.id, &value);
    }
}

/// A list of strings.
pub fn list(strings: impl IntoIterator<Item = String>) -> Value {
    Value::Array(strings.into_iter().collect::<Array>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::config::{Config, read::read};
    use std::path::Path;

    /// The same without the `#` before settings.
    fn uncommented() -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => setting.to_owned(),
            _ => line.to_owned(),
        };
        usual().lines().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn it_says_what_holds_anyway() {
        for text in [usual(), uncommented()] {
            let read = read(Path::new("usual.toml"), &text).unwrap();
            let usual = Config::default();
            assert_eq!((read.ui, read.columns), (usual.ui, usual.columns));
            let bound =
                |keys: &Keymap| keys.all().map(|b| (b.id, b.keys.clone())).collect::<Vec<_>>();
            assert_eq!(bound(&read.keys), bound(&usual.keys));
        }
    }

    #[test]
    fn everything_is_in_it() {
        let text = uncommented();
        let names = |section: &str| {
            let (_, behind) = text.split_once(&format!("\n[{section}]\n")).unwrap();
            let lines = behind.lines().take_while(|line| !line.starts_with('['));
            let names = lines.filter_map(|line| line.split_once(" = "));
            names
                .map(|(name, _)| name.to_owned())
                .filter(|n| !n.starts_with('#'))
                .collect::<Vec<_>>()
        };
        assert_eq!(names("ui"), SETTINGS.iter().map(|s| s.key).collect::<Vec<_>>());
        assert_eq!(names("columns"), Columns::screens().map(|s| s.word()).collect::<Vec<_>>());
        assert_eq!(names("keys"), Keymap::default().all().map(|b| b.id).collect::<Vec<_>>());
    }
}
