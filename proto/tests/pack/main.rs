//! Rows through columns and back, and what a reader does with columns that make no sense.

mod hostile;
mod made;
mod roundtrip;
