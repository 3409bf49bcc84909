//! What one order traded when it came, and how it is known that this was counted already.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::matching::Fill;

/// All fills of one order, in the order in which they happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Execution {
    /// The book's.
    pub symbol: Arc<str>,
    /// When the book was opened, in nanoseconds since 1970: a book that is started again begins to
    /// count anew.
    pub opened: u64,
    /// Counts from 1 within that.
    pub number: u64,
    /// At least one.
    pub fills: Vec<Fill>,
}

/// Which executions there were. Those of one book come in their order, each perhaps several times.
#[derive(Clone, Default, Debug)]
pub struct Seen(HashMap<(Arc<str>, u64), u64>);

impl Seen {
    /// Whether this one is new. It is not, the next time.
    pub fn is_new(&mut self, execution: &Execution) -> bool {
        let last = self.0.entry((execution.symbol.clone(), execution.opened)).or_default();
        let is_new = execution.number > *last;
        *last = execution.number.max(*last);
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_execution_is_new_once_for_each_opening_of_its_book() {
        let mut seen = Seen::default();
        let mut is_new = |symbol: &str, opened, number| {
            seen.is_new(&Execution { symbol: symbol.into(), opened, number, fills: Vec::new() })
        };
        assert!(is_new("ACME", 1, 1) && is_new("ACME", 1, 2));
        assert!(!is_new("ACME", 1, 1) && !is_new("ACME", 1, 2));
        assert!(is_new("BOLT", 1, 1) && is_new("ACME", 2, 1) && is_new("ACME", 1, 3));
    }
}
