//! Answers longer than an agent gives at a time.

use crate::connection::Connection;
use crate::error::CallError;
use crate::update::Frame;
use actorscope_core::SlotId;
use actorscope_core::view::{Folding, MAX_ROWS, Placed, RowId, ViewSpec};
use std::collections::HashSet;

/// A table or a tree, page after page, so that nobody holds more of it than a page. The tree may change
/// between pages: one that moved to an earlier page may be missing.
pub struct Pages<'a> {
    connection: &'a Connection,
    view: ViewSpec,
    course: Course,
}

/// How far they have come.
struct Course {
    place: At,
    /// Rows that are still wanted.
    left: u64,
    /// Rows that came.
    came: u32,
    is_over: bool,
}

/// Where the next page begins.
enum At {
    /// Behind so many rows; those that came before do not come again.
    Offset(u32, HashSet<RowId>),
    /// Behind the last of these slots, each of which is below the one before: a tree without folds can
    /// be gone on with from there, however many rows came before.
    Behind(Vec<SlotId>),
    /// It has one page only.
    Only,
}

impl Connection {
    /// Asks for page after page of a table or a tree until `rows` rows or all there are have come.
    /// Other views have one page.
    pub fn pages(&self, view: &ViewSpec, rows: u64) -> Pages<'_> {
        let place = match view {
            ViewSpec::Table { offset, .. } => At::Offset(*offset, HashSet::new()),
            ViewSpec::Tree { folding: Folding::Off { after }, offset: 0, .. } => {
                At::Behind(after.clone())
            }
            ViewSpec::Tree { offset, .. } => At::Offset(*offset, HashSet::new()),
            ViewSpec::Summary | ViewSpec::Detail { .. } => At::Only,
        };
        let course = Course { place, left: rows, came: 0, is_over: false };
        Pages { connection: self, view: view.clone(), course }
    }

    /// All of [`Connection::pages`] together: no row comes twice.
    pub async fn query_all(&self, view: &ViewSpec, rows: u64) -> Result<Frame, CallError> {
        let mut pages = self.pages(view, rows);
        let mut gathered: Option<Frame> = None;
        while let Some(page) = pages.next().await? {
            gather(&mut gathered, page);
        }
        Ok(gathered.unwrap_or_default())
    }
}

impl Pages<'_> {
    /// The next page; `None` when all have come. That it goes on elsewhere is no part of
    /// [`Frame::partial`].
    pub async fn next(&mut self) -> Result<Option<Frame>, CallError> {
        if self.course.is_over {
            return Ok(None);
        }
        let at_a_time = self.connection.node().max_rows.clamp(1, MAX_ROWS);
        let limit = u64::from(at_a_time).min(self.course.left).max(1) as u32;
        let asked = self.course.asked(&self.view, limit);
        let frame = self.connection.query(&asked).await?;
        Ok(self.course.take(frame, limit))
    }
}

impl Course {
    /// The view of the next page.
    fn asked(&self, view: &ViewSpec, rows: u32) -> ViewSpec {
        let mut page = view.clone();
        match &mut page {
            ViewSpec::Table { offset, limit, .. } => {
                *limit = rows;
                if let At::Offset(from, _) = &self.place {
                    *offset = *from;
                }
            }
            ViewSpec::Tree { offset, limit, folding, .. } => {
                *limit = rows;
                match &self.place {
                    At::Offset(from, _) => *offset = *from,
                    At::Behind(line) => {
                        *folding = Folding::Off { after: line.clone() };
                        // An agent that does not know how to go on behind a row skips rows.
                        *offset = self.came;
                    }
                    At::Only => {}
                }
            }
            ViewSpec::Summary | ViewSpec::Detail { .. } => {}
        }
        page
    }

    /// What is new of an answer, if anything is.
    fn take(&mut self, mut frame: Frame, limit: u32) -> Option<Frame> {
        let came = self.came;
        let answered = frame.order.as_ref().map_or(0, Vec::len);
        let was_cut = frame.partial.iter().any(|partial| partial.next_offset.is_some());
        let at = match &self.place {
            At::Offset(offset, _) => *offset,
            At::Behind(_) | At::Only => 0,
        };
        let next = next_page(&frame, at);
        frame.partial.retain(|partial| partial.next_offset.is_none());
        let rows = frame.order.get_or_insert_default();
        match &mut self.place {
            At::Offset(offset, seen) => {
                rows.retain(|place| seen.insert(place.row));
                match next {
                    Some(next) if u64::from(next) < frame.matched => *offset = next,
                    _ => self.is_over = true,
                }
            }
            At::Behind(line) => {
                for place in rows.iter() {
                    step(line, place);
                }
                self.is_over = !was_cut && answered < limit as usize;
            }
            At::Only => self.is_over = true,
        }
        let new = rows.len();
        self.left = self.left.saturating_sub(new as u64);
        self.came = self.came.saturating_add(u32::try_from(new).unwrap_or(u32::MAX));
        // Without a new row it would go on for ever.
        self.is_over |= self.left == 0 || new == 0;
        (new > 0 || came == 0).then_some(frame)
    }
}

/// Goes on from a line of slots, each below the one before, to the next row of the tree.
fn step(line: &mut Vec<SlotId>, place: &Placed) {
    line.truncate(place.depth as usize);
    line.extend(place.slot());
}

/// Where the page after `frame` begins: the agent says so when it cut the page short.
fn next_page(frame: &Frame, offset: u32) -> Option<u32> {
    let said = frame.partial.iter().find_map(|p| p.next_offset);
    let counted = || {
        let rows = frame.order.as_ref().map_or(0, Vec::len);
        offset.checked_add(u32::try_from(rows).ok()?)
    };
    said.or_else(counted).filter(|next| *next > offset)
}

/// Adds a page.
fn gather(gathered: &mut Option<Frame>, mut page: Frame) {
    let Some(all) = gathered else {
        *gathered = Some(page);
        return;
    };
    let mut rows = page.order.take().unwrap_or_default();
    all.order.get_or_insert_default().append(&mut rows);
    all.identities.append(&mut page.identities);
    all.stats.append(&mut page.stats);
    all.unknown.append(&mut page.unknown);
    all.folds.append(&mut page.folds);
    for partial in page.partial {
        if !all.partial.contains(&partial) {
            all.partial.push(partial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::update::Partial;

    fn slot(raw: u64) -> SlotId {
        SlotId::new(raw).unwrap()
    }

    fn page(slots: std::ops::Range<u64>, next_offset: Option<u32>) -> Frame {
        Frame {
            order: Some(slots.map(|raw| Placed::slot_at(slot(raw), 0, 0, false)).collect()),
            matched: 10,
            partial: next_offset
                .map(|next| Partial {
                    reason: "bytes".into(),
                    message: String::new(),
                    next_offset: Some(next),
                })
                .into_iter()
                .collect(),
            ..Frame::default()
        }
    }

    #[test]
    fn the_next_page_begins_behind_the_rows_or_where_the_agent_says() {
        assert_eq!(next_page(&page(1..5, None), 10), Some(14));
        assert_eq!(next_page(&page(1..5, Some(13)), 10), Some(13));
        assert_eq!(next_page(&page(1..1, None), 10), None);
        assert_eq!(next_page(&page(1..5, Some(3)), 10), None);
    }

    #[test]
    fn a_tree_goes_on_behind_its_last_row() {
        let mut line = Vec::new();
        let mut go = |raw, depth| {
            step(&mut line, &Placed::slot_at(slot(raw), depth, 0, false));
            line.iter().map(|slot| slot.get()).collect::<Vec<_>>()
        };
        assert_eq!(go(1, 0), [1]);
        assert_eq!(go(2, 1), [1, 2]);
        assert_eq!(go(3, 2), [1, 2, 3]);
        assert_eq!(go(4, 1), [1, 4]);
        assert_eq!(go(5, 0), [5]);
    }

    fn course(place: At, left: u64) -> Course {
        Course { place, left, came: 0, is_over: false }
    }

    fn rows(frame: Option<Frame>) -> usize {
        frame.and_then(|frame| frame.order).map_or(0, |order| order.len())
    }

    #[test]
    fn rows_that_moved_between_pages_come_once() {
        let mut course = course(At::Offset(0, HashSet::new()), u64::MAX);
        let first = course.take(page(1..5, Some(4)), 5).unwrap();
        assert_eq!(first.partial, [], "that it goes on elsewhere is not less than was asked for");
        assert_eq!(rows(course.take(page(4..8, None), 5)), 3);
        assert!(!course.is_over);
        assert_eq!(rows(course.take(page(4..8, None), 5)), 0);
        assert!(course.is_over);
    }

    #[test]
    fn a_tree_is_over_with_a_page_that_is_not_full() {
        let mut course = course(At::Behind(Vec::new()), u64::MAX);
        assert_eq!(rows(course.take(page(1..5, None), 4)), 4);
        assert!(!course.is_over);
        assert_eq!(rows(course.take(page(5..7, Some(6)), 4)), 2);
        assert!(!course.is_over, "it was cut short");
        let view = course.asked(
            &ViewSpec::Tree {
                root: None,
                expansion: actorscope_core::view::Expansion::ToDepth(0),
                folding: Folding::OFF,
                filter: actorscope_core::view::Filter::all(),
                offset: 0,
                limit: 1,
            },
            7,
        );
        let ViewSpec::Tree { folding, offset: 6, limit: 7, .. } = view else {
            panic!("{view:?}");
        };
        assert_eq!(folding, Folding::Off { after: vec![slot(6)] });
        assert_eq!(rows(course.take(page(7..9, None), 4)), 2);
        assert!(course.is_over);
    }

    #[test]
    fn no_more_rows_come_than_are_wanted() {
        let mut course = course(At::Behind(Vec::new()), 4);
        assert_eq!(rows(course.take(page(1..5, None), 4)), 4);
        assert!(course.is_over);
    }

    #[test]
    fn pages_put_together_are_one() {
        let mut all = None;
        gather(&mut all, page(1..5, None));
        gather(&mut all, page(5..8, None));
        assert_eq!(all.and_then(|all| all.order).map(|order| order.len()), Some(7));
    }
}
