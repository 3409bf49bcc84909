//! `docs/capabilities.md`: read, compared with what a run has shown, and brought up to date.

use crate::row::Row;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Everything before this line is written by people.
const BEGINS: &str = "<!-- From here on: written by the conformance suite. -->";

/// What a run has shown of one framework.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Column {
    /// What stands in each row.
    pub cells: BTreeMap<Row, String>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

/// The table.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Table {
    introduction: String,
    /// In the order in which they are shown.
    columns: Vec<(String, Column)>,
}

impl Table {
    /// Reads the file; an empty table if there is none.
    pub fn read(path: &Path) -> Self {
        Self::parse(&std::fs::read_to_string(path).unwrap_or_default())
    }

    /// Reads the text of the file.
    pub fn parse(text: &str) -> Self {
        let (introduction, generated) = text.split_once(BEGINS).unwrap_or((text, ""));
        let mut table =
            Self { introduction: introduction.trim_end().to_owned(), columns: Vec::new() };
        let mut header: Vec<String> = Vec::new();
        let mut noted: Option<String> = None;
        for line in generated.lines() {
            if let Some(column) = line.strip_prefix("### ") {
                noted = Some(column.to_owned());
            } else if let Some(note) = line.strip_prefix("* ") {
                if let Some(column) = &noted {
                    table.column(column).notes.push(note.to_owned());
                }
            } else if let Some(cells) = cells(line) {
                match Row::ALL.iter().find(|row| Some(&row.title().to_owned()) == cells.first()) {
                    Some(row) => {
                        for (name, cell) in header.iter().zip(&cells[1..]) {
                            if !cell.is_empty() {
                                table.column(name).cells.insert(*row, cell.clone());
                            }
                        }
                    }
                    // A header, or the line below it.
                    None if cells.get(1).is_some_and(|cell| !cell.starts_with("--")) => {
                        header = cells[1..].to_vec();
                    }
                    None => {}
                }
            }
        }
        table
    }

    /// The column of this name, an empty one at the end if there was none.
    fn column(&mut self, name: &str) -> &mut Column {
        let at = self.columns.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.columns.push((name.to_owned(), Column::default()));
            self.columns.len() - 1
        });
        &mut self.columns[at].1
    }

    /// The table with this column as it is now.
    #[must_use]
    pub fn with(mut self, name: &str, column: Column) -> Self {
        *self.column(name) = column;
        self
    }

    /// Every difference between a column here and what was shown, a line each.
    pub fn differences(&self, name: &str, shown: &Column) -> Vec<String> {
        let Some((_, here)) = self.columns.iter().find(|(known, _)| known == name) else {
            return vec![format!("there is no column {name:?}")];
        };
        let mut all = Vec::new();
        for row in Row::ALL {
            let (here, shown) = (here.cells.get(row), shown.cells.get(row));
            if here != shown {
                let says = |cell: Option<&String>| {
                    cell.map_or_else(|| "nothing".to_owned(), |c| format!("{c:?}"))
                };
                all.push(format!(
                    "{name} / {}: the table says {}, the run showed {}",
                    row.title(),
                    says(here),
                    says(shown)
                ));
            }
        }
        if here.notes != shown.notes {
            all.push(format!(
                "{name}: the notes are {:?}, and should be {:?}",
                here.notes, shown.notes
            ));
        }
        all
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n{BEGINS}\n", self.introduction);
        let mut theme = "";
        for row in Row::ALL {
            if row.theme() != theme {
                theme = row.theme();
                let _ = write!(text, "\n## {theme}\n\n| |");
                for (name, _) in &self.columns {
                    let _ = write!(text, " {name} |");
                }
                text.push_str("\n| --- |");
                text.push_str(&" --- |".repeat(self.columns.len()));
                text.push('\n');
            }
            let _ = write!(text, "| {} |", row.title());
            for (_, column) in &self.columns {
                let _ = write!(text, " {} |", column.cells.get(row).map_or("", String::as_str));
            }
            text.push('\n');
        }
        text.push_str("\n## Notes\n");
        for (name, column) in &self.columns {
            if !column.notes.is_empty() {
                let _ = write!(text, "\n### {name}\n\n");
                for note in &column.notes {
                    let _ = writeln!(text, "* {note}");
                }
            }
        }
        text
    }
}

/// The cells of a line of a table.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(start: &str, note: &str) -> Column {
        let cells = [(Row::Start, start.to_owned()), (Row::Limit, "gave up".to_owned())];
        Column { cells: cells.into(), notes: vec![note.to_owned()] }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let table = Table::parse("# Title\n\nWords.\n")
            .with("one", column("yes", "a note"))
            .with("two, with more", column("no", "another"));
        assert!(table.text().starts_with("# Title\n\nWords.\n\n<!--"));
        assert_eq!(Table::parse(&table.text()), table);
    }

    #[test]
    fn a_column_takes_the_place_of_itself_and_of_no_other() {
        let before = Table::default().with("one", column("yes", "")).with("two", column("yes", ""));
        let after = before.clone().with("one", column("no", ""));
        assert_eq!(after.differences("two", &column("yes", "")), Vec::<String>::new());
        assert_eq!(
            after.differences("one", &column("yes", "")),
            ["one / start: the table says \"no\", the run showed \"yes\""]
        );
        assert_eq!(
            before.differences("three", &column("yes", "")),
            ["there is no column \"three\""]
        );
    }
}
