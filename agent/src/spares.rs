//! What nobody has any more, kept by its thread for whoever comes next: in memory that the thread has just used.

use std::cell::RefCell;
use std::sync::Arc;

/// Kept at most: as many as end in a row where many come and go.
const MOST: usize = 32;

/// See the module's documentation.
pub(crate) struct Spares<T>(RefCell<Vec<Arc<T>>>);

impl<T> Spares<T> {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    /// Keeps one, which holds nothing of anybody any more, unless there are enough.
    pub(crate) fn keep(&self, spare: Arc<T>) {
        if let Ok(mut all) = self.0.try_borrow_mut()
            && all.len() < MOST
        {
            all.push(spare);
        }
    }

    /// The one that was kept last.
    pub(crate) fn take(&self) -> Option<Arc<T>> {
        self.0.try_borrow_mut().ok()?.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_are_kept_than_that_and_the_last_comes_first() {
        let spares = Spares::new();
        (1..=100).for_each(|number| spares.keep(Arc::new(number)));
        let kept: Vec<usize> = std::iter::from_fn(|| spares.take()).map(|kept| *kept).collect();
        assert_eq!(kept, (1..=MOST).rev().collect::<Vec<_>>());
    }
}
