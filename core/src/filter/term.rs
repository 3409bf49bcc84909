//! What a filter consists of, and whether a slot fulfils it.

use super::Measure;
use crate::spec::ChildKind;
use crate::state::SlotState;
use regex_lite::Regex;

/// A slot as a filter looks at it. Each method is called only when a term needs it; texts are handed
/// to a function, so that they need not be kept.
pub trait Subject {
    /// Its path.
    fn path<T>(&self, look: impl FnOnce(&str) -> T) -> T;
    /// Its name.
    fn name<T>(&self, look: impl FnOnce(&str) -> T) -> T;
    /// Its actor's type.
    fn actor_type<T>(&self, look: impl FnOnce(&str) -> T) -> T;
    /// What it runs on.
    fn framework<T>(&self, look: impl FnOnce(&str) -> T) -> T;
    /// What fills it.
    fn kind(&self) -> Option<ChildKind>;
    /// What it is doing.
    fn state(&self) -> Option<SlotState>;
    /// A number; `None` = not known.
    fn measure(&self, measure: Measure) -> Option<f64>;
}

#[derive(Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Term(Term),
}

#[derive(Debug)]
pub(super) enum Term {
    /// The path or the type contains it.
    Text(Needle),
    Type(Needle),
    Framework(Needle),
    Kind(ChildKind),
    /// One of these words.
    State(Vec<&'static str>),
    /// A path from the root, or the end of one.
    Under(String),
    Name(Regex),
    Compare(Measure, Comparison, f64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Comparison {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    More,
}

impl Comparison {
    fn holds(self, value: f64, than: f64) -> bool {
        match self {
            Self::Less => value < than,
            Self::AtMost => value <= than,
            Self::Equal => value == than,
            Self::NotEqual => value != than,
            Self::AtLeast => value >= than,
            Self::More => value > than,
        }
    }
}

/// Text that must occur, upper and lower case alike.
#[derive(Debug)]
pub(super) struct Needle(String);

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    fn is_in(&self, hay: &str) -> bool {
        if hay.is_ascii() && self.0.is_ascii() {
            let needle = self.0.as_bytes();
            return needle.is_empty()
                || hay.as_bytes().windows(needle.len()).any(|w| w.eq_ignore_ascii_case(needle));
        }
        hay.to_lowercase().contains(&self.0)
    }
}

/// Whether a path is that of a slot, or of one below it; `of` may be the end of its path.
fn is_under(path: &str, of: &str) -> bool {
    let of = of.trim_end_matches('/');
    if of.starts_with('/') {
        let below = path.strip_prefix(of);
        return below.is_some_and(|below| below.is_empty() || below.starts_with('/'));
    }
    let ends = path.match_indices(of).any(|(at, _)| {
        let (before, behind) = (&path[..at], &path[at + of.len()..]);
        before.ends_with('/') && (behind.is_empty() || behind.starts_with('/'))
    });
    of.is_empty() || ends
}

impl Term {
    fn holds(&self, subject: &impl Subject) -> bool {
        match self {
            Self::Text(needle) => {
                subject.path(|path| needle.is_in(path))
                    || subject.actor_type(|actor_type| needle.is_in(actor_type))
            }
            Self::Type(needle) => subject.actor_type(|actor_type| needle.is_in(actor_type)),
            Self::Framework(needle) => subject.framework(|framework| needle.is_in(framework)),
            Self::Kind(kind) => subject.kind() == Some(*kind),
            Self::State(words) => subject.state().is_some_and(|s| words.contains(&s.word())),
            Self::Under(of) => subject.path(|path| is_under(path, of)),
            Self::Name(regex) => subject.name(|name| regex.is_match(name)),
            Self::Compare(measure, comparison, than) => {
                subject.measure(*measure).is_some_and(|value| comparison.holds(value, *than))
            }
        }
    }

    const fn cost(&self) -> u8 {
        match self {
            Self::State(_) | Self::Kind(_) | Self::Framework(_) => 0,
            Self::Type(_) => 1,
            Self::Compare(measure, ..) => measure.cost(),
            Self::Under(_) | Self::Text(_) => 4,
            Self::Name(_) => 8,
        }
    }
}

impl Node {
    pub(super) fn containing(text: &str) -> Self {
        Self::Term(Term::Text(Needle::new(text)))
    }

    /// All of these, cheap ones first.
    pub(super) fn all(nodes: Vec<Self>) -> Self {
        Self::of(nodes, Self::All)
    }

    /// One of these, cheap ones first.
    pub(super) fn any(nodes: Vec<Self>) -> Self {
        Self::of(nodes, Self::Any)
    }

    fn of(mut nodes: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Self {
        match nodes.len() {
            1 => nodes.remove(0),
            _ => {
                nodes.sort_by_key(Self::cost);
                join(nodes)
            }
        }
    }

    fn cost(&self) -> u8 {
        match self {
            Self::All(nodes) | Self::Any(nodes) => {
                nodes.iter().map(Self::cost).max().unwrap_or(0).saturating_add(1)
            }
            Self::Not(node) => node.cost(),
            Self::Term(term) => term.cost(),
        }
    }

    pub(super) fn holds(&self, subject: &impl Subject) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(subject)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(subject)),
            Self::Not(node) => !node.holds(subject),
            Self::Term(term) => term.holds(subject),
        }
    }
}
