//! The wire: one JSON object a line, in both directions.
//!
//! ```text
//! → {"type":"login","nick":"ada"}
//! ← {"type":"welcome","server":"parlor","connection":17}
//! → {"type":"join","room":"lobby"}
//! ← {"type":"joined","room":"lobby","members":3,"recent":[]}
//! → {"type":"chat","text":"hello"}
//! ← {"type":"chat","room":"lobby","from":"ada","seq":41,"text":"hello","sent_at_ms":1790000000000}
//! → {"type":"call","id":"c-1","offer":"v=0\r\n…"}
//! ← {"type":"call_ready","id":"c-1","session":"9f…","port":40112,"key":"…","answer":"v=0\r\n…","setup_us":9120}
//! ```

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

/// Longest line either side accepts, in bytes, its newline included.
pub const LINE_LIMIT: usize = 64 * 1024;
/// Longest nick or room name, in bytes.
pub const NAME_LIMIT: usize = 32;
/// Longest chat message, in bytes.
pub const TEXT_LIMIT: usize = 4096;
/// Longest text to search for, in bytes.
pub const SEARCH_LIMIT: usize = 256;
/// Longest call id, in bytes.
pub const CALL_ID_LIMIT: usize = 64;

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClientLine {
    /// Takes a nick; everything but `ping`, `who` and `quit` needs one.
    Login {
        /// 1 to [`NAME_LIMIT`] ASCII letters, digits, `-` and `_`.
        nick: String,
    },
    /// Enters a room, leaving the one the client was in.
    Join {
        /// Spelled like a nick. A room begins to exist when somebody joins it.
        room: String,
    },
    /// Says something to the room.
    Chat {
        /// 1 to [`TEXT_LIMIT`] bytes.
        text: String,
    },
    /// Looks for what was said in the room. Answered by `found`.
    Search {
        /// Words, up to [`SEARCH_LIMIT`] bytes.
        text: String,
    },
    /// Sets up a call. Answered by `call_ready` or `call_failed`, in whatever order calls get ready.
    Call {
        /// The client's name for the call, up to [`CALL_ID_LIMIT`] bytes.
        id: String,
        /// A session description, see RFC 8866.
        offer: String,
    },
    /// Asks who is online, and where.
    Who,
    /// Asks for a `pong`.
    Ping,
    /// Says goodbye.
    Quit,
}

/// One chat message, as members of the room and the log see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// The room it was said in.
    pub room: String,
    /// Nick of the author.
    pub from: String,
    /// Position in the room's conversation, without gaps. It survives restarts of the room.
    pub seq: u64,
    /// What was said.
    pub text: String,
    /// When the room handled it: milliseconds since 1970, UTC.
    pub sent_at_ms: u64,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The room it was said in.
    pub room: String,
    /// Nick of the author.
    pub from: String,
    /// Position in the room's conversation.
    pub seq: u64,
    /// How it begins.
    pub snippet: String,
    /// When the room handled it: milliseconds since 1970, UTC.
    pub sent_at_ms: u64,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServerLine {
    /// Answers `login`.
    Welcome {
        /// Name of the server.
        server: String,
        /// Number of this connection.
        connection: u64,
    },
    /// Answers `join`.
    Joined {
        /// The room.
        room: String,
        /// How many are in it, the client included.
        members: usize,
        /// What was said lately, oldest first. A room that was restarted has forgotten it.
        recent: Vec<ChatMessage>,
    },
    /// Somebody entered the client's room.
    Entered {
        /// The room.
        room: String,
        /// Who.
        nick: String,
    },
    /// Somebody left the client's room.
    Left {
        /// The room.
        room: String,
        /// Who.
        nick: String,
    },
    /// Somebody, perhaps the client itself, said something in the client's room.
    Chat(ChatMessage),
    /// Somebody in the client's room started a call.
    CallStarted {
        /// The room.
        room: String,
        /// Who.
        nick: String,
        /// What to join.
        session: String,
    },
    /// Answers `search`.
    Found {
        /// What was looked for.
        text: String,
        /// Messages that have all of its words, newest first, up to 20. Only of late ones, and of none from before the
        /// store was last restarted.
        hits: Vec<Hit>,
    },
    /// Answers `call`.
    CallReady {
        /// The client's name for the call.
        id: String,
        /// The session, 32 hexadecimal digits.
        session: String,
        /// UDP port for media on the server's address.
        port: u16,
        /// Master key for media, hexadecimal.
        key: String,
        /// The answering session description.
        answer: String,
        /// From the server's reading the request to its answer, in microseconds.
        setup_us: u64,
    },
    /// Answers `call` when there will be none.
    CallFailed {
        /// The client's name for the call.
        id: String,
        /// Why, for people.
        reason: String,
    },
    /// Answers `who`.
    Who {
        /// Clients that are logged in.
        online: usize,
        /// How many of them said something or called within the last minute.
        active: usize,
        /// How many of them are in which room.
        rooms: BTreeMap<String, usize>,
    },
    /// Answers `ping`.
    Pong,
    /// A request was not understood or not granted. The connection stays.
    Error {
        /// What went wrong, for programs.
        code: ErrorCode,
        /// What went wrong, for people.
        message: String,
    },
    /// The last line before the server closes the connection.
    Bye {
        /// Why, for people.
        reason: String,
    },
}

/// Kinds of [`ServerLine::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// Not JSON, or no request this server knows.
    BadRequest,
    /// More than [`LINE_LIMIT`] bytes without a newline; the line was skipped.
    LineTooLong,
    /// A name or text breaks its rules.
    Invalid,
    /// Another client has the nick.
    NickTaken,
    /// The request needs a `login` first.
    NotLoggedIn,
    /// There was a `login` already.
    AlreadyLoggedIn,
    /// The request needs a `join` first.
    NotInRoom,
    /// Out of something; trying again later can help.
    Busy,
}

/// A line ready to be sent. Serialised once, however many members get it.
pub type Line = Arc<str>;

/// Serialises `line`, newline included.
pub fn encode<T: Serialize>(line: &T) -> Line {
    match serde_json::to_string(line) {
        Ok(mut text) => {
            text.push('\n');
            text.into()
        }
        // Strings, numbers and maps with string keys always serialise; still no reason to panic.
        Err(_) => "{\"type\":\"bye\",\"reason\":\"a line could not be written\"}\n".into(),
    }
}

/// Whether `name` can be a nick or a room.
pub fn is_name(name: &str) -> bool {
    (1..=NAME_LIMIT).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_back_as_they_are_written() {
        let said = ServerLine::Chat(ChatMessage {
            room: "lobby".into(),
            from: "ada".into(),
            seq: 7,
            text: "a\nb".into(),
            sent_at_ms: 1,
        });
        let line = encode(&said);
        assert_eq!(line.matches('\n').count(), 1, "a newline inside a text is escaped");
        assert_eq!(serde_json::from_str::<ServerLine>(&line).unwrap(), said);
    }

    #[test]
    fn names_have_rules() {
        for good in ["a", "Ada_2", "conn-17"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "two words", "a/b", "é", "\u{1b}[31m", &"x".repeat(33)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
