//! Aligned columns.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Where a column's cells stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Rows of cells under headings, page after page.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<(&'static str, Align)>,
    /// Of the page that is not written yet.
    rows: Vec<Vec<String>>,
    /// Of the pages so far: a later one may need wider columns, and never has narrower ones.
    widths: Vec<usize>,
}

impl Table {
    /// Empty, with these columns.
    pub fn new(columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), widths: Vec::new() }
    }

    /// Adds a row; cells beyond the columns are left out.
    pub fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// A line for each row that was added since the last page and, on the first page, one for the
    /// headings. Lines are cut at `width` columns, if there is a terminal; a pipe gets all.
    pub fn page(&mut self, width: Option<usize>) -> String {
        let is_first = self.widths.is_empty();
        self.widths.resize(self.columns.len(), 0);
        let headings: Vec<String> = self.columns.iter().map(|(h, _)| (*h).to_owned()).collect();
        let rows = std::mem::take(&mut self.rows);
        for row in std::iter::once(&headings).chain(&rows) {
            for (widest, cell) in self.widths.iter_mut().zip(row) {
                *widest = cell.width().max(*widest);
            }
        }
        is_first
            .then_some(&headings)
            .into_iter()
            .chain(&rows)
            .map(|row| self.line(row, &self.widths, width))
            .collect()
    }

    /// The only page.
    pub fn render(mut self, width: Option<usize>) -> String {
        self.page(width)
    }

    fn line(&self, row: &[String], widths: &[usize], width: Option<usize>) -> String {
        let mut line = String::new();
        for ((cell, (_, align)), column) in row.iter().zip(&self.columns).zip(widths) {
            if !line.is_empty() {
                line.push_str("  ");
            }
            let pad = " ".repeat(column.saturating_sub(cell.width()));
            match align {
                Align::Left => {
                    line.push_str(cell);
                    line.push_str(&pad);
                }
                Align::Right => {
                    line.push_str(&pad);
                    line.push_str(cell);
                }
            }
        }
        let mut line = cut(line.trim_end(), width);
        line.push('\n');
        line
    }
}

/// The beginning of a line that fits into `width` columns.
fn cut(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if line.width() > width => {
            let mut room = width;
            line.chars()
                .map_while(|c| {
                    room = room.checked_sub(c.width().unwrap_or(0))?;
                    Some(c)
                })
                .collect()
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&[("NAME", Align::Left), ("N", Align::Right)]);
        table.push(vec!["部屋".into(), "5".into()]);
        table.push(vec!["lobby".into(), "1200".into()]);
        table
    }

    #[test]
    fn columns_line_up_by_what_is_seen() {
        assert_eq!(table().render(None), "NAME      N\n部屋      5\nlobby  1200\n");
    }

    #[test]
    fn pages_go_on_below_each_other() {
        let mut table = table();
        table.page(None);
        table.push(vec!["a".into(), "7".into()]);
        assert_eq!(table.page(None), "a         7\n");
        table.push(vec!["a longer name".into(), "7".into()]);
        assert_eq!(table.page(None), "a longer name     7\n");
        assert_eq!(table.page(None), "");
    }

    #[test]
    fn a_terminal_gets_lines_that_fit() {
        for line in table().render(Some(3)).lines() {
            assert!(line.width() <= 3, "{line:?}");
        }
    }
}
