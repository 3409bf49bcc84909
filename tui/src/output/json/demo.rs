//! The answer of `demo` without a screen.

use super::SCHEMA;
use serde::Serialize;

/// Where the demo is.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Demo {
    schema: &'static str,
    target: String,
    directory: String,
}

impl Demo {
    /// What `--target` and `ACTORSCOPE_DIR` take.
    pub fn new(target: &str, directory: &str) -> Self {
        Self { schema: SCHEMA, target: target.to_owned(), directory: directory.to_owned() }
    }
}
