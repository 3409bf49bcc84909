//! Lines out of a byte stream, never holding more than a limit of them in memory.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// What [`LineReader::next`] found.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A line, without its newline.
    Line(&'a [u8]),
    /// A line longer than the limit. It has been skipped.
    TooLong,
    /// The peer closed its side. An unfinished last line is not a line.
    End,
}

/// Splits a stream into lines of limited length.
#[derive(Debug)]
pub struct LineReader<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    limit: usize,
    /// `line` has been handed out and is to be emptied.
    delivered: bool,
    /// The present line passed the limit: drop its bytes until the newline.
    skipping: bool,
}

impl<R: AsyncRead + Unpin> LineReader<R> {
    /// Reads lines of up to `limit` bytes, newline included.
    pub fn new(input: R, limit: usize) -> Self {
        Self {
            input: BufReader::new(input),
            line: Vec::new(),
            limit,
            delivered: false,
            skipping: false,
        }
    }

    /// The next line. Cancel safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> io::Result<Frame<'_>> {
        if self.delivered {
            self.line.clear();
            self.delivered = false;
        }
        loop {
            let chunk = self.input.fill_buf().await?;
            if chunk.is_empty() {
                return Ok(Frame::End);
            }
            let newline = chunk.iter().position(|byte| *byte == b'\n');
            let content = &chunk[..newline.unwrap_or(chunk.len())];
            if self.line.len() + content.len() < self.limit {
                if !self.skipping {
                    self.line.extend_from_slice(content);
                }
            } else {
                self.skipping = true;
                self.line = Vec::new();
            }
            let used = newline.map_or(chunk.len(), |at| at + 1);
            self.input.consume(used);
            if newline.is_some() {
                if std::mem::take(&mut self.skipping) {
                    return Ok(Frame::TooLong);
                }
                self.delivered = true;
                return Ok(Frame::Line(self.line.strip_suffix(b"\r").unwrap_or(&self.line)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_come_out_whole_and_too_long_ones_are_skipped() {
        let long = "x".repeat(100);
        let text = format!("one\r\n\n{long}\ntwo\n1234567\n12345678\nunfinished");
        let mut lines = LineReader::new(text.as_bytes(), 8);
        for expected in [
            Frame::Line(b"one"),
            Frame::Line(b""),
            Frame::TooLong,
            Frame::Line(b"two"),
            Frame::Line(b"1234567"),
            Frame::TooLong,
            Frame::End,
        ] {
            assert_eq!(lines.next().await.unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn a_line_split_over_many_reads_is_one_line() {
        let mut pieces = tokio_test_stream(&["he", "ll", "o\nwor", "ld\n"]);
        let mut lines = LineReader::new(&mut pieces, 64);
        assert_eq!(lines.next().await.unwrap(), Frame::Line(b"hello"));
        assert_eq!(lines.next().await.unwrap(), Frame::Line(b"world"));
        assert_eq!(lines.next().await.unwrap(), Frame::End);
    }

    fn tokio_test_stream(pieces: &[&str]) -> impl AsyncRead + Unpin {
        use tokio::io::AsyncReadExt;
        pieces
            .iter()
            .fold(Box::new(tokio::io::empty()) as Box<dyn AsyncRead + Unpin>, |stream, piece| {
                Box::new(stream.chain(io::Cursor::new(piece.as_bytes().to_vec())))
            })
    }
}
