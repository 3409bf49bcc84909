//! The language in which people say which slots they mean.
//!
//! Terms beside each other must all hold, `|` is or, `!` is not, parentheses group:
//!
//! ```text
//! room                       the path or the type contains it, upper and lower case alike
//! "chat::Room<A>" 'a (b)'    the same, for text with spaces or signs in it
//! type:Room                  the actor's type contains it
//! state:failed,restarting    it is in one of these states
//! framework:kameo            what it runs on
//! kind:worker                supervisor, worker, task, mailbox, blocking, group
//! under:/chat/rooms          it is that slot or somewhere below; under:rooms = any slot called so
//! name~^room-[0-9]+$         its name matches a regular expression
//! depth>100  rate>=1k  wait.p99>5ms  busy>80%  restarts>0  age<10s
//! ```
//!
//! What is not known of a slot fulfils no comparison. [`FIELDS`] is the table of what can be compared;
//! completion, help and error messages read it.
//!
//! A filter costs what its length allows: at most [`Filter::MAX_LEN`] bytes, [`MAX_TERMS`] terms,
//! regular expressions of a linear-time engine. How long all slots may take is for the caller to say
//! (see [`crate::view::evaluate`]).

mod complete;
mod field;
mod number;
mod parse;
mod problem;
mod term;

pub use complete::{Candidate, Known, complete};
pub use field::{FIELDS, Field, Measure, Quantile, Unit};
pub use parse::{MAX_NESTING, MAX_TERMS};
pub use problem::Problem;
pub use term::Subject;

use std::sync::Arc;
use term::Node;

/// A condition on slots. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: Arc<str>,
    /// `None` = every slot.
    condition: Option<Arc<Node>>,
}

impl PartialEq for Filter {
    /// Whether they were written alike.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Filter {}

impl Filter {
    /// Longest text taken, in bytes.
    pub const MAX_LEN: usize = 512;

    /// Every slot.
    pub fn all() -> Self {
        Self::default()
    }

    /// Reads what somebody typed. Nothing but spaces means every slot.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let condition = parse::parse(text)?;
        Ok(Self { text: text.trim().into(), condition: condition.map(Arc::new) })
    }

    /// Slots in whose path or type this occurs, whatever signs are in it. Cut at [`Self::MAX_LEN`].
    pub fn containing(text: &str) -> Self {
        let mut text = text.trim();
        if text.len() > Self::MAX_LEN {
            let cut = (0..=Self::MAX_LEN).rev().find(|i| text.is_char_boundary(*i));
            text = text.get(..cut.unwrap_or(0)).unwrap_or_default();
        }
        let condition = (!text.is_empty()).then(|| Arc::new(Node::containing(text)));
        Self { text: text.into(), condition }
    }

    /// Whether every slot passes.
    pub fn is_all(&self) -> bool {
        self.condition.is_none()
    }

    /// As typed, without spaces around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a slot passes.
    pub fn matches(&self, subject: &impl Subject) -> bool {
        self.condition.as_ref().is_none_or(|condition| condition.holds(subject))
    }
}

#[cfg(test)]
mod tests;
