//! The third stage, of which there are several: batches to what is counted of them.

use crate::discover::FileId;
use crate::line;
use crate::read::Batch;
use crate::stage::Shared;
use crate::time::Calendar;
use crate::totals::Totals;
use actorscope_agent::tokio::spawn_blocking;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// What a batch comes to.
#[derive(PartialEq, Debug)]
pub struct Parsed {
    pub number: u64,
    pub file: FileId,
    /// Where the batch ends in its file.
    pub end: u64,
    pub totals: Totals,
    /// Lines, empty ones not counted.
    pub lines: u64,
    pub rejected: u64,
    /// Those that were rejected, as they were.
    pub rejects: Vec<u8>,
}

/// The stage. Parsing is work for the processor, so it is done where it keeps no other task waiting.
pub async fn parse_batches(
    desk: Shared<Arc<Batch>>,
    calendar: Calendar,
    out: Sender<Arc<Parsed>>,
) -> Result<(), String> {
    let mut desk = desk.lock().await;
    while let Some(batch) = desk.next().await {
        let parsed = spawn_blocking("lines", move || parse(&batch, calendar)).await;
        let parsed = parsed.map_err(|error| error.to_string())?;
        let Ok(room) = out.reserve().await else { return Ok(()) };
        room.send(Arc::new(parsed));
        desk.done();
    }
    Ok(())
}

fn parse(batch: &Batch, calendar: Calendar) -> Parsed {
    let mut parsed = Parsed {
        number: batch.number,
        file: batch.file.clone(),
        end: batch.end,
        totals: Totals::default(),
        lines: 0,
        rejected: 0,
        rejects: Vec::new(),
    };
    for raw in batch.lines.split(|byte| *byte == b'\n') {
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        if raw.is_empty() {
            continue;
        }
        parsed.lines += 1;
        let hit = std::str::from_utf8(raw).ok().and_then(|line| line::parse(line, calendar));
        match hit {
            Some(hit) => parsed.totals.count(&hit),
            None => {
                parsed.rejected += 1;
                parsed.rejects.extend_from_slice(raw);
                parsed.rejects.push(b'\n');
            }
        }
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_request_is_kept_as_it_was() {
        let good = r#"h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1"#;
        let mut lines = format!("{good}\r\n\nnonsense\n{good}\n").into_bytes();
        lines.extend_from_slice(b"\xff\xfe\n");
        let file = serde_json::from_str("\"a\"").unwrap();
        let parsed = parse(&Batch { number: 3, file, end: 99, lines }, Calendar::Computed);
        assert_eq!((parsed.number, parsed.end), (3, 99));
        assert_eq!((parsed.lines, parsed.rejected), (4, 2));
        assert_eq!(parsed.rejects, b"nonsense\n\xff\xfe\n");
        assert_eq!(parsed.totals.rows().next().unwrap().2.requests, 2);
    }
}
