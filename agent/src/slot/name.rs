//! Names of slots. Ten thousand workers of one name share one text.

use actorscope_core::text;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    static LAST: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// A name made safe to draw and to be a segment of a path.
pub(crate) fn shared(raw: &str) -> Arc<str> {
    LAST.try_with(|last| {
        let mut last = last.try_borrow_mut().ok()?;
        if let Some(same) = last.as_ref().filter(|last| ***last == *raw) {
            return Some(same.clone());
        }
        Some(last.insert(safe(raw)).clone())
    })
    .ok()
    .flatten()
    // On a thread that is ending.
    .unwrap_or_else(|| safe(raw))
}

fn safe(raw: &str) -> Arc<str> {
    if text::is_segment(raw) { raw.into() } else { text::segment(raw).into() }
}

#[cfg(test)]
mod tests {
    use super::shared;
    use std::sync::Arc;

    #[test]
    fn equal_names_in_a_row_are_one() {
        let first = shared("worker-1");
        assert!(Arc::ptr_eq(&first, &shared("worker-1")));
        assert_eq!(&*shared("c"), "c");
        assert_eq!(shared("worker-1"), first);
        assert_eq!(&*shared("a/b c"), "a∕b c", "made safe");
    }
}
