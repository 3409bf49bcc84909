//! Names of slots. Ten thousand workers of one name share one text, and so do their mailboxes if those
//! have another.

use actorscope_core::text;
use std::cell::RefCell;
use std::sync::Arc;

/// Names remembered by each thread: of what is started in turns, such as a task and its mailbox.
const REMEMBERED: usize = 4;

/// The last names given on this thread, and which of them goes next.
#[derive(Default)]
struct Recent {
    names: [Option<Arc<str>>; REMEMBERED],
    next: usize,
}

impl Recent {
    fn find(&mut self, raw: &str) -> Arc<str> {
        if let Some(same) = self.names.iter().flatten().find(|name| ***name == *raw) {
            return same.clone();
        }
        let name = safe(raw);
        if let Some(place) = self.names.get_mut(self.next) {
            *place = Some(name.clone());
        }
        self.next = (self.next + 1) % REMEMBERED;
        name
    }
}

thread_local! {
    static RECENT: RefCell<Recent> = RefCell::default();
}

/// A name made safe to draw and to be a segment of a path.
pub(crate) fn shared(raw: &str) -> Arc<str> {
    RECENT
        .try_with(|recent| Some(recent.try_borrow_mut().ok()?.find(raw)))
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
    fn equal_names_in_turns_are_one() {
        let (task, mailbox) = (shared("worker-1"), shared("jobs"));
        assert!(Arc::ptr_eq(&task, &shared("worker-1")) && Arc::ptr_eq(&mailbox, &shared("jobs")));
        for n in 0..10 {
            assert_eq!(*shared(&n.to_string()), n.to_string());
        }
        assert_eq!(shared("worker-1"), task, "forgotten, and made again");
        assert_eq!(&*shared("a/b c"), "a∕b c", "made safe");
    }
}
