//! Totals as people and programs read them.

use crate::time::show;
use crate::totals::{Row, Totals};
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;

/// What the output is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Csv,
    Ndjson,
}

impl Kind {
    /// By the end of the file's name: `.ndjson`, `.jsonl` and `.json` are NDJSON, all else is CSV.
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|end| end.to_str()) {
            Some("ndjson" | "jsonl" | "json") => Self::Ndjson,
            _ => Self::Csv,
        }
    }

    /// Writes all rows.
    pub fn write(self, totals: &Totals, to: &mut impl Write) -> io::Result<()> {
        if self == Self::Csv {
            writeln!(
                to,
                "minute,path,requests,bytes,status_1xx,status_2xx,status_3xx,status_4xx,\
                 status_5xx,latency_mean_ms,latency_max_ms"
            )?;
        }
        for (path, minute, row) in totals.rows() {
            match self {
                Self::Csv => csv(&show(minute), path, row, to)?,
                Self::Ndjson => ndjson(&show(minute), path, row, to)?,
            }
        }
        Ok(())
    }
}

/// Mean and longest, in milliseconds; `None` where no log tells.
fn latency(row: &Row) -> Option<(f64, f64)> {
    let mean = row.latency_us as f64 / row.timed as f64 / 1e3;
    (row.timed > 0).then_some((mean, row.latency_max_us as f64 / 1e3))
}

fn csv(minute: &str, path: &str, row: &Row, to: &mut impl Write) -> io::Result<()> {
    if path.contains(['"', ',', '\r', '\n']) {
        write!(to, "{minute},\"{}\"", path.replace('"', "\"\""))?;
    } else {
        write!(to, "{minute},{path}")?;
    }
    write!(to, ",{},{}", row.requests, row.bytes)?;
    for class in row.classes {
        write!(to, ",{class}")?;
    }
    match latency(row) {
        Some((mean, max)) => writeln!(to, ",{mean:.3},{max:.3}"),
        None => writeln!(to, ",,"),
    }
}

fn ndjson(minute: &str, path: &str, row: &Row, to: &mut impl Write) -> io::Result<()> {
    let latency = latency(row);
    let object = json!({
        "minute": minute, "path": path, "requests": row.requests, "bytes": row.bytes,
        "status": row.classes,
        "latency_mean_ms": latency.map(|(mean, _)| mean),
        "latency_max_ms": latency.map(|(_, max)| max),
    });
    writeln!(to, "{object}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Hit;

    fn text(kind: Kind) -> String {
        let mut totals = Totals::default();
        let hit = Hit {
            minute: 0,
            path: "/a,\"b\"".into(),
            status: 200,
            bytes: 3,
            latency_us: Some(1_500),
        };
        totals.count(&hit);
        totals.count(&Hit { path: "/".into(), latency_us: None, ..hit });
        let mut text = Vec::new();
        kind.write(&totals, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn csv_is_quoted_and_what_is_not_known_is_empty() {
        let text = text(Kind::of(Path::new("out.csv")));
        let lines: Vec<_> = text.lines().skip(1).collect();
        let (plain, strange) = ("1970-01-01T00:00Z,/", "1970-01-01T00:00Z,\"/a,\"\"b\"\"\"");
        assert_eq!(lines[0], format!("{plain},1,3,0,1,0,0,0,,"));
        assert_eq!(lines[1], format!("{strange},1,3,0,1,0,0,0,1.500,1.500"));
    }

    #[test]
    fn ndjson_is_one_object_a_line_and_what_is_not_known_is_null() {
        let text = text(Kind::of(Path::new("out.ndjson")));
        let rows: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            (rows[0]["path"].as_str(), rows[0]["latency_mean_ms"].is_null()),
            (Some("/"), true)
        );
        assert_eq!(
            (rows[1]["path"].as_str(), rows[1]["latency_max_ms"].as_f64()),
            (Some("/a,\"b\""), Some(1.5))
        );
    }
}
