//! Conversions between the wire and the core types, both ways.
//!
//! Outwards they cannot fail. Inwards they can: whatever a remote sends that has no meaning here is
//! a [`Malformed`], never a panic.

mod event;
mod fold;
mod link;
mod node;
mod slot;
mod spec;
mod verb;
mod view;

pub use slot::row_identity;

use actorscope_core::SlotId;
use std::fmt;

/// A message from the other side that cannot be understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// Which field.
    pub field: &'static str,
    /// What stood in it.
    pub found: String,
}

impl Malformed {
    pub(crate) fn new(field: &'static str, found: impl fmt::Debug) -> Self {
        Self { field, found: actorscope_core::text::line(&format!("{found:?}"), 120) }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message's field `{}` makes no sense here: {}", self.field, self.found)
    }
}

impl std::error::Error for Malformed {}

/// Reads a slot's number.
pub fn slot_id(raw: u64) -> Result<SlotId, Malformed> {
    SlotId::new(raw).ok_or_else(|| Malformed::new("slot", raw))
}

/// Reads a word that names a value of `$type`.
macro_rules! word {
    ($type:ty, $field:literal, $word:expr) => {
        <$type>::from_word(&$word).ok_or_else(|| $crate::convert::Malformed::new($field, &$word))
    };
}
pub(crate) use word;
