//! A job: one JSON object, on one line.

use std::sync::Arc;

use hyper::Uri;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The longest line that is read, in bytes.
pub const MAX_LINE: usize = 256 * 1024;
const MAX_ID: usize = 64;
const MAX_URL: usize = 2048;

/// Something to be posted somewhere.
///
/// ```
/// use actorscope_courier::Job;
///
/// let job = Job::parse(r#"{"id":"order-7","url":"http://127.0.0.1:7511/hook","body":{"paid":true}}"#)?;
/// assert_eq!(&**job.destination(), "127.0.0.1:7511");
/// # Ok::<(), actorscope_courier::JobError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Job {
    id: Arc<str>,
    url: Uri,
    destination: Arc<str>,
    body: Value,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    url: String,
    #[serde(default)]
    body: Value,
}

/// Why a line is not a job.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// Not an object with these fields.
    #[error("expected {{\"id\":…,\"url\":…,\"body\":…}}: {0}")]
    Json(#[from] serde_json::Error),
    /// The id is no id.
    #[error("`id` must be 1 to {MAX_ID} letters, digits, `.`, `_` or `-`")]
    Id,
    /// The URL is none that can be delivered to.
    #[error("`url` must be http://HOST[:PORT]/…, at most {MAX_URL} bytes, without a user: {0}")]
    Url(String),
}

impl Job {
    /// Reads one line.
    pub fn parse(line: &str) -> Result<Self, JobError> {
        // In two steps, so that what is wrong with a field is said without a column.
        serde_json::from_str::<Raw>(line)?.try_into()
    }

    /// A job made here.
    pub fn new(id: &str, url: &str, body: Value) -> Result<Self, JobError> {
        Raw { id: id.to_owned(), url: url.to_owned(), body }.try_into()
    }

    /// What tells it from others, also for its receiver.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// Where it goes.
    pub fn url(&self) -> &Uri {
        &self.url
    }

    /// Host and port: what has a worker of its own.
    pub fn destination(&self) -> &Arc<str> {
        &self.destination
    }

    /// What is posted, as JSON.
    pub fn body(&self) -> &Value {
        &self.body
    }
}

impl TryFrom<Raw> for Job {
    type Error = JobError;

    fn try_from(raw: Raw) -> Result<Self, JobError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if raw.id.is_empty() || raw.id.len() > MAX_ID || !raw.id.bytes().all(fits) {
            return Err(JobError::Id);
        }
        let wrong = |why: &str| JobError::Url(why.to_owned());
        if raw.url.len() > MAX_URL {
            return Err(wrong("it is longer"));
        }
        let url: Uri = raw.url.parse().map_err(|error| JobError::Url(format!("{error}")))?;
        if url.scheme_str() != Some("http") {
            return Err(wrong("its scheme is another one"));
        }
        let authority = url.authority().ok_or_else(|| wrong("it has no host"))?;
        if authority.host().is_empty() || authority.as_str().contains('@') {
            return Err(wrong("that is no host"));
        }
        // `Authority::port` takes a port that is too large for none.
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => 80,
            Some(port) => port
                .strip_prefix(':')
                .and_then(|port| port.parse().ok())
                .filter(|port| *port > 0u16)
                .ok_or_else(|| wrong("that is no port"))?,
            None => return Err(wrong("that is no host")),
        };
        let destination = format!("{}:{port}", authority.host().to_ascii_lowercase());
        Ok(Self { id: raw.id.into(), destination: destination.into(), url, body: raw.body })
    }
}

impl From<Job> for Raw {
    fn from(job: Job) -> Self {
        Self { id: job.id.as_ref().to_owned(), url: job.url.to_string(), body: job.body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_reads_back_as_it_was_written() {
        let line = r#"{"id":"a.b_c-1","url":"http://Example.ORG/x?y=z","body":{"n":[1,null]}}"#;
        let job = Job::parse(line).unwrap();
        assert_eq!(&**job.destination(), "example.org:80");
        assert_eq!(Job::parse(&serde_json::to_string(&job).unwrap()).unwrap(), job);
        assert_eq!(*Job::parse(r#"{"id":"1","url":"http://h/"}"#).unwrap().body(), Value::Null);
    }

    #[test]
    fn what_is_no_job_is_refused_with_a_reason() {
        let long = "x".repeat(MAX_ID + 1);
        for (id, url, says) in [
            ("", "http://h/", "`id`"),
            ("a b", "http://h/", "`id`"),
            ("a\u{e9}", "http://h/", "`id`"),
            (&long, "http://h/", "`id`"),
            ("a", "https://h/", "scheme"),
            ("a", "/only/a/path", "scheme"),
            ("a", "http://h:0/", "no port"),
            ("a", "http://h:99999/", "no port"),
            ("a", "http://me@h/", "no host"),
            ("a", "http://h\n/", "`url`"),
            ("a", &format!("http://h/{}", "x".repeat(MAX_URL)), "longer"),
        ] {
            let error = Job::new(id, url, Value::Null).unwrap_err().to_string();
            assert!(error.contains(says), "{id:?} {url:?}: {error}");
        }
        for line in ["", "{}", "[]", r#"{"id":"a","url":"http://h/","bdoy":1}"#, "nonsense"] {
            assert!(matches!(Job::parse(line), Err(JobError::Json(_))), "{line}");
        }
    }
}
