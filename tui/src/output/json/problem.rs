//! Errors, for programs.

use super::SCHEMA;
use crate::output::Failure;
use serde::Serialize;

/// The answer when there is none.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Problem {
    schema: &'static str,
    error: Trouble,
}

/// What went wrong.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Trouble {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl From<&Failure> for Trouble {
    fn from(failure: &Failure) -> Self {
        Self { code: failure.code, message: failure.message.clone(), hint: failure.hint.clone() }
    }
}

impl From<&Failure> for Problem {
    fn from(failure: &Failure) -> Self {
        Self { schema: SCHEMA, error: failure.into() }
    }
}
