//! The table of actions with the keys that hold here: the user's where there are any. Dispatch,
//! footer, help and every message that names a key ask this.

use super::actions::{self, Action, Binding, Context, Scope};
use super::keys::Key;
use crate::nearest::nearest;
use crossterm::event::KeyEvent;

/// One line: an action and the keys that ask for it here.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The line's name.
    pub id: &'static str,
    /// What happens.
    pub action: Action,
    /// In these places.
    pub scope: Scope,
    /// On any of these keys.
    pub keys: Vec<Key>,
    /// One or two words for the footer; empty = only in the help.
    pub label: &'static str,
    /// A line for the help.
    pub help: &'static str,
}

/// Who asks for what. Always complete and without contradictions.
#[derive(Clone, Debug)]
pub struct Keymap {
    bound: Vec<Bound>,
}

/// Why keys can't be as the user wants them.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeymapError {
    /// The table of actions has no such line.
    #[error("there is no action `{id}`{}", nearest.map_or_else(String::new, |n| format!("; did you mean `{n}`?")))]
    NoSuchAction {
        /// What was written.
        id: String,
        /// What was perhaps meant.
        nearest: Option<&'static str>,
    },
    /// No key has this name.
    #[error(
        "`{key}`, wanted for `{id}`, is no key: write a character, or a name such as `Enter`, \
         `PgUp`, `F5`, `Ctrl-K` or `Alt-x`"
    )]
    NoSuchKey {
        /// The action.
        id: &'static str,
        /// What was written.
        key: String,
    },
    /// A key would mean two things.
    #[error(
        "`{key}` would mean both `{first}` and `{second}` ({context}): give one of them another key"
    )]
    Conflict {
        /// The key.
        key: String,
        /// The place where both hold.
        context: &'static str,
        /// One action.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A character would be a key where it is typed into a field.
    #[error("`{key}` can't be the key of `{id}`: it is text where text is typed ({context})")]
    IsText {
        /// The key.
        key: String,
        /// The place with the field.
        context: &'static str,
        /// The action.
        id: &'static str,
    },
    /// No key is left that ends the program.
    #[error("no key is left that quits ({context}): `quit-anywhere` needs one")]
    NoWayOut {
        /// The place that could not be left.
        context: &'static str,
    },
}

impl Default for Keymap {
    fn default() -> Self {
        Self { bound: actions::bindings().map(Bound::from).collect() }
    }
}

impl From<Binding> for Bound {
    fn from(binding: Binding) -> Self {
        let Binding { id, action, keys, scope, label, help } = binding;
        Self { id, action, scope, keys: keys.to_vec(), label, help }
    }
}

impl Keymap {
    /// The table with other keys for some actions: pairs of an action's id and the names of all its
    /// keys (none = no key asks for it).
    pub fn with<'a>(
        changes: impl IntoIterator<Item = (&'a str, &'a [String])>,
    ) -> Result<Self, KeymapError> {
        let mut keymap = Self::default();
        for (id, names) in changes {
            let Some(bound) = keymap.bound.iter_mut().find(|b| b.id == id) else {
                let nearest = nearest(id, keymap.bound.iter().map(|b| b.id));
                return Err(KeymapError::NoSuchAction { id: id.to_owned(), nearest });
            };
            bound.keys.clear();
            for name in names {
                let key = Key::parse(name)
                    .ok_or_else(|| KeymapError::NoSuchKey { id: bound.id, key: name.clone() })?;
                if !bound.keys.contains(&key) {
                    bound.keys.push(key);
                }
            }
        }
        keymap.check()?;
        Ok(keymap)
    }

    fn check(&self) -> Result<(), KeymapError> {
        for place in Context::all() {
            let context = place.word();
            let mut seen: Vec<(Key, &'static str)> = Vec::new();
            for bound in self.of(place) {
                for key in &bound.keys {
                    if let Some((_, first)) = seen.iter().find(|(k, _)| k == key) {
                        let second = bound.id;
                        return Err(KeymapError::Conflict {
                            key: key.name(),
                            context,
                            first,
                            second,
                        });
                    }
                    if place.takes_text() && key.is_text() {
                        return Err(KeymapError::IsText { key: key.name(), context, id: bound.id });
                    }
                    seen.push((*key, bound.id));
                }
            }
            if !self.of(place).any(|b| b.action == Action::Quit && !b.keys.is_empty()) {
                return Err(KeymapError::NoWayOut { context });
            }
        }
        Ok(())
    }

    /// What a key asks for in a place.
    pub fn action(&self, context: Context, event: KeyEvent) -> Option<Action> {
        self.of(context).find(|b| b.keys.iter().any(|k| k.is(event))).map(|b| b.action)
    }

    /// The lines that hold in a place, in the order of the table.
    pub fn of(&self, context: Context) -> impl Iterator<Item = &Bound> {
        self.bound.iter().filter(move |b| b.scope.holds(context))
    }

    /// All lines, in the order of the table.
    pub fn all(&self) -> impl Iterator<Item = &Bound> {
        self.bound.iter()
    }

    /// The name of the first key that asks for an action in a place, for sentences; `None` = no key
    /// does.
    pub fn key(&self, context: Context, action: Action) -> Option<String> {
        self.of(context)
            .filter(|b| b.action == action)
            .find_map(|b| b.keys.first())
            .map(|k| k.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::screens::ScreenId;
    use crossterm::event::{KeyCode, KeyModifiers};

    fn with(changes: &[(&str, &[&str])]) -> Result<Keymap, KeymapError> {
        let owned: Vec<(&str, Vec<String>)> = changes
            .iter()
            .map(|(id, keys)| (*id, keys.iter().map(|k| (*k).to_owned()).collect()))
            .collect();
        Keymap::with(owned.iter().map(|(id, keys)| (*id, keys.as_slice())))
    }

    fn pressed(c: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
    }

    const TABLE: Context = Context::Screen(ScreenId::Table);

    #[test]
    fn the_table_itself_has_no_contradictions() {
        assert_eq!(Keymap::default().check(), Ok(()));
        let mut ids: Vec<_> = Keymap::default().all().map(|b| b.id).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "ids are unique");
        for bound in Keymap::default().all() {
            assert!(!bound.keys.is_empty(), "{}", bound.id);
            assert!(Context::all().iter().any(|c| bound.scope.holds(*c)), "{}", bound.id);
            assert!(!bound.help.is_empty(), "{}", bound.id);
        }
    }

    #[test]
    fn every_screen_has_the_number_of_its_tab_as_key() {
        let keys = Keymap::default();
        for (n, screen) in ScreenId::ALL.iter().enumerate() {
            for place in [TABLE, Context::Detail] {
                assert_eq!(keys.key(place, Action::Go(*screen)), Some((n + 1).to_string()));
            }
        }
    }

    #[test]
    fn a_chosen_key_replaces_the_usual_ones() {
        let keys = with(&[("sort-right", &["o", "Ctrl-O"]), ("reverse", &[])]).unwrap();
        assert_eq!(keys.action(TABLE, pressed('o')), Some(Action::SortRight));
        assert_eq!(keys.action(TABLE, pressed('>')), None);
        assert_eq!(keys.action(TABLE, pressed('I')), None);
        assert_eq!(keys.key(TABLE, Action::SortRight).as_deref(), Some("o"));
        assert_eq!(keys.key(TABLE, Action::Reverse), None);
    }

    #[test]
    fn keys_can_be_swapped() {
        let keys = with(&[("pause", &["f"]), ("follow", &["p"])]).unwrap();
        assert_eq!(keys.action(TABLE, pressed('f')), Some(Action::Pause));
    }

    #[test]
    fn what_cannot_be_is_refused_in_words() {
        for (changes, said) in [
            (
                ("sort-right", ["X"].as_slice()),
                "`X` would mean both `verbs` and `sort-right` (table): give one of them another key",
            ),
            (("sort-rihgt", &["x"]), "there is no action `sort-rihgt`; did you mean `sort-right`?"),
            (("frobnicate", &["x"]), "there is no action `frobnicate`"),
            (
                ("redraw", &["z"]),
                "`z` can't be the key of `redraw`: it is text where text is typed (typing)",
            ),
            (
                ("quit-anywhere", &[]),
                "no key is left that quits (typing): `quit-anywhere` needs one",
            ),
        ] {
            assert_eq!(with(&[changes]).unwrap_err().to_string(), said);
        }
        let error = with(&[("help", &["Hyper-h"])]).unwrap_err();
        assert!(matches!(error, KeymapError::NoSuchKey { id: "help", .. }), "{error}");
    }
}
