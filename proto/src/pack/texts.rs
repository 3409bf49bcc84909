//! Texts that come more than once, sent once.

use super::{MAX_TEXT_BYTES, MAX_TEXTS};
use crate::convert::Malformed;
use std::collections::HashMap;
use std::sync::Arc;

/// The texts that a reader knows.
#[derive(Default)]
pub(super) struct Texts {
    known: HashMap<Box<str>, u64>,
    bytes: usize,
    /// Of those, not sent yet.
    pub(super) new: Vec<String>,
}

impl Texts {
    /// The number of a text, and the bytes that sending it takes.
    pub(super) fn number(&mut self, text: &str) -> (u64, usize) {
        if let Some(number) = self.known.get(text) {
            return (*number, 0);
        }
        let number = self.known.len() as u64;
        self.known.insert(text.into(), number);
        self.bytes += text.len();
        self.new.push(text.to_owned());
        (number, text.len() + 4)
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The texts as a reader keeps them.
#[derive(Default)]
pub(super) struct Received {
    texts: Vec<Arc<str>>,
    bytes: usize,
}

impl Received {
    pub(super) fn add(&mut self, texts: Vec<String>) -> Result<(), Malformed> {
        self.bytes = texts.iter().fold(self.bytes, |sum, text| sum.saturating_add(text.len()));
        if self.texts.len() + texts.len() > MAX_TEXTS || self.bytes > MAX_TEXT_BYTES {
            let found = (self.texts.len() + texts.len(), self.bytes);
            return Err(Malformed::new("texts", found));
        }
        self.texts.extend(texts.into_iter().map(Arc::from));
        Ok(())
    }

    pub(super) fn get(&self, number: u64) -> Result<&Arc<str>, Malformed> {
        let text = usize::try_from(number).ok().and_then(|number| self.texts.get(number));
        text.ok_or_else(|| Malformed::new("text", number))
    }
}
