//! Lines of limited length out of a stream, of which a bad one spoils no other.

use std::io;

use futures_util::{Stream, StreamExt};
use tokio_util::codec::{LinesCodec, LinesCodecError};

use crate::job::MAX_LINE;

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It has been skipped.
    #[error("a line has at most {MAX_LINE} bytes")]
    TooLong,
    /// It has been skipped.
    #[error("a line is UTF-8")]
    NotText,
    /// Nothing more can be read.
    #[error(transparent)]
    Io(io::Error),
}

/// What splits a stream into lines.
pub fn codec() -> LinesCodec {
    LinesCodec::new_with_max_length(MAX_LINE)
}

/// The next line. `None` at the end.
pub async fn next(
    lines: &mut (impl Stream<Item = Result<String, LinesCodecError>> + Unpin),
    after_error: &mut bool,
) -> Option<Result<String, LineError>> {
    let mut line = lines.next().await;
    if std::mem::take(after_error) && line.is_none() {
        // After an error such a stream says once that it has ended, and goes on.
        line = lines.next().await;
    }
    let line = line?.map_err(|error| match error {
        LinesCodecError::MaxLineLengthExceeded => LineError::TooLong,
        LinesCodecError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            LineError::NotText
        }
        LinesCodecError::Io(error) => LineError::Io(error),
    });
    *after_error = line.is_err();
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_util::codec::FramedRead;

    #[tokio::test]
    async fn a_line_that_is_none_is_skipped_and_those_after_it_are_read() {
        let mut text = b"one\n\xff\xfe\n\xff\ntwo\n".to_vec();
        text.extend(vec![b'x'; 3 * MAX_LINE]);
        text.extend(b"\nthree\r\nlast");
        let mut lines = FramedRead::new(&text[..], codec());
        let mut after_error = false;
        let mut found = Vec::new();
        while let Some(line) = next(&mut lines, &mut after_error).await {
            found.push(line.unwrap_or_else(|error| format!("{error:?}")));
        }
        assert_eq!(found, ["one", "NotText", "NotText", "two", "TooLong", "three", "last"]);
    }
}
