//! What a call consists of on paper: the offer that is read, the answer that is written, identity and keys.

use std::fmt::Write as _;

/// Longest session description accepted, in bytes.
const OFFER_LIMIT: usize = 16 * 1024;

/// Why there is nothing to answer.
#[derive(Debug, thiserror::Error)]
pub enum SdpError {
    /// The offer is no session description.
    #[error("the offer is not usable: {0}")]
    Offer(&'static str),
    /// No unguessable key, no call.
    #[error("the system gave no random bytes: {0}")]
    Random(getrandom::Error),
}

/// What matters of an offered session description (RFC 8866).
#[derive(Debug, PartialEq, Eq)]
pub struct Offer<'a> {
    /// The first payload type offered of the first audio stream.
    audio: &'a str,
    /// The same for video, if it was offered.
    video: Option<&'a str>,
}

impl<'a> Offer<'a> {
    /// Reads a description: `v=0` first, an origin, at least one audio stream over RTP.
    pub fn parse(text: &'a str) -> Result<Self, SdpError> {
        if text.len() > OFFER_LIMIT {
            return Err(SdpError::Offer("it is longer than 16 KiB"));
        }
        let mut lines = text.lines();
        if lines.next() != Some("v=0") {
            return Err(SdpError::Offer("it does not begin with `v=0`"));
        }
        let (mut origin, mut audio, mut video) = (false, None, None);
        for line in lines {
            let Some((kind, value)) = line.split_once('=') else {
                return Err(SdpError::Offer("a line has no `=`"));
            };
            match kind {
                "o" => origin = true,
                "m" => {
                    // m=<media> <port> <transport> <payload types…>
                    let mut fields = value.split(' ');
                    let media = fields.next();
                    let transport = fields.nth(1).unwrap_or_default();
                    let Some(payload) = fields.next() else {
                        return Err(SdpError::Offer("a stream names no payload type"));
                    };
                    if !transport.contains("RTP/") {
                        return Err(SdpError::Offer("a stream is not carried over RTP"));
                    }
                    match media {
                        Some("audio") => _ = audio.get_or_insert(payload),
                        Some("video") => _ = video.get_or_insert(payload),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        match (origin, audio) {
            (false, _) => Err(SdpError::Offer("it has no origin (`o=`)")),
            (_, None) => Err(SdpError::Offer("it offers no audio")),
            (true, Some(audio)) => Ok(Self { audio, video }),
        }
    }

    /// The description that accepts this offer.
    pub fn answer(&self, session: &Session, port: u16) -> String {
        let mut text = format!(
            "v=0\r\no=parlor {} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/SAVPF {}\r\n",
            session.number, self.audio
        );
        if let Some(video) = self.video {
            // Both streams share the port (RFC 9143).
            let _ = write!(text, "m=video {port} RTP/SAVPF {video}\r\n");
        }
        text
    }
}

/// Identity and keys of one call.
pub struct Session {
    /// Sixteen random bytes, hexadecimal.
    pub id: String,
    /// Master key and salt for SRTP (RFC 3711: 16 + 14 bytes), hexadecimal.
    pub key: String,
    number: u32,
}

impl Session {
    /// A session nobody can guess.
    pub fn generate() -> Result<Self, SdpError> {
        let mut bytes = [0; 50];
        getrandom::fill(&mut bytes).map_err(SdpError::Random)?;
        let [a, b, c, d] = [bytes[46], bytes[47], bytes[48], bytes[49]];
        Ok(Self {
            id: hex(&bytes[..16]),
            key: hex(&bytes[16..46]),
            number: u32::from_be_bytes([a, b, c, d]),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usable_offer_is_answered_with_what_it_offered() {
        let text = "v=0\r\no=ada 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
                    m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n";
        let offer = Offer::parse(text).unwrap();
        let session = Session::generate().unwrap();
        assert_eq!((session.id.len(), session.key.len()), (32, 60));
        let answer = offer.answer(&session, 4000);
        assert!(answer.contains("m=audio 4000 RTP/SAVPF 111\r\n"), "{answer}");
        assert!(answer.contains("m=video 4000 RTP/SAVPF 96\r\n"), "{answer}");
    }

    #[test]
    fn unusable_offers_say_why() {
        for (text, why) in [
            ("", "does not begin"),
            ("hello", "does not begin"),
            ("v=0\nm=audio 9 RTP/AVP 0", "no origin"),
            ("v=0\no=-\ns=-", "no audio"),
            ("v=0\no=-\nm=audio 9 TCP 0", "not carried over RTP"),
            ("v=0\no=-\nm=audio", "no payload"),
            ("v=0\nnonsense", "no `=`"),
        ] {
            let error = Offer::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
