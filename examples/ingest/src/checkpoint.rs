//! What is known for certain: the totals, and up to where each file is in them. The next run goes on from
//! here. Written as a whole, so that totals and positions always belong together.

use crate::discover::FileId;
use crate::totals::Totals;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

/// The only form so far.
const FORM: u32 = 1;

/// See the module's documentation.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Which form this is.
    pub form: u32,
    pub files: BTreeMap<FileId, u64>,
    pub lines: u64,
    pub rejected: u64,
    /// How much of the file of rejects belongs to this, in bytes.
    pub rejects_bytes: u64,
    pub totals: Arc<Totals>,
}

impl Checkpoint {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self { form: FORM, ..Self::default() }
    }

    /// The one in a file; a new one if there is none.
    pub fn load(path: &Path) -> io::Result<Self> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::new()),
            Err(error) => return Err(error),
        };
        let loaded: Self = serde_json::from_slice(&text)?;
        if loaded.form == FORM {
            return Ok(loaded);
        }
        let form = loaded.form;
        Err(io::Error::other(format!("it is of form {form}, and this program knows form {FORM}")))
    }
}
