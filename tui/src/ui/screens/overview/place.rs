//! Who gets which part of the screen.

use super::worst;
use ratatui::layout::Rect;

/// Screens at least this wide have two lists beside each other.
const TWO: u16 = 60;
/// Between two columns.
const GUTTER: u16 = 3;
/// Fewest lines of a chart with axes, and most.
const CHART: (u16, u16) = (6, 14);
/// Fewest lines of a list: its heading and two rows.
const LIST: u16 = 3;
/// Lists of the worst, and charts.
pub const COUNT: usize = 4;

/// The parts; those without room have no height.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Places {
    /// Counts of all slots.
    pub totals: Rect,
    /// The heading of what needs attention.
    pub health_head: Rect,
    /// What needs attention.
    pub health: Rect,
    /// The lists of the worst: a heading and rows each.
    pub lists: [Rect; COUNT],
    /// Charts; a single line each where there is little room.
    pub charts: [Rect; COUNT],
}

impl Places {
    /// Divides `area`, of whose lines `attention` are needed to say what needs attention.
    pub fn of(area: Rect, attention: usize) -> Self {
        let lines = area.height;
        let columns: u16 = if area.width < TWO { 1 } else { 2 };
        let rows = COUNT as u16 / columns;
        let attention = u16::try_from(attention).unwrap_or(u16::MAX).max(1);
        let totals = u16::from(lines > 1);
        let health_head = u16::from(lines >= 10);
        let small_charts = match lines {
            0..5 => 0,
            5..14 => 2,
            _ => rows,
        };
        // What lists get whatever needs attention: what is worst is often the cause.
        let least_lists = match (lines, columns) {
            (0..10, _) => 0,
            (10..16, _) => LIST + 1,
            (_, 2) => 2 * (LIST + 1),
            (16..26, _) => LIST,
            _ => rows * LIST,
        };
        let mut left = lines.saturating_sub(totals + health_head + small_charts);
        let health = attention.min(left.saturating_sub(least_lists).max(1)).min(left);
        left -= health;
        let shown = rows.min(left / LIST);
        let each = left.checked_div(shown).unwrap_or(0).min(1 + worst::ROWS);
        left -= shown * each;
        // What is left makes charts with axes, and air between the parts.
        let air = left.min(3);
        let tall = ((small_charts + left - air) / rows).min(CHART.1);
        let charts = if tall >= CHART.0 { (tall, rows) } else { (1, small_charts) };

        let (mut y, mut air) = (area.y, air);
        let mut place = |height: u16, is_apart: bool| {
            let gap = u16::from(is_apart && height > 0 && air > 0);
            air -= gap;
            let rect = Rect { y: y + gap, height, ..area };
            y += gap + height;
            rect
        };
        Self {
            totals: place(totals, false),
            health_head: place(health_head, true),
            health: place(health, false),
            lists: grid(place(shown * each, true), columns, each),
            charts: grid(place(charts.0 * charts.1, true), columns, charts.0),
        }
    }
}

/// Parts of `each` lines beside and below each other, as many as have room.
fn grid(area: Rect, columns: u16, each: u16) -> [Rect; COUNT] {
    let width = area.width.saturating_sub(GUTTER * (columns - 1)) / columns;
    std::array::from_fn(|n| {
        let (column, row) = (n as u16 % columns, n as u16 / columns);
        let y = row.saturating_mul(each);
        let fits = y + each <= area.height;
        Rect {
            x: area.x + column * (width + GUTTER),
            y: area.y + if fits { y } else { 0 },
            width,
            height: if fits { each } else { 0 },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(places: &Places) -> Vec<Rect> {
        let mut all = vec![places.totals, places.health_head, places.health];
        all.extend(places.lists);
        all.extend(places.charts);
        all.retain(|part| !part.is_empty());
        all
    }

    #[test]
    fn parts_lie_inside_and_do_not_overlap() {
        for width in (0..200).step_by(7) {
            for height in 0..100 {
                for attention in [0, 1, 3, 9, 500] {
                    let area = Rect { x: 1, y: 4, width, height };
                    let all = all(&Places::of(area, attention));
                    for (n, part) in all.iter().enumerate() {
                        let at = format!("{width}×{height}, {attention}: {part:?}");
                        assert_eq!(part.intersection(area), *part, "{at}");
                        assert!(all[..n].iter().all(|other| !other.intersects(*part)), "{at}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_needs_attention_has_a_line_wherever_there_is_one() {
        for height in 1..60 {
            let area = Rect { x: 0, y: 0, width: 80, height };
            let places = Places::of(area, 1);
            assert_eq!(places.health.height, 1, "{height}");
        }
    }

    #[test]
    fn the_screens_people_have_show_everything() {
        let of =
            |width, height, attention| Places::of(Rect { x: 1, y: 4, width, height }, attention);
        let usual = of(78, 18, 4);
        assert_eq!(usual.health.height, 4);
        assert!(usual.lists.iter().all(|list| list.height == 5 && list.width == 37));
        assert!(usual.charts.iter().all(|chart| chart.height == 1));
        let calm = of(78, 18, 1);
        assert!(calm.lists.iter().all(|list| list.height == 6), "the worst five");
        let large = of(158, 42, 4);
        assert!(large.charts.iter().all(|chart| chart.height >= CHART.0));
        let small = of(38, 7, 3);
        assert_eq!((small.health.height, small.charts[1].height), (3, 1));
    }
}
