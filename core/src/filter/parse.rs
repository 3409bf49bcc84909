//! From text to conditions.

use super::field::KEYS;
use super::term::{Comparison, Needle, Node, Term};
use super::{FIELDS, Field, Filter, Problem, number};
use crate::spec::ChildKind;
use crate::state::SlotState;
use regex_lite::RegexBuilder;
use std::ops::Range;

/// Most terms in one filter.
pub const MAX_TERMS: usize = 64;

/// Deepest nesting of parentheses and `!`.
pub const MAX_NESTING: usize = 32;

/// Largest compiled regular expression, in bytes.
const MAX_REGEX: usize = 64 * 1024;

/// Signs that end a word, whatever comes behind them.
const ENDS: &[char] = &['(', ')', '|', '<', '>', '=', '~', '"'];

/// Nothing but spaces is `None`.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Problem> {
    if text.len() > Filter::MAX_LEN {
        let message = format!("longer than {} bytes", Filter::MAX_LEN);
        return Err(Problem::new(Filter::MAX_LEN..text.len(), message));
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { text, at: 0, terms: 0, nesting: 0 };
    let node = parser.any()?;
    match parser.peek() {
        None => Ok(Some(node)),
        Some(_) => Err(parser.here("there is no “(” to this “)”")),
    }
}

struct Parser<'a> {
    text: &'a str,
    /// The next byte to read.
    at: usize,
    terms: usize,
    nesting: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next sign that is not a space, which it goes to.
    fn peek(&mut self) -> Option<char> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.rest().chars().next()
    }

    fn take(&mut self, sign: &str) -> bool {
        let there = self.rest().starts_with(sign);
        if there {
            self.at += sign.len();
        }
        there
    }

    /// A problem with the next sign.
    fn here(&self, message: impl Into<String>) -> Problem {
        let len = self.rest().chars().next().map_or(0, char::len_utf8);
        Problem::new(self.at..self.at + len, message)
    }

    fn any(&mut self) -> Result<Node, Problem> {
        let mut nodes = vec![self.all()?];
        while self.peek() == Some('|') {
            self.at += 1;
            nodes.push(self.all()?);
        }
        Ok(Node::any(nodes))
    }

    fn all(&mut self) -> Result<Node, Problem> {
        let mut nodes = Vec::new();
        while !matches!(self.peek(), None | Some(')' | '|')) {
            nodes.push(self.one()?);
        }
        if nodes.is_empty() {
            return Err(self.here("expected a text, or a term such as state:failed or depth>100"));
        }
        Ok(Node::all(nodes))
    }

    fn one(&mut self) -> Result<Node, Problem> {
        let opening = self.at;
        match self.peek() {
            Some('!') => {
                self.at += 1;
                self.deeper(opening)?;
                let node = self.one()?;
                self.nesting -= 1;
                Ok(Node::Not(Box::new(node)))
            }
            Some('(') => {
                self.at += 1;
                self.deeper(opening)?;
                let node = self.any()?;
                self.nesting -= 1;
                if self.peek() != Some(')') {
                    return Err(Problem::new(opening..opening + 1, "there is no “)” to this “(”"));
                }
                self.at += 1;
                Ok(node)
            }
            None | Some(')' | '|') => {
                Err(self.here("expected a term behind “!”, such as !state:idle"))
            }
            Some(_) => {
                self.terms += 1;
                if self.terms > MAX_TERMS {
                    return Err(self.here(format!("more than {MAX_TERMS} terms")));
                }
                self.term().map(Node::Term)
            }
        }
    }

    fn deeper(&mut self, at: usize) -> Result<(), Problem> {
        self.nesting += 1;
        if self.nesting <= MAX_NESTING {
            return Ok(());
        }
        Err(Problem::new(at..at + 1, format!("nested deeper than {MAX_NESTING}")))
    }

    fn term(&mut self) -> Result<Term, Problem> {
        let start = self.at;
        if let Some(text) = self.quoted()? {
            return Ok(Term::Text(Needle::new(text)));
        }
        let word = self.word();
        if let Some(colon) = single_colon(word) {
            let (key, _) = word.split_at(colon);
            // The value is read anew: what ends a word may be part of it.
            self.at = start + colon + 1;
            return self.keyed(start..start + colon, key);
        }
        let behind_word = self.at;
        self.peek();
        if self.take("~") {
            return self.regex(start..behind_word, word);
        }
        let Some(comparison) = self.comparison() else {
            self.at = behind_word;
            return if word.is_empty() {
                Err(self.here("expected a text; put signs like this one in quotes"))
            } else {
                Ok(Term::Text(Needle::new(word)))
            };
        };
        self.compare(start..behind_word, word, comparison)
    }

    /// A text in quotes of either kind; `None` = there is none.
    fn quoted(&mut self) -> Result<Option<&'a str>, Problem> {
        let start = self.at;
        let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return Ok(None);
        };
        let inside = self.text.get(start + 1..).unwrap_or_default();
        let Some(len) = inside.find(quote) else {
            let message = format!("there is no {quote} to end this text");
            return Err(Problem::new(start..start + 1, message));
        };
        self.at = start + 1 + len + 1;
        Ok(inside.get(..len))
    }

    /// Up to a space or a sign with a meaning.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let ends = |(i, c): (usize, char)| {
            let unequal = c == '!' && rest.get(i..).is_some_and(|rest| rest.starts_with("!="));
            c.is_whitespace() || ENDS.contains(&c) || unequal
        };
        let len = rest.char_indices().find(|at| ends(*at)).map_or(rest.len(), |(i, _)| i);
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// What stands behind a colon or a sign: in quotes, or up to a space, `|` or a parenthesis that was
    /// not opened in it.
    fn value(&mut self) -> Result<(Range<usize>, &'a str), Problem> {
        let start = self.at;
        if let Some(text) = self.quoted()? {
            return Ok((start..self.at, text));
        }
        let rest = self.rest();
        let mut open = 0usize;
        let mut len = rest.len();
        for (i, c) in rest.char_indices() {
            match c {
                '(' => open += 1,
                ')' if open > 0 => open -= 1,
                '|' if open > 0 => {}
                ')' | '|' => len = i,
                c if c.is_whitespace() => len = i,
                _ => {}
            }
            if len != rest.len() {
                break;
            }
        }
        self.at += len;
        Ok((start..self.at, rest.get(..len).unwrap_or_default()))
    }

    fn keyed(&mut self, at: Range<usize>, key: &str) -> Result<Term, Problem> {
        let key = key.to_lowercase();
        if !KEYS.iter().any(|(name, _)| name.strip_suffix(':') == Some(&key)) {
            if Field::named(&key).is_some() {
                let message = format!("“{key}” is compared, as in {key}>0");
                return Err(Problem::new(at, message));
            }
            let keys: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
            let message =
                format!("expected one of {}; put a text with a colon in quotes", keys.join(" "));
            return Err(Problem::new(at, message));
        }
        let (place, value) = self.value()?;
        if value.is_empty() {
            return Err(Problem::new(place, format!("expected a text behind “{key}:”")));
        }
        match key.as_str() {
            "type" => Ok(Term::Type(Needle::new(value))),
            "framework" => Ok(Term::Framework(Needle::new(value))),
            "under" => Ok(Term::Under(value.to_owned())),
            "kind" => {
                let kind = ChildKind::ALL.iter().find(|k| k.word().eq_ignore_ascii_case(value));
                let words = || ChildKind::ALL.iter().map(|kind| kind.word());
                kind.copied().map(Term::Kind).ok_or_else(|| expected(place, words()))
            }
            _ => states(place, value).map(Term::State),
        }
    }

    fn regex(&mut self, at: Range<usize>, word: &str) -> Result<Term, Problem> {
        if !word.eq_ignore_ascii_case("name") {
            let message = "only the name is matched with a regular expression, as in name~^room-";
            return Err(Problem::new(at, message));
        }
        self.peek();
        let (place, value) = self.value()?;
        if value.is_empty() {
            return Err(Problem::new(place, "expected a regular expression behind “~”"));
        }
        let regex = RegexBuilder::new(value).size_limit(MAX_REGEX).build();
        regex
            .map(Term::Name)
            .map_err(|why| Problem::new(place, format!("this is no regular expression: {why}")))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        // The longer ones first.
        [
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("!=", Comparison::NotEqual),
            ("==", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::More),
            ("=", Comparison::Equal),
        ]
        .into_iter()
        .find_map(|(sign, comparison)| self.take(sign).then_some(comparison))
    }

    fn compare(
        &mut self,
        at: Range<usize>,
        word: &str,
        comparison: Comparison,
    ) -> Result<Term, Problem> {
        let Some(field) = Field::named(word) else {
            // Those with a dot are variants of the one before it.
            let names = FIELDS.iter().map(|field| field.name).filter(|name| !name.contains('.'));
            let names = names.collect::<Vec<_>>().join(" ");
            let message = if word.is_empty() {
                format!("expected what is compared before this sign: {names}")
            } else {
                format!("expected one of {names}; put a text with < > = in quotes")
            };
            let at = if word.is_empty() { at.start..at.start + 1 } else { at };
            return Err(Problem::new(at, message));
        };
        self.peek();
        let (place, value) = self.value()?;
        let Some(number) = number::parse(value, field.unit) else {
            return Err(Problem::new(place, format!("expected {}", field.unit.example())));
        };
        Ok(Term::Compare(field.measure, comparison, number))
    }
}

/// Where a word has a colon that is not one of two, as in `chat::Room`.
fn single_colon(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let is = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b':');
    (0..bytes.len()).find(|i| is(Some(*i)) && !is(i.checked_sub(1)) && !is(i.checked_add(1)))
}

fn states(place: Range<usize>, value: &str) -> Result<Vec<&'static str>, Problem> {
    let mut words = Vec::new();
    let mut start = place.start;
    for one in value.trim_matches(['"', '\'']).split(',') {
        let word = SlotState::WORDS.iter().find(|word| word.eq_ignore_ascii_case(one));
        let at = if value.len() == place.len() { start..start + one.len() } else { place.clone() };
        words.push(*word.ok_or_else(|| expected(at, SlotState::WORDS.iter().copied()))?);
        start += one.len() + 1;
    }
    Ok(words)
}

fn expected<'a>(at: Range<usize>, words: impl Iterator<Item = &'a str>) -> Problem {
    Problem::new(at, format!("expected one of {}", words.collect::<Vec<_>>().join(", ")))
}
