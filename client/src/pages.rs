//! Answers longer than an agent gives at a time.

use crate::connection::Connection;
use crate::error::CallError;
use crate::update::Frame;
use actorscope_core::view::{MAX_ROWS, ViewSpec};
use std::collections::HashSet;

impl Connection {
    /// Asks for page after page of a table or a tree until `rows` rows or all there are have come.
    /// Other views have one page. The tree may change between pages: no row comes twice, but one that
    /// moved to an earlier page may be missing.
    pub async fn query_all(&self, view: &ViewSpec, rows: u64) -> Result<Frame, CallError> {
        let at_a_time = self.node().max_rows.clamp(1, MAX_ROWS);
        let Some((first, _)) = page_of(view) else {
            return self.query(view).await;
        };
        let mut gathered: Option<Frame> = None;
        let mut seen = HashSet::new();
        let mut offset = first;
        loop {
            let have = seen.len() as u64;
            let limit = u64::from(at_a_time).min(rows.saturating_sub(have)).max(1);
            let frame = self.query(&at(view, offset, limit as u32)).await?;
            let next = next_page(&frame, offset);
            let matched = frame.matched;
            let new = gather(&mut gathered, &mut seen, frame);
            let complete = seen.len() as u64 >= rows;
            match next {
                // Without a new row it would go on for ever.
                Some(next) if new && !complete && u64::from(next) < matched => offset = next,
                _ => break,
            }
        }
        Ok(gathered.unwrap_or_default())
    }
}

/// Offset and limit of a view that has them.
const fn page_of(view: &ViewSpec) -> Option<(u32, u32)> {
    match view {
        ViewSpec::Table { offset, limit, .. } | ViewSpec::Tree { offset, limit, .. } => {
            Some((*offset, *limit))
        }
        ViewSpec::Summary | ViewSpec::Detail { .. } => None,
    }
}

fn at(view: &ViewSpec, from: u32, rows: u32) -> ViewSpec {
    let mut page = view.clone();
    if let ViewSpec::Table { offset, limit, .. } | ViewSpec::Tree { offset, limit, .. } = &mut page
    {
        (*offset, *limit) = (from, rows);
    }
    page
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

/// Adds a page; whether it brought new rows.
fn gather(
    gathered: &mut Option<Frame>,
    seen: &mut HashSet<actorscope_core::SlotId>,
    mut page: Frame,
) -> bool {
    let before = seen.len();
    let mut rows = page.order.take().unwrap_or_default();
    rows.retain(|row| seen.insert(row.slot));
    // A page that goes on elsewhere is not less than was asked for.
    page.partial.retain(|p| p.next_offset.is_none());
    match gathered {
        None => {
            page.order = Some(rows);
            *gathered = Some(page);
        }
        Some(all) => {
            all.order.get_or_insert_default().append(&mut rows);
            all.identities.append(&mut page.identities);
            all.stats.append(&mut page.stats);
            all.unknown.append(&mut page.unknown);
            for partial in page.partial {
                if !all.partial.contains(&partial) {
                    all.partial.push(partial);
                }
            }
        }
    }
    seen.len() > before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::update::Partial;
    use actorscope_core::SlotId;
    use actorscope_core::view::Placed;

    fn page(slots: std::ops::Range<u64>, next_offset: Option<u32>) -> Frame {
        let place =
            |raw| SlotId::new(raw).map(|slot| Placed { slot, depth: 0, children: 0, open: false });
        Frame {
            order: Some(slots.filter_map(place).collect()),
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
    fn rows_that_moved_between_pages_come_once() {
        let (mut all, mut seen) = (None, HashSet::new());
        assert!(gather(&mut all, &mut seen, page(1..5, Some(4))));
        assert!(gather(&mut all, &mut seen, page(4..8, None)));
        assert!(!gather(&mut all, &mut seen, page(4..8, None)));
        let all = all.unwrap();
        assert_eq!(all.order.map(|o| o.len()), Some(7));
        assert_eq!(all.partial, [], "{:?}", SlotId::new(1));
    }
}
