//! What may follow while a filter is typed.

use super::FIELDS;
use super::field::KEYS;
use crate::spec::ChildKind;
use crate::state::SlotState;
use std::ops::Range;

/// Most candidates told.
const MOST: usize = 50;

/// Values that only the caller knows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Types of actors.
    pub types: &'a [String],
    /// Frameworks.
    pub frameworks: &'a [String],
    /// Paths.
    pub paths: &'a [String],
}

/// One way to go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// Bytes of the text that it takes the place of.
    pub replaces: Range<usize>,
    /// What is put there.
    pub with: String,
    /// What it means; empty for values.
    pub help: &'static str,
}

/// Ways to go on at a byte of the text, fields before values, at most fifty.
pub fn complete(text: &str, cursor: usize, known: &Known<'_>) -> Vec<Candidate> {
    let before = text.get(..cursor).unwrap_or(text);
    let start = before
        .rfind(|c: char| c.is_whitespace() || matches!(c, '(' | '|' | '!'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let word = &before[start..];
    let candidates: Vec<Candidate> = match word.split_once(':') {
        Some((key, value)) => {
            // Of several states the last one is being typed.
            let (kept, typed) = value
                .rsplit_once(',')
                .map_or(("", value), |(_, typed)| (&value[..value.len() - typed.len()], typed));
            let at = start + key.len() + 1 + kept.len()..before.len();
            let begins = |word: &&str| word.to_lowercase().starts_with(&typed.to_lowercase());
            let offer =
                |word: &str| Candidate { replaces: at.clone(), with: quoted(word), help: "" };
            let texts = |all: &[String]| -> Vec<Candidate> {
                all.iter().map(String::as_str).filter(begins).take(MOST).map(offer).collect()
            };
            match key.to_lowercase().as_str() {
                "state" => SlotState::WORDS.iter().copied().filter(begins).map(offer).collect(),
                "kind" => {
                    ChildKind::ALL.iter().map(|k| k.word()).filter(begins).map(offer).collect()
                }
                "type" => texts(known.types),
                "framework" => texts(known.frameworks),
                "under" => texts(known.paths),
                _ => Vec::new(),
            }
        }
        None => {
            let at = start..before.len();
            let begins = |name: &str| name.starts_with(&word.to_lowercase());
            let keys = KEYS.iter().map(|(name, help)| ((*name).to_owned(), *help));
            let fields = FIELDS.iter().map(|field| (format!("{}>", field.name), field.help));
            keys.chain(fields)
                .filter(|(name, _)| begins(name))
                .map(|(with, help)| Candidate { replaces: at.clone(), with, help })
                .collect()
        }
    };
    // What stands there already is no way to go on.
    let is_new = |c: &Candidate| text.get(c.replaces.clone()) != Some(&c.with);
    candidates.into_iter().filter(is_new).take(MOST).collect()
}

fn quoted(value: &str) -> String {
    let plain = !value.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"'));
    if plain || value.contains('"') { value.to_owned() } else { format!("\"{value}\"") }
}
