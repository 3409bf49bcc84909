//! The table of single settings: reading, the printed configuration and the manual come from it. To
//! add one, add a member and a line.

use crate::duration::parse_duration;
use crate::ui::clipboard::Clipboard;
use crate::ui::screens::{self, ScreenId};
use crate::ui::{ColorChoice, INTERVAL};
use std::time::Duration;
use toml_edit::Value;

/// Their values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ui {
    /// Which colours are used.
    pub color: ColorChoice,
    /// Draw in ASCII, whatever the locale has.
    pub ascii: bool,
    /// Use the mouse.
    pub mouse: bool,
    /// Time between refreshes.
    pub interval: Duration,
    /// The screen that is shown first.
    pub screen: ScreenId,
    /// How text gets into the clipboard.
    pub clipboard: Clipboard,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            color: ColorChoice::Auto,
            ascii: false,
            mouse: true,
            interval: Duration::from_secs(1),
            screen: screens::FIRST,
            clipboard: Clipboard::default(),
        }
    }
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub key: &'static str,
    /// A line about it.
    pub help: &'static str,
    kind: Kind,
}

/// What its value may be.
#[derive(Debug)]
enum Kind {
    /// One of some words.
    Word {
        words: fn() -> Vec<&'static str>,
        get: fn(&Ui) -> &'static str,
        /// Takes one of the words.
        set: fn(&mut Ui, &str),
    },
    /// Yes or no.
    Switch(fn(&mut Ui) -> &mut bool),
    /// A time between refreshes.
    Interval(fn(&mut Ui) -> &mut Duration),
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "color",
        help: "colours: those the terminal has (auto, always), none, or so many",
        kind: Kind::Word {
            words: || ColorChoice::ALL.map(ColorChoice::word).to_vec(),
            get: |ui| ui.color.word(),
            set: |ui, word| ui.color = ColorChoice::from_word(word).unwrap_or(ui.color),
        },
    },
    Setting {
        key: "ascii",
        help: "draw in ASCII even where the locale has Unicode",
        kind: Kind::Switch(|ui| &mut ui.ascii),
    },
    Setting {
        key: "mouse",
        help: "use the mouse; false leaves it to the terminal",
        kind: Kind::Switch(|ui| &mut ui.mouse),
    },
    Setting {
        key: "interval",
        help: "time between refreshes",
        kind: Kind::Interval(|ui| &mut ui.interval),
    },
    Setting {
        key: "screen",
        help: "the screen that is shown first",
        kind: Kind::Word {
            words: || ScreenId::ALL.iter().map(|screen| screen.word()).collect(),
            get: |ui| ui.screen.word(),
            set: |ui, word| ui.screen = ScreenId::from_word(word).unwrap_or(ui.screen),
        },
    },
    Setting {
        key: "clipboard",
        help: "how copied text gets to your clipboard: by asking the terminal (osc52), by asking the \
               terminal outside of tmux (tmux; needs its allow-passthrough), or not at all (off)",
        kind: Kind::Word {
            words: || Clipboard::ALL.map(Clipboard::word).to_vec(),
            get: |ui| ui.clipboard.word(),
            set: |ui, word| {
                let found = Clipboard::ALL.into_iter().find(|c| c.word() == word);
                ui.clipboard = found.unwrap_or(ui.clipboard);
            },
        },
    },
];

impl Setting {
    /// The setting with this name.
    pub fn named(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    /// What may be written, in words.
    pub fn allowed(&self) -> String {
        match &self.kind {
            Kind::Word { words, .. } => {
                let words: Vec<_> = words().into_iter().map(|w| format!("\"{w}\"")).collect();
                words.join(", ")
            }
            Kind::Switch(_) => "true, false".to_owned(),
            Kind::Interval(_) => format!("a time from {} to {}", ms(INTERVAL.0), ms(INTERVAL.1)),
        }
    }

    /// Its value, as TOML.
    pub fn value(&self, ui: &Ui) -> Value {
        let mut ui = ui.clone();
        match &self.kind {
            Kind::Word { get, .. } => get(&ui).into(),
            Kind::Switch(of) => (*of(&mut ui)).into(),
            Kind::Interval(of) => ms(*of(&mut ui)).into(),
        }
    }

    /// Takes a value from a file; says what is wrong with it.
    pub fn take(&self, ui: &mut Ui, value: &Value) -> Result<(), String> {
        match &self.kind {
            Kind::Word { words, set, .. } => {
                // `color = 256` means what it says.
                let word = match value {
                    Value::Integer(n) => n.value().to_string(),
                    other => other.as_str().map(str::to_owned).ok_or_else(|| self.wrong(value))?,
                };
                if !words().contains(&word.as_str()) {
                    return Err(self.wrong(value));
                }
                set(ui, &word);
            }
            Kind::Switch(of) => {
                *of(ui) = value.as_bool().ok_or_else(|| self.wrong(value))?;
            }
            Kind::Interval(of) => {
                let text = match value {
                    Value::String(text) => text.value().clone(),
                    other => bare(other),
                };
                *of(ui) = interval(&text).ok_or_else(|| self.wrong(value))?;
            }
        }
        Ok(())
    }

    fn wrong(&self, value: &Value) -> String {
        format!("`{}` can't be {}; write {}", self.key, bare(value), self.allowed())
    }
}

/// A time between refreshes, if it is one that is possible.
pub fn interval(text: &str) -> Option<Duration> {
    parse_duration(text).ok().filter(|time| (INTERVAL.0..=INTERVAL.1).contains(time))
}

/// A time as it is written here: `250ms`, `2s`.
pub fn ms(time: Duration) -> String {
    match time.as_millis() {
        ms if ms % 1_000 == 0 => format!("{}s", ms / 1_000),
        ms => format!("{ms}ms"),
    }
}

/// A value without the space and the comments around it.
pub fn bare(value: &Value) -> String {
    value.clone().decorated("", "").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_taken() {
        for setting in SETTINGS {
            let mut ui = Ui::default();
            let value = setting.value(&ui);
            assert_eq!(setting.take(&mut ui, &value), Ok(()), "{}", setting.key);
            assert_eq!(ui, Ui::default(), "{}", setting.key);
        }
    }

    #[test]
    fn every_setting_sets_something_of_its_own() {
        let others = ["never", "true", "false", "5s", "events", "off"];
        for (setting, other) in SETTINGS.iter().zip(others) {
            let value: Value = match other {
                "true" | "false" => (other == "true").into(),
                word => word.into(),
            };
            let mut ui = Ui::default();
            setting.take(&mut ui, &value).unwrap();
            let changed = |s: &&Setting| bare(&s.value(&ui)) != bare(&s.value(&Ui::default()));
            let changed: Vec<_> = SETTINGS.iter().filter(changed).map(|s| s.key).collect();
            assert_eq!(changed, [setting.key]);
        }
        assert_eq!(others.len(), SETTINGS.len());
    }

    #[test]
    fn numbers_may_be_words_and_times() {
        let mut ui = Ui::default();
        Setting::named("color").unwrap().take(&mut ui, &256.into()).unwrap();
        Setting::named("interval").unwrap().take(&mut ui, &0.5.into()).unwrap();
        assert_eq!((ui.color, ui.interval), (ColorChoice::Indexed, Duration::from_millis(500)));
    }
}
